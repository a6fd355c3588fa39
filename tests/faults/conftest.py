"""Runs the chosen rows beside each other; writes docs/reliability.md when it is asked to."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.matrix import Matrix, Row
from tests.faults.rows import ROWS
from tests.faults.table import DOCUMENT, document


@pytest.fixture(scope="session")
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """The chosen rows; all of them are one worker's (`--dist loadfile`)."""
    running = Matrix(tmp_path_factory.mktemp("faults"), list(_chosen(request.session.items)))
    yield running
    running.close()
    if os.environ.get("WRITE_RELIABILITY") and running.results.keys() >= {row.name for row in ROWS}:
        DOCUMENT.write_text(document(running.results), encoding="utf-8")


def _chosen(items: list[pytest.Item]) -> Iterator[Row]:
    for item in items:
        row = item.callspec.params.get("row") if hasattr(item, "callspec") else None
        if isinstance(row, Row):
            yield row
