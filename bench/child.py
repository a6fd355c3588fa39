"""A process that is measured: when each line came, its time on the clock and of CPU, and its own peak of memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_MARK = re.compile(rb"#e(\d+)#")

# A thin parent: ru_maxrss is inherited over fork and exec, so a fat one would be measured instead of its child.
_WRAPPER = """
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(f"{used.ru_maxrss} {used.ru_utime + used.ru_stime} {code}")
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `began`, `ended` by the machine's monotonic clock; CPU in seconds, `peak` in MiB."""

    began: float
    ended: float
    cpu: float
    peak: float
    code: int
    printed: int  # bytes
    came: tuple[tuple[int, float], ...] = field(repr=False)  # (counter, when), as printed

    @property
    def wall(self) -> float:
        """Seconds from start to end."""
        return self.ended - self.began


def measure(command: Sequence[str], environment: Mapping[str, str], *, marks: bool = True) -> Measured:
    """Run it with its stdout in a pipe that is read at once; `marks`: look for the events' counters in it."""
    with tempfile.NamedTemporaryFile() as notes:
        wrapped = [sys.executable, "-I", "-S", "-c", _WRAPPER, notes.name, *command]
        began = time.monotonic()
        with subprocess.Popen(
            wrapped, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            pieces, printed = _pieces(process.stdout.fileno(), keep=marks)
        ended = time.monotonic()
        peak, cpu, code = Path(notes.name).read_text().split()
    return Measured(began, ended, float(cpu), int(peak) / 1024, int(code), printed, _came(pieces))


def _pieces(descriptor: int, *, keep: bool) -> tuple[list[tuple[float, bytes]], int]:
    """What comes, and when, to the end."""
    pieces, printed = [], 0
    while piece := os.read(descriptor, 1 << 16):
        printed += len(piece)
        if keep:
            pieces.append((time.monotonic(), piece))
    return pieces, printed


def _came(pieces: Sequence[tuple[float, bytes]]) -> tuple[tuple[int, float], ...]:
    """The events' counters in the order in which they came; one may stand across two pieces."""
    ends, at = [], 0
    for _, piece in pieces:
        at += len(piece)
        ends.append(at)
    whole = b"".join(piece for _, piece in pieces)
    return tuple(
        (int(found[1]), pieces[bisect_left(ends, found.end())][0]) for found in _MARK.finditer(whole)
    )
