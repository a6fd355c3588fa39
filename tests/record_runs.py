"""`make runs`: what Ansible ran for the tests, without what tells of the machine that it ran on, to `tests/runs`."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from tests.runtimes import REAL_RUNS, RECORDED_RUNS

_OF_A_MACHINE = ("ansible_machine_id", "/pytest-of-")  # its facts, and folders that no other run has
# The facts that are the same on every machine which runs the tests, or tell nothing of it.
_OF_ALL = ("ansible_architecture", "ansible_distribution", "ansible_fips", "ansible_local", "ansible_lsb",
           "ansible_os_family", "ansible_pkg_mgr", "ansible_python", "ansible_service_mgr", "ansible_system", "gather_subset", "module_setup")  # fmt: skip


def main() -> None:
    RECORDED_RUNS.mkdir(exist_ok=True)
    for path in REAL_RUNS[0].glob("*.gz"):
        text = anywhere(json.loads(gzip.decompress(path.read_bytes())))
        if not any(word in text for word in _OF_A_MACHINE):
            (RECORDED_RUNS / path.name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def anywhere(recording: dict[str, Any]) -> str:
    """A recording as JSON, with the paths of no machine."""
    recording["facts"]["job_env"]["PATH"] = "/venv/bin:/usr/bin:/bin"
    for _, event in recording["events"]:
        result = event.get("event_data", {}).get("res", {})
        if isinstance(result, dict) and "ansible_machine_id" in result.get("ansible_facts", {}):
            facts = result["ansible_facts"]
            result["ansible_facts"] = {name: facts[name] for name in _OF_ALL if name in facts}
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
