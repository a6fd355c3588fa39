"""The body of a create or an edit: everything that the controller would drop or misread is refused, all at once.

Seen on AWX 24.6.1: unknown and read-only fields are dropped with 201 or 200 in every kind, and so are `labels`,
`credentials` and `survey_spec` in a template's body, which need a call of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import msgspec

from aap_launcher.client import field_values
from aap_launcher.client.fields import Field, Shape
from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import foreign
from aap_launcher.errors import InvalidInput, InvalidValue, LauncherError, Problem
from aap_launcher.inputs.sendable import faults
from aap_launcher.text.near import near
from aap_launcher.text.quoting import one_of, quoted
from aap_launcher.text.secrets import is_secret

SURVEY = "survey_spec"
Resolve = Callable[[str, Any], int]  # (resource, reference) -> id
_NOUNS = {"string": "text", "json": "mapping"}
_WITH_SURVEY = frozenset({"job_templates", "workflow_job_templates"})


class Body(msgspec.Struct, frozen=True):
    """What is sent. `links`: related list -> the ids that it shall hold; `survey`: what `survey_spec/` takes."""

    fields: Mapping[str, Any]
    links: Mapping[str, tuple[int, ...]] = {}
    survey: Mapping[str, Any] | None = None


def request_body(kind: Kind, of: Shape, given: Mapping[str, Any], *, new: bool, resolve: Resolve) -> Body:
    """The body of what was given. Raises `InvalidInput` that names everything wrong at once."""
    reading = _Reading(kind, of, resolve, new=new)
    for name, value in given.items():
        reading.take(name, value)
    if new:
        reading.needed(given)
    if reading.problems:
        action = "make" if new else "change"
        raise InvalidInput(
            f"this would not {action} the {kind.label} that you asked for; nothing was sent.",
            reading.problems,
        )
    return Body(reading.fields, reading.links, reading.survey)


class _Reading:
    """Takes one field after the other, and gathers what is wrong."""

    def __init__(self, kind: Kind, of: Shape, resolve: Resolve, *, new: bool) -> None:
        self.fields: dict[str, Any] = {}
        self.links: dict[str, tuple[int, ...]] = {}
        self.survey: Mapping[str, Any] | None = None
        self.problems: list[Problem] = []
        self._kind, self._shape, self._resolve, self._new = kind, of, resolve, new

    def take(self, name: str, value: object) -> None:
        """Take a field over, or say what would become of it."""
        field = self._shape.fields.get(name)
        if name == SURVEY and self._kind.name in _WITH_SURVEY:
            self._survey(value)
        elif field is None and name in self._kind.attach:
            self._links(name, value)
        elif field is None:
            self._unknown(name)
        elif not (field.create if self._new else field.edit):
            self._fixed(field)
        elif field.resource:
            self._reference(field, value)
        else:
            self._value(field, value)

    def needed(self, given: Mapping[str, Any]) -> None:
        """What a create cannot be without, OPTIONS' own list being too short."""
        required = [name for name, field in self._shape.fields.items() if field.required and field.create]
        groups = [name.split("|") for name in (*required, *self._kind.needs)]
        for group in groups:
            if not any(_there(given.get(name)) for name in group):
                advice = f"Give {one_of(group)}." if len(group) > 1 else ""
                if not any(problem.field in group for problem in self.problems):
                    self._wrong(group[0], "is missing", advice)

    def _unknown(self, name: str) -> None:
        known = [one.name for one in self._shape.fields.values() if (one.create if self._new else one.edit)]
        known += self._kind.attach + ((SURVEY,) if self._kind.name in _WITH_SURVEY else ())
        self._wrong(name, "is no such field: the controller would drop it", near(name, known))

    def _fixed(self, field: Field) -> None:
        if field.create:
            self._wrong(field.name, "can only be given when it is made", "Delete it and make another one.")
        elif field.edit:
            self._wrong(field.name, "can only be changed later", "Make it first.")
        else:
            self._wrong(field.name, "is read-only: the controller would drop it", "Leave it out.")

    def _reference(self, field: Field, value: object) -> None:
        if value is None or value == "":
            if self._new and field.required:
                return
            self.fields[field.name] = None
            return
        if isinstance(value, float):
            cut = f", which the controller would cut to {int(value)}" if isfinite(value) else ""
            self._wrong(field.name, f"is {value}{cut}", "Give an id.")
            return
        try:
            self.fields[field.name] = self._resolve(field.resource, value)
        except LauncherError as fault:
            if fault.exit_code == 4:
                raise
            self._wrong(field.name, str(fault))

    def _value(self, field: Field, value: object) -> None:
        if field.name in self._kind.secret and not isinstance(value, Mapping):
            self._wrong(field.name, "is no mapping")
            return
        if self._kind.name == "hosts" and field.name == "name" and (advice := field_values.ported(value)):
            self._wrong(field.name, f"{quoted(value)} has a port", advice)
            return
        hidden = field.name in self._kind.secret or is_secret(field.name)
        if self._changed(field.name, value, hidden=hidden):
            return
        try:
            self.fields[field.name] = field_values.fit(field, value, text=field.name in self._kind.text)
        except InvalidValue as wrong:
            self._wrong(
                field.name,
                f"is no {_NOUNS.get(field.type, field.type)}" if hidden else wrong.fault,
                wrong.advice,
            )

    def _changed(self, name: str, value: object, *, hidden: bool) -> bool:
        """Whether something in it would not arrive as it is written."""
        try:
            found = [] if isinstance(value, str) else list(faults(value, name, secret=hidden))
        except RecursionError:
            return False  # who writes it as JSON will say so
        self.problems += found
        return bool(found)

    def _links(self, name: str, value: object) -> None:
        target = foreign(name)
        items = [value] if isinstance(value, str | int | Mapping) else value
        if not isinstance(items, Sequence) or target is None:
            self._wrong(name, "is no list", "Give a list of names or ids.")
            return
        found = []
        for item in items:
            try:
                found.append(self._resolve(target.name, item))
            except LauncherError as fault:
                if fault.exit_code == 4:
                    raise
                self._wrong(name, str(fault))
        self.links[name] = tuple(dict.fromkeys(found))

    def _survey(self, value: object) -> None:
        if self._changed(SURVEY, value, hidden=False):
            return
        if isinstance(value, Mapping) and isinstance(value.get("spec"), list):
            self.survey = {"name": "", "description": "", **value}
        elif isinstance(value, list):
            self.survey = {"name": "", "description": "", "spec": value}
        else:
            self._wrong(
                SURVEY, "is no survey", "Give the list of its questions, or {name, description, spec}."
            )

    def _wrong(self, name: str, fault: str, advice: str = "") -> None:
        self.problems.append(Problem(name, fault, advice))


def _there(value: object) -> bool:
    return value is not None and value is not False and value != ""
