"""Each twenty-fifth of the signals of `make trials`, on every change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.trials.signals import trial


def test_a_signal_in_any_phase_ends_the_launcher_in_time_and_by_its_number() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert {seed: wrong for seed, wrong in enumerate(pool.map(trial, range(0, 500, 25))) if wrong} == {}
