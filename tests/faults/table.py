"""docs/reliability.md: what came of each row, written by the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.matrix import Result, Row
from tests.faults.peer_rows import TRAPS
from tests.faults.rows import GROUPS, ROWS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"

_HEAD = """\
# What the launcher survives

Each row is a fault that is injected between the real launcher (its container entry, with GitHub's environment) and the
sandbox controller, on every change. `make reliability` runs them and writes this page; nothing here is typed by hand,
and a row that comes out differently from what stands here fails the tests.

*Survived*: the launcher told the job's own verdict. Where it could not (exit 3 to 6), it told why, the job it knows of
and how to attach to it. *Lost*: lines of the job that the log lacks, none of which may stand there twice or out of
place; "-" where the log ends before the job does. *Jobs*: how many the controller made, by its own count. *What the
user read* is a line of the log; job 423 and https://aap.example.com stand for the run's own numbers and addresses.

Seconds are the launcher's. Where waiting would be long its clock goes ten times faster than ours; stops and the rows
marked "real time" run on the real one.
"""


def document(results: Mapping[str, Result]) -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, rows in GROUPS.items():
        parts.append(f"## {title}\n\n{_table(rows, results)}\n")
    parts.append(_traps())
    return "\n".join(parts)


def line(result: Result, *, others: bool) -> str:
    """A row of a table."""
    row = result.row
    cells = [_cell(row.fault), result.survived, result.lost, result.jobs, result.exit, _code(result.read)]
    return "| " + " | ".join([*cells, *([_cell(row.others)] if others else [])]) + " |"


def _table(rows: Sequence[Row], results: Mapping[str, Result]) -> str:
    others = any(row.others for row in rows)
    heads = [
        "Fault",
        "Survived",
        "Lost",
        "Jobs",
        "Exit",
        "What the user read",
        *(["Others"] if others else []),
    ]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *(line(results[row.name], others=others) for row in rows)])


def _traps() -> str:
    lines = [
        "## Traps of the controller's API",
        "",
        "What other launchers fell into, and the row above that steps into it.",
        "",
        "| Trap | Row |",
        "| --- | --- |",
        *(f"| {trap} | {_cell(row_of(beginning).fault)} |" for trap, beginning in TRAPS.items()),
    ]
    return "\n".join([*lines, ""])


def row_of(beginning: str) -> Row:
    """The one row whose fault begins so."""
    (row,) = (row for row in ROWS if row.fault.startswith(beginning))
    return row


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"
