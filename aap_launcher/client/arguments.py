"""Python's arguments: one of the wrong type is refused, where it would be taken for something else, or break later."""

from __future__ import annotations

import math

from aap_launcher.errors import InvalidInput
from aap_launcher.text.quoting import quoted


def flag(name: str, value: object) -> bool:
    """True or False alone: the text "false" would count as true."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{name}: {quoted(value)} is neither True nor False.")
    return value


def checked_text(name: str, value: object) -> str:
    """A text; of anything else Python would only find out later, and somewhere else."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name}: {quoted(value)} is no text.")
    return value


def seconds(name: str, value: object) -> float:
    """A finite number of seconds, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{name}: {quoted(value)} is no number of seconds.")
    if not 0 <= value <= _LONGEST or math.isnan(value):
        raise InvalidInput(f"{name}: {value} is not from 0 to {_LONGEST} seconds.")
    return value


def most(value: object) -> int | None:
    """`at_most`: how many; None for all."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise InvalidInput(f"at_most: {quoted(value)} is no count. Give a whole number, or leave it out.")
    return value


_LONGEST = 10**9  # some thirty years
