"""The job of one node of a workflow, as it is followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from msgspec.structs import replace

from aap_launcher.models.jobs import Job, JobType
from aap_launcher.models.nodes import Node
from aap_launcher.models.updates import Log, Update


class Stepping(Protocol):
    """What follows it: a job, or a workflow job, which counts its own requests."""

    counts: bool

    @property
    def job(self) -> Job: ...
    @property
    def due(self) -> float: ...
    @property
    def finished(self) -> bool: ...
    @property
    def log(self) -> Log: ...
    def step(self, now: float) -> Iterator[Update]: ...
    def hurry(self, now: float) -> None: ...
    def conclude(self, now: float) -> Iterator[Update]: ...


class Child:
    """A node's job, to be read at first and followed then."""

    def __init__(self, node: Node, now: float) -> None:
        self.node = node
        self.follower: Stepping | None = None
        self.lost = False  # it was deleted, or may not be seen
        self.done = False
        self._due = now
        self._stepped = now - 1

    @property
    def due(self) -> float:
        return self.follower.due if self.follower is not None else self._due

    @property
    def open(self) -> bool:
        """Whether its end has not been seen, and may still come."""
        if self.follower is None:
            return not self.lost
        return not self.follower.finished and not self.follower.job.status.final

    @property
    def counts(self) -> bool:
        """Whether it counts its requests itself."""
        return self.follower is not None and self.follower.counts

    @property
    def free(self) -> bool:
        """Whether the next step is no poll: it reads on in what is stored."""
        if self.follower is None:
            return self.node.job is not None and self.node.job.status.final
        return self.archived or self.due <= self._stepped

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

    def wait(self, until: float) -> None:
        """It could not be read, and is asked for again then."""
        if self.follower is None:
            self._due = until

    def stepped(self, now: float) -> None:
        self._stepped = now
        if self.lost or (self.follower is not None and self.follower.finished):
            self.done = True
