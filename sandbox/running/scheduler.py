"""The task manager: one thread that moves every running workflow on, as the controller's does."""

import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta

from sandbox.launch.nodes import spawn
from sandbox.models import ApprovalJob, Job, WorkflowJob, now
from sandbox.running import graph
from sandbox.state import State

TICK_SECONDS = 0.03
# An approval that is out of time is noticed by a task that looks now and then.
APPROVAL_CHECK_SECONDS = 5.0
UNHANDLED = "No error handling paths found, marking workflow as failed"


class TaskManager:
    def __init__(self, state: State, start: Callable[[Job], None], cancel: Callable[[Job], None]) -> None:
        self._state = state
        self._start = start
        self._cancel = cancel
        self._active: list[WorkflowJob] = []
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._next_check = 0.0

    def submit(self, job: WorkflowJob) -> None:
        with self._state.lock:
            self._active.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="task-manager", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            self._expire_approvals()
            with self._state.lock:
                self._active = [job for job in self._active if job.active]
                workflow_jobs = list(self._active)
            for job in workflow_jobs:
                try:
                    self._advance(job)
                except Exception:  # noqa: BLE001 - the controller's own faults end a workflow as `error`
                    job.result_traceback = traceback.format_exc()
                    self._finish(job, "error")

    def _expire_approvals(self) -> None:
        if time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + self._state.settings.scaled(APPROVAL_CHECK_SECONDS)
        with self._state.lock:
            for job in self._state.jobs.values():
                if isinstance(job, ApprovalJob) and job.status == "pending" and _out_of_time(job):
                    job.status, job.timed_out, job.finished = "failed", True, now()
                    named, seconds = f"{job.name} ({job.id})", job.approval.timeout
                    job.job_explanation = f"The approval node {named} has expired after {seconds} seconds."

    def _advance(self, job: WorkflowJob) -> None:
        if job.status == "pending":
            self._begin(job)
        elif job.cancel_asked.is_set():
            self._end_canceled(job)
        else:
            self._move_on(job)

    def _begin(self, job: WorkflowJob) -> None:
        settings = self._state.settings
        delay = job.plan.pending_seconds + settings.scaled(settings.queue_delay)
        if now() - job.created < timedelta(seconds=delay) or self._is_blocked(job):
            return
        with self._state.changing(job):
            if job.status == "pending":
                job.status, job.started = "running", now()

    def _is_blocked(self, job: WorkflowJob) -> bool:
        template = job.workflow or job.template
        if template is None or template.allow_simultaneous:
            return False
        return any(other.active and other.id < job.id for other in self._state.workflow_jobs(template))

    def _move_on(self, job: WorkflowJob) -> None:
        graph.mark_skipped(job.nodes)
        if graph.done(job.nodes):
            failed = graph.failed(job.nodes)
            job.job_explanation = UNHANDLED if failed else ""
            self._finish(job, "failed" if failed else "successful")
            return
        for node in graph.ready(job.nodes):
            run = spawn(self._state, node)
            if run.active:
                self._start(run)

    def _end_canceled(self, job: WorkflowJob) -> None:
        """What has not begun never will; the workflow ends when everything that runs has ended."""
        runs = [node.job for node in job.nodes if node.job]
        for node in job.nodes:
            if node.job is None:
                node.do_not_run = True
        for run in runs:
            if run.active and run.canceled_on is None:
                self._cancel(run)
        if not any(run.active for run in runs):
            self._finish(job, "canceled")

    def _finish(self, job: WorkflowJob, status: str) -> None:
        with self._state.changing(job):
            if job.active:
                job.status, job.finished = status, now()


def _out_of_time(job: ApprovalJob) -> bool:
    return bool(job.approval.timeout) and now() - job.created >= timedelta(seconds=job.approval.timeout)
