"""`--jq EXPR`: the jq language on each record, by the package `jq`, which is imported only then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aap_launcher.cli.output_formats import Row, encoded
from aap_launcher.errors import InvalidInput
from aap_launcher.text.quoting import quoted


class Expression:
    """A jq expression, known to be one. Raises `InvalidInput` for one that is not, or where jq is missing."""

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            import jq  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            raise InvalidInput(
                "--jq needs the package jq, which is not installed. "
                "Install it (pip install jq), or pipe -o jsonl into the program jq."
            ) from None
        try:
            self._program: Any = jq.compile(text)
        except ValueError as fault:
            raise InvalidInput(f"--jq {quoted(text)}: {_reason(str(fault))}") from None

    def lines(self, values: Iterable[Row]) -> Iterator[str]:
        """What the expression gives for each value: a text as it is, anything else as JSON on one line."""
        for value in values:
            results = iter(self._program.input_text(encoded(value)))
            while True:
                try:
                    found = next(results)
                except StopIteration:
                    break
                except ValueError as fault:
                    raise InvalidInput(self._told(str(fault), value)) from None
                yield (found if isinstance(found, str) else encoded(found)) + "\n"

    def _told(self, fault: str, value: object) -> str:
        number = value.get("id") if isinstance(value, dict) else None
        where = f" (at id {number})" if number else ""
        return f"--jq {quoted(self._text)}{where}: {_reason(fault)}. It is applied to each record, not to the list."


def _reason(fault: str) -> str:
    """The first line of jq's own words, without what stands in each of them."""
    return fault.partition("\n")[0].removeprefix("jq: ").removeprefix("error: ").rstrip(":,")
