"""How many requests a workflow may cost: counted, and spread over time, however many of its nodes run."""

from __future__ import annotations

from collections.abc import Sequence

from aap_launcher.errors import LauncherError
from aap_launcher.follow.source import PAGE, WorkflowSource
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job
from aap_launcher.models.nodes import Approval, Node

_PER_MINUTE = 96
_BURST = (
    20.0  # requests that may be sent at once; with these, and the launch's, there are 120 in the worst minute
)


class Budget:
    """So many requests a minute, a few of them at once; shared by a workflow and all that is nested in it.

    `lifted` once the workflow has ended: what is stored is read on without waiting, since nothing more is polled.
    """

    lifted = False

    def __init__(self, now: float, per_minute: float = _PER_MINUTE) -> None:
        self._rate = per_minute / 60
        self._left = _BURST
        self._at = now

    def ready(self, now: float) -> float:
        """When the next request may be sent."""
        self._fill(now)
        return now if self._left >= 1 else now + (1 - self._left) / self._rate

    def spend(self, now: float, requests: int) -> None:
        """So many were sent."""
        self._fill(now)
        self._left -= requests

    def _fill(self, now: float) -> None:
        self._left = min(_BURST, self._left + max(now - self._at, 0.0) * self._rate)
        self._at = now


class Counted:
    """The source, and how many requests it was asked for."""

    def __init__(self, source: WorkflowSource) -> None:
        self.requests = 0
        self._source = source

    def job(self, job: Job, *, once: bool = False) -> Job:
        self.requests += 1
        return self._source.job(job, once=once)

    def events(self, job: Job, after: int, limit: int = PAGE) -> Sequence[Event]:
        self.requests += 1
        return self._source.events(job, after, limit)

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        return self._source.failed_update(job)

    def nodes(self, job: Job, *, once: bool = False) -> Sequence[Node]:
        try:
            nodes = self._source.nodes(job, once=once)
        except LauncherError:
            self.requests += 1
            raise
        self.requests += pages(nodes)
        return nodes

    def approval(self, job: Job, *, once: bool = False) -> Approval:
        self.requests += 1
        return self._source.approval(job, once=once)


def pages(nodes: Sequence[Node]) -> int:
    """How many requests the list of these nodes takes."""
    return max(1, -(-len(nodes) // PAGE))
