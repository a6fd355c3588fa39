r"""Foreign text made harmless and kept readable, for every provider alike.

Kept: printable text, tabs, newlines (`\r\n` is one), and SGR colours (`ESC[...m`), closed at each line's end.
Made visible: every other C0 control and DEL as its picture (U+2400: `␛`, `␍`, `␇`, `␡`); C1 controls, line
and paragraph separators, bidirectional embeddings, overrides and isolates, and lone surrogates as their
escape (`\x9b`, `\u202e`). So one line stays one line for .NET, Ruby, Java and a terminal, read as written.

Conceal (SGR 8) is not a colour: it hides text, and `ESC[8mha:` begins a console note in Jenkins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aap_launcher.text.visible import ACTING, picture

RESET = "\x1b[0m"

# 38 and 48 take arguments, in which an 8 is a colour and not conceal: `38;5;8` is grey.
_COLOUR = r"[34]8;5;[0-9]{1,3}|[34]8;2;[0-9]{1,3};[0-9]{1,3};[0-9]{1,3}"
_PLAIN = r"(?!0*(?:8|[34]8)(?![0-9]))[0-9]{0,3}"
_PARAMETERS = rf"\[(?:(?:{_COLOUR}|{_PLAIN})(?:;|(?=m)))*m"

_SGR = re.compile(rf"\x1b{_PARAMETERS}")
# The set stands first: a regular expression that begins with a set is searched at the speed of the set.
_HOSTILE = re.compile(
    f"[{ACTING}]"
    rf"(?!(?<=\x1b){_PARAMETERS})"
)
_USUAL = re.compile(
    r"\x1b\[(?:[01](?:;3[0-7])?)?m"
)  # what Ansible paints with, and more: needs no closer look
_RESETS = re.compile(r"\x1b\[0*(?:;|m)")
_MOST_OPEN = 8  # colours carried to the next line; more than these cannot be told apart by eye


def readable(text: str, *, colours: bool) -> list[str]:
    """The lines of a foreign text, harmless on any terminal or CI; without SGR unless `colours`."""
    text = text.replace("\r\n", "\n")
    bare = _USUAL.sub("", text) if "\x1b" in text else text
    # A quick look, which takes a fifth of the closer one. Whatever acts is not printable to Python: controls,
    # separators, formats, surrogates; and an ESC that is left is none of a usual colour.
    if bare.replace("\n", "").replace("\t", "").isprintable():
        lines = (text if colours else bare).split("\n")
    else:
        lines = _HOSTILE.sub(picture, text).split("\n")
        lines = lines if colours else [_SGR.sub("", line) for line in lines]
    return list(_closed(lines)) if colours and "\x1b" in text else lines


def heading(text: str) -> str:
    """A foreign text as one line without colours: for titles."""
    return " ".join(readable(text, colours=False)).strip()


def _closed(lines: Iterable[str]) -> Iterator[str]:
    """Each line with its colours closed; one left open is opened again on the next line."""
    carried = ""
    for line in lines:
        if "\x1b" not in line:  # nearly every line of a long output under one colour
            yield f"{carried}{line}{RESET}" if carried else line
            continue
        if line.endswith(RESET):  # nearly every other line
            yield carried + line
            carried = ""
            continue
        coloured = carried + line
        carried = _left_open(coloured)
        yield coloured + RESET if carried else coloured


def _left_open(line: str) -> str:
    if line.endswith(RESET) or "\x1b" not in line:
        return ""
    opened: list[str] = []
    for sequence in _SGR.findall(line):
        if _RESETS.match(sequence):
            opened.clear()
        if not re.fullmatch(r"\x1b\[[0;]*m", sequence):
            opened.append(sequence)
    return "".join(opened[-_MOST_OPEN:])
