"""`key=value` words of a command line become JSON: `name=web`, `inputs[username]=root`, `groups[]=a`, `key=@file`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

from aap_launcher.errors import InvalidInput, InvalidValue, Problem
from aap_launcher.inputs.file_text import LARGEST
from aap_launcher.inputs.sendable import faults
from aap_launcher.text.quoting import quoted

_NAME = re.compile(r"[^\[\]=]+(\[[^\[\]=]*\])*")
_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_READ: WeakSet[object] = WeakSet()  # the streams that were read to their end
_WORDS = {"true": True, "false": False, "null": None}


def as_text(value: str) -> str:
    """The value as the text that it is."""
    return value


def typed(value: str) -> object:
    """`true`, `false`, `null` and integers as what they look like; `@FILE` and `@-` as what stands there."""
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    return file_content(value)


def file_content(value: str) -> str:
    """`@FILE` is what stands in the file, `@-` what comes by stdin; `@@text` is `@text`."""
    if not value.startswith("@"):
        return value
    return value[1:] if value.startswith("@@") else read_text(value[1:])


def read_text(path: str) -> str:
    """The text of a file, of stdin for `-`. Raises `InvalidInput`."""
    try:
        if path == "-":
            raw = _stdin()
        else:
            with Path(path).open("rb") as file:
                raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        raise InvalidInput(f"{path}: {getattr(fault, 'strerror', None) or fault}.") from None
    if len(raw) > LARGEST:
        raise InvalidInput(f"{path} is larger than {LARGEST // 1024 // 1024} MiB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InvalidInput(f"{path} is not UTF-8 (byte {fault.start}).") from None


def _stdin() -> bytes:
    """What comes by stdin; it comes once, and a second field would be empty without a word."""
    import sys

    if sys.stdin in _READ:
        raise InvalidInput("stdin was read already: only one field, or -f, can be -.")
    _READ.add(sys.stdin)
    return sys.stdin.buffer.read(LARGEST + 1)


def pairs(words: Iterable[str], reader: Callable[[str], object]) -> list[tuple[str, object]]:
    """(key, value) of each `key=value`. Raises `InvalidInput` that names every word that is none."""
    words = list(words)
    wrong = [word for word in words if not _key(word)]
    if wrong:
        problems = [Problem(quoted(word), "is not KEY=VALUE") for word in wrong]
        raise InvalidInput("not understood; nothing was sent to the controller.", problems)
    split = ((word[: len(_key(word))], word[len(_key(word)) + 1 :]) for word in words)
    return [(key, reader(value)) for key, value in split]


def nested(given: Iterable[tuple[str, object]]) -> dict[str, Any]:
    """`a[b]=1` makes an object, `a[]=1` a list. Raises `InvalidInput` for a key that is two things, or given twice."""
    found: dict[str, Any] = {}
    for key, value in given:
        name, *inner = re.findall(r"^[^\[]+|(?<=\[)[^\]]*(?=\])", key)
        _put(found, [name, *inner], value, key)
    return found


def _put(place: Any, path: list[str], value: object, key: str) -> None:
    name, *rest = path
    if isinstance(place, list):
        if name:
            raise _two_things(key)
        if rest and rest[0] and place and isinstance(place[-1], dict) and rest[0] not in place[-1]:
            _put(place[-1], rest, value, key)  # the next key of the object begun before: a[][x]=1 a[][y]=2
            return
        place.append(_empty(rest) if rest else value)
        if rest:
            _put(place[-1], rest, value, key)
        return
    if not name:
        raise _two_things(key)
    if not rest:
        if name in place:
            raise InvalidInput(f"{key} is given twice; write {key}[]=... for a list.")
        place[name] = value
        return
    inner = place.setdefault(name, _empty(rest))
    if not isinstance(inner, dict | list) or isinstance(inner, list) is bool(rest[0]):
        raise _two_things(key)
    _put(inner, rest, value, key)


def _empty(rest: list[str]) -> dict[str, Any] | list[Any]:
    return {} if rest[0] else []


def _two_things(key: str) -> InvalidInput:
    return InvalidInput(
        f"{quoted(key)} does not go with what was given before: it is a list, an object or a value."
    )


def _key(word: str) -> str:
    """What stands before the first `=` outside of brackets; "" where the word is no pair."""
    found = _NAME.match(word)
    return found[0] if found and word[found.end() :].startswith("=") else ""


def objects(text: str, name: str) -> list[dict[str, Any]]:
    """The objects that a file holds, YAML or JSON: one, a list of them, or one a line. Raises `InvalidInput`."""
    found = _structure(text, name)
    rows: list[Any] = found if isinstance(found, list) else [found]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(
            f"{name} holds no fields. Give a mapping of fields (YAML or JSON), or a list of such."
        )
    return rows


def refuse_changed(
    rows: Sequence[Mapping[str, Any]], name: str, hidden: Collection[str], *, unquoted: bool = True
) -> None:
    """Raise `InvalidInput` with everything in a file that would not arrive as it is written there.

    `hidden`: the fields whose values may not be shown. `unquoted`: whether words that a reader would change are such.
    """
    found: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        before = f"{number}. " if len(rows) > 1 else ""
        for key, value in row.items():
            inside = faults({key: value}, secret=key in hidden, unquoted=unquoted)
            found += [Problem(before + one.field, one.fault, one.advice) for one in inside]
    if found:
        raise InvalidInput(
            f"{name}: not everything would arrive as it is written there; nothing was sent.", found
        )


def _structure(text: str, name: str) -> object:
    from aap_launcher.inputs.variables import read_value

    try:
        return read_value(text)
    except InvalidValue as wrong:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return [_line(line, name, number) for number, line in enumerate(lines, start=1)]
        raise InvalidInput(f"{name} {wrong.fault}\n{wrong.advice}".rstrip()) from None


def _line(line: str, name: str, number: int) -> object:
    from aap_launcher.inputs.exact_json import loads

    try:
        return loads(line)
    except (ValueError, RecursionError) as fault:
        raise InvalidInput(f"{name}, line {number}, is not valid JSON: {fault}") from None
