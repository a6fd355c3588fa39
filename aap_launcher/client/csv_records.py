"""The records of a CSV text, each with the line on which it begins; a quote that is not closed is told where it opens.

Python's reader is strict only when it is told so: otherwise such a quote swallows every line below it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from aap_launcher.errors import InvalidInput

_CELL = re.compile(r'"(?:[^"]|"")*(?P<end>"?)|[^,\r\n]*')
_BREAK = re.compile(r"\r\n|\r|\n")


def csv_records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each record. Raises `InvalidInput` with the line of what is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as fault:
            raise _broken(text, begins, str(fault)) from None
        if row is None:
            return
        yield begins, row


def _broken(text: str, begins: int, fault: str) -> InvalidInput:
    opens, closed = _quote(text, begins)
    if not opens:
        return InvalidInput(f"the file is not valid CSV: line {begins}: {fault}; nothing was sent.")
    wrong = (
        "is closed in the middle of a cell: write it twice where it is meant"
        if closed
        else "is never closed: every line below it would belong to that cell"
    )
    return InvalidInput(
        f"the file is not valid CSV: the quote that opens in line {opens} {wrong}; nothing was sent."
    )


def _quote(text: str, begins: int) -> tuple[int, bool]:
    """The line of the wrong quote in the record that begins there, 0 for none; and whether it is closed at all."""
    record = "".join(io.StringIO(text, newline="").readlines()[begins - 1 :])
    at = 0
    while at <= len(record) and (cell := _CELL.match(record, at)):
        line = begins + len(_BREAK.findall(record, 0, at))
        if cell["end"] == "":
            return line, False
        if cell["end"] and record[cell.end() : cell.end() + 1] not in {",", "\r", "\n", ""}:
            return line, True
        at = cell.end() + 1
    return 0, False
