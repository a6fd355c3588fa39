"""Generated texts that people could type as variables, names or addresses: near enough to be read, and often broken."""

from __future__ import annotations

import json
import random
import string

_NUMBERS = (
    "0", "-0", "1", "-3", "1.10", "1.1", ".5", "1.", "1e3", "1.5e+3", "0644", "0o17", "0x1F", "0b1", "1_000", "12:30",
    "+5", "007", "9" * 25, "9" * 5000, "1.5e999", "2024-01-31", "2024-01-31 10:00:00", ".inf", ".nan", "-.INF", "1.2.3",
)  # fmt: skip
_WORDS = (
    "yes", "No", "ON", "off", "true", "False", "null", "~", "", "y", "n", "app", "b c", "é", "🚀", "=", "<<", "@f", "-",
    "'yes'", '"no"', "'it''s'", '"\\u00e9"', '"\\ud800abcd"', "|-\n  a", ">\n  a\n  b", "&x 1", "*x", "!t 1", "!vault |\n  a",
    "!!str 1", "!!binary aGk=", "!!set {a}", "[" * 70 + "]" * 70, "{a: {b: [1, {c: d}]}}", "[1, 'a', yes]", "{}", "[]",
    "https://[x", "https://aap.example.com/#/templates/job_template/7", "/api/v2/inventories/7/", "a++b", "[+]++", "jobs/" + "9" * 5000,
)  # fmt: skip
_GLUE = (
    ": ", ":", " :", "\n", "\r\n", "\r", "\n  ", "\n\t", "\n- ", "- ", ", ", ",", "{", "}", "[", "]", "=", " = ", " #", "# ",
    "/*", "*/", "//", "---\n", "...\n", "\u00a0", "\u2028", "\x85", "\ufeff", "\u200b", "\x00", "\x1b", "\ud800", '"', "'", "\\", "?", "? ", "|", ">",
    "<<: ", "%YAML 1.1\n", "  ", "\t",
)  # fmt: skip
_KEYS = ("a", "b", "app_version", "db_password", "x-y", "'q'", '"k"', "1", "yes", "<<", "a.b", "ü")


def text(source: random.Random) -> str:
    """One text."""
    match source.randrange(6):
        case 0:
            return "".join(_piece(source) for _ in range(source.randrange(1, 9)))
        case 1:
            return "\n".join(
                f"{source.choice(_KEYS)}: {_piece(source)}" for _ in range(source.randrange(1, 5))
            )
        case 2:
            return "\n".join(
                f"{source.choice(_KEYS)}={_piece(source)}" for _ in range(source.randrange(1, 4))
            )
        case 3:
            return _broken(
                source, json.dumps(_value(source, 3), indent=source.choice((None, 2)), ensure_ascii=False)
            )
        case 4:
            inside = ", ".join(
                f"{source.choice(_KEYS)}: {_piece(source)}" for _ in range(source.randrange(4))
            )
            return _broken(source, f"{{{inside}}}")
        case _:
            return "".join(source.choice(string.printable) for _ in range(source.randrange(12)))


def _piece(source: random.Random) -> str:
    return source.choice(source.choice((_NUMBERS, _WORDS, _GLUE, _KEYS)))


def _value(source: random.Random, deep: int) -> object:
    match source.randrange(7 if deep else 4):
        case 0:
            return source.choice((None, True, False, 0, -1, 1.5, 2**70, 1e-7, 1e22))
        case 1 | 2 | 3:
            return source.choice(_WORDS + _NUMBERS)
        case 4:
            return [_value(source, deep - 1) for _ in range(source.randrange(4))]
        case _:
            return {source.choice(_KEYS): _value(source, deep - 1) for _ in range(source.randrange(4))}


def _broken(source: random.Random, whole: str) -> str:
    """The text as it is half of the time, otherwise with a piece put in or taken out."""
    if source.random() < 0.5:
        return whole
    at = source.randrange(len(whole) + 1)
    if source.random() < 0.5:
        return whole[:at] + source.choice(_GLUE + _NUMBERS) + whole[at:]
    return whole[:at] + whole[at + source.randrange(1, 4) :]
