"""How wide a text is on a terminal: a wide character takes two columns, a combining one none."""

from __future__ import annotations

import unicodedata


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
