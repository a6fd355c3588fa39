"""Blanks that are none: what a web page or an editor puts where YAML wants a space, named with its place."""

from __future__ import annotations

import re
import unicodedata

from aap_launcher.errors import InvalidValue
from aap_launcher.text.quoting import lines

VAULT = "The controller does not decrypt launch variables: use a survey password, or a custom credential."
# No-break and other spaces, zero-width characters, byte order marks: all look like a space, or like nothing.
ODD = "\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff\u00ad"
_AROUND = re.compile(f"^[ \\t-]*[{ODD}]|[{ODD}][ \\t]*(?=[:=#]|$)|(?<=[:=])[ \\t]*[{ODD}]")
_TAB = re.compile(r"^ *\t")
_ODD = re.compile(f"[{ODD}]")


def refuse_blank(text: str) -> None:
    """Raise `InvalidValue` for the first tab that indents, or blank that is none where a blank means something."""
    for at, line in enumerate(lines(text), start=1):
        if _TAB.match(line) and line.strip():
            advice = "Indent with spaces: YAML takes no tabs."
            raise InvalidValue(f"is not valid YAML: line {at} is indented with a tab", advice)
        if found := _AROUND.search(line):
            column = found.end() if found[0] else 1
            wrong = odd(found[0])
            raise InvalidValue(f"{wrong.fault} (line {at}, column {column})", wrong.advice)


def odd_in(text: str) -> str:
    """The first blank that is none in a name, "" without one."""
    found = _ODD.search(text)
    return found[0] if found else ""


def odd(text: str) -> InvalidValue:
    """The text's first blank that is none, by its name."""
    character = odd_in(text)
    name = unicodedata.name(character, "a character that is not seen")
    fault = f"has U+{ord(character):04X} ({name}) where a space should be"
    return InvalidValue(fault, "It looks like a space: type the line anew, or replace it by a space.")
