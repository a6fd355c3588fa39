"""What a run follows: one job, or a workflow job with all of its nodes. Two implementations of one protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from aap_launcher.findings.job import Tally
from aap_launcher.findings.workflow import WorkflowTally
from aap_launcher.follow.job import Follower
from aap_launcher.follow.source import WorkflowSource
from aap_launcher.follow.workflow import WorkflowFollower
from aap_launcher.models.findings import Findings
from aap_launcher.models.jobs import Job, JobType
from aap_launcher.models.marks import Mark
from aap_launcher.models.outcomes import NodeOutcome
from aap_launcher.models.updates import Log, NodeChanged, NodeUpdate, Update
from aap_launcher.render.job import Renderer, Style
from aap_launcher.render.workflow import WorkflowRenderer


class Following(Protocol):
    """Asks the controller, step by step."""

    @property
    def due(self) -> float: ...
    @property
    def finished(self) -> bool: ...
    @property
    def log(self) -> Log: ...
    def step(self, now: float) -> Iterator[Update]: ...
    def hurry(self, now: float) -> None: ...
    def tick(self, now: float) -> Update: ...
    def conclude(self, now: float) -> Iterator[Update]: ...


class Happened(Protocol):
    """What happened so far, in bounded memory."""

    ours: str  # why this launcher asked for the cancel, once it has

    def findings(self) -> Findings:
        """What happened, decided by what is known by now: once the end is known, it is always the same."""
        ...


class Drawn(Protocol):
    """What stands in the log: its open group can be left, and is closed at every ending."""

    def pause(self) -> Iterable[Mark]: ...
    def close(self) -> Iterable[Mark]: ...


class Followed(Protocol):
    """A job or a workflow: what asks, what counts and what draws, behind one face."""

    follower: Following

    @property
    def happened(self) -> Happened: ...
    @property
    def drawn(self) -> Drawn: ...
    @property
    def nodes(self) -> tuple[NodeOutcome, ...]:
        """How each node of a workflow ended; () for a job."""
        ...

    def artifacts(self, job: Job) -> Mapping[str, Any]:
        """What `set_stats` returned, in all nodes together."""
        ...

    def marks(self, update: Update) -> Iterable[Mark]:
        """Take the update in; what it adds to the log."""
        ...


class FollowedJob:
    """One job."""

    def __init__(self, source: WorkflowSource, job: Job, now: float, style: Style, *, cases: bool) -> None:
        self.follower: Following = Follower(source, job, now)
        self.happened = Tally(keep_cases=cases)
        self.drawn = Renderer(self.happened, style)
        self.nodes: tuple[NodeOutcome, ...] = ()

    def artifacts(self, job: Job) -> Mapping[str, Any]:
        return job.artifacts

    def marks(self, update: Update) -> Iterable[Mark]:
        if isinstance(update, (NodeChanged, NodeUpdate)):
            return ()
        self.happened.add(update)
        return self.drawn.marks(update)


class FollowedWorkflow:
    """A workflow job with its nodes, and those that are nested in it."""

    def __init__(self, source: WorkflowSource, job: Job, now: float, style: Style, *, cases: bool) -> None:
        self.follower: Following = WorkflowFollower(source, job, now)
        self.happened = WorkflowTally(keep_cases=cases)
        self.drawn = WorkflowRenderer(self.happened, style)

    @property
    def nodes(self) -> tuple[NodeOutcome, ...]:
        return self.happened.nodes

    def artifacts(self, job: Job) -> Mapping[str, Any]:  # noqa: ARG002 - a workflow job has none of its own
        return self.happened.artifacts

    def marks(self, update: Update) -> Iterable[Mark]:
        self.happened.add(update)
        return self.drawn.marks(update)


def followed(source: WorkflowSource, job: Job, now: float, style: Style, *, cases: bool) -> Followed:
    """What follows the job, by its type: a job template that is sliced made a workflow job as well."""
    kind = FollowedWorkflow if job.type == JobType.WORKFLOW_JOB else FollowedJob
    return kind(source, job, now, style, cases=cases)
