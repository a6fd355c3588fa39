"""Words for people: durations, numbers, lists of names. Text in, text out; nothing is looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `4 min 02 s`, `1 h 05 min`, `2 d 03 h`; a negative number counts as nothing."""
    if 0 < seconds < 0.95:
        return f"{max(seconds, 0.1):.1f} s"
    whole = round(max(seconds, 0.0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    minutes = whole // 60
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60:02} h"


def number(n: float) -> str:
    """A number with thousands separators: `1,204`."""
    return f"{n:,}"


def count(n: int, noun: str, plural: str = "") -> str:
    """`1 event`, `1,204 events`; `plural` where an s is not enough."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def some_of(names: Sequence[str], most: int = 10, total: int | None = None) -> str:
    """`web1, web2 and 34 more`; `total` where `names` is only the beginning of them."""
    shown = [one_line(name, 100) for name in names[:most]]
    more = (len(names) if total is None else total) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def without_escapes(text: str) -> str:
    """The text without terminal escapes, and with plain line ends."""
    if "\x1b" in text:
        text = ESCAPES.sub("", text)
    return text.replace("\r\n", "\n") if "\r" in text else text


def one_line(text: str, most: int = 200) -> str:
    """One line of at most `most` characters, without terminal escapes and runs of blanks; a cut is shown by `…`."""
    room = 4 * most + 200  # as far as it is looked at, so that a long text costs no more
    words = " ".join(without_escapes(text[:room]).split())
    return shortened(f"{words}…" if text[room:].strip() else words, most)


def shortened(text: str, most: int, lines: int = 1_000) -> str:
    """At most `most` characters and `lines` lines; what was cut off is shown by `…`."""
    kept = text.split("\n", lines)
    if len(kept) > lines:
        text = "\n".join(kept[:lines]) + "\n…"
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
