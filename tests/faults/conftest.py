"""Runs the chosen rows beside each other; writes docs/reliability.md when it is asked to."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.matrix import Matrix, Row
from tests.faults.table import DOCUMENT, document


@pytest.fixture(scope="session")
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """The chosen rows; all of them are one worker's (`--dist loadfile`)."""
    running = Matrix(tmp_path_factory.mktemp("faults"), list(_chosen(request.session.items)))
    yield running
    running.close()
    if os.environ.get("WRITE_RELIABILITY"):
        written = document(running.results)
        if written is not None:  # each row was run now, or stands there from a run before
            DOCUMENT.write_text(written, encoding="utf-8")


def _chosen(items: list[pytest.Item]) -> Iterator[Row]:
    for item in items:
        row = item.callspec.params.get("row") if hasattr(item, "callspec") else None
        if isinstance(row, Row):
            yield row
