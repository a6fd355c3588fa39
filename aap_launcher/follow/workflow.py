"""Follow a workflow job: the updates of its nodes' jobs, merged as they happen, each told by its node.

What the controller does that decides the design (seen on AWX 24.6.1):

* All nodes exist from the start. `job: null` means not yet or never; only `do_not_run` tells that a node is
  skipped. The list tells each job's status at no extra cost; approvals are in no other list.
* A workflow job has neither events nor an end of its log of its own: it has ended when its status is final and
  the log of every node's job is whole, which comes about a second later.
* Nodes of nodes: a nested workflow and a sliced job are workflow jobs themselves, and followed in the same way.

What it costs, in requests a minute: some 20 for the workflow job and the list of its nodes while nothing
changes, at most 60 for each node's job that runs (28 while it is silent), and never more than 120 for everything
together, however many nodes run: then each is asked more seldom. Once the workflow has ended, what is stored is read
on without waiting.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from aap_launcher.errors import Interrupted, LauncherError, Refused, Unauthorized, Unreachable
from aap_launcher.follow.budget import Budget, Counted
from aap_launcher.follow.child import Child, Stepping
from aap_launcher.follow.job import QUEUED, Follower
from aap_launcher.follow.nodes import NodeList
from aap_launcher.follow.pace import Pace
from aap_launcher.follow.source import WorkflowSource
from aap_launcher.models.jobs import Job, JobType
from aap_launcher.models.nodes import Node
from aap_launcher.models.notices import Notice
from aap_launcher.models.updates import Finished, Log, NodeChanged, NodeUpdate, Tick, Update

_PATIENT = 10.0  # seconds that a node's job may queue before it is asked why
_STRAGGLE = 60.0  # seconds after the workflow's end that a job may still be without a final status
_TELL = 10.0  # seconds after which it is worth a line that the nodes cannot be listed
_AGAIN = 5.0  # seconds until a node's job that could not be read is asked for again


class WorkflowFollower:
    """Follows one workflow job and all of its nodes, one request or so at a time, like a `Follower`.

    Errors of the source about the workflow job itself pass through unchanged, and it can go on after them: its
    status is the verdict. What befalls the list of the nodes, one node or its log is told, and the others are
    followed on.
    """

    counts = True

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
        essential: bool = True,
    ) -> None:
        self.due = now
        self.finished = False
        self._source = Counted(source)
        self._pace, self._jitter, self._path = pace or Pace(), jitter, path
        self._budget = budget or Budget(now)
        # The status alone, and seldom: while a node is not done, the workflow job is not either.
        slow = replace(self._pace, idle=self._pace.workflow)
        self._self = Follower(self._source, job, now, pace=slow, jitter=jitter, essential=essential)
        self._began = now
        self._news = now
        self._nodes = NodeList(self._source, now, pace=self._pace, jitter=jitter, path=path)
        self._queued: dict[int, float] = {}  # node -> since when its job is in the queue
        self._children: dict[int, Child] = {}
        self._reading: Child | None = None
        self._end: Finished | None = None  # the workflow job's own
        self._ended = now
        self._listed = False  # whether the nodes were listed after that
        self._unlisted_since: float | None = None  # since when they cannot be listed
        self._unlisted_told = False

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
        yield self.tick(now)
        self.due = self._next(now)[0]

    def tick(self, now: float) -> Tick:
        """That time passes, also while an answer is waited for."""
        return Tick(self.job, now - self._began, now - self._news)

    def conclude(self, now: float) -> Iterator[Update]:
        """The time is over: the end as it is known, without what is still to be read. No end, nothing."""
        if self.finished or not self.job.status.final:
            return
        for child in self._children.values():
            if child.follower is not None and not child.done:
                yield from self._told(child, child.follower.conclude(now))
        self.finished = True
        yield Finished(self.job, self.log)

    # --- whose turn it is ---------------------------------------------------------------------------

    def _next(self, now: float) -> tuple[float, Child | Follower | None]:
        """What comes next and when: a child, the workflow job itself, or (None) the list of its nodes.

        A job that is read from the store is read to its end, so that old logs are not interleaved.
        """
        children = list(self._children.values())
        reading = self._reading
        if reading is not None and not reading.done and reading.due <= now:
            if self._budget.lifted:
                return reading.due, reading
            children = [reading]
        ready = self._budget.ready(now)
        waiting: list[tuple[float, float, int, Child | Follower | None]] = []
        if self._end is None:
            waiting.append((max(self._self.due, ready), self._self.due, 0, self._self))
        if not self._listed and self.job.status not in QUEUED:
            waiting.append((max(self._nodes.due, ready), self._nodes.due, 0, None))
        for child in children:
            if not child.done:
                free = child.counts or (child.free and self._budget.lifted)
                due = child.due if free else max(child.due, ready)
                waiting.append((due, child.due, child.node.job.id if child.node.job else 0, child))
        if not waiting:
            return now, None
        able = [entry for entry in waiting if entry[0] <= now]
        first = min(able, key=lambda entry: entry[1:3]) if able else min(waiting, key=lambda entry: entry[0])
        return first[0], first[3]

    def _do(self, what: Child | Follower | None, now: float) -> Iterator[Update]:
        before = self._source.requests
        if isinstance(what, Child):
            yield from self._step_child(what, now)
            if what.counts:
                return
        elif what is not None:
            yield from self._step_self(now)
        elif not self._listed:
            yield from self._list(now)
        if not self._budget.lifted:
            self._budget.spend(now, self._source.requests - before)

    def _step_self(self, now: float) -> Iterator[Update]:
        status = self.job.status
        for update in self._self.step(now):
            if isinstance(update, Finished):
                self._end, self._ended = update, now
                self._budget.lifted = self._budget.lifted or not self._path
            elif not isinstance(update, Tick):
                yield update
        if self.job.status is not status or self._end is not None:
            self._news = self._nodes.due = now

    # --- nodes --------------------------------------------------------------------------------------

    def _list(self, now: float) -> Iterator[Update]:
        ended, changed, failed = self._end is not None, False, False
        try:
            for update in self._nodes.read(self.job, now):
                changed = True
                yield update
        except Interrupted:
            raise
        except LauncherError as fault:  # the workflow job's own status decides, and is looked at beside this
            failed = True
            self._listed = ended and now - self._ended >= (0.0 if isinstance(fault, Refused) else _STRAGGLE)
            yield from self._unlisted(fault, now)
        else:
            self._unlisted_since = None
            for node in self._nodes:
                self._attend(node, now)
            self._listed = ended and self._all_told(now)
        if changed:
            self._news = now
            if not ended and all(node.ended for node in self._nodes):
                self._self.hurry(now)
        busy = ended or any(not child.done for child in self._children.values())
        self._nodes.plan(now, changed=changed, busy=busy and not failed)

    def _unlisted(self, fault: LauncherError, now: float) -> Iterator[Update]:
        """The nodes could not be listed: told once, when it lasts."""
        if self._unlisted_since is None:
            self._unlisted_since = now
        if not self._unlisted_told and (now - self._unlisted_since >= _TELL or self._listed):
            self._unlisted_told = True
            why = str(fault).rstrip(".")
            yield Notice(
                f"the nodes cannot be listed: {why}; the workflow's status is followed on", warning=True
            )

    def _attend(self, node: Node, now: float) -> None:
        """Follow the node's job once it runs, has ended, or queues so long that the reason is of interest."""
        job, child = node.job, self._children.get(node.id)
        if child is not None:
            if node.ended:
                child.hurry(now)
        elif job is not None and job.type != JobType.WORKFLOW_APPROVAL:
            since = self._queued.setdefault(node.id, now)
            if job.status not in QUEUED or now - since >= _PATIENT or self._end is not None:
                self._children[node.id] = Child(node, now)

    def _all_told(self, now: float) -> bool:
        """Whether no node can bring anything more; one without an end is waited for a minute."""
        if now - self._ended >= _STRAGGLE:
            return True
        return all(node.job is None or node.job.status.final for node in self._nodes)

    # --- a node's job -------------------------------------------------------------------------------

    def _step_child(self, child: Child, now: float) -> Iterator[Update]:
        try:
            if child.follower is None:
                child.follower = self._begin(child.node, now)
            yield from self._told(child, child.follower.step(now), now)
        except (
            Unauthorized,
            Unreachable,
        ):  # whether it is the controller's, the look at the workflow job tells
            child.wait(now + _AGAIN)
        except Refused as gone:
            child.lost = True
            told = f"{str(gone).rstrip('.')}: its log is not shown{' any further' if child.follower else ''}"
            yield NodeUpdate(child.node, Notice(told, warning=True), self._path)
        if self._end is not None and now - self._ended >= _STRAGGLE and child.open:
            child.lost = True
            why = "the workflow has ended, but this job has no final status; it is not waited for any longer"
            yield NodeUpdate(child.node, Notice(why, warning=True), self._path)
        child.stepped(now)
        self._reading = child if child.archived else None
        if child.done:
            self._nodes.expect(now)

    def _told(self, child: Child, updates: Iterator[Update], now: float | None = None) -> Iterator[Update]:
        """A child's updates as the workflow's own."""
        for update in updates:
            if now is not None and not isinstance(update, Tick):
                self._news = now
            if isinstance(update, NodeChanged | NodeUpdate):
                yield update  # of a nested workflow
            else:
                yield NodeUpdate(child.node, update, self._path)

    def _begin(self, node: Node, now: float) -> Stepping:
        assert node.job is not None  # noqa: S101 - only nodes with a job have a child
        job = self._source.job(node.job, once=True)
        if job.type != JobType.WORKFLOW_JOB:
            return Follower(self._source, job, now, pace=self._pace, jitter=self._jitter, essential=False)
        return WorkflowFollower(
            self._source,
            job,
            now,
            pace=self._pace,
            jitter=self._jitter,
            budget=self._budget,
            path=(*self._path, node.label),
            essential=False,
        )
