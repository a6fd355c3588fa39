"""docs/reliability.md: what came of each row, written by the run itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.matrix import Result, Row
from tests.faults.peer_rows import TRAPS
from tests.faults.rows import GROUPS, ROWS
from tests.trials.__main__ import RESULTS

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


def document(results: Mapping[str, Result]) -> str | None:
    """The whole page: rows that were run anew, and of the others what stands there; None where a row is missing."""
    kept = {
        cells[0]: "| " + cells[1]
        for cells in map(_fault_and_rest, DOCUMENT.read_text("utf-8").splitlines())
        if cells
    }
    if any(row.name not in results and _cell(row.fault) not in kept for row in ROWS):
        return None
    parts = [_HEAD]
    for title, rows in GROUPS.items():
        parts.append(f"## {title}\n\n{_table(rows, results, kept)}\n")
    parts += [_trials(), _traps()]
    return "\n".join(parts)


def _trials() -> str:
    """What came of the seeded trials, as `make trials` wrote it down."""
    heads = [
        "Trials",
        "Number",
        "Doubled",
        "Foreign job",
        "Orphaned without a word",
        "Hung",
        "Wrong exit",
        "Lines lost",
    ]
    rows = [[name, *map(str, counts.values())] for name, counts in json.loads(RESULTS.read_text()).items()]
    return "\n".join(
        [
            "## Seeded trials",
            "",
            "Each trial is the launcher against a controller of its own over a real socket, with waits that take no time;",
            "what goes wrong, when and how often is drawn by the trial's number. `make trials` runs all of them, `make test`",
            "each twenty-fifth.",
            "",
            "| " + " | ".join(heads) + " |",
            "|" + " --- |" * len(heads),
            *("| " + " | ".join(row) + " |" for row in rows),
            "",
        ]
    )


def line(result: Result, *, others: bool) -> str:
    """A row of a table."""
    row = result.row
    cells = [_cell(row.fault), result.survived, result.lost, result.jobs, result.exit, _code(result.read)]
    return "| " + " | ".join([*cells, *([_cell(row.others)] if others else [])]) + " |"


def _fault_and_rest(line: str) -> tuple[str, str] | None:
    """A line of a table: its fault, and the line without its first bar."""
    if not line.startswith("| "):
        return None
    return line[2:].partition(" | ")[0], line[2:]


def _table(rows: Sequence[Row], results: Mapping[str, Result], kept: Mapping[str, str]) -> str:
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
    told = (
        line(results[row.name], others=others) if row.name in results else kept[_cell(row.fault)]
        for row in rows
    )
    return "\n".join([*lines, *told])


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
