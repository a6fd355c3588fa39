"""The nodes of one workflow job: listed when they are due, told when there is something new about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aap_launcher.errors import Refused, Unauthorized
from aap_launcher.follow.budget import pages
from aap_launcher.follow.pace import Pace
from aap_launcher.follow.source import WorkflowSource
from aap_launcher.models.jobs import Job, JobType
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.updates import NodeChanged


class NodeList:
    """What is known of the nodes, and when (`due`) to list them again."""

    def __init__(
        self,
        source: WorkflowSource,
        now: float,
        *,
        pace: Pace,
        jitter: Callable[[], float],
        path: tuple[str, ...],
    ) -> None:
        self.due = now
        self._source, self._pace, self._jitter, self._path = source, pace, jitter, path
        self._began = now
        self._known: dict[int, Node] = {}
        self._interval = pace.nodes
        self._cost = 1  # requests that a list takes

    def __iter__(self) -> Iterator[Node]:
        return iter(self._known.values())

    def hurry(self, now: float) -> None:
        """Something ends soon: list at once, and often."""
        self.due, self._interval = now, self._pace.nodes

    def expect(self, now: float) -> None:
        """A node's job has ended: what comes after it starts soon."""
        self._interval, self.due = self._pace.nodes, min(self.due, now + self._pace.nodes / 2)

    def read(self, job: Job, now: float) -> Iterator[NodeChanged]:
        """List the nodes of the workflow job, and tell what is new. A trouble is raised, and not outlived."""
        self._cost = 1
        nodes = self._source.nodes(job, once=True)
        self._cost = pages(nodes)
        for node in nodes:
            known = self._known.get(node.id)
            changed = known is None or _seen(known) != _seen(node)
            approval = self._approval(node.job) if changed else None
            self._known[node.id] = node  # not before: an error must not make it old news
            if changed:
                yield NodeChanged(node, now - self._began, self._path, approval)

    def plan(self, now: float, *, changed: bool, busy: bool) -> None:
        """When to list them again: soon after a change, seldom while no node's job runs."""
        if changed:
            self._interval = self._pace.nodes
        self.due = now + self._interval * self._cost * (0.9 + 0.2 * self._jitter())
        slowest = self._pace.nodes_busy if busy else self._pace.nodes_idle
        self._interval = min(self._interval * self._pace.growth, slowest)

    def _approval(self, job: Job | None) -> Approval | None:
        if job is None or job.type != JobType.WORKFLOW_APPROVAL:
            return None
        try:
            return self._source.approval(job, once=True)
        except Unauthorized:
            raise
        except Refused:  # it was deleted with its workflow, or may not be seen
            return Approval(job.name)


def _seen(node: Node) -> tuple[object, ...]:
    """What makes a node new to the reader."""
    return node.job and (node.job.id, node.job.status), node.do_not_run, node.orphaned
