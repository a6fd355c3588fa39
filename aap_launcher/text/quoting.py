"""Foreign text in a message: quoted, on one line, nothing invisible; and lists of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable


def quoted(value: object, limit: int = 60) -> str:
    """A value as a message shows it: in quotes, on one line, not too long, nothing invisible."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = printable(text if len(text) <= limit else text[: limit - 3] + "...")
    return f'"{text}"' if isinstance(value, str) else text


def printable(text: str) -> str:
    """The text with line breaks, control and other invisible characters as escapes."""
    if text.isprintable():
        return text
    escape = "unicode_escape"
    return "".join(c if c.isprintable() else c.encode(escape).decode("ascii") for c in text)


def whole(text: str) -> bool:
    """Whether UTF-8 has the text: a byte of a command line that is no UTF-8 is half a surrogate pair to Python."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def joined(names: Iterable[str], limit: int = 20) -> str:
    """Names with commas between, for a message; a long list is cut."""
    every = [printable(name) for name in names]
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(every[:limit]) + more


def lines(text: str) -> list[str]:
    """The text's lines, ended as files end them; str.splitlines knows many more line breaks."""
    return re.split(r"\r\n|\r|\n", text)


def one_of(words: Collection[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last
