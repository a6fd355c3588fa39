"""Small working stand-ins: a clock that jumps, a controller that tells a scripted story."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from msgspec.structs import replace

from aap_launcher.controller import tls
from aap_launcher.controller.recent_jobs import Family, RecentJob
from aap_launcher.errors import Interrupted, LauncherError, NotFound
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Launched, Status
from aap_launcher.models.marks import Line, Mark
from aap_launcher.models.templates import Found, Prompts, Template, TemplateType


@contextmanager
def trusting_nobody() -> Iterator[None]:
    """For where no socket is opened: to read what the machine trusts takes longer than a launch there."""
    with mock.patch.object(tls, "_trust_system"):
        yield


@dataclass
class FakeClock:
    """Sleeping moves the time on; `at` runs a action when the time has come."""

    time: float = 1000.0
    actions: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        end = self.time + seconds
        for when, action in sorted(self.actions, key=lambda pair: pair[0]):
            if when <= end:
                self.actions.remove((when, action))
                self.time = max(self.time, when)
                action()
        self.time = end

    def at(self, when: float, action: Callable[[], None]) -> None:
        self.actions.append((when, action))


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
    return replace(job, **changes)


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

    def job(self, job: Job, *, once: bool = False) -> Job:
        self.looks += 1
        self._break(job)
        at = self.elapsed
        status = [status for when, status in sorted(self.statuses.items()) if when <= at][-1]
        why = [text for when, text in sorted(self.explanation.items()) if when <= at]
        done = self.stored is not None and at >= self.stored
        return replace(
            job, status=status, explanation=why[-1] if why else "", events_processed=done and status.final
        )

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        return None

    def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
        self.pages += 1
        self._break(job)
        visible = [row for when, row in self.rows if when <= self.elapsed and row.counter > after]
        return sorted(visible, key=lambda row: row.counter)[: min(limit, self.page)]

    def _break(self, job: Job) -> None:
        if self.deleted is not None and self.elapsed >= self.deleted:
            raise NotFound(f"no {job.label}")
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class RecordingCI:
    """An adapter that keeps what it is given."""

    name: str = "recording"
    live: bool = False
    annotates: bool = True
    marks: list[Mark] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summaries: list[str] = field(default_factory=list)
    closed: bool = False
    fault: str = ""
    unread: bool = False

    def hold(self, *, on: bool) -> None:
        """Nothing: marks are kept as they come."""

    def mask(self, values: Iterable[str]) -> None:
        self.masked.extend(values)

    def hide(self, text: str) -> str:
        for value in self.masked:
            text = text.replace(value, "***")
        return text

    def emit(self, mark: Mark) -> None:
        self.marks.append(mark)

    def complain(self, mark: Line) -> None:
        self.marks.append(mark)

    def debug(self, text: str) -> None:
        pass

    def hurry(self, pressed: Callable[[], bool]) -> None:
        pass

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        self.outputs.update(outputs)

    def write_summary(self, text: str) -> None:
        self.summaries.append(text)

    def drop(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    @property
    def text(self) -> str:
        """All lines as one text."""
        return "\n".join(f"{mark.label} {mark.text}".strip() for mark in self.marks if isinstance(mark, Line))


_TEMPLATE = Template(15, TemplateType.JOB, "Deploy shop", "Retail", may_start=True)
_ASKED = Prompts(frozenset({"ask_variables_on_launch"}), frozenset({"ask_variables_on_launch"}))


@dataclass
class FakeController:
    """A controller with one template, whose launch tells the story that it is given."""

    clock: FakeClock
    story: Story
    signals: FakeSignals = field(default_factory=FakeSignals)
    template: Template = _TEMPLATE
    asked: Prompts = _ASKED
    ignored: Mapping[str, Any] = field(default_factory=dict)
    launch_faults: list[BaseException] = field(default_factory=list)
    made_anyway: list[bool] = field(default_factory=list)  # whether the launch with the fault made a job
    cancels: list[float] = field(default_factory=list)
    cancel_seconds: list[float] = field(default_factory=list)  # that each may take
    cancel_fault: LauncherError | None = None
    deaf: bool = False  # accepts a cancel and does nothing
    bodies: list[Mapping[str, Any]] = field(default_factory=list)
    others: list[RecentJob] = field(default_factory=list)
    jobs: list[RecentJob] = field(default_factory=list)
    list_fault: LauncherError | None = None
    launched_at: float = 0.0
    visible_after: float = 0.0  # seconds until a job that was made shows up in the list
    user: int | None = 7
    username: str = "ci-bot"
    site: str = "https://aap.example.com"
    closed: bool = False
    hurried: float | None = None
    stale: bool = False  # the launch's answer is an older one, out of a cache

    def describe(self) -> str:
        return "AAP 2.6 (controller 4.7.3)"

    def find_template(self, reference: str, template_type: str = "auto", organization: str = "") -> Template:
        self._listen()
        return self.template

    def prompts(self, template: Template) -> Prompts:
        return self.asked

    def find_object(self, prompt: str, reference: str, organization: str = "") -> Found:
        return Found(1, reference)

    def launch(
        self, template: Template, body: Mapping[str, Any], proof: Mapping[str, object] | None = None
    ) -> Launched:
        self.bodies.append(body)
        self.launched_at = self.clock.now()
        job = make_job(id=423 + len(self.jobs))
        fault = self.launch_faults.pop(0) if self.launch_faults else None
        if fault is None or self.made_anyway.pop(0):
            self.jobs.append(RecentJob(job, self.user, body.get("extra_vars", {}), dict(body)))
            self.story.began = self.clock.now()
        if fault is not None:
            raise fault
        return Launched(make_job(id=400) if self.stale else job, self.ignored)

    def family(self, launched: Template | Job) -> Family:
        return Family(launched.id)

    def user_id(self) -> int | None:
        return self.user

    def newest_job(self, family: Family) -> int:
        return 422

    def made_job(self, location: str) -> Job:
        return make_job()

    def on_wait(self, action: Callable[[], None]) -> None:
        pass

    def recent_jobs(self, family: Family, newer_than: int) -> Sequence[RecentJob]:
        self._listen()
        if self.list_fault is not None:
            raise self.list_fault
        late = self.clock.now() < self.launched_at + self.visible_after
        return [one for one in [*self.others, *([] if late else self.jobs)] if one.job.id > newer_than]

    def find_job(self, reference: str) -> Job:
        return self.story.job(make_job(id=int(reference)))

    def job(self, job: Job, *, once: bool = False) -> Job:
        self._listen()
        return self.story.job(job)

    def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
        self._listen()
        return self.story.events(job, after, limit)

    def cancel(self, job: Job, *, timeout: float = 4.0) -> bool:
        self.cancel_seconds.append(timeout)
        if self.cancel_fault is not None:
            raise self.cancel_fault
        self.cancels.append(self.clock.now())
        if self.deaf:
            return True
        at = self.story.elapsed
        if any(status.final for when, status in self.story.statuses.items() if when <= at):
            return False
        kept = {when: status for when, status in self.story.statuses.items() if when <= at}
        self.story.statuses = {**kept, at + 2: Status.CANCELED}
        self.story.stored = at + 2.5
        return True

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        return None

    def hurry(self, until: float) -> None:
        self.hurried = until

    def close(self) -> None:
        self.closed = True

    def _listen(self) -> None:
        with self.signals.listening():
            pass
