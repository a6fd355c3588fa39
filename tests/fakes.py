"""Small working stand-ins: a clock that jumps, a controller that tells a scripted story."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from aap_launcher.errors import Interrupted, LauncherError
from aap_launcher.models import Event, Job, Status


@dataclass
class FakeClock:
    """Sleeping moves the time on; `at` runs a deed when the time has come."""

    time: float = 1000.0
    deeds: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        end = self.time + seconds
        for when, deed in sorted(self.deeds, key=lambda pair: pair[0]):
            if when <= end:
                self.deeds.remove((when, deed))
                self.time = max(self.time, when)
                deed()
        self.time = end

    def at(self, when: float, deed: Callable[[], None]) -> None:
        self.deeds.append((when, deed))


@dataclass
class FakeSignals:
    """A signal that is sent is heard at the next wait, as the real one's contract says."""

    pending: int = 0
    heard: bool = False

    def send(self, signum: int) -> None:
        if not self.heard:
            self.pending = signum

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._hear()
        yield
        self._hear()

    @contextmanager
    def finishing(self, seconds: float) -> Iterator[None]:
        yield

    def _hear(self) -> None:
        if self.pending and not self.heard:
            self.heard = True
            raise Interrupted(self.pending)


def make_job(**changes: object) -> Job:
    job = Job(
        id=423,
        type="job",
        name="Deploy shop",
        status=Status.PENDING,
        url="/api/v2/jobs/423/",
        events_url="/api/v2/jobs/423/job_events/",
        cancel_url="/api/v2/jobs/423/cancel/",
        link="https://aap.example.com/#/jobs/playbook/423/output",
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def make_event(counter: int, **changes: object) -> Event:
    fields: dict[str, object] = {"counter": counter, "event": "runner_on_ok", "stdout": f"line {counter}"}
    return Event(**(fields | changes))  # type: ignore[arg-type]


@dataclass
class Story:
    """A job as the controller would show it over time: statuses and rows become visible at given times."""

    clock: FakeClock
    statuses: Mapping[float, Status]  # seconds since the story's start -> status from then on
    rows: Sequence[tuple[float, Event]] = ()  # (when it becomes visible, the row)
    stored: float | None = None  # when event_processing_finished turns true
    explanation: Mapping[float, str] = field(default_factory=dict)
    deleted: float | None = None
    faults: list[LauncherError] = field(default_factory=list)
    page: int = 200
    looks: int = 0
    pages: int = 0

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    @property
    def elapsed(self) -> float:
        return self.clock.now() - self.began

    def job(self, job: Job) -> Job:
        self.looks += 1
        self._break(job)
        at = self.elapsed
        status = [status for when, status in sorted(self.statuses.items()) if when <= at][-1]
        why = [text for when, text in sorted(self.explanation.items()) if when <= at]
        done = self.stored is not None and at >= self.stored
        return replace(
            job, status=status, explanation=why[-1] if why else "", events_processed=done and status.final
        )

    def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
        self.pages += 1
        self._break(job)
        visible = [row for when, row in self.rows if when <= self.elapsed and row.counter > after]
        return sorted(visible, key=lambda row: row.counter)[: min(limit, self.page)]

    def _break(self, job: Job) -> None:
        from aap_launcher.errors import NotFound

        if self.deleted is not None and self.elapsed >= self.deleted:
            raise NotFound(f"no {job.label}")
        if self.faults:
            raise self.faults.pop(0)
