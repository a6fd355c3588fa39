"""Field look-ups in a list's query, such as `name__icontains=shop` or `not__status=failed`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.replies import bad_request, forbidden

Row = dict[str, Any]
Test = Callable[[Row], bool]

INTEGERS = frozenset(
    [
        "id",
        "counter",
        "start_line",
        "end_line",
        "verbosity",
        "forks",
        "timeout",
        "event_level",
        "host",
        "job",
        "inventory",
        "project",
        "organization",
        "unified_job_template",
        "job_template",
        "created_by",
        "modified_by",
        "execution_environment",
        "instance_group",
        "user",
        "job_slice_count",
        "job_slice_number",
    ]
)
DATES = frozenset(["created", "modified", "started", "finished", "canceled_on", "expires", "last_job_run"])
BOOLEANS = frozenset(["failed", "changed", "managed", "diff_mode", "allow_simultaneous", "survey_enabled"])
SEARCHED = ("name", "description", "username", "stdout")

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "iexact": lambda have, want: have.lower() == want.lower(),
    "contains": lambda have, want: want in have,
    "icontains": lambda have, want: want.lower() in have.lower(),
    "startswith": lambda have, want: have.startswith(want),
    "istartswith": lambda have, want: have.lower().startswith(want.lower()),
    "endswith": lambda have, want: have.endswith(want),
    "iendswith": lambda have, want: have.lower().endswith(want.lower()),
    "regex": lambda have, want: re.search(want, have) is not None,
    "iregex": lambda have, want: re.search(want, have, re.IGNORECASE) is not None,
}
LOOKUPS = frozenset({"exact", "in", "isnull", *_COMPARE, *_TEXT})


@dataclass(frozen=True, slots=True)
class Filters:
    """What may be asked of one kind of object."""

    model: str
    fields: frozenset[str]
    relations: frozenset[str] = frozenset()
    """Fields that lead to another object, of which `summary_fields` holds id and name."""

    def choose(
        self, rows: Iterable[Row], query: Iterable[tuple[str, str]], search: str | None = None
    ) -> list[Row]:
        every: list[Test] = []
        either: list[Test] = []
        for key, wanted in query:
            mode, path = self._mode(key)
            test = self._test(path, wanted)
            (either if mode == "or" else every).append(_negated(test) if mode == "not" else test)
        if search:
            every.append(_searching(search))
        return [
            row
            for row in rows
            if all(test(row) for test in every) and (not either or any(test(row) for test in either))
        ]

    def sort(self, rows: list[Row], order: str) -> list[Row]:
        """By several fields, the first of which matters most; a minus turns one round."""
        for name in reversed(order.split(",")):
            field = name.strip().lstrip("-")
            rows = sorted(rows, key=self._place(field), reverse=name.strip().startswith("-"))
        return rows

    def _place(self, field: str) -> Callable[[Row], tuple[bool, Any]]:
        read = self._reader(field.split("__"))
        return lambda row: _sortable(read(row))

    @staticmethod
    def _mode(key: str) -> tuple[str, list[str]]:
        parts = key.split("__")
        return (parts[0], parts[1:]) if parts[0] in {"or", "not", "chain"} else ("and", parts)

    def _test(self, path: list[str], wanted: str) -> Test:
        lookup = path[-1] if len(path) > 1 and path[-1] in LOOKUPS else "exact"
        names = path[:-1] if len(path) > 1 and path[-1] in LOOKUPS else path
        read = self._reader(names)
        return _test_for(read, names[-1], lookup, wanted)

    def _reader(self, names: list[str]) -> Callable[[Row], Any]:
        first = names[0]
        if "password" in names:
            raise forbidden("Filtering on password is not allowed.")
        if first not in self.fields and first not in self.relations:
            raise bad_request(f"{self.model} has no field named '{first}'")
        if len(names) > 1:
            return lambda row: (row["summary_fields"].get(first) or {}).get(names[1])
        return lambda row: row[first] if first in row else (row["summary_fields"].get(first) or {}).get("id")


def _negated(test: Test) -> Test:
    return lambda row: not test(row)


def _searching(text: str) -> Test:
    lowered = text.lower()
    return lambda row: any(lowered in str(row.get(field, "")).lower() for field in SEARCHED)


def _sortable(value: Any) -> tuple[bool, Any]:
    # As PostgreSQL does it: what has no value comes last.
    return (value is None, "" if value is None else value)


def _test_for(read: Callable[[Row], Any], field: str, lookup: str, wanted: str) -> Test:
    if lookup == "isnull":
        return lambda row: (read(row) is None) == _boolean(wanted)
    if lookup == "in":
        values = [_convert(field, part) for part in wanted.split(",")]
        return lambda row: read(row) in values
    if lookup in _TEXT:
        compare_text = _TEXT[lookup]
        return lambda row: compare_text(str(read(row) or ""), wanted)
    value = _convert(field, wanted)
    if lookup in _COMPARE:
        compare = _COMPARE[lookup]
        return lambda row: (have := read(row)) is not None and compare(_comparable(field, have), value)
    return lambda row: _comparable(field, read(row)) == value


def _comparable(field: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if field in DATES and value is not None else value


def _convert(field: str, text: str) -> Any:
    if field in INTEGERS:
        try:
            return int(text)
        except ValueError:
            raise bad_request(_quoted(text, "must be an integer.")) from None
    if field in DATES:
        return _date(text)
    return _boolean(text) if field in BOOLEANS else text


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        words = "has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format."
        raise bad_request(_quoted(text, words)) from None
    return moment if moment.tzinfo else moment.astimezone()


def _boolean(text: str) -> bool:
    return text.lower() in {"true", "t", "yes", "y", "on", "1"}


def _quoted(text: str, words: str) -> str:
    return f'["\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK} value {words}"]'
