"""A log of any length: the launcher's memory and CPU beside the bare download of the same pages.

The events are replayed from one real run; the sandbox is a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.child import ROOT, Measured, measure, table

COUNTS = (1_000, 10_000, 100_000)
MOST_MEMORY = 45.0  # MiB, whatever the count
MOST_CPU = 2.6  # CPU seconds of the launcher for one of the bare download, at the largest count


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """A sandbox in a process of its own; its URL."""
    command = [sys.executable, "-m", "sandbox", "--speed", "10", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[3]
        finally:
            process.terminate()


def environment(url: str) -> dict[str, str]:
    """What the launcher is given."""
    return {"PATH": os.environ["PATH"], "AAP_URL": url, "AAP_TOKEN": "ci-bot-token"}


def main() -> list[str]:
    """Print the table; what misses its target."""
    rows, missed, ratio = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder, sandbox() as url:
        _launch(url, 1_000, Path(folder), pipe=False)  # the sandbox records the run that it replays
        for job, count in enumerate(COUNTS):
            silent = _launch(url, count, Path(folder), pipe=False)
            floor = _floor(url, 2 * job + 2, count, Path(folder))
            piped = _launch(url, count, Path(folder), pipe=True)
            ratio = silent.cpu / floor.cpu
            rows.append(_row(count, silent, piped, floor))
            missed += [
                f"{count:,} events: {run.peak:.1f} MiB, more than {MOST_MEMORY}"
                for run in (silent, piped)
                if run.peak > MOST_MEMORY
            ]
            missed += [
                f"{count:,} events: exit code {run.code}" for run in (silent, piped, floor) if run.code
            ]
        if ratio > MOST_CPU:
            missed.append(f"CPU: {ratio:.1f} times the bare download, more than {MOST_CPU}")
    head = (
        "events",
        "peak MiB, to /dev/null",
        "peak MiB, to a pipe",
        "bare download",
        "CPU s",
        "CPU s, bare",
        "ratio",
        "log MB",
    )
    print(table(head, rows))
    return missed


def _launch(url: str, count: int, folder: Path, *, pipe: bool) -> Measured:
    arguments = ["-m", "aap_launcher", "launch", "Replay", "-e", f"events={count}", "--ci", "plain"]
    return measure(arguments, environment(url), folder, pipe=pipe)


def _floor(url: str, job: int, count: int, folder: Path) -> Measured:
    events = f"{url}/api/v2/jobs/{job}/job_events/"
    return measure(["-m", "bench.floor", events, str(count)], environment(url), folder)


def _row(count: int, silent: Measured, piped: Measured, floor: Measured) -> tuple[str, ...]:
    peaks = (f"{run.peak:.1f}" for run in (silent, piped, floor))
    cpu = (f"{silent.cpu:.2f}", f"{floor.cpu:.2f}", f"{silent.cpu / floor.cpu:.1f}")
    return (f"{count:,}", *peaks, *cpu, f"{piped.printed / 1e6:.1f}")


if __name__ == "__main__":
    sys.exit(bool(main()))
