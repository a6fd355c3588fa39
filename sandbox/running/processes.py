"""Ends a whole tree of processes, also those which moved to a session of their own (ansible's workers do)."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def _parents() -> dict[int, int]:
    """Parent of each process of this machine."""
    proc = Path("/proc")
    if not (proc / "self" / "stat").exists():
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        return {
            int(pid): int(parent) for pid, parent in (line.split() for line in listing.stdout.splitlines())
        }
    parents = {}
    for entry in proc.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # id, name in brackets (it may contain anything), state, parent
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return parents


def descendants(root: int) -> list[int]:
    """All processes below the given one, parents before their children."""
    parents = _parents()
    found = [root]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found[1:]


def kill_descendants(root: int) -> None:
    """Stops them first, so that none can start another one while they are being killed."""
    stopped: set[int] = set()
    while new := set(descendants(root)) - stopped:
        _signal(new, signal.SIGSTOP)
        stopped |= new
    _signal(stopped, signal.SIGKILL)


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
