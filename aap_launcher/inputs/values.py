"""One value from one text: every reader returns the value or raises `InvalidValue` with what to change."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.input import LARGEST
from aap_launcher.text.quoting import lines, quoted

_Choice = TypeVar("_Choice", bound=StrEnum)
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_DURATION = re.compile(r"(?:(?P<d>[0-9]+)d)?(?:(?P<h>[0-9]+)h)?(?:(?P<m>[0-9]+)m)?(?:(?P<s>[0-9]+)s?)?")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_YEAR = 365 * 86400


def single_line(text: str) -> str:
    """Text on one line; raises `InvalidValue` on white space alone, control characters and broken Unicode."""
    stripped = text.strip(" \t\r\n")
    if text and not stripped:
        raise InvalidValue("is nothing but white space", "Give a value, or drop the input.")
    for at, character in enumerate(stripped, start=1):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            what = "a line break" if character in "\r\n" else f"the control character U+{ord(character):04X}"
            raise InvalidValue(
                f"has {what} at character {at}", "Give it on one line, without control characters."
            )
    return stripped


def boolean(text: str) -> bool:
    """True or false, in any of the usual spellings and in any case."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise InvalidValue(
        f"given {quoted(text)}, not a boolean", "Give true or false (also yes, no, on, off, 1, 0)."
    )


def is_boolean(text: str) -> bool:
    """Whether the text is one of a boolean's spellings."""
    return text.strip().lower() in (*_TRUE, *_FALSE)


def integer(text: str, low: int, high: int = LARGEST) -> int:
    """A whole number within bounds, in ASCII digits."""
    word = text.strip(" \t\r\n")
    bounds = f"at least {low}" if high == LARGEST else f"from {low} to {high}"
    if not re.fullmatch(r"-?[0-9]{1,18}", word):
        raise InvalidValue(f"given {quoted(text)}, not a whole number", f"Give a whole number, {bounds}.")
    if not low <= int(word) <= high:
        raise InvalidValue(f"given {word}, out of range", f"Give a whole number, {bounds}.")
    return int(word)


def duration_seconds(text: str) -> float:
    """Seconds, from 90, 90s, 15m, 1h30m, 2h or 1d."""
    word = text.strip(" \t\r\n").lower()
    match = _DURATION.fullmatch(word)
    if not word or not match or len(word) > 30:
        raise InvalidValue(
            f"given {quoted(text)}, not a duration", "Write seconds (90) or units (90s, 15m, 1h30m, 2h)."
        )
    seconds = sum(int(count) * _SECONDS[unit] for unit, count in match.groupdict(default="0").items())
    if seconds > _YEAR:
        raise InvalidValue(f"given {quoted(text)}, more than a year", "Give a shorter time.")
    return float(seconds)


def moment(text: str, now: datetime | None) -> str:
    """A time in UTC as the controller writes it, whole seconds: from ISO 8601, or from how long ago it was."""
    try:
        when = _time(text.strip(), now)
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        fault = f"given {quoted(text)}, neither a time nor how long ago"
        raise InvalidValue(fault, "Write 2026-01-31T12:00:00Z, or 90s, 15m, 2h.") from None


def _time(word: str, now: datetime | None) -> datetime:
    try:
        when = datetime.fromisoformat(word)
    except ValueError:
        if now is None:
            raise
        return now - timedelta(seconds=duration_seconds(word))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def choice(text: str, choices: type[_Choice]) -> _Choice:
    """One of the choices, in any case."""
    try:
        return choices(text.strip().lower())
    except ValueError:
        known = ", ".join(choices)
        raise InvalidValue(f"{quoted(text)} is not one of: {known}", f"Give one of: {known}.") from None


def reference_list(text: str) -> tuple[str, ...]:
    """Names, ids or addresses: a JSON list, one per line, or commas on one line; "" is the empty list.

    A name with commas in it can be given in a JSON list. What a number means, an id or a name, is looked up.
    """
    return tuple(dict.fromkeys(single_line(item) for item in _items(text)))


def paths(text: str) -> tuple[str, ...]:
    """File paths: a JSON list, one per line, or commas on one line."""
    return tuple(single_line(item) for item in _items(text))


def _items(text: str) -> list[str]:
    text = text.strip(" \t\r\n")
    if not text.startswith("["):
        several = lines(text)
        return [part for part in (several if len(several) > 1 else text.split(",")) if part.strip(" \t")]
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        fault = "begins with [ but is not a JSON list"
        raise InvalidValue(fault, 'Write ["one", "two"], or one per line.') from None
    for item in found:
        if isinstance(item, bool) or not isinstance(item, int | str) or item == "":
            fault = f"has {quoted(item)} in the list"
            raise InvalidValue(fault, "A list holds names (text) and ids (whole numbers).")
    return [str(item) for item in found]
