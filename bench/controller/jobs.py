"""Jobs and workflow jobs: where each stands is a formula of the time since its launch."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.controller.stream import Plan, Stream

QUEUED = 0.15  # seconds on a quiet controller
_ZERO = datetime(2026, 11, 22, 10, tzinfo=UTC)
Row = dict[str, object]


class Job:
    """One run of one plan; it begins when `launch` is called, or `delay` seconds later as a workflow's node."""

    type, collection = "job", "jobs"

    def __init__(self, number: int, plan: Plan, *, name: str = "Deploy the shop") -> None:
        self.number, self.plan, self.name = number, plan, name
        self.stream = Stream(plan, number)
        self.runs_at = float("inf")

    def launch(self, delay: float = 0.0) -> None:
        """It is asked for now."""
        self.runs_at = time.monotonic() + (self.plan.pending + QUEUED + delay) / self.plan.speed

    @property
    def now(self) -> float:
        """Seconds since it began to run; negative while it is queued."""
        return (time.monotonic() - self.runs_at) * self.plan.speed

    @property
    def final(self) -> float:
        """When its status is final, on the scale of `now`."""
        return self.stream.emitted + self.plan.gap

    @property
    def processed(self) -> float:
        """When the controller says that every event is stored."""
        return max(self.final + self.plan.processing, self.stream.last)

    @property
    def status(self) -> str:
        """The controller's word."""
        if self.now < 0:
            return "pending"
        if self.now < self.final:
            return "running"
        return "failed" if self.plan.shape.failing else "successful"

    @property
    def url(self) -> str:
        """Its API path."""
        return f"/api/v2/{self.collection}/{self.number}/"

    def detail(self) -> Row:
        """Its page."""
        ended = self.now >= self.final
        hosts = {"failures" if self.plan.shape.failing else "ok": self.plan.shape.hosts}
        return {
            **self.stub(),
            "url": self.url,
            "related": {"cancel": f"{self.url}cancel/", "stdout": f"{self.url}stdout/", **self._events()},
            "summary_fields": {
                "unified_job_template": {"id": 7, "name": "Deploy", "unified_job_type": self.type},
                "project": {"id": 1, "name": "Shop playbooks"},
                "inventory": {"id": 1, "name": "Shop"},
            },
            "created": _ZERO.isoformat(),
            "started": _ZERO.isoformat() if self.now >= 0 else None,
            "finished": (_ZERO + timedelta(seconds=self.final)).isoformat() if ended else None,
            "job_explanation": "",
            "result_traceback": "",
            "event_processing_finished": self.now >= self.processed,
            "host_status_counts": hosts if ended and self.type == "job" else None,
            "artifacts": {},
            "launched_by": {"id": 2, "name": "ci-bot", "type": "user"},
            "unified_job_template": 7,
            "job_template": 7,
            "scm_revision": "0123456789abcdef",
            "limit": "",
        }

    def stub(self) -> Row:
        """What a list or a node tells of it."""
        elapsed = round(max(min(self.now, self.final), 0.0), 3)
        return {
            "id": self.number,
            "type": self.type,
            "name": self.name,
            "status": self.status,
            "failed": self.plan.shape.failing and self.now >= self.final,
            "elapsed": elapsed,
        }

    def _events(self) -> Row:
        return {"job_events": f"{self.url}job_events/"}


class Workflow(Job):
    """A workflow job whose nodes run so many at once, one wave after the other."""

    type, collection = "workflow_job", "workflow_jobs"

    def __init__(self, number: int, plan: Plan) -> None:
        super().__init__(number, replace(plan, events=1, rate=0.0, gap=0.0, processing=0.0))
        each = replace(plan, nodes=0, pending=0.0)
        self.nodes = [Job(number + 1 + at, each, name=f"node {at + 1}") for at in range(plan.nodes)]
        self._wave = self.nodes[0].processed + 1.0
        self._at_once = plan.at_once

    def launch(self, delay: float = 0.0) -> None:
        """It is asked for now; so is each node, in its wave."""
        super().launch(delay)
        for at, node in enumerate(self.nodes):
            node.launch(at // self._at_once * self._wave)

    @property
    def final(self) -> float:
        """When the last wave is over."""
        return -(-len(self.nodes) // self._at_once) * self._wave

    def rows(self) -> list[Row]:
        """Its nodes."""
        return [self._row(at, node) for at, node in enumerate(self.nodes)]

    def _row(self, at: int, node: Job) -> Row:
        begun = node.now > -QUEUED
        return {
            "id": at + 1,
            "type": "workflow_job_node",
            "identifier": f"node-{at + 1}",
            "unified_job_template": 7,
            "summary_fields": {
                "unified_job_template": {"id": 7, "name": f"node {at + 1}", "unified_job_type": "job"},
                **({"job": node.stub()} if begun else {}),
            },
            "job": node.number if begun else None,
            "do_not_run": False,
            "success_nodes": [],
            "failure_nodes": [],
            "always_nodes": [],
            "all_parents_must_converge": False,
        }

    def _events(self) -> Row:
        return {"workflow_nodes": f"{self.url}workflow_nodes/"}
