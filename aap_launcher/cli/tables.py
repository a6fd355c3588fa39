"""Tables for people: as wide as the terminal, each value on one line, harmless, cut where it must be, by a sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from aap_launcher.cli.output_formats import Row, at, encoded, yaml_text
from aap_launcher.text.visible import visible
from aap_launcher.text.width import fitted
from aap_launcher.text.width import width as columns_of

_GAP = "  "
_MEASURED = 200  # rows that decide the widths; later rows are written as they come
_NARROWEST = 8  # columns of a terminal below which no column is made narrower
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+(Z|[+-]\d\d:\d\d)")


def text_table(rows: Iterable[Row], columns: Sequence[str], *, width: int | None) -> Iterator[str]:
    """A heading and a line for each row; nothing for no rows. `width` None: as wide as it gets."""
    rest = iter(rows)
    first = [[cell(row, column) for column in columns] for row in islice(rest, _MEASURED)]
    if not first:
        return
    widths = narrowed([max(map(columns_of, column)) for column in zip(columns, *first, strict=True)], width)
    for cells in chain([list(columns)], first, ([cell(row, one) for one in columns] for row in rest)):
        yield _line(cells, widths, cut=width is not None)


def record(row: Row, columns: Sequence[str]) -> Iterator[str]:
    """One record, whole: a line for each field, names on the left; what has lines stands below its name."""
    names = columns or [name for name in row if name not in {"related", "summary_fields"}]
    left = max(map(columns_of, names), default=0)
    for name in names:
        lines = _below(at(row, name))
        if not lines:
            yield f"{_padded(visible(name), left)}{_GAP}{cell(row, name)}".rstrip() + "\n"
            continue
        yield f"{visible(name)}\n"
        yield from (f"  {line}".rstrip() + "\n" for line in lines)


def _below(value: object) -> list[str]:
    """The lines of a text or a nested value; none where it fits beside its name."""
    if isinstance(value, str):
        text = value.strip("\n")
        return visible(text).split("\n") if "\n" in text else []
    nested = isinstance(value, Mapping) or (isinstance(value, list) and any(map(_nested, value)))
    return yaml_text(value).rstrip("\n").split("\n") if nested and value else []


def _nested(value: object) -> bool:
    return isinstance(value, Mapping | list)


def cell(row: Row, column: str) -> str:
    """A value for the eye: what a reference leads to by its name, times to the second, lists with commas."""
    value = at(row, column)
    named = at(row, f"summary_fields.{column}") if "." not in column else None
    if isinstance(value, int) and not isinstance(value, bool) and isinstance(named, Mapping):
        value = named.get("name") or named.get("username") or named.get("hostname") or value
    return visible(_words(value)).replace("\n", "␊").replace("\t", " ")


def _words(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return _TIME.sub(r"\1\2", value)
        case {"count": int(), "results": [*rows]}:
            return ", ".join(_words(row) for row in rows)
        case {"name": str(name)}:
            return name
        case [*items] if all(isinstance(item, str | int) for item in items):
            return ", ".join(_words(item) for item in items)
        case _:
            return encoded(value)


def narrowed(wanted: Sequence[int], width: int | None) -> list[int]:
    """The widths of columns so that they fit: the widest give way, one to another, down to a bound."""
    widths = list(wanted)
    if width is None:
        return widths
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = max(widths)
        wide = [index for index, one in enumerate(widths) if one == widest]
        next_widest = max([one for one in widths if one < widest], default=0)
        least = max(next_widest, _NARROWEST)
        excess = sum(widths) - room
        step = min(widest - least, -(-excess // len(wide)))
        for index in wide:
            widths[index] -= max(step, 1)
    return widths


def _line(cells: Sequence[str], widths: Sequence[int], *, cut: bool) -> str:
    shown = [clipped(one, most) if cut else one for one, most in zip(cells, widths, strict=True)]
    padded = [_padded(one, most) for one, most in zip(shown, widths, strict=True)]
    return _GAP.join(padded).rstrip() + "\n"


def _padded(text: str, most: int) -> str:
    return text + " " * (most - columns_of(text))


def clipped(text: str, most: int) -> str:
    """As much as fits, with `…` where something was cut off."""
    if len(text) <= most and text.isascii():
        return text
    if columns_of(text) <= most:
        return text
    return fitted(text, most - 1) + "…"
