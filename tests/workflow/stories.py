"""Workflows as a controller would show them over time: nodes start, speak, end; a fake with a clock that jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from aap_launcher.errors import Forbidden, NotFound
from aap_launcher.follow.job import follow_job
from aap_launcher.follow.workflow import WorkflowFollower
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.updates import Finished, JobUpdate, Log, Logged, NodeChanged, NodeUpdate, Update
from tests.fakes import FakeClock, make_event

S = Status
NEVER = float("inf")


def make_node(number: int, identifier: str = "", **changes: object) -> Node:
    node = Node(number, identifier or f"n{number}", f"template of {number}", "job")
    return replace(node, **changes)


def workflow_job(number: int = 7, **changes: object) -> Job:
    job = Job(
        number,
        "workflow_job",
        "Release train",
        S.PENDING,
        f"/api/v2/workflow_jobs/{number}/",
        link=f"https://aap.example.com/#/jobs/workflow/{number}/output",
    )
    return replace(job, **changes)


@dataclass
class Part:
    """One node's life, in seconds since the story's start: in the queue, running, ended, its events stored."""

    node: Node
    queued: float = NEVER
    starts: float = NEVER
    ends: float = NEVER
    status: Status = S.SUCCESSFUL
    events: Sequence[Event] = ()
    rate: float = 10.0  # events a second
    stored: float = 1.0  # seconds after the end; NEVER: event_processing_finished stays false
    skipped: float = NEVER  # when do_not_run is set
    approval: Approval | None = None
    decided: Approval | None = None
    hidden: bool = False  # 403 on the job
    deleted: float = NEVER  # 404 on the job
    artifacts: dict[str, object] = field(default_factory=dict)
    nested: World | None = None

    @property
    def job_id(self) -> int:
        return self.node.id + 100


def part(number: int, starts: float, ends: float, count: int = 5, **more: object) -> Part:
    """A job that speaks `count` lines."""
    node = more.pop("node", None) or make_node(number)
    assert isinstance(node, Node)
    events = [make_event(n, stdout=f"{node.label} line {n}") for n in range(1, count + 1)]
    fields: dict[str, object] = {"queued": starts - 1, "starts": starts, "ends": ends, "events": events}
    return Part(node, **(fields | more))  # type: ignore[arg-type]


@dataclass
class World:
    """A workflow job and its parts; the source of a `WorkflowFollower`."""

    clock: FakeClock
    parts: Sequence[Part]
    ends: float = 60.0
    status: Status = S.SUCCESSFUL
    number: int = 7
    starts: float = 1.0
    deleted: float = NEVER
    began: float = 0.0
    calls: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.clock.now()
        for one in self.parts:
            if one.nested is not None:
                one.nested.number = one.job_id

    @property
    def at(self) -> float:
        return self.clock.now() - self.began

    def everything(self) -> list[Part]:
        found = list(self.parts)
        for one in self.parts:
            if one.nested is not None:
                found += one.nested.everything()
        return found

    def worlds(self) -> list[World]:
        return [self, *(world for one in self.parts if one.nested for world in one.nested.worlds())]

    # --- the source ----------------------------------------------------------------------------------

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        return None

    def job(self, job: Job, *, once: bool = False) -> Job:
        self._called(f"job {job.id}")
        world = next((world for world in self.worlds() if world.number == job.id), None)
        if world is not None:
            if self.at >= world.deleted:
                raise NotFound(f"no {job.label}")
            status = S.PENDING if self.at < world.starts else S.RUNNING
            status = world.status if self.at >= world.ends else status
            return workflow_job(job.id, status=status, created="2026-01-01", elapsed=self.at)
        return self._detail(self._part(job))

    def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
        self._called(f"events {job.id}")
        one = self._part(job)
        seen = [
            event
            for place, event in enumerate(one.events)
            if one.starts + place / one.rate <= self.at and event.counter > after
        ]
        return seen[:limit]

    def nodes(self, job: Job, *, once: bool = False) -> Sequence[Node]:
        self._called(f"nodes {job.id}")
        world = next(world for world in self.worlds() if world.number == job.id)
        if self.at >= world.deleted:
            raise NotFound(f"no {job.label}")
        return tuple(self._node(one) for one in world.parts)

    def approval(self, job: Job, *, once: bool = False) -> Approval:
        self._called(f"approval {job.id}")
        one = self._part(job)
        approval = one.decided if self.at >= one.ends and one.decided else one.approval
        assert approval is not None
        return approval

    # --- how it looks at a time ----------------------------------------------------------------------

    def _called(self, what: str) -> None:
        self.calls.append((self.at, what))

    def _part(self, job: Job) -> Part:
        one = next(one for one in self.everything() if one.job_id == job.id)
        if one.hidden:
            raise Forbidden(f"job {job.id} exists, but this user may not see it")
        if self.at >= one.deleted:
            raise NotFound(f"job {job.id} does not exist")
        return one

    def _status(self, one: Part) -> Status | None:
        for when, status in ((one.ends, one.status), (one.starts, S.RUNNING), (one.queued, S.PENDING)):
            if self.at >= when:
                return status
        return None

    def _node(self, one: Part) -> Node:
        status = self._status(one)
        node = replace(one.node, do_not_run=self.at >= one.skipped)
        if status is None:
            return node
        kind = "workflow_job" if one.nested else one.node.type
        stub = Job(one.job_id, kind, one.node.name, status, f"/api/v2/{kind}s/{one.job_id}/")
        return replace(node, job=replace(stub, link=f"https://aap.example.com/{one.job_id}"))

    def _detail(self, one: Part) -> Job:
        status = self._status(one) or S.NEW
        return Job(
            one.job_id,
            one.node.type,
            one.node.name,
            status,
            f"/api/v2/jobs/{one.job_id}/",
            created="2026-01-01T00:00:00Z",
            started="2026-01-01T00:00:01Z",
            finished=f"2026-01-01T00:{one.job_id % 60:02}:00Z" if status.final else "",
            elapsed=max(min(self.at, one.ends) - one.starts, 0.0),
            explanation="waiting for job-420" if status is S.PENDING else "",
            events_processed=status.final and self.at >= one.ends + one.stored,
            artifacts=one.artifacts if status.final else {},
            events_url=f"/api/v2/jobs/{one.job_id}/job_events/",
        )


def run(world: World, *, until: float | None = None, job: Job | None = None) -> list[Update]:
    follower = WorkflowFollower(
        world, job or workflow_job(world.number), world.clock.now(), jitter=lambda: 0.5
    )
    return list(follow_job(follower, world.clock, until=until))


def lines(updates: Sequence[Update]) -> dict[str, list[str]]:
    """What each node said, by its whole name."""
    found: dict[str, list[str]] = {}
    for update in updates:
        if isinstance(update, NodeUpdate) and isinstance(update.update, Logged):
            name = " > ".join([*update.path, update.node.label])
            found.setdefault(name, []).append(update.update.event.stdout)
    return found


def told(world: World) -> dict[str, list[str]]:
    """What each node has to say."""
    found = {}
    for one in world.parts:
        if one.events:
            found[one.node.label] = [event.stdout for event in one.events]
        if one.nested is not None:
            found |= {f"{one.node.label} > {name}": said for name, said in told(one.nested).items()}
    return found


def end(updates: Sequence[Update]) -> Finished:
    last = updates[-1]
    assert isinstance(last, Finished)
    return last


def changes(updates: Sequence[Update], label: str) -> list[NodeChanged]:
    return [one for one in updates if isinstance(one, NodeChanged) and one.node.label == label]


def node_ends(updates: Sequence[Update]) -> dict[str, tuple[Status, Log]]:
    return {
        update.node.label: (update.update.job.status, update.update.log)
        for update in updates
        if isinstance(update, NodeUpdate) and isinstance(update.update, Finished)
    }


def updates_of(updates: Sequence[Update], label: str) -> list[JobUpdate]:
    return [one.update for one in updates if isinstance(one, NodeUpdate) and one.node.label == label]
