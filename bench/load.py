"""Many launchers at once against one sandbox: each whole and right, and none above its budget of requests.

python -m bench.load [LAUNCHERS]: 200 by default, in threads of four processes.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

from bench.child import ROOT, table
from bench.launchers import Launched, launch
from bench.memory import sandbox

LAUNCHERS, PROCESSES = 200, 4
STREAMING, IDLE = 62.0, 28.0  # requests a minute, beside a page for every 200 events
LOADS = (
    ("streaming", 600, 10.0, STREAMING),
    ("idle", 3, 0.03, IDLE),
)  # name, events, events a second, budget
HEAD = (
    "load",
    "launchers",
    "events",
    "seconds",
    "came within s",
    "requests a minute",
    "the most",
    "a line",
    "in all",
)


def main(launchers: int = LAUNCHERS) -> list[str]:
    """Print the tables; what misses its target."""
    missed = []
    for name, events, rate, budget in LOADS:
        found = many(launchers, events, rate)
        missed += [f"{name}: exit code {one.code}" for one in found if one.code]
        missed += [f"{name}: a log is not complete" for one in found if not one.whole]
        missed += [f"{name}: launched {one.posts} times" for one in found if one.posts != 1]
        missed += [
            f"{name}: {one.a_minute:.0f} requests a minute" for one in found if one.above(budget, events)
        ]
        print(table(HEAD, [_row(name, found, events)]), flush=True)
    return missed


def _row(name: str, found: list[Launched], events: int) -> tuple[str, ...]:
    rates = [one.a_minute for one in found]
    requests = sum(one.requests for one in found)
    came = [one.came for one in found]
    numbers = (
        f"{statistics.median(one.seconds for one in found):.0f}",
        f"{max(came) - min(came):.1f}",
        f"{statistics.median(rates):.0f}",
        f"{max(rates):.0f}",
        f"{requests / sum(one.lines for one in found):.3f}",
        f"{requests:,}",
    )
    return (name, str(len(found)), f"{events:,}", *numbers)


def many(launchers: int, events: int, rate: float) -> list[Launched]:
    """Start them all at once; how each ended."""
    with sandbox() as url:
        launch(url, 100, 0)  # the sandbox records the run that it replays
        share = [launchers // PROCESSES + (at < launchers % PROCESSES) for at in range(PROCESSES)]
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.launchers", str(count), url, str(events), str(rate)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for count in share
        ]
        told = [line for process in running for line in process.communicate()[0].splitlines()]
    if broken := [process.returncode for process in running if process.returncode]:
        sys.exit(f"the launchers' processes ended with {broken}")
    return [Launched(**json.loads(line)) for line in told]


if __name__ == "__main__":
    sys.exit(bool(main(*(int(argument) for argument in sys.argv[1:2]))))
