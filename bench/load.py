"""Many launchers at once against one sandbox: each whole and right, and none above its budget of requests.

python -m bench.load [LAUNCHERS]: real processes in GitHub's environment, 200 by default.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.child import ROOT, table
from bench.memory import sandbox
from sandbox.demo import github_environment

LAUNCHERS, EVENTS, RATE = 200, 600, 10.0
STREAMING, IDLE = 62.0, 28.0  # requests a minute, beside a page for every 200 events
LAUNCH = 9  # requests before the first look at the job, and after its end
PAGE = 200
HEAD = (
    "load",
    "launchers",
    "events each",
    "seconds",
    "requests a launcher-minute",
    "the most",
    "a printed line",
    "in all",
)
_REQUEST = re.compile(r"^(?:GET|POST|DELETE) /", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class One:
    """One launcher: requests, seconds, lines of its log, exit code, and whether its log was complete."""

    requests: int
    seconds: float
    lines: int
    code: int
    whole: bool

    def above(self, budget: float, events: int) -> bool:
        """Whether it asked more often than it may."""
        return self.requests > LAUNCH + -(-events // PAGE) + budget * self.seconds / 60

    @property
    def a_minute(self) -> float:
        return self.requests / self.seconds * 60


def main(launchers: int = LAUNCHERS) -> list[str]:
    """Print the table; what misses its target."""
    missed = []
    for name, events, rate, budget in (("streaming", EVENTS, RATE, STREAMING), ("idle", 3, 0.03, IDLE)):
        found = many(launchers, events, rate)
        missed += [f"{name}: exit code {one.code}" for one in found if one.code]
        missed += [f"{name}: a log is not complete" for one in found if not one.whole]
        missed += [
            f"{name}: {one.a_minute:.0f} requests a minute" for one in found if one.above(budget, events)
        ]
        print(table(HEAD, [_row(name, found, events)]), flush=True)
    return missed


def _row(name: str, found: list[One], events: int) -> tuple[str, ...]:
    rates = [one.a_minute for one in found]
    a_line = sum(one.requests for one in found) / sum(one.lines for one in found)
    seconds = statistics.median(one.seconds for one in found)
    told = (f"{events:,}", f"{seconds:.0f}", f"{statistics.median(rates):.0f}", f"{max(rates):.0f}")
    return (name, str(len(found)), *told, f"{a_line:.3f}", f"{sum(one.requests for one in found):,}")


def many(launchers: int, events: int, rate: float) -> list[One]:
    """Start them all at once; how each ended."""
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        _start(url, Path(folder), 0, 100, 0).wait()  # the sandbox records the run that it replays
        running = [
            (_start(url, Path(folder), number, events, rate), time.monotonic())
            for number in range(1, launchers + 1)
        ]
        ends: dict[int, float] = {}
        while len(ends) < len(running):
            ends |= {
                at: time.monotonic()
                for at, (process, _) in enumerate(running)
                if at not in ends and process.poll() is not None
            }
            time.sleep(0.05)
        return [
            _one(Path(folder), at + 1, process.returncode, ends[at] - began)
            for at, (process, began) in enumerate(running)
        ]


def _start(url: str, folder: Path, number: int, events: int, rate: float) -> subprocess.Popen[bytes]:
    own = folder / str(number)
    own.mkdir()
    files = {name: own / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    given = {
        "url": url,
        "token": "ci-bot-token",
        "template": "Replay",
        "extra_vars": f"events: {events}\nrate: {rate}",
    }
    with (own / "log").open("wb") as log, (own / "trace").open("wb") as trace:
        return subprocess.Popen(
            [sys.executable, "entrypoint.py", "launch", "--debug"],
            cwd=ROOT, env=github_environment(given, files), stdin=subprocess.DEVNULL, stdout=log, stderr=trace,
        )  # fmt: skip


def _one(folder: Path, number: int, code: int, seconds: float) -> One:
    own = folder / str(number)
    log = (own / "log").read_text("utf-8")
    requests = len(_REQUEST.findall((own / "trace").read_text("utf-8")))
    return One(requests, seconds, log.count("\n"), code, "log complete" in log)


if __name__ == "__main__":
    sys.exit(bool(main(*(int(argument) for argument in sys.argv[1:2]))))
