"""A process that is measured: its time, its CPU seconds and its own peak of memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A thin parent: ru_maxrss is inherited over fork and exec, so a fat one would be measured instead of its child.
_WRAPPER = """
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(f"{used.ru_maxrss} {used.ru_utime + used.ru_stime} {code}")
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: seconds on the clock and of CPU, peak memory in MiB, what it printed in bytes, its exit code."""

    wall: float
    cpu: float
    peak: float
    printed: int
    code: int


def measure(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, *, pipe: bool = False
) -> Measured:
    """Run `python ARGUMENTS`; its log goes to /dev/null, or into a pipe that is read at once."""
    notes = folder / "usage"
    command = [sys.executable, "-I", "-S", "-c", _WRAPPER, str(notes), sys.executable, *arguments]
    began = time.perf_counter()
    output = subprocess.PIPE if pipe else subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdout=output, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        printed = 0
        if process.stdout is not None:
            while part := process.stdout.read1(1 << 16):  # type: ignore[attr-defined]
                printed += len(part)
        complaints = process.stderr.read().decode()
    wall = time.perf_counter() - began
    peak, cpu, code = notes.read_text().split()
    if complaints:
        print(complaints, file=sys.stderr)
    return Measured(wall, float(cpu), int(peak) / 1024, printed, int(code))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
