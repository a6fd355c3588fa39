"""Instruction counts against their bounds: `python -m bench.instructions [--write]`.

Time depends on what else a machine does; instructions do not. Valgrind counts those of the process alone (its
cachegrind without caches: the same count as callgrind's, in half the time), with Python's hashes fixed. What a stream
of events costs is the difference between two runs of different length: start and end are in both.

Counts are held as shares of what `import requests, click` takes in the same pass, so that another machine's C library
moves all alike; a bound is 3 % above the count in `instructions.json`. Who raises one says why in the commit.
Another build of the same Python (a distribution's, for one, with other optimizations) spends them on other things: up
to a tenth more on a stream was seen, so there a bound is 15 % above.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

from bench.box import Box, controller
from bench.child import ROOT
from bench.controller.stream import Plan
from bench.peers import commands
from bench.results import table

BOUNDS = Path(__file__).with_suffix(".json")
SLACK, SLACK_OF_ANOTHER_BUILD = 1.03, 1.15
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
_FLOOR = "python -c 'import requests, click'"
_SHORT, _LONG = 200, 1_200  # events of the two runs of which a stream is the difference
_SECRETS = json.dumps({f"db_password_{at}": f"hunter{at}-{at * 7919:x}-correct-horse" for at in range(10)})
_CASES: Mapping[str, tuple[Sequence[str], int]] = {  # name -> arguments of Python, events of the job
    _FLOOR: (("-c", "import requests, click"), 0),
    "--version": (("-m", "aap_launcher", "--version"), 0),
    "a refused value": (("-m", "aap_launcher", "launch", "7", "--verbosity", "loud"), 0),
    "start to the launch's POST and out": (
        ("-m", "aap_launcher", "launch", "7", "--ci", "plain", "--wait", "false"),
        1,
    ),
    "a list of 1,000 hosts": (("-m", "aap_launcher", "hosts", "list", "-o", "jsonl", "--limit", "1000"), 0),
    **{
        f"{ci}, {events} events": (("-m", "aap_launcher", "launch", "7", "--ci", ci, *more), events)
        for ci, more in (("plain", ()), ("github", ("-e", _SECRETS)))
        for events in (_SHORT, _LONG)
    },
}


class Kept(TypedDict):
    """What was counted with one build of a Python, by what was run."""

    build: str
    shares: dict[str, float]


def main() -> int:
    """Count, compare; 1 where a bound is broken."""
    parser = argparse.ArgumentParser("python -m bench.instructions", description=__doc__)
    parser.add_argument("--write", action="store_true", help="take what is counted for the new counts")
    given = parser.parse_args()
    if shutil.which("valgrind") is None:
        required = os.environ.get("AAP_REQUIRE_RUNTIMES") == "1"
        print("instructions: NOT COUNTED, there is no valgrind here (.ci/install-runtimes system)")
        return int(required)
    python = ".".join(map(str, sys.version_info[:2]))
    kept: dict[str, Kept] = json.loads(BOUNDS.read_text()) if BOUNDS.exists() else {}
    counts = count()
    shares = {name: value / counts[_FLOOR] for name, value in counts.items()}
    if given.write:
        new = {name: round(share, 4) for name, share in shares.items() if name != _FLOOR}
        kept[python] = {"build": sys.version, "shares": new}
        BOUNDS.write_text(json.dumps(kept, indent=2) + "\n")
    bounds = bounds_of(kept[python]) if python in kept else {}
    if not bounds:
        print(f"instructions: NOT COMPARED, {BOUNDS.name} has no counts of Python {python}")
    print(table(("what", "million instructions", "of the imports", "bound"), _rows(counts, shares, bounds)))
    complaints = broken(shares, bounds)
    for complaint in complaints:
        print(f"BROKEN  {complaint}")
    return bool(complaints)


def broken(shares: Mapping[str, float], bounds: Mapping[str, float]) -> list[str]:
    """What takes more than its bound, in words."""
    return [
        f"{name}: {shares[name]:.3f}, more than {bound:.3f}"
        for name, bound in bounds.items()
        if shares[name] > bound
    ]


def bounds_of(kept: Kept) -> dict[str, float]:
    """The most that each share may be, in this build of Python."""
    slack = SLACK if kept["build"] == sys.version else SLACK_OF_ANOTHER_BUILD
    return {name: share * slack for name, share in kept["shares"].items()}


def count() -> dict[str, float]:
    """Instructions by what was run; a stream's are those of 1,000 events."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = [(arguments, events, Path(name)) for arguments, events in _CASES.values()]
        found = dict(zip(_CASES, pool.map(lambda task: _counted(*task), tasks), strict=True))
    for ci in ("plain", "github"):
        short, long = found.pop(f"{ci}, {_SHORT} events"), found.pop(f"{ci}, {_LONG} events")
        words = "GitHub, 10 secrets" if ci == "github" else ci
        found[f"1,000 events, {words}"] = (long - short) / (_LONG - _SHORT) * 1_000
    return found


def _counted(arguments: Sequence[str], events: int, folder: Path) -> float:
    with controller(folder) as box:
        return _run(arguments, box, events, folder)


def _run(arguments: Sequence[str], box: Box, events: int, folder: Path) -> float:
    """Once without, so that everything is compiled to bytecode; then counted."""
    log = folder / f"{events}-{'-'.join(arguments)[:60].replace('/', '')}"
    for command in ((), (*_VALGRIND, f"--log-file={log}")):
        if events:
            # It is over before it is first looked at: so it costs the same requests each time.
            box.plan(Plan(events=events, gap=0.0, processing=0.0))
        environment = commands.PLAIN.environment(box.url, AAP_SUMMARY_FILE="")
        subprocess.run(
            [*command, sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
        )
    found = _COUNTED.search(log.read_text())
    assert found is not None
    return float(found[1].replace(",", ""))


def _rows(
    counts: Mapping[str, float], shares: Mapping[str, float], bounds: Mapping[str, float]
) -> list[tuple[str, ...]]:
    return [
        (
            name,
            f"{value / 1e6:,.1f}",
            f"{shares[name]:.3f}",
            f"{bounds[name]:.3f}" if name in bounds else "-",
        )
        for name, value in counts.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
