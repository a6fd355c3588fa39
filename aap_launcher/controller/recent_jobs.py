"""The jobs that a launch with a lost answer may have made, and how each of them compares with what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aap_launcher.models.jobs import Job

_SECRET = "$encrypted$"  # noqa: S105 - how the controller shows the answer of a password question
_UNSEEN = frozenset({"credential_passwords", "instance_groups", "extra_vars"})  # not shown, or compared apart


@dataclass(frozen=True, slots=True)
class Family:
    """Where the job that a launch makes shows up: among its template's, or among those of its type.

    `launch_type` is what the controller writes on it (manual, relaunch): another one is another launch's.
    """

    template_id: int | None = None
    type: str = ""
    launch_type: str = "manual"

    @property
    def query(self) -> dict[str, object]:
        """The filter of the list."""
        return {"unified_job_template": self.template_id} if self.template_id else {"type": self.type}

    def includes(self, row: Mapping[str, Any]) -> bool:
        """Whether the row may be of this family; what it does not tell does not speak against it."""
        if self.template_id:
            return row.get("unified_job_template", self.template_id) in (self.template_id, None)
        return bool(row.get("type", self.type) == self.type)


@dataclass(frozen=True, slots=True)
class RecentJob:
    """A job newer than the launch. What its row does not tell is None (`user_id`, `extra_vars`), "" or absent."""

    job: Job
    user_id: int | None
    extra_vars: Mapping[str, Any] | None = field(default=None, repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)  # the prompts', by the API's names
    launch_type: str = ""

    def may_be(self, launch_type: str, user_id: int | None) -> bool:
        """Whether nothing tells that somebody or something else launched it."""
        return self.launch_type in ("", launch_type) and (
            None in (self.user_id, user_id) or self.user_id == user_id
        )

    def may_hold(self, body: Mapping[str, Any]) -> bool:
        """Whether no field of the launch's body is known to be another one in this job."""
        sent = body.get("extra_vars")
        if isinstance(sent, Mapping) and self.extra_vars is not None:
            has = self.extra_vars
            if not all(key in has and has[key] in (_SECRET, value) for key, value in sent.items()):
                return False
        return all(self._agrees(name, value) for name, value in body.items() if name not in _UNSEEN)

    def _agrees(self, name: str, sent: object) -> bool:
        if (has := self.values.get(name)) is None:
            return True
        if isinstance(sent, list | tuple):
            return isinstance(has, list) and all(item in has for item in sent)
        return bool(has == sent)


def read_job(row: Mapping[str, Any], job: Job) -> RecentJob:
    """From a row of the controller's list, or from a job's own page."""
    summary = row.get("summary_fields")
    summary = summary if isinstance(summary, dict) else {}
    values = {name: value for name, value in row.items() if name not in {"credentials", "labels"}}
    for name in ("credentials", "labels"):
        if (ids := _ids(summary.get(name))) is not None:
            values[name] = ids
    launch_type = row.get("launch_type")
    return RecentJob(
        job,
        _user(row, summary),
        _variables(row.get("extra_vars")),
        values,
        launch_type if isinstance(launch_type, str) else "",
    )


def _user(row: Mapping[str, Any], summary: Mapping[str, Any]) -> int | None:
    """Who launched it; 0 where it was no user."""
    launched_by = row.get("launched_by")
    if isinstance(launched_by, dict) and launched_by.get("type"):
        number = launched_by.get("id") if launched_by["type"] == "user" else 0
    else:
        created_by = summary.get("created_by")
        number = created_by.get("id") if isinstance(created_by, dict) else None
    return number if isinstance(number, int) else None


def _variables(text: object) -> Mapping[str, Any] | None:
    """`extra_vars` is JSON in a string (seen on AWX 24.6.1); None where the row does not tell."""
    try:
        value = json.loads(text) if isinstance(text, str) and text else text
    except (ValueError, RecursionError):
        return None
    if value == "":
        return {}
    return value if isinstance(value, dict) else None


def _ids(value: object) -> list[int] | None:
    rows = value.get("results") if isinstance(value, dict) else value
    return (
        [row["id"] for row in rows if isinstance(row, dict) and "id" in row]
        if isinstance(rows, list)
        else None
    )
