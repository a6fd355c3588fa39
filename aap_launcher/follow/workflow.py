"""Follow a workflow job: the updates of its nodes' jobs, merged as they happen, each told by its node.

What the controller does that decides the design (seen on AWX 24.6.1):

* All nodes exist from the start. `job: null` means not yet or never; only `do_not_run` tells that a node is
  skipped. The list tells each job's status at no extra cost; approvals are in no other list.
* A workflow job has neither events nor an end of its log of its own: it has ended when its status is final and
  the log of every node's job is whole, which comes about a second later.
* Nodes of nodes: a nested workflow and a sliced job are workflow jobs themselves, and followed in the same way.

What it costs, in requests a minute: some 20 for the workflow job and the list of its nodes while nothing
changes, at most 60 for each node's job that runs (28 while it is silent), and never more than 120 for everything
together, however many nodes run: then each is asked more seldom, in turn. Only reading on in what is stored
already is not counted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from aap_launcher.errors import NotFound, Refused, Unauthorized
from aap_launcher.follow.budget import Budget, Counted, WorkflowSource
from aap_launcher.follow.job import QUEUED, Follower, Pace
from aap_launcher.follow.nodes import NodeList
from aap_launcher.models import (
    Finished,
    Job,
    JobType,
    Log,
    Node,
    NodeChanged,
    NodeUpdate,
    Notice,
    Tick,
    Update,
)

_PATIENT = 10.0  # seconds that a node's job may queue before it is asked why
_STRAGGLE = 60.0  # seconds after the workflow's end that a job may still be without a final status
_SELDOM = 10.0  # seconds between two looks at the workflow job itself


class _Child:
    """A node's job, to be read at first and followed then."""

    def __init__(self, node: Node, now: float) -> None:
        self.node = node
        self.follower: Follower | WorkflowFollower | None = None
        self.lost = False  # it was deleted, or may not be seen
        self.done = False
        self._due = now
        self._stepped = now - 1

    @property
    def due(self) -> float:
        return self.follower.due if self.follower is not None else self._due

    @property
    def free(self) -> bool:
        """Whether the next step is no poll: it reads on in what is stored, or counts its requests itself."""
        if self.follower is None:
            return self.node.job is not None and self.node.job.status.final
        return isinstance(self.follower, WorkflowFollower) or self.archived or self.due <= self._stepped

    @property
    def archived(self) -> bool:
        """Whether all of it is stored, so that it can be read to its end at once."""
        job = self.follower.job if self.follower is not None else None
        if job is None or job.type == JobType.WORKFLOW_JOB:
            return job is not None and job.status.final
        return job.events_processed

    @property
    def log(self) -> Log:
        log = self.follower.log if self.follower is not None else Log()
        return replace(log, settled=False) if self.lost else log

    def hurry(self, now: float) -> None:
        """Its end is near, or the list of the nodes knew of it first."""
        if self.follower is not None and not self.done and not self.follower.job.status.final:
            self.follower.hurry(now)

    def stepped(self, now: float) -> None:
        self._stepped = now
        if self.lost or (self.follower is not None and self.follower.finished):
            self.done = True


