"""Numbers in the spelling in which they arrive."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from aap_launcher.errors import InvalidValue
from aap_launcher.models.as_written import Number, Unquoted

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.(?:0|[0-9]*[1-9])")
_LONGEST = 1000  # digits; Python converts no more than 4,300


def canonical(text: str) -> int | Number | None:
    """The number that the text is, None where it would be written otherwise when it arrives.

    Raises `InvalidValue` for one that is too large.
    """
    if _INTEGER.fullmatch(text):
        if len(text) > _LONGEST:
            raise InvalidValue("holds a number that is too large", "Put it in quotes to send it as text.")
        return int(text)
    if len(text) > _LONGEST:
        return None
    if _DECIMAL.fullmatch(text) and _survives(text):
        return Number(text)
    try:
        return Number(text) if repr(float(text)) == text and math.isfinite(float(text)) else None
    except ValueError:
        return None


def json_number(text: str) -> int | Number | Unquoted:
    """A number of JSON: the same rule. Raises `InvalidValue` for one that is too large."""
    if (number := canonical(text)) is not None:
        return number
    value = Number(text) if len(text) <= _LONGEST else math.inf
    if not math.isfinite(value):
        raise InvalidValue("holds a number that is too large", "Put it in quotes to send it as text.")
    return Unquoted(text, int(text) if re.fullmatch("-?[0-9]+", text) else float(value))


def _survives(text: str) -> bool:
    """Whether every digit is still there in the number that arrives."""
    return math.isfinite(float(text)) and Decimal(text) == Decimal(repr(float(text)))
