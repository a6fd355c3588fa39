"""Lists of the API: which rows a query chooses, in which order, and which page of them it shows.

A row is a record of the store, or a mapping in the API's shape (of jobs). A look-up follows foreign keys and the
lists that are attached: `organization__name=Retail`, `groups__name__in=web,db`, `not__status=failed`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.clock import stamp
from sandbox.replies import Refused
from sandbox.resources import smart_filter
from sandbox.resources.lookups import LOOKUPS, Path, Test, Wrong, value_test
from sandbox.resources.relations import related_records
from sandbox.store.kinds import Field, Kind, kinds
from sandbox.store.store import Record, Store

Row = Record | Mapping[str, Any]
RESERVED = frozenset(
    [
        *("page", "page_size", "format", "order", "order_by", "search", "type", "host_filter"),
        *("count_disabled", "no_truncate", "limit", "validate", "role_level"),
    ]
)
FORBIDDEN = frozenset(
    [
        *("password", "token", "webhook_key", "client_secret", "job_env", "extra_vars", "survey_spec"),
        *("survey_passwords", "start_args", "old_pk", "host_config_key"),
    ]
)
# Fields of a model that no answer shows, but for which a list can be filtered.
_MORE = {
    "pk": "integer",
    "created_by": "id",
    "modified_by": "id",
    "namespace": "string",
    "object_id": "integer",
    "role_field": "string",
    "singleton_name": "string",
    "content_type": "string",
}
_OF_RECORD: dict[str, Callable[[Record], Any]] = {
    "id": lambda row: row.id,
    "pk": lambda row: row.id,
    "type": lambda row: row.kind.type,
    "created": lambda row: stamp(row.created),
    "modified": lambda row: stamp(row.modified),
    "created_by": lambda row: row.created_by,
    "modified_by": lambda row: row.modified_by,
}
_OF_ROLES = frozenset({"object_id", "role_field", "singleton_name", "content_type"})


@dataclass(frozen=True, slots=True)
class Query:
    store: Store
    kind: Kind
    computed: Callable[[Record, str], Any] = lambda _record, _name: None
    """The value of a field that the store does not hold."""

    def choose(self, rows: Iterable[Row], pairs: Iterable[tuple[str, str]]) -> list[Row]:
        """The rows that every term admits; those marked `or__` are one term together."""
        every: list[Test] = []
        either: list[Test] = []
        together: dict[str, list[tuple[Path, Test]]] = defaultdict(list)
        pairs = list(pairs)
        for key, wanted in pairs:
            if key in RESERVED:
                continue
            marks, names = _marks(key)
            path, test = self._value_test(names, wanted)
            of_list = path.field is None and path.lookup not in {"isnull", "search"}
            if not marks and (of_list or path.many):
                together[path.names[0]].append((path, test))
            else:
                whole = self._term(path, test)
                (either if "or" in marks else every).append(_negated(whole) if "not" in marks else whole)
        every += [self._of_one(name, tests) for name, tests in together.items()]
        every += self._special(dict(pairs))
        return [
            row
            for row in rows
            if all(test(row) for test in every) and (not either or any(test(row) for test in either))
        ]

    def _special(self, last: Mapping[str, str]) -> list[Test]:
        tests: list[Test] = []
        if text := last.get("search"):
            tests.append(self._search(self.kind, text))
        if text := last.get("host_filter"):
            tests.append(self._host_filter(text))
        if types := last.get("type"):
            wanted = set(types.split(","))
            tests.append(lambda row: _type(row) in wanted)
        return tests

    def _host_filter(self, text: str) -> Test:
        try:
            terms = smart_filter.parse(text)
        except smart_filter.Unreadable:
            raise Wrong(f"Invalid query {text}") from None
        tests = {}
        for name, wanted in smart_filter.lookups(text):
            if name == "search":
                tests[name, wanted] = self._search(self.kind, wanted)
            else:
                tests[name, wanted] = self._term(*self._value_test(name.split("__"), wanted))
        return lambda row: terms(lambda name, wanted: tests[name, wanted](row))

    def _search(self, kind: Kind, text: str) -> Test:
        """Each of the words must be found; blanks and commas part them."""
        fields = [name for name in kind.search if "__" not in name] or ["name"]
        wanted = text.lower().replace(",", " ").split()
        return lambda row: all(
            any(part in str(self.value(row, name) or "").lower() for name in fields) for part in wanted
        )

    def sort(self, rows: Iterable[Row], order: str) -> list[Row]:
        """By several fields, the first of which matters most; a minus turns one round."""
        found = list(rows)
        for name in reversed(order.split(",")):
            down = name.startswith("-")
            bare = name[1:] if down else name
            path = self._path(bare.split("__"))
            found = self._sorted(found, path, down=down)
        return found

    def _sorted(self, rows: list[Row], path: Path, *, down: bool) -> list[Row]:
        """As PostgreSQL does it: what has no value comes last, or first when turned round."""

        def place(row: Row) -> tuple[bool, Any]:
            values = self._values(row, path)
            value = values[0] if values else None
            if isinstance(value, dict | list):
                value = str(value)
            return (value is None, "" if value is None else value)

        return sorted(rows, key=place, reverse=down)

    def _value_test(self, names: list[str], wanted: str) -> tuple[Path, Test]:
        """Where a term looks, and what it wants there."""
        path = self._path(names)
        return path, self._search(path.kinds[-1], wanted) if path.lookup == "search" else value_test(
            path, wanted
        )

    def _of_one(self, name: str, tests: list[tuple[Path, Test]]) -> Test:
        """Terms about the same list mean one and the same object of it, unless each is marked `chain`."""

        def holds(one: Row) -> bool:
            return all(
                any(test(value) for value in self._values(one, path.rest))
                if path.rest.names
                else test(_id(one))
                for path, test in tests
            )

        return lambda row: any(holds(one) for one in self._follow(row, name))

    def _term(self, path: Path, test: Test) -> Test:
        if path.lookup == "search":
            return lambda row: any(test(one) for one in self._objects(row, path))
        if path.names == ("type",) and path.lookup == "in":
            return lambda _row: False  # a look-up that finds nothing, whatever it asks for
        if path.lookup == "isnull":
            return lambda row: test(next((one for one in self._values(row, path) if one is not None), None))
        return lambda row: any(test(value) for value in self._values(row, path))

    def _path(self, names: list[str]) -> Path:
        """Raises the controller's words for a name that leads nowhere."""
        kind = self.kind
        way: list[str] = []
        passed = [kind]
        field: Field | None = None
        many = False
        for place, name in enumerate(names):
            if name in FORBIDDEN:
                raise Wrong(f"Filtering on {name} is not allowed.", 403)
            if name == "inputs":
                raise Wrong("Filtering on field inputs is not allowed.", 403)
            if place and place == len(names) - 1 and name in LOOKUPS:
                return Path(tuple(way), tuple(passed), field, name, many and len(way) > 1)
            if place and not (field is None or field.target):
                raise Wrong(f"No related model for field {name}.")
            field, target = _step(kind, name)
            many = many or (not place and field is None)
            way.append(name)
            if target:
                kind = target
                passed.append(kind)
        return Path(tuple(way), tuple(passed), field, many=many and len(way) > 1)

    def _objects(self, row: Row, path: Path) -> list[Row]:
        found = [row]
        for name in path.names:
            found = [one for each in found for one in self._follow(each, name)]
        return found

    def _values(self, row: Row, path: Path) -> list[Any]:
        found = [row]
        for name in path.names[:-1]:
            found = [one for each in found for one in self._follow(each, name)]
        last = path.names[-1]
        if path.field is None:  # a list that is attached: its ids
            return [one for each in found for one in (_id(row) for row in self._follow(each, last))] or [None]
        return [self.value(one, last) for one in found]

    def _follow(self, row: Row, name: str) -> Iterable[Row]:
        kind = _kind(row)
        one = kind.fields.get(name) or _more(name)
        if one is not None and one.target:
            found = self.store.find(one.target, self.value(row, name))
            return [found] if found else []
        return related_records(self.store, row, name) if isinstance(row, Record) else []

    def value(self, row: Row, name: str) -> Any:
        if isinstance(row, Record):
            if name in _OF_RECORD:
                return _OF_RECORD[name](row)
            computed = self.computed(row, name)
            return row.values.get(name) if computed is None else computed
        if name in row:
            return row[name]
        return (row.get("summary_fields", {}).get(name) or {}).get("id") if name != "pk" else row["id"]


