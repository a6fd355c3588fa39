"""`make runs`: what Ansible ran for the tests, without what tells of the machine that it ran on, to `tests/runs`."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from tests.runtimes import REAL_RUNS, RECORDED_RUNS

_OF_A_MACHINE = ("ansible_machine_id", "/pytest-of-")  # its facts, and folders that no other run has


def main() -> None:
    RECORDED_RUNS.mkdir(exist_ok=True)
    for path in REAL_RUNS[0].glob("*.gz"):
        text = anywhere(json.loads(gzip.decompress(path.read_bytes())))
        if not any(word in text for word in _OF_A_MACHINE):
            (RECORDED_RUNS / path.name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def anywhere(recording: dict[str, dict[str, dict[str, str]]]) -> str:
    """A recording as JSON, with the paths of no machine."""
    recording["facts"]["job_env"]["PATH"] = "/venv/bin:/usr/bin:/bin"
    text = json.dumps(recording)
    for path, instead in (
        (str(recording["place"]), "/runner"),
        (sys.prefix, "/venv"),
        (str(Path.home()), "/home/runner"),
    ):
        text = text.replace(json.dumps(path)[1:-1], instead)
    return text


if __name__ == "__main__":
    main()
