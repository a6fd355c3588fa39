"""The fault matrix: what this launcher survives, and what it says where it does not."""

from __future__ import annotations

import os
import re

import pytest

from tests.faults.matrix import Matrix, Row
from tests.faults.peer_rows import TRAPS
from tests.faults.rows import GROUPS, ROWS
from tests.faults.table import DOCUMENT, line, row_of

WITH_OTHERS = {row.name for rows in GROUPS.values() if any(row.others for row in rows) for row in rows}


@pytest.mark.sandbox
@pytest.mark.faults
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_row_holds_and_came_out_as_the_table_says(matrix: Matrix, row: Row) -> None:
    came = line(matrix.result(row), others=row.name in WITH_OTHERS)
    if not os.environ.get("WRITE_RELIABILITY"):
        told = [cells(each) for each in committed()]
        assert cells(came) in told, "docs/reliability.md says something else: run make reliability"


@pytest.mark.skipif("WRITE_RELIABILITY" in os.environ, reason="it is being written")
def test_the_table_has_the_rows_that_exist_and_no_other() -> None:
    tables = DOCUMENT.read_text(encoding="utf-8").partition("## Seeded trials")[0]
    said = re.findall(r"^\| (.+?) \| (?:yes|no|refused|stopped|nothing|unknown|timed)", tables, re.MULTILINE)
    assert said == [row.fault.replace("|", "\\|") for row in ROWS]


def test_no_two_rows_have_one_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("beginning", TRAPS.values())
def test_every_trap_has_its_row(beginning: str) -> None:
    assert row_of(beginning).fault.startswith(beginning)


def cells(row: str) -> list[str]:
    """Fault, survived, lost, jobs and exit; the line that the user read is held by the row's own `says`."""
    return row.split(" | ")[:5]


def committed() -> list[str]:
    return DOCUMENT.read_text(encoding="utf-8").splitlines()
