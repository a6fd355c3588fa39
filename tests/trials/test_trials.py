"""A few of the seeded trials, always the same ones; `make trials` runs them all."""

from __future__ import annotations

import json

import pytest

from tests.trials import launches, pages
from tests.trials.__main__ import KINDS, RESULTS, WRONGS


@pytest.mark.parametrize("seed", range(0, 1000, 25))
def test_a_launch_is_made_once_whatever_becomes_of_its_answer(seed: int) -> None:
    assert launches.trial(seed) == []


@pytest.mark.parametrize("seed", range(0, 500, 25))
def test_nothing_in_between_is_taken_for_the_controller(seed: int) -> None:
    assert pages.trial(seed) == []


def test_every_trial_of_the_last_whole_run_came_out_right() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert {name: result["trials"] for name, result in results.items()} == {
        name: count for name, (_, count) in KINDS.items()
    }
    assert not any(result[wrong] for result in results.values() for wrong in WRONGS)
