"""Finished runs, kept by what went into them: the same run again need not be Ansible's work again.

For tests whose subject is the launcher. A run is the same when its project's files, its playbook, inventory, variables,
passwords and options are, and the versions of Ansible. What was canceled or timed out is never kept.
"""

import gzip
import hashlib
import importlib.metadata
import json
import os
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.models import Job, now
from sandbox.running.playbook import PlaybookRun, variables_of

# Variables that tell a playbook which job, or whose launch, it is; a project that looks at them is run each time.
_OF_THE_JOB = ("awx_", "tower_", "aap_launcher_id")
_MOST_BYTES = 50_000_000  # of JSON; on the disk a twentieth of it
# What lasted longer was launched to last, and to be canceled: a crowded machine only let it come to its end.
_MOST_SECONDS = 300.0
# A longer one between two events was the machine's of that day, or a pause that nobody has to sit through again.
_LONGEST_PAUSE = 1.0
# A shorter one is Ansible's work, which is not done again: a fifth of it, so that the order of what comes close stays.
_SHORTEST_PAUSE, _FASTER = 0.7, 5.0


class KeptRuns:
    """Kept in the first directory, found in any."""

    def __init__(self, directory: Path, *others: Path) -> None:
        self._directory = directory
        self._all = (directory, *others)

    def find(self, key: str) -> "Recording | None":
        for directory in self._all:
            try:
                return Recording(**json.loads(gzip.decompress((directory / f"{key}.gz").read_bytes())))
            except (OSError, EOFError):
                continue
        return None

    def keep(self, key: str, recording: "Recording") -> None:
        text = json.dumps({name: getattr(recording, name) for name in Recording.__slots__}).encode()
        seconds = sum(pause for pause, _ in recording.events)
        if len(text) > _MOST_BYTES or seconds > _MOST_SECONDS:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        unfinished = self._directory / f"{key}.{os.getpid()}.{threading.get_ident()}"
        unfinished.write_bytes(gzip.compress(text, 1))
        unfinished.replace(self._directory / f"{key}.gz")


class Recording:
    """What a run emitted, each event with the seconds since the one before."""

    __slots__ = ("events", "facts", "place", "return_code", "stdout")

    def __init__(
        self, events: list[Any], facts: dict[str, Any], place: str, return_code: int, stdout: str
    ) -> None:
        self.events = events
        self.facts = facts
        """`job_args`, `job_cwd` and `job_env`."""
        self.place = place
        """The directory in which it ran, which they name."""
        self.return_code = return_code
        self.stdout = stdout


def key_of(job: Job, description: dict[str, Any], project: Path | None) -> str | None:
    """None for what must be run each time; a single module has no project."""
    content = _content(project) if project else ""
    if content is None:
        return None
    told = {name: value for name, value in variables_of(job).items() if not name.startswith(_OF_THE_JOB)}
    options = {
        name: value
        for name, value in description.items()
        if name not in {"private_data_dir", "ident", "envvars"}
    }
    versions = [importlib.metadata.version(name) for name in ("ansible-core", "ansible-runner")]
    text = json.dumps([content, told, options, versions], sort_keys=True, default=str)
    text = text.replace(sys.executable, "python")  # a checkout elsewhere has the same runs
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def _content(project: Path) -> str | None:
    """The hash of all files of a project; None when one of them looks at which job it is part of."""
    whole = hashlib.sha256()
    for path in sorted(project.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            if any(name.encode() in content for name in _OF_THE_JOB):
                return None
            whole.update(f"{path.relative_to(project)}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()


class KeptRun:
    """A kept run, emitted again with its pauses, but for Ansible's start and work; in form a `PlaybookRun`."""

    def __init__(self, job: Job, directory: Path, recording: Recording) -> None:
        self._job = job
        self._recording = recording
        self._over = threading.Event()
        self.return_code: int | None = None
        for name, value in recording.facts.items():
            moved = json.dumps(value).replace(recording.place, str(directory))
            setattr(job, name, json.loads(moved))
        output = directory / "artifacts" / str(job.id) / "stdout"
        output.parent.mkdir(parents=True)
        output.write_bytes(recording.stdout.encode("utf-8", "surrogateescape"))
        job.runner_stdout = str(output)

    def events(self) -> Iterator[dict[str, Any]]:
        for number, (pause, event) in enumerate(self._recording.events):
            if self._over.wait(_replayed(pause) if number else 0):
                self.return_code = 254
                return
            yield {**event, "created": now().isoformat()}
        self.return_code = self._recording.return_code
        self._over.set()

    def running(self) -> bool:
        return not self._over.is_set()

    def stop(self) -> None:
        self._over.set()


def _replayed(pause: float) -> float:
    return min(pause, _LONGEST_PAUSE) if pause >= _SHORTEST_PAUSE else pause / _FASTER


class Keeping:
    """A run by Ansible that is listened to, so that it can be kept when it has ended by itself."""

    def __init__(self, job: Job, run: PlaybookRun, directory: Path) -> None:
        self._job = job
        self._run = run
        self._directory = directory
        self._events: list[Any] = []

    def events(self) -> Iterator[dict[str, Any]]:
        last = now()
        for event in self._run.events():
            moment = now()
            self._events.append([(moment - last).total_seconds(), json.loads(json.dumps(event))])
            last = moment
            yield event

    @property
    def return_code(self) -> int | None:
        return self._run.return_code

    def running(self) -> bool:
        return self._run.running()

    def stop(self) -> None:
        self._run.stop()

    def recording(self) -> Recording | None:
        job = self._job
        if job.cancel_asked.is_set() or self._run.return_code is None or job.runner_stdout is None:
            return None
        stdout = Path(job.runner_stdout).read_bytes().decode("utf-8", "surrogateescape")
        facts = {name: getattr(job, name) for name in ("job_args", "job_cwd", "job_env")}
        return Recording(self._events, facts, str(self._directory), self._run.return_code, stdout)
