"""What is read for an export: whole lists by id, and what stands below an object; what could not be read is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aap_launcher.client.kinds import KINDS
from aap_launcher.client.resource import Resource
from aap_launcher.controller.requests import Requests
from aap_launcher.errors import Conflict, Forbidden, NotFound, Refused
from aap_launcher.models import Clock

Row = Mapping[str, Any]
_REFUSED = (Forbidden, NotFound, Conflict, Refused)


class Reader:
    """Reads each list once. `unreadable` names what this user was refused, and references to what is not told."""

    def __init__(self, requests: Requests, clock: Clock) -> None:
        self.unreadable: list[str] = []
        self._requests, self._clock = requests, clock
        self._lists: dict[str, dict[int, Row]] = {}

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        return self._requests.asked

    def rows(self, kind: str) -> Sequence[Row]:
        """Every object of a kind that this user may see, by id."""
        return list(self._all(kind).values())

    def name(self, kind: str, number: object) -> str:
        """NAME, or NAME++ORGANIZATION, of an object by its id."""
        row = self._all(kind).get(number) if isinstance(number, int) else None
        if row is None:
            told = f"{KINDS[kind].label} {number}"
            self._miss(f"{told}: this user may not see it")
            return f"({told}, not readable)"
        return named(kind, row)

    def below(self, kind: str, number: int, list_name: str) -> Sequence[Row]:
        """A list that belongs to one object; () where it may not be read."""
        resource = Resource(KINDS[kind], self._requests, self._clock)
        try:
            return [record.content for record in resource.related(number, list_name)]
        except _REFUSED as error:
            self._miss(f"{list_name} of {KINDS[kind].label} {number}: {error}")
            return ()

    def page(self, path: str, what: str, query: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
        """One page below the API root; {} where it may not be read."""
        try:
            return self._requests.read(path, query, what=what)
        except _REFUSED as error:
            self._miss(f"{what}: {error}")
            return {}

    def _all(self, kind: str) -> dict[int, Row]:
        if kind not in self._lists:
            resource = Resource(KINDS[kind], self._requests, self._clock)
            found: dict[int, Row] = {}
            try:
                found = {record.id: record.content for record in resource.list(order_by="id")}
            except _REFUSED as error:
                self._miss(f"{kind}: {error}")
            self._lists[kind] = found
        return self._lists[kind]

    def _miss(self, what: str) -> None:
        if what not in self.unreadable:
            self.unreadable.append(what)


def named(kind: str, row: Row) -> str:
    """NAME, or NAME++ORGANIZATION where the object has one."""
    name = str(row.get(KINDS[kind].key or "name") or row.get("name") or row.get("id"))
    owner = summary(row, "organization").get("name")
    return f"{name}++{owner}" if owner else name


def summary(row: Row, field: str) -> Mapping[str, Any]:
    """What a row tells of a foreign object."""
    found = row.get("summary_fields")
    value = found.get(field) if isinstance(found, Mapping) else None
    return value if isinstance(value, Mapping) else {}
