"""Numbers that remember how they were written."""

from __future__ import annotations

from typing import Self

from aap_launcher.errors import InvalidValue


class Number(float):
    """A decimal that remembers how it was written: where text is asked for, 2.10 does not become 2.1."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Read a decimal; raises `InvalidValue` where it is too large for a number."""
        number = super().__new__(cls, text)
        if number in (float("inf"), float("-inf")):
            raise InvalidValue("holds a number that is too large", "Put it in quotes to send it as text.")
        number.text = text
        return number
