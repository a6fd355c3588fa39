"""Start-up beside the imports that any client with click and requests must make, in turn: noise falls on all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from bench.child import ROOT, table

ROUNDS = 15
FLOOR = ("-c", "import requests, click")
COMMANDS = {
    "`python -c 'import requests, click'`": FLOOR,
    "`aap-launcher --version`": ("-m", "aap_launcher", "--version"),
    "`aap-launcher --help`": ("-m", "aap_launcher", "--help"),
    "`aap-launcher launch --help`": ("-m", "aap_launcher", "launch", "--help"),
    "a refused input (exit 2)": ("-m", "aap_launcher", "launch", "Deploy", "--verbosity", "loud"),
}
MOST = 1.5  # times the floor


def main() -> list[str]:
    """Print the table; what misses its target."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            times[name].append(_seconds(arguments))
    medians = {name: statistics.median(found) for name, found in times.items()}
    floor, *_ = medians.values()
    rows = [
        (name, f"{median * 1000:.0f}", f"{min(times[name]) * 1000:.0f}", f"{median / floor:.2f}")
        for name, median in medians.items()
    ]
    print(table(("command", "median ms", "best ms", "of the imports"), rows))
    return [
        f"{name}: {median / floor:.2f} times the imports"
        for name, median in medians.items()
        if median / floor > MOST
    ]


def _seconds(arguments: tuple[str, ...]) -> float:
    environment = {"PATH": os.environ["PATH"]}
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(bool(main()))
