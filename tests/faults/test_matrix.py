"""The fault matrix: what this launcher survives, and what it says where it does not."""

from __future__ import annotations

import pytest

from tests.faults.matrix import Matrix, Row
from tests.faults.rows import ROWS

pytestmark = [pytest.mark.sandbox, pytest.mark.faults]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_row_holds(matrix: Matrix, row: Row) -> None:
    matrix.result(row)
