"""A job that a launch with a lost answer may have made, and whether it holds what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aap_launcher.models import Job

_SECRET = "$encrypted$"  # noqa: S105 - how the controller shows the answer of a password question
_UNSEEN = frozenset({"credential_passwords", "instance_groups"})  # a job does not show them
_BY_PEOPLE = frozenset({"manual", "relaunch"})  # launch_type of a POST to launch/ or relaunch/


@dataclass(frozen=True, slots=True)
class RecentJob:
    """A job of the template. `user_id`: who launched it, None where it was no user."""

    job: Job
    user_id: int | None
    extra_vars: Mapping[str, Any] = field(default_factory=dict, repr=False)
    values: Mapping[str, Any] = field(
        default_factory=dict, repr=False
    )  # the prompts' values, by the API's names

    def holds(self, body: Mapping[str, Any]) -> bool:
        """Whether every field of the launch's body is in this job as well."""
        return all(self._agrees(name, value) for name, value in body.items() if name not in _UNSEEN)

    def _agrees(self, name: str, sent: object) -> bool:
        if name == "extra_vars":
            return isinstance(sent, Mapping) and all(
                _same(value, self.extra_vars.get(key)) for key, value in sent.items()
            )
        has = self.values.get(name)
        if isinstance(sent, list | tuple):
            return isinstance(has, list) and all(item in has for item in sent)
        return bool(has == sent)


def read(row: Mapping[str, Any], job: Job) -> RecentJob | None:
    """From a row of the controller's list; None for a job that no launch made (schedule, webhook, slice)."""
    if row.get("launch_type") not in _BY_PEOPLE:
        return None
    launched_by = row.get("launched_by")
    user = launched_by if isinstance(launched_by, dict) and launched_by.get("type") == "user" else {}
    summary = row.get("summary_fields")
    values = dict(row)
    for name in ("credentials", "labels"):
        values[name] = _ids(summary.get(name) if isinstance(summary, dict) else None)
    return RecentJob(job, user.get("id"), _variables(row.get("extra_vars")), values)


def _same(sent: object, has: object) -> bool:
    return has in (_SECRET, sent)


def _variables(text: object) -> Mapping[str, Any]:
    """`extra_vars` is JSON in a string (seen on AWX 24.6.1)."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _ids(value: object) -> list[int]:
    rows = value.get("results") if isinstance(value, dict) else value
    return (
        [row["id"] for row in rows if isinstance(row, dict) and "id" in row] if isinstance(rows, list) else []
    )
