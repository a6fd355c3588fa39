"""A process on a terminal of its own, and what that terminal showed at which moment."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docs.pictures.drawing import HEIGHT, WIDTH, Moment

_ERASED = re.compile(r"^.*\r(?:\x1b\[2K)?", re.DOTALL)  # what the launcher does to its live line
_LEAST = 0.05  # seconds: what comes within them is one moment


def record(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[tuple[float, str]]:
    """Run it to its end; whatever it wrote, with the seconds after its start."""
    ours, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    start = time.monotonic()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal
    ):
        os.close(terminal)
        while chunk := _read(ours):
            yield time.monotonic() - start, chunk.decode(errors="replace").replace("\r\n", "\n")
    os.close(ours)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux: nobody has the other end open any more
        return b""


def played(prompt: str, chunks: Iterator[tuple[float, str]]) -> tuple[list[str], list[Moment]]:
    """The whole lines that came after the prompt, and how many of them stood there when."""
    lines, moments, open_line = [prompt], [Moment(0.0, 1, "")], ""
    for at, chunk in chunks:
        *whole, open_line = (open_line + chunk).split("\n")
        lines += [_ERASED.sub("", line) for line in whole]
        open_line = _ERASED.sub("", open_line)
        if at - moments[-1].at < _LEAST and len(moments) > 1:
            moments.pop()
        moments.append(Moment(at, len(lines), open_line))
    return lines, moments
