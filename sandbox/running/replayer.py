"""The life of a job that replays: the playbook behind it is run once in a process, then kept."""

import threading
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.events.eventlog import CallbackWorkers, EventLog
from sandbox.events.plan import Plan
from sandbox.models import Job
from sandbox.running.kept import Keeping, KeptRuns, key_of
from sandbox.running.playbook import PlaybookRun, description_of
from sandbox.running.recorder import Recorder, reserve_event_ids
from sandbox.running.replay import JOB_ID, ROW_ID, Mould, ReplayLog, Stream
from sandbox.state import State

DEFAULT_EVENTS = 1_000
# What each playbook emitted, whichever sandbox of this process ran it: ten seconds of a core each.
_EMITTED: dict[str, list[dict[str, Any]]] = {}
_EMITTING = threading.Lock()


class Replayer:
    def __init__(self, state: State, kept: KeptRuns | None) -> None:
        self._state = state
        self._kept = kept
        self._lock = threading.Lock()
        self._recorded: dict[str, list[Mould]] = {}

    def prepare(self, job: Job, directory: Path, project: Path) -> None:
        """Runs the playbook, unless that was done before."""
        with self._lock:
            if job.playbook not in self._recorded:
                self._recorded[job.playbook] = self._record(job, directory, project)

    def _record(self, job: Job, directory: Path, project: Path) -> list[Mould]:
        log = EventLog(CallbackWorkers(0, seed=0), Plan())
        recorder = Recorder(replace(job, id=JOB_ID), log, self._state.links, lambda: ROW_ID)
        for event in _emitted(job, directory, project, self._kept):
            recorder.record(event)
        return [Mould.of(row) for row in log.rows()]

    def play(self, job: Job) -> str:
        """Emits until the end or the cancel, and answers how the job ended."""
        wanted = job.prompts.extra_vars
        log = self._log(job, int(wanted.get("events", DEFAULT_EVENTS)), float(wanted.get("rate", 0)))
        job.log = log
        if job.cancel_asked.wait(log.duration()):
            log.stop()
            return "canceled"
        return "successful"

    def _log(self, job: Job, count: int, rate: float) -> ReplayLog:
        moulds = self._recorded[job.playbook]
        first = next(index for index, mould in enumerate(moulds) if mould.event == "playbook_on_play_start")
        stream = Stream(tuple(moulds[:first]), tuple(moulds[first:-1]), moulds[-1], count, job.id)
        return ReplayLog(stream, rate, self._state.callback_workers(job.id), reserve_event_ids(count))


def _emitted(job: Job, directory: Path, project: Path, kept: KeptRuns | None) -> list[dict[str, Any]]:
    with _EMITTING:
        events = _EMITTED.get(job.playbook)
        if events is None:
            events, whole = _events(job, directory, project, kept)
            if whole:
                _EMITTED[job.playbook] = events
        return deepcopy(events)  # the recorder of each sandbox writes its own into them


def _events(
    job: Job, directory: Path, project: Path, kept: KeptRuns | None
) -> tuple[list[dict[str, Any]], bool]:
    """Those of the run that was kept, or Ansible's; and whether it was not killed, because its sandbox was closed."""
    # The launch's variables say how much is replayed; the playbook reads none of them.
    plain = replace(job, prompts=replace(job.prompts, extra_vars={}))
    key = key_of(plain, description_of(plain, directory), project) if kept else None
    if kept and key and (found := kept.find(key)):
        return [event for _, event in found.events], True
    run = Keeping(job, PlaybookRun(job, directory), directory)
    events = list(run.events())
    run.stop()
    if kept and key and run.return_code == 0 and (recording := run.recording()):
        kept.keep(key, recording)
    return events, run.return_code == 0
