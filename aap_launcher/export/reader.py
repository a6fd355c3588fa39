"""What is read for an export: whole lists by id, and what stands below an object; what could not be read is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aap_launcher.client.fields import shape
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.resource import Resource
from aap_launcher.client.settings import Settings
from aap_launcher.controller.requests import Requests
from aap_launcher.errors import Conflict, Forbidden, NotFound, Refused, Unreachable
from aap_launcher.models import shapes
from aap_launcher.models.ports import Clock
from aap_launcher.models.shapes import Row

_NEWER = frozenset({"role_definitions", "role_team_assignments"})  # not there before AAP 2.5
_REFUSED = (Forbidden, NotFound, Conflict, Refused)


class Reader:
    """Reads each list once. `unreadable` names what this user was refused, and references to what is not told."""

    def __init__(self, requests: Requests, clock: Clock) -> None:
        self.unreadable: list[str] = []
        self._requests, self._clock = requests, clock
        self._lists: dict[str, dict[int, Row]] = {}
        self._having: dict[tuple[str, str], Collection[int] | None] = {}

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        return self._requests.asked

    def rows(self, kind: str) -> Sequence[Row]:
        """Every object of a kind that this user may see, by id."""
        return list(self._all(kind).values())

    def row(self, kind: str, number: object) -> Row | None:
        """One object by its id; None where this user may not see it."""
        return self._all(kind).get(number) if isinstance(number, int) else None

    def name(self, kind: str, number: object) -> str:
        """NAME, or NAME++ORGANIZATION, of an object by its id."""
        row = self.row(kind, number)
        if row is None:
            told = f"{KINDS[kind].label} {number}"
            self._miss(f"{told}: this user may not see it")
            return f"({told}, not readable)"
        return named(kind, row)

    def below(self, kind: str, number: int, list_name: str) -> Sequence[Row]:
        """A list that belongs to one object; () where it may not be read.

        Most objects have nothing in most of their lists: which have is asked once for all of a kind.
        """
        if number not in self._with(kind, list_name, number):
            return ()
        what = f"{KINDS[kind].label} {number}"
        try:
            found = [record.content for record in self._resource(kind).related({"id": number}, list_name)]
        except _REFUSED as error:
            self._miss(f"{list_name} of {what}: {error}")
            return ()
        if any(shapes.number_at(row, "id") is None for row in found):
            raise Unreachable(f"{list_name} of {what}: the answer is not the controller's list.")
        return found

    def _with(self, kind: str, list_name: str, number: int) -> Collection[int]:
        """The objects that have something in the list; where the controller cannot tell, this one may."""
        if list_name not in shape(KINDS[kind]).relations:
            return {number}
        if (kind, list_name) not in self._having:
            try:
                rows = self._resource(kind).list((f"{list_name}__isnull", False))
                self._having[kind, list_name] = {row.id for row in rows}
            except _REFUSED:
                self._having[kind, list_name] = None
        having = self._having[kind, list_name]
        return {number} if having is None else having

    @property
    def settings(self) -> Settings:
        """What the settings take."""
        return Settings(self._requests)

    def page(self, path: str, what: str, query: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
        """One page below the API root; {} where it may not be read."""
        try:
            return self._requests.read(path, query, what=what)
        except _REFUSED as error:
            self._miss(f"{what}: {error}")
            return {}

    def _all(self, kind: str) -> dict[int, Row]:
        if kind not in self._lists:
            found: dict[int, Row] = {}
            try:
                found = {record.id: record.content for record in self._resource(kind).list(order_by="id")}
            except _REFUSED as error:
                if not (isinstance(error, NotFound) and kind in _NEWER):
                    self._miss(f"{kind}: {error}")
            self._lists[kind] = found
        return self._lists[kind]

    def _resource(self, kind: str) -> Resource:
        return Resource(KINDS[kind], self._requests, self._clock)

    def _miss(self, what: str) -> None:
        if what not in self.unreadable:
            self.unreadable.append(what)


def named(kind: str, row: Row) -> str:
    """NAME, or NAME++ORGANIZATION where the object has one."""
    name = name_of(row, KINDS[kind].key or "name")
    owner = shapes.text_at(foreign_summary(row, "organization"), "name")
    return f"{name}++{owner}" if owner else name


def name_of(row: Row, field: str = "name") -> str:
    """What an object is called. Raises `Unreachable` where its name is no text: the controller writes none such."""
    name = shapes.text_at(row, field) or shapes.text_at(row, "name")
    if name:
        return name
    if row.get(field) is None and row.get("name") is None and "id" in row:
        return str(row["id"])  # of a kind without names
    raise Unreachable(
        f"{row.get('type')} {row.get('id')}: its name is no text: the answer is not the controller's."
    )


def foreign_summary(row: Row, field: str) -> Mapping[str, Any]:
    """What a row tells of a foreign object."""
    return shapes.row(shapes.row(row, "summary_fields"), field)
