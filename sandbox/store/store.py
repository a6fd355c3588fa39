"""The store: every object of every kind, with the fields that were given to it and what is attached to it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.models import now
from sandbox.store.kinds import STRUCTURE, UNIFIED, Kind, kinds

Key = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Record:
    """One object. `values` holds its fields but for those that every object has."""

    kind: Kind
    id: int
    values: dict[str, Any]
    created: datetime
    modified: datetime
    created_by: int | None = None
    modified_by: int | None = None
    links: dict[str, dict[int, None]] = field(default_factory=lambda: defaultdict(dict))
    """Ids that are attached, by the name of the list, in the order in which they came."""
    hidden: dict[str, Any] = field(default_factory=dict)
    """What no answer shows: the survey, the webhook's key, the seed it was made from, ids of its roles."""

    @property
    def name(self) -> str:
        return str(self.values.get(self.kind.label, ""))


class Store:
    """Not locked: whoever changes it holds the lock of the state."""

    def __init__(self) -> None:
        self.version = 0
        self._tables: dict[str, dict[int, Record]] = defaultdict(dict)
        self._last_ids: dict[str, int] = defaultdict(int)
        self._unique: dict[str, dict[Key, int]] = defaultdict(dict)
        self._known: dict[Key, Any] = {}
        self._known_at = -1

    def once(self, key: Key, count: Callable[[], Any]) -> Any:
        """What costs something to count, counted once until anything changes."""
        if self._known_at != self.version:
            self._known = {}
            self._known_at = self.version
        if key not in self._known:
            self._known[key] = count()
        return self._known[key]

    def all(self, path: str) -> Iterable[Record]:
        """The objects of a collection; constructed inventories are inventories of a kind."""
        if path == "unified_job_templates":
            return [one for part in UNIFIED[:-1] for one in self._tables[part].values()]
        if path == "constructed_inventories":
            return [one for one in self.all("inventories") if one.values["kind"] == "constructed"]
        return list(self._tables[path].values())

    def find(self, path: str, number: int | None) -> Record | None:
        if number is None:
            return None
        if path == "unified_job_templates":
            return next((one for part in UNIFIED if (one := self._tables[part].get(number))), None)
        path = "inventories" if path == "constructed_inventories" else path
        return self._tables[path].get(number)

    def get(self, path: str, number: int) -> Record:
        found = self.find(path, number)
        assert found, (path, number)
        return found

    def attached(self, record: Record, name: str, path: str) -> Iterator[Record]:
        for number in list(record.links.get(name, ())):
            if found := self.find(path, number):
                yield found

    def next_id(self, path: str) -> int:
        space = "unified" if path in UNIFIED else path
        self._last_ids[space] += 1
        return self._last_ids[space]

    def add(
        self, path: str, values: dict[str, Any], *, number: int | None = None, by: int | None = None
    ) -> Record:
        kind = kinds()[path]
        space = "unified" if kind.table in UNIFIED else kind.table
        if number is None:
            number = self.next_id(kind.table)
        self._last_ids[space] = max(self._last_ids[space], number)
        moment = now()
        table = kinds()[kind.table]
        whole = {
            name: _own(one.nothing)
            for name, one in {**table.fields, **kind.fields}.items()
            if name not in STRUCTURE
        }
        whole |= values
        record = Record(table, number, whole, moment, moment, by, by)
        self._tables[kind.table][number] = record
        self._claim(record)
        self.version += 1
        return record

    def change(self, record: Record, values: dict[str, Any], *, by: int | None = None) -> None:
        self._release(record)
        record.values.update(values)
        self._claim(record)
        record.modified = now()
        record.modified_by = by or record.modified_by
        self.version += 1

    def touch(self) -> None:
        """After a change of what is attached or hidden."""
        self.version += 1

    def remove(self, record: Record) -> None:
        self._release(record)
        self._tables[record.kind.table].pop(record.id, None)
        self.version += 1

    def holder(self, kind: Kind, values: dict[str, Any]) -> int | None:
        """The id of the object that has these values in the fields which are unique together."""
        return self._unique[kind.table].get(_key(kind, values)) if kind.unique else None

    def _claim(self, record: Record) -> None:
        if record.kind.unique:
            self._unique[record.kind.table].setdefault(_key(record.kind, record.values), record.id)

    def _release(self, record: Record) -> None:
        key = _key(record.kind, record.values)
        if self._unique[record.kind.table].get(key) == record.id:
            del self._unique[record.kind.table][key]


def _key(kind: Kind, values: dict[str, Any]) -> Key:
    return tuple(values.get(name) for name in kind.unique)


def _own(value: Any) -> Any:
    """A default that may be changed belongs to one object alone."""
    return type(value)(value) if isinstance(value, dict | list) else value
