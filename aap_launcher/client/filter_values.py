"""Whether a filter's value is one of its field's type, as AWX 24.6.1 reads it: it answers 400 to others.

Look-ups that read a value as text are left to the controller, as are null and none: some keys take them.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from aap_launcher.client.fields import Field
from aap_launcher.errors import InvalidValue
from aap_launcher.text.quoting import quoted

_COMPARED = frozenset({"", "exact", "in", "gt", "gte", "lt", "lte"})
_BOOLEANS = frozenset({"true", "t", "1", "false", "f", "0"})  # awx/api/filters.py, to_python_boolean
_NULL = frozenset({"null", "none", ""})
# What Django reads beside ISO 8601: single digits, and blanks around the T.
_MOMENT = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[T ]\s*\d{1,2}:\d{1,2}(?::\d{1,2}(?:[.,]\d{1,12})?)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
)


def check_value(field: Field | None, lookup: str, text: str) -> None:
    """Raise `InvalidValue` for a value that the field cannot be compared with. `text` of an `in` has commas."""
    if lookup == "isnull":
        _boolean(text)
    elif field is not None and lookup in _COMPARED:
        for item in text.split(",") if lookup == "in" else [text]:
            if item.strip().lower() not in _NULL:
                _one(field, item)


def _one(field: Field, text: str) -> None:
    match field.type:
        case "boolean":
            _boolean(text)
        case "id" | "integer":
            if not _number(text, int):
                raise InvalidValue(f"{quoted(text)} is no whole number", "")
        case "decimal":
            if not _number(text, float):
                raise InvalidValue(f"{quoted(text)} is no number", "")
        case "date" | "datetime":
            _moment(text)
        case _:
            pass


def _boolean(text: str) -> None:
    if text.lower() not in _BOOLEANS:
        raise InvalidValue(f"{quoted(text)} is neither true nor false", "Write true or false.")


def _number(text: str, of: type[int | float]) -> bool:
    try:
        of(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        found = _MOMENT.fullmatch(text.strip())
        if found is None or not _day(found[1]):
            raise InvalidValue(
                f"{quoted(text)} is no time", "Write 2026-01-31, or 2026-01-31T12:00:00Z."
            ) from None


def _day(text: str) -> bool:
    try:
        date(*map(int, text.split("-")))
    except ValueError:
        return False
    return True
