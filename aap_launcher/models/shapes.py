"""What a JSON object holds under a name, as the type that is wanted; another type is as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def row(of: object, name: str) -> Row:
    """The object there; empty where there is none."""
    value = of.get(name) if isinstance(of, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def rows(of: object, name: str) -> Sequence[Row]:
    """The objects of the list there."""
    return [each for each in items_at(of, name) if isinstance(each, Mapping)]


def items_at(of: object, name: str) -> Sequence[Any]:
    """The list there."""
    value = of.get(name) if isinstance(of, Mapping) else None
    return value if isinstance(value, list | tuple) else ()


def text_at(of: object, name: str) -> str:
    """The text there; "" where there is none."""
    value = of.get(name) if isinstance(of, Mapping) else None
    return value if isinstance(value, str) else ""


def number_at(of: object, name: str) -> int | None:
    """The integer there; true and false are none."""
    value = of.get(name) if isinstance(of, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def numbers_at(of: object, name: str) -> tuple[int, ...]:
    """The integers of the list there."""
    return tuple(item for item in items_at(of, name) if isinstance(item, int) and not isinstance(item, bool))