class WorkflowFollower:
    """Follows one workflow job and all of its nodes, one request or so at a time, like a `Follower`.

    Errors of the source about the workflow job itself pass through unchanged, and it can go on after them;
    a node's job that is gone or hidden is told, and the others are followed on.
    """

    def __init__(
        self,
        source: WorkflowSource,
        job: Job,
        now: float,
        *,
        pace: Pace | None = None,
        jitter: Callable[[], float] = random.random,
        budget: Budget | None = None,
        path: tuple[str, ...] = (),
    ) -> None:
        self.due = now
        self.finished = False
        self._source = Counted(source)
        self._pace, self._jitter, self._path = pace or Pace(), jitter, path
        self._budget = budget or Budget(now)
        # The status alone, and seldom: while a node is not done, the workflow job is not either.
        self._self = Follower(self._source, job, now, pace=replace(self._pace, idle=_SELDOM), jitter=jitter)
        self._began = now
        self._news = now
        self._nodes = NodeList(self._source, now, growth=self._pace.growth, jitter=jitter, path=path)
        self._queued: dict[int, float] = {}  # node -> since when its job is in the queue
        self._children: dict[int, _Child] = {}
        self._reading: _Child | None = None
        self._end: Finished | None = None  # the workflow job's own
        self._ended = now
        self._listed = False  # whether the nodes were listed after that

    @property
    def job(self) -> Job:
        """The workflow job as last seen."""
        return self._self.job

    @property
    def log(self) -> Log:
        """How whole the logs of all nodes are, together; `missing` are counters of different jobs."""
        logs = [child.log for child in self._children.values()]
        return Log(
            received=sum(log.received for log in logs),
            missing=tuple(hole for log in logs for hole in log.missing),
            settled=all(log.settled for log in logs),
        )

    def hurry(self, now: float) -> None:
        """A cancel was asked for: look often, the end is near."""
        self._nodes.hurry(now)
        self._self.hurry(now)
        for child in self._children.values():
            child.hurry(now)
        self.due = now

    def step(self, now: float) -> Iterator[Update]:
        """Ask what has been due the longest, and tell what is new. Raises `NotFound` when the job was deleted."""
        due, what = self._next(now)
        if due <= now:
            yield from self._do(what, now)
        if self._end is not None and self._listed and all(child.done for child in self._children.values()):
            self.finished = True
            yield Finished(self._end.job, self.log)
            return
        yield Tick(self.job, now - self._began, now - self._news)
        self.due = self._next(now)[0]

    # --- whose turn it is ---------------------------------------------------------------------------

    def _next(self, now: float) -> tuple[float, _Child | Follower | None]:
        """What comes next and when: a child, the workflow job itself, or (None) the list of its nodes.

        A job that is read from the store is read to its end, so that old logs are not interleaved.
        """
        reading = self._reading
        if reading is not None and not reading.done and reading.due <= now:
            return reading.due, reading
        ready = self._budget.ready(now)
        waiting: list[tuple[float, float, int, _Child | Follower | None]] = []
        if self._end is None:
            waiting.append((max(self._self.due, ready), self._self.due, 0, self._self))
        if not self._listed and self.job.status not in QUEUED:
            waiting.append((max(self._nodes.due, ready), self._nodes.due, 0, None))
        for child in self._children.values():
            if not child.done:
                due = child.due if child.free else max(child.due, ready)
                waiting.append((due, child.due, child.node.job.id if child.node.job else 0, child))
        if not waiting:
            return now, None
        able = [entry for entry in waiting if entry[0] <= now]
        first = min(able, key=lambda entry: entry[1:3]) if able else min(waiting, key=lambda entry: entry[0])
        return first[0], first[3]

    def _do(self, what: _Child | Follower | None, now: float) -> Iterator[Update]:
        before = self._source.requests
        polled = True
        if isinstance(what, _Child):
            yield from self._step_child(what, now)
            polled = what.due > now and not isinstance(what.follower, WorkflowFollower)
        elif what is not None:
            yield from self._step_self(now)
        elif not self._listed:
            yield from self._list(now)
        if polled:
            self._budget.spend(now, self._source.requests - before)

    def _step_self(self, now: float) -> Iterator[Update]:
        status = self.job.status
        for update in self._self.step(now):
            if isinstance(update, Finished):
                self._end, self._ended = update, now
            elif not isinstance(update, Tick):
                yield update
        if self.job.status is not status or self._end is not None:
            self._news = self._nodes.due = now

    # --- nodes --------------------------------------------------------------------------------------

    def _list(self, now: float) -> Iterator[Update]:
        ended, changed = self._end is not None, False
        try:
            for update in self._nodes.read(self.job, now):
                changed = True
                yield update
        except NotFound:  # it was deleted: a verdict that is known stays, else the next look tells
            self._listed = ended
        else:
            for node in self._nodes:
                self._attend(node, now)
            self._listed = ended and self._all_told(now)
        if changed:
            self._news = now
            if not ended and all(node.ended for node in self._nodes):
                self._self.hurry(now)
        busy = ended or any(not child.done for child in self._children.values())
        self._nodes.plan(now, changed=changed, busy=busy)

    def _attend(self, node: Node, now: float) -> None:
        """Follow the node's job once it runs, has ended, or queues so long that the reason is of interest."""
        job, child = node.job, self._children.get(node.id)
        if child is not None:
            if node.ended:
                child.hurry(now)
        elif job is not None and job.type != JobType.WORKFLOW_APPROVAL:
            since = self._queued.setdefault(node.id, now)
            if job.status not in QUEUED or now - since >= _PATIENT or self._end is not None:
                self._children[node.id] = _Child(node, now)

    def _all_told(self, now: float) -> bool:
        """Whether no node can bring anything more; one without an end is waited for a minute."""
        if now - self._ended >= _STRAGGLE:
            return True
        return all(node.job is None or node.job.status.final for node in self._nodes)

    # --- a node's job -------------------------------------------------------------------------------

    def _step_child(self, child: _Child, now: float) -> Iterator[Update]:
        try:
            if child.follower is None:
                child.follower = self._begin(child.node, now)
            for update in child.follower.step(now):
                if not isinstance(update, Tick):
                    self._news = now
                if isinstance(update, NodeChanged | NodeUpdate):
                    yield update  # of a nested workflow
                else:
                    yield NodeUpdate(child.node, update, self._path)
        except Unauthorized:
            raise
        except Refused as gone:
            child.lost = True
            told = f"{str(gone).rstrip('.')}: its log is not shown{' any further' if child.follower else ''}"
            yield NodeUpdate(child.node, Notice(told, warning=True), self._path)
        if self._straggles(child, now):
            child.lost = True
            why = "the workflow has ended, but this job has no final status; it is not waited for any longer"
            yield NodeUpdate(child.node, Notice(why, warning=True), self._path)
        child.stepped(now)
        self._reading = child if child.archived else None
        if child.done:
            self._nodes.expect(now)

    def _begin(self, node: Node, now: float) -> Follower | WorkflowFollower:
        assert node.job is not None  # noqa: S101 - only nodes with a job have a child
        job = self._source.job(node.job)
        if job.type != JobType.WORKFLOW_JOB:
            return Follower(self._source, job, now, pace=self._pace, jitter=self._jitter)
        return WorkflowFollower(
            self._source,
            job,
            now,
            pace=self._pace,
            jitter=self._jitter,
            budget=self._budget,
            path=(*self._path, node.label),
        )

    def _straggles(self, child: _Child, now: float) -> bool:
        if self._end is None or now - self._ended < _STRAGGLE or child.follower is None:
            return False
        return not child.follower.finished and not child.follower.job.status.final
