"""How wide a text is on a terminal: a wide character takes two columns, a combining one none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_COLUMNS = re.compile(r".*\S {2,}(?=\S)")  # what stands before the last column of a line


def width(text: str) -> int:
    """Columns that a text takes."""
    return len(text) if text.isascii() else sum(map(columns, text))


def columns(character: str) -> int:
    """Columns that one character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitted(text: str, most: int) -> str:
    """As much of a line as fits."""
    used = 0
    for at, character in enumerate(text):
        used += columns(character)
        if used > most:
            return text[:at]
    return text


def fitted_progress(text: str, most: int) -> str:
    """As much of a live line as fits; the numbers and times behind its last " · " are kept before the words."""
    if width(text) <= most:
        return text
    head, tail = text, ""
    while True:
        words, dot, last = head.rpartition(" · ")
        if not dot or width(dot + last + tail) > most // 2:
            break
        head, tail = words, dot + last + tail
    return f"{fitted(head, most - width(tail) - 1)}…{tail}" if tail else fitted(text, most)


def wrapped(line: str, most: int) -> Iterator[str]:
    """The line in pieces that fit, never cut inside a word.

    The later ones hang below the line's last column in its first half (columns are two blanks apart), or by two below
    its indentation: where there is no such column, or a word is too wide for it.
    """
    if width(line) <= most:
        yield line
        return
    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    hanging = _hanging(line, indent, most)
    piece = indent
    for word in text.split(" "):
        longer = f"{piece} {word}" if piece.strip() else piece + word
        if piece.strip() and width(longer) > most:
            yield piece.rstrip(" ")
            longer = hanging + word
        piece = longer
    yield piece


def _hanging(line: str, indent: str, most: int) -> str:
    found = _COLUMNS.match(fitted(line, most // 2 + 1))
    before = width(found[0]) if found else 0
    fits = before + max(map(width, line.split()), default=0) <= most
    return " " * before if before and fits else indent + "  "
