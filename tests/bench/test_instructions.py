"""The bounds of instruction counts: what breaks one is told, and where nothing can be counted, that is told as well."""

import os
import subprocess
import sys
from pathlib import Path

from bench.instructions import bounds_of, broken

ROOT = Path(__file__).parents[2]


def test_three_percent_more_are_fine_and_four_are_not() -> None:
    bounds = bounds_of({"build": sys.version, "shares": {"start": 1.0, "stream": 0.2}})
    assert broken({"start": 1.029, "stream": 0.2}, bounds) == []
    assert broken({"start": 1.04, "stream": 0.2}, bounds) == ["start: 1.040, more than 1.030"]


def test_another_build_of_the_same_python_may_take_more() -> None:
    bounds = bounds_of({"build": "3.11.2 (a distribution's)", "shares": {"start": 1.0}})
    assert broken({"start": 1.1}, bounds) == []
    assert broken({"start": 1.16}, bounds) == ["start: 1.160, more than 1.150"]


def without_valgrind(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.instructions"],
        cwd=ROOT,
        env={**os.environ, "PATH": "/nowhere", "AAP_REQUIRE_RUNTIMES": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_valgrind_it_says_that_nothing_was_counted_and_ci_does_not_accept_it() -> None:
    here, ci = without_valgrind(), without_valgrind(AAP_REQUIRE_RUNTIMES="1")
    assert "NOT COUNTED" in here.stdout
    assert here.returncode == 0
    assert "NOT COUNTED" in ci.stdout
    assert ci.returncode == 1
