"""How wide a text is on a terminal: a wide character takes two columns, a combining one none."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


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


def wrapped(line: str, most: int, hanging: int = 2) -> Iterator[str]:
    """The line in pieces that fit, never cut inside a word; the later ones hang below its own indentation."""
    if width(line) <= most:
        yield line
        return
    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    piece = indent
    for word in text.split(" "):
        longer = f"{piece} {word}" if piece.strip() else piece + word
        if piece.strip() and width(longer) > most:
            yield piece.rstrip(" ")
            longer = indent + " " * hanging + word
        piece = longer
    yield piece
