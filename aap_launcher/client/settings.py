"""The controller's settings: categories of keys, of which a PATCH drops unknown and read-only ones without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.client import arguments, field_values, fields
from aap_launcher.client.fields import Field
from aap_launcher.client.readback import same
from aap_launcher.client.records import Record
from aap_launcher.errors import InvalidInput, InvalidValue, LauncherError, NotFound, Problem, Refused
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted
from aap_launcher.text.secrets import is_secret

if TYPE_CHECKING:
    from aap_launcher.controller.requests import Requests

_HIDDEN = "$encrypted$"  # how the controller shows a secret; sent back, the secret stays
ALL = "all"


class Settings:
    """`aap.settings`: `one("jobs")`, `update("jobs", MAX_FORKS=50)`. A category is named by its slug."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def __repr__(self) -> str:
        return "<settings>"

    def list(self) -> Iterator[Record]:
        """The categories: `slug`, `name`. None for who is no system administrator or auditor."""
        rows = self._requests.read("settings/", (("page_size", "200"),), what="the settings").get("results")
        return (
            Record(row, site=self._requests.origin) for row in (rows if isinstance(rows, Sequence) else ())
        )

    def one(self, category: str = ALL) -> Mapping[str, Any]:
        """Every key of the category and its value; secrets are shown as `$encrypted$`."""
        path = self._path(category)
        try:
            return self._requests.read(path, what=f"the settings {quoted(category)}")
        except NotFound:
            known = [str(row.get("slug")) for row in self.list()]
            raise NotFound(f"There are no settings {quoted(category)}. {near(category, known)}") from None

    def fields(self, category: str) -> Mapping[str, Field]:
        """What the category's keys take; `edit` is False for those that no request changes."""
        what = f"the fields of the settings {quoted(category)}"
        actions = self._requests.options(self._path(category), what=what).get("actions")
        actions = actions if isinstance(actions, Mapping) else {}
        return fields.fields_from_options(actions.get("GET"), actions.get("PUT"))

    def update(self, category: str, /, **given: Any) -> Mapping[str, Any]:  # noqa: ANN401 - each key has a type
        """Change these keys, and return the category as it is then. Raises `InvalidInput` for what would be dropped."""
        before = self.one(category)
        wanted = self._checked(category, before, given)
        sent = {name: value for name, value in wanted.items() if not self._stands(before[name], value)}
        if not sent:
            return before
        what = f"the settings {quoted(category)}"
        self._requests.change("PATCH", self._path(category), sent, what=what)
        after = self._requests.read(self._path(category), what=what)
        ignored = [
            name
            for name, value in sent.items()
            if after.get(name) != _HIDDEN and not same(value, after.get(name))
        ]
        if ignored:
            problems = [Problem(name, "was sent, and the controller did not take it") for name in ignored]
            raise Refused(f"{what} were changed, but not as asked.", problems)
        return after

    def _checked(self, category: str, before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            known = self.fields(category)
        except LauncherError:
            known = {}  # reading back will tell what was dropped
        wanted, problems = {}, []
        for name, value in given.items():
            field = known.get(name)
            if name not in before:
                fault = f"is no setting of {quoted(category)}: the controller would drop it"
                problems.append(Problem(name, fault, near(name, before)))
            elif field is not None and not field.edit:
                problems.append(Problem(name, "is read-only: the controller would drop it", "Leave it out."))
            else:
                try:
                    wanted[name] = value if field is None else field_values.fit(field, value, text=False)
                except InvalidValue as wrong:
                    fault = "is no such value" if is_secret(name) else wrong.fault
                    problems.append(Problem(name, fault, wrong.advice))
        if problems:
            raise InvalidInput("these settings would not be as you asked; nothing was sent.", problems)
        return wanted

    @staticmethod
    def _stands(before: object, value: object) -> bool:
        return before != _HIDDEN and same(value, before)

    @staticmethod
    def _path(category: str) -> str:
        if not re.fullmatch(r"[\w-]+", arguments.checked_text("category", category), re.ASCII):
            raise InvalidInput(f"{quoted(category)} is no category of settings. Give its slug, such as jobs.")
        return f"settings/{category}/"
