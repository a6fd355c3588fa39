"""A small sample of `make fuzz`, the same each time."""

from __future__ import annotations

import random

from tests.fuzz.readers import faults
from tests.fuzz.texts import text


def test_generated_texts_are_read_as_the_reference_reads_them_or_refused_and_never_break_a_reader() -> None:
    source = random.Random(20260131)
    wrong = [
        (given, fault) for given in (text(source) for _ in range(3000)) for fault in faults(given, source)
    ]
    assert wrong == []
