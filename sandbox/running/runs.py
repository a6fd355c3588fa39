"""The life of a job: pending, waiting, running a real playbook, final."""

import shutil
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.events.eventlog import EventLog
from sandbox.models import (
    AdHocJob,
    ApprovalJob,
    InventoryUpdateJob,
    Job,
    Prompts,
    SystemJob,
    WorkflowJob,
    now,
)
from sandbox.resources import host_metrics
from sandbox.running import commands
from sandbox.running.kept import Keeping, KeptRun, KeptRuns, key_of
from sandbox.running.playbook import PlaybookRun, description_of
from sandbox.running.recorder import Recorder
from sandbox.running.replayer import Replayer
from sandbox.running.scheduler import TaskManager
from sandbox.shapes import outcome
from sandbox.state import State

PLACING_SECONDS = 0.05
# How many runs of workflows are placed at once.
CAPACITY = 4
TICK_SECONDS = 0.02
NODE = "sandbox-1"
HERE = Path(__file__).parent.parent


@dataclass(slots=True)
class Ended:
    status: str
    explanation: str = ""
    traceback: str = ""


class Runs:
    """Runs the jobs of one sandbox, each in a thread that follows the process of its playbook."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept = KeptRuns(*state.settings.kept_runs) if state.settings.kept_runs else None
        self._replayer = Replayer(state, self._kept)
        self._threads: set[threading.Thread] = set()
        self._ending = threading.Event()
        self._capacity = threading.Semaphore(CAPACITY)
        self._task_manager = TaskManager(state, start=self.submit, cancel=self.cancel)

    def submit(self, job: Job) -> None:
        if isinstance(job, WorkflowJob):
            self._task_manager.submit(job)
        elif not isinstance(job, ApprovalJob):  # that one only waits
            self._begin(job)

    def delay_answer(self, job: Job) -> None:
        """As long as the plan of the job says, but not beyond the end of the sandbox."""
        self._ending.wait(job.plan.answer_seconds)

    def _begin(self, job: Job) -> None:
        thread = threading.Thread(target=self._live, args=(job,), name=f"{job.kind}-{job.id}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def cancel(self, job: Job) -> None:
        """Asks for it. A running job stays so until its processes are dead."""
        with self._state.changing(job):
            if job.canceled_on is None:
                job.canceled_on = now()
            if job.status == "pending":
                job.status, job.finished = "canceled", job.canceled_on
        job.cancel_asked.set()

    def shut_down(self) -> None:
        """Kills every playbook and waits until the processes are gone."""
        self._ending.set()
        self._task_manager.stop()
        for job in list(self._state.jobs.values()):
            job.cancel_asked.set()
        for thread in list(self._threads):
            thread.join(timeout=5)

    def _live(self, job: Job) -> None:
        try:
            if self._wait_while_pending(job):
                with self._room(job) as found:
                    if found and self._update_project(job) and self._place(job):
                        self._finish(job, self._run(job))
        except Exception:  # noqa: BLE001 - the controller's own faults end a job as `error`
            self._finish(job, Ended("error", traceback=traceback.format_exc()))
        finally:
            self._threads.discard(threading.current_thread())

    # -- pending ---------------------------------------------------------------------------------------------

    def _wait_while_pending(self, job: Job) -> bool:
        """False when the job ended before its turn came."""
        settings = self._state.settings
        delay = job.plan.pending_seconds + settings.scaled(settings.queue_delay)
        if job.cancel_asked.wait(delay):
            return False
        since = time.monotonic()
        while blocker := self._blocker(job):
            if time.monotonic() - since > settings.scaled(settings.blocked_delay):
                job.job_explanation = f"waiting for job-{blocker.id} to finish"
            if job.cancel_asked.wait(TICK_SECONDS):
                return False
        return True

    def _blocker(self, job: Job) -> Job | None:
        template = job.template
        if template is None or template.allow_simultaneous or job.slice_number:
            return None
        earlier = (other for other in self._state.jobs_of(template) if other.active and other.id < job.id)
        return next(earlier, None)

    @contextmanager
    def _room(self, job: Job) -> Iterator[bool]:
        """A place on the node. Workflows start many runs at once, so theirs wait until there is one."""
        if job.node is None:
            yield True
            return
        while not self._capacity.acquire(timeout=TICK_SECONDS):
            if job.cancel_asked.is_set():
                yield False
                return
        try:
            yield True
        finally:
            self._capacity.release()

    def _update_project(self, job: Job) -> bool:
        project = job.project
        if job.kind != "job" or project is None or not project.update_on_launch:
            return True
        update = self._state.new_job(
            kind="project_update",
            name=project.name,
            prompts=Prompts(),
            organization=project.organization,
            project=project,
            playbook=project.update_playbook,
            created_by=job.created_by,
            launch_type="dependency",
        )
        self._live(update)
        if update.status == "successful" or job.cancel_asked.is_set():
            return not job.cancel_asked.is_set()
        told = f'"job_type": "project_update", "job_name": "{project.name}", "job_id": "{update.id}"'
        self._finish(job, Ended("failed", f"Previous Task Failed: {{{told}}}"))
        return False

    def _place(self, job: Job) -> bool:
        with self._state.changing(job):
            if not job.active:
                return False
            job.status, job.job_explanation = "waiting", ""
        job.cancel_asked.wait(self._state.settings.scaled(PLACING_SECONDS))
        return True

    # -- running ---------------------------------------------------------------------------------------------

    def _run(self, job: Job) -> Ended:
        with self._state.changing(job):
            job.status, job.started, job.execution_node = "running", now(), NODE
            if job.prompts.execution_environment is None:
                environment = self._state.catalog.execution_environments[0]
                job.prompts = replace(job.prompts, execution_environment=environment)
        if job.plan.end_as_error:
            raise RuntimeError("the sandbox was told to end this job as an error")
        directory = self._state.directory / f"{job.kind}_{job.id}"
        if isinstance(job, InventoryUpdateJob | SystemJob):
            pause = self._state.settings.scaled(commands.LINE_SECONDS)
            return Ended(commands.play(job, self._state.links, directory, pause))
        if isinstance(job, AdHocJob):
            return self._play(job, directory, None)
        assert job.project
        project = HERE / job.project.local_path
        shutil.copytree(project, directory / "project")
        if job.template and job.template.replay:
            self._replayer.prepare(job, directory, project)
            return Ended(self._replayer.play(job))
        return self._play(job, directory, project)

    def _play(self, job: Job, directory: Path, project: Path | None) -> Ended:
        """By Ansible, unless the same run was kept."""
        kept = self._kept
        key = key_of(job, description_of(job, directory), project) if kept else None
        if kept is None or key is None:
            return self._follow(job, PlaybookRun(job, directory))
        if recording := kept.find(key):
            return self._follow(job, KeptRun(job, directory, recording))
        keeping = Keeping(job, PlaybookRun(job, directory), directory)
        ended = self._follow(job, keeping)
        if not ended.explanation and (recording := keeping.recording()):
            kept.keep(key, recording)
        return ended

    def _follow(self, job: Job, run: PlaybookRun | KeptRun | Keeping) -> Ended:
        assert isinstance(job.log, EventLog)
        recorder = Recorder(job, job.log, self._state.links)
        timed_out = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(job, run, timed_out), daemon=True)
        watcher.start()
        for event in run.events():
            recorder.record(event)
        watcher.join()
        if timed_out.is_set():
            return Ended("failed", "Job terminated due to timeout")
        if job.cancel_asked.is_set() and run.return_code != 0:
            return Ended("canceled")
        return Ended("successful" if run.return_code == 0 else "failed")

    @staticmethod
    def _watch(job: Job, run: PlaybookRun | KeptRun | Keeping, timed_out: threading.Event) -> None:
        deadline = time.monotonic() + job.prompts.timeout if job.prompts.timeout > 0 else float("inf")
        while run.running():
            if job.cancel_asked.wait(TICK_SECONDS):
                break
            if time.monotonic() > deadline:
                timed_out.set()
                break
        run.stop()

    def _finish(self, job: Job, ended: Ended) -> None:
        with self._state.changing(job):
            job.status = ended.status
            job.finished = now()
            job.job_explanation = ended.explanation
            job.result_traceback = ended.traceback
        if job.kind == "job":
            with self._state.lock:
                host_metrics.count(self._state.store, outcome.automated(job))
