"""Values that remember how they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from aap_launcher.errors import InvalidValue


class Number(float):
    """A decimal that remembers how it was written: where text is asked for, 2.50 does not become 2.5."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Read a decimal; raises `InvalidValue` where it is too large for a number."""
        number = super().__new__(cls, text)
        if number in (float("inf"), float("-inf")):
            raise InvalidValue("holds a number that is too large", "Put it in quotes to send it as text.")
        number.text = text
        return number


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A word without quotes that a reader of YAML or JSON would change: 1.10, 0644, 12:30, 2024-01-31, 1e3.

    `value` is what it would arrive as, None where it is no value of JSON. It is sent only where a survey asks for
    text, or for the number that it is in every reading; everywhere else it is refused.
    """

    text: str
    value: int | float | None = None

    def __str__(self) -> str:
        """The word as it was written."""
        return self.text

    @property
    def fault(self) -> str:
        """What is wrong with sending it."""
        becomes = "is not read alike by all" if self.value is None else f"would arrive as {self.value!r}"
        return f"{self.text} without quotes {becomes}"

    @property
    def advice(self) -> str:
        """The forms to write."""
        number = "" if self.value is None else f", {self.value!r} for the number"
        return f'Write "{self.text}" for the text{number}.'
