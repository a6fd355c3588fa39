"""The forms of output: records become text, one after the other, however many there are.

The machine's forms keep every value. What could act on a terminal is escaped in the form's own way, so that what
a program reads is what the controller said; a table and names are for eyes, and show it instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from aap_launcher.text.visible import ACTING, visible

Row = Mapping[str, Any]
_ACTING = re.compile(f"[{ACTING}]")
# Text that reads well as a block; one that ends in empty lines would end the document as well.
_BLOCK = re.compile(r"\S.*\n(.*\n)*.*\S\n?")
_TSV = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Form(StrEnum):
    """What `-o` takes."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    YAML = "yaml"
    TSV = "tsv"
    ID = "id"
    NAME = "name"


def encoded(value: object) -> str:
    """JSON on one line. Characters that act on a terminal are escaped: to a program it is the same text."""
    import msgspec

    try:
        text = msgspec.json.encode(value, enc_hook=dict).decode()
    except (UnicodeEncodeError, msgspec.MsgspecError):  # half a surrogate pair
        return json.dumps(value, default=dict)
    return _escaped(text)


def pretty(value: object) -> str:
    """JSON with two blanks for each level."""
    import msgspec

    try:
        return msgspec.json.format(encoded(value), indent=2)
    except msgspec.MsgspecError:  # half a surrogate pair again
        return json.dumps(value, indent=2, default=dict)


def many(
    rows: Iterable[Row], form: Form, columns: Sequence[str] = (), *, name: str = "name"
) -> Iterator[str]:
    """The text of a list, in pieces of whole lines. `name`: the field that names a record."""
    match form:
        case Form.JSON:
            return _json(chosen(rows, columns))
        case Form.JSONL:
            return (encoded(row) + "\n" for row in chosen(rows, columns))
        case Form.YAML:
            return _yaml(chosen(rows, columns))
        case Form.TSV:
            return _tsv(rows, columns)
        case Form.ID:
            return (f"{flat(row.get('id'))}\n" for row in rows)
        case _:
            return (f"{flat(row.get(name))}\n" for row in rows)


def one(row: Row, form: Form, columns: Sequence[str] = (), *, name: str = "name") -> Iterator[str]:
    """The text of one record: an object where `many` writes a list."""
    (picked,) = chosen([row], columns)
    if form is Form.JSON:
        return iter([pretty(picked) + "\n"])
    if form is Form.YAML:
        return iter([yaml_text(dict(picked))])
    return many([row], form, columns, name=name)


def chosen(rows: Iterable[Row], columns: Sequence[str]) -> Iterable[Row]:
    """Each row with these columns alone, all of it without any."""
    return ({column: at(row, column) for column in columns} for row in rows) if columns else rows


def at(row: object, column: str) -> Any:
    """What stands at a column, which may be a path (`summary_fields.organization.name`); None for nothing."""
    for part in column.split("."):
        row = row.get(part) if isinstance(row, Mapping) else None
    return row


def flat(value: object) -> str:
    """A value on one line: text as it is, "" for null, anything else as JSON."""
    text = value if isinstance(value, str) else "" if value is None else encoded(value)
    return visible(text.translate(_TSV)) if not text.isprintable() or "\\" in text else text


def yaml_text(value: object) -> str:
    """YAML in which every text reads back as the text it was."""
    try:
        return _escaped(_dump(value))
    except UnicodeEncodeError:  # half a surrogate pair, which YAML has no way to write
        return _escaped(
            _dump(masked_value(value, lambda text: text.encode("utf-8", "backslashreplace").decode()))
        )


def masked_value(value: Any, hide: Callable[[str], str]) -> Any:
    """The value with secrets hidden in its texts; numbers stay numbers, so that JSON stays JSON."""
    match value:
        case str():
            return hide(value)
        case Mapping():
            return {key: masked_value(inner, hide) for key, inner in value.items()}
        case list() | tuple():
            return [masked_value(inner, hide) for inner in value]
        case _:
            return value


def _json(rows: Iterable[Row]) -> Iterator[str]:
    before = "[\n  "
    for row in rows:
        yield before + pretty(row).replace("\n", "\n  ")  # a text holds no line break here: JSON escapes it
        before = ",\n  "
    yield "[]\n" if before.startswith("[") else "\n]\n"


def _yaml(rows: Iterable[Row]) -> Iterator[str]:
    none = True
    for row in rows:
        none = False
        yield yaml_text([dict(row)])
    if none:
        yield "[]\n"


def _tsv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    yield "\t".join(columns) + "\n"
    for row in rows:
        yield "\t".join(flat(at(row, column)) for column in columns) + "\n"


def _dump(value: object) -> str:
    import yaml

    text: str = yaml.dump(value, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=1_000_000)
    return text


@cache
def _dumper() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        """Text that holds what is escaped afterwards must stand in double quotes, where an escape is read."""

        def ignore_aliases(self, _data: object) -> bool:
            return True

    def text(dumper: Any, data: str) -> Any:
        style = '"' if _ACTING.search(data) else "|" if _BLOCK.fullmatch(data) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, text)
    return Dumper


def _escaped(text: str) -> str:
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if _ACTING.search(text) else text