def _kind(row: Row) -> Kind:
    if isinstance(row, Record):
        return row.kind
    return next(kind for kind in kinds().values() if kind.types == (row["type"],))


def _type(row: Row) -> str:
    return row.kind.type if isinstance(row, Record) else str(row["type"])


def _id(row: Row) -> int:
    return row.id if isinstance(row, Record) else int(row["id"])


def _more(name: str) -> Field | None:
    return Field(name, _MORE[name]) if name in _MORE else None


def _step(kind: Kind, name: str) -> tuple[Field | None, Kind | None]:
    """The field of that name, and the kind to which it or the list of that name leads."""
    one = kind.fields.get(name) or _more(name)
    if name == "type" and kind.path.startswith("unified_"):
        return Field("type", "string"), None
    if name in _OF_ROLES and name not in kind.fields and kind.path != "roles":
        one = None
    if one is not None and one.filterable and name not in {"url", "related", "summary_fields", "type"}:
        return one, kinds().get(one.target) if one.target else None
    meaning = kind.relations.get(name)
    if meaning is None:
        raise Wrong(f"{kind.model} has no field named '{name}'")
    parts = meaning.split(":")
    target = parts[2] if len(parts) > 2 and parts[2] else parts[1] if parts[0] == "link" else name
    return None, kinds().get(target)


def _marks(key: str) -> tuple[set[str], list[str]]:
    names = key.split("__")
    marks: set[str] = set()
    while names and names[0] in {"or", "not", "chain"}:
        marks.add(names.pop(0))
    return marks, names or [key]


def _negated(test: Test) -> Test:
    return lambda row: not test(row)


def order_of(kind: Kind) -> str:
    """The order of a list that asks for none: names where there are any, ids of everything that happened."""
    label = kind.fields.get(kind.label)
    return label.name if label and label.filterable and "elapsed" not in kind.fields else "id"


def refused(kind: Kind, error: Wrong) -> Refused:
    """Lists of hosts have a form of their own for every error."""
    if kind.path == "hosts":
        return Refused(400, {"error": error.words})
    return Refused(error.status, {"detail": error.words})


def chosen(query: Query, rows: Iterable[Row], pairs: Sequence[tuple[str, str]]) -> list[Row]:
    last = dict(pairs)
    order = last.get("order_by", last.get("order"))
    if order == "":
        raise refused(query.kind, Wrong("A server error has occurred.", 500))
    try:
        return query.sort(query.choose(rows, pairs), order or order_of(query.kind))
    except Wrong as error:
        raise refused(query.kind, error) from error
