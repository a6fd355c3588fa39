"""JSON that is nested deeper than anyone reads: a playbook can print or return such, and it must not end the log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

_DEEPEST_READ = 10_000  # levels; 5,000 and more fit into the usual 8 MB of stack
_DEEPEST_KEPT = 100  # what walks, compares and writes the value is recursive
_Value = TypeVar("_Value")


def decoded(decode: Callable[[bytes], _Value], body: bytes) -> _Value:
    """The decoded body; Python's own limit of about 1,000 levels is lifted where it is too low."""
    try:
        return decode(body)
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_DEEPEST_READ)
        try:
            return decode(body)
        finally:
            sys.setrecursionlimit(limit)


def flattened(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """The value with what lies deeper than 100 levels cut off, in place."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST_KEPT):
        level = [inner for holder in level for inner in _inside(holder) if isinstance(inner, dict | list)]
        if not level:
            return value
    for holder in level:
        holder.clear()
    return value


def _inside(holder: Any) -> Any:  # noqa: ANN401 - JSON is anything
    if isinstance(holder, dict):
        return holder.values()
    return holder if isinstance(holder, list) else ()
