"""One value from one text: every reader returns the value or raises `Wrong` with what to change."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_DURATION = re.compile(r"(?:(?P<d>[0-9]+)d)?(?:(?P<h>[0-9]+)h)?(?:(?P<m>[0-9]+)m)?(?:(?P<s>[0-9]+)s?)?")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_YEAR = 365 * 86400
LARGEST = 2**31 - 1  # the controller's integer columns


class Wrong(ValueError):
    """A text that is not what was asked for: `fault` says what is wrong, `advice` what to change."""

    def __init__(self, fault: str, advice: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.advice = advice


class Number(float):
    """A decimal that remembers how it was written: where text is asked for, 2.10 does not become 2.1."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Read a decimal; raises `Wrong` where it is too large for a number."""
        number = super().__new__(cls, text)
        if number in (float("inf"), float("-inf")):
            raise Wrong("holds a number that is too large", "Put it in quotes to send it as text.")
        number.text = text
        return number


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


def listed(names: Iterable[str], limit: int = 20) -> str:
    """Names with commas between, for a message; a long list is cut."""
    every = [printable(name) for name in names]
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(every[:limit]) + more


def plain(text: str) -> str:
    """Text on one line; raises `Wrong` on white space alone, control characters and broken Unicode."""
    stripped = text.strip(" \t\r\n")
    if text and not stripped:
        raise Wrong("is nothing but white space", "Give a value, or drop the input.")
    for at, character in enumerate(stripped, start=1):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            what = "a line break" if character in "\r\n" else f"the control character U+{ord(character):04X}"
            raise Wrong(f"has {what} at character {at}", "Give it on one line, without control characters.")
    return stripped


def boolean(text: str) -> bool:
    """True or false, in any of the usual spellings and in any case."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Wrong(f"given {quoted(text)}, not a boolean", "Give true or false (also yes, no, on, off, 1, 0).")


def integer(text: str, low: int, high: int = LARGEST) -> int:
    """A whole number within bounds, in ASCII digits."""
    word = text.strip(" \t\r\n")
    bounds = f"at least {low}" if high == LARGEST else f"from {low} to {high}"
    if not re.fullmatch(r"-?[0-9]{1,18}", word):
        raise Wrong(f"given {quoted(text)}, not a whole number", f"Give a whole number, {bounds}.")
    if not low <= int(word) <= high:
        raise Wrong(f"given {word}, out of range", f"Give a whole number, {bounds}.")
    return int(word)


def duration(text: str) -> float:
    """Seconds, from 90, 90s, 15m, 1h30m, 2h or 1d."""
    word = text.strip(" \t\r\n").lower()
    match = _DURATION.fullmatch(word)
    if not word or not match or len(word) > 30:
        raise Wrong(
            f"given {quoted(text)}, not a duration", "Write seconds (90) or units (90s, 15m, 1h30m, 2h)."
        )
    seconds = sum(int(count) * _SECONDS[unit] for unit, count in match.groupdict(default="0").items())
    if seconds > _YEAR:
        raise Wrong(f"given {quoted(text)}, more than a year", "Give a shorter time.")
    return float(seconds)


def moment(text: str, now: datetime) -> str:
    """A time in UTC as the controller writes it, whole seconds: from ISO 8601, or from how long ago it was."""
    try:
        when = _time(text.strip(), now)
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (Wrong, OverflowError):
        fault = f"given {quoted(text)}, neither a time nor how long ago"
        raise Wrong(fault, "Write 2026-01-31T12:00:00Z, or 90s, 15m, 2h.") from None


def _time(word: str, now: datetime) -> datetime:
    try:
        when = datetime.fromisoformat(word)
    except ValueError:
        return now - timedelta(seconds=duration(word))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def choice(text: str, choices: Sequence[str]) -> str:
    """One of the choices, in any case; the choice's own spelling is returned."""
    word = text.strip().lower()
    for known in choices:
        if known.lower() == word:
            return known
    raise Wrong(f"{quoted(text)} is not one of: {', '.join(choices)}", f"Give one of: {', '.join(choices)}.")


def names(text: str) -> tuple[int | str, ...]:
    """Names or ids: a JSON list, one per line, or commas on one line; "" is the empty list.

    Digits alone are an id. A name with commas in it can be given in a JSON list.
    """
    return tuple(dict.fromkeys(name_or_id(item) for item in _items(text)))


def name_or_id(text: str) -> int | str:
    """An id where the text is digits alone, otherwise a name."""
    word = plain(text)
    return integer(word, 1) if re.fullmatch(r"[1-9][0-9]*", word) else word


def paths(text: str) -> tuple[str, ...]:
    """File paths: a JSON list, one per line, or commas on one line."""
    return tuple(plain(item) for item in _items(text))


def lines(text: str) -> list[str]:
    """The text's lines, ended as files end them; str.splitlines knows many more line breaks."""
    return re.split(r"\r\n|\r|\n", text)


def _items(text: str) -> list[str]:
    text = text.strip(" \t\r\n")
    if not text.startswith("["):
        several = lines(text)
        return [part for part in (several if len(several) > 1 else text.split(",")) if part.strip(" \t")]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        fault = "begins with [ but is not a JSON list"
        raise Wrong(fault, 'Write ["one", "two"], or one per line.') from None
    for item in found:
        if isinstance(item, bool) or not isinstance(item, int | str) or item == "":
            fault = f"has {quoted(item)} in the list"
            raise Wrong(fault, "A list holds names (text) and ids (whole numbers).")
    return [str(item) for item in found]


def one_of(words: Collection[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last
