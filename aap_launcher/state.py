"""What one run knows so far, and how it speaks: shared by the sentence (`launcher`) and by every `ending`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aap_launcher.ci import CI
from aap_launcher.controller import Controller
from aap_launcher.errors import LauncherError
from aap_launcher.explain import explain_failure
from aap_launcher.follow import Follower, follow
from aap_launcher.inputs import Inputs
from aap_launcher.models import (
    CIContext,
    Clock,
    Finished,
    Job,
    LaunchRequest,
    Line,
    Log,
    Mark,
    Notice,
    Outcome,
    Signals,
    Status,
    StatusChanged,
    Template,
    Tone,
    Update,
    Verdict,
)
from aap_launcher.render import Renderer, Style
from aap_launcher.tally import Tally


@dataclass(frozen=True, slots=True)
class Tools:
    """What the launcher works with; the command line wires it."""

    connect: Callable[..., Controller]
    ci: CI
    clock: Clock
    signals: Signals
    write: Callable[[str, str], None]  # (path, text) -> a file; raises OSError
    context: CIContext = CIContext()
    version: str = ""
    trace: Callable[[str], None] | None = None  # one line a request, for --debug


class Run:
    """One run's state, so that every ending can tell what is known."""

    def __init__(self, inputs: Inputs, tools: Tools) -> None:
        self.inputs = inputs
        self.tools = tools
        self.clock = tools.clock
        self.began = tools.clock.now()
        self.template: Template | None = None
        self.request = LaunchRequest({})
        self.job: Job | None = None
        self.follower: Follower | None = None
        self.explanation = ""
        self.tally = Tally(keep_cases=bool(inputs.junit))
        style = Style(group_by=inputs.group_by, show=inputs.show, annotations=inputs.annotations)
        self.renderer = Renderer(self.tally, style)
        self._controller: Controller | None = None

    @property
    def controller(self) -> Controller:
        """The controller, once it is connected."""
        assert self._controller is not None  # noqa: S101 - nothing asks for it before
        return self._controller

    @property
    def known_job(self) -> Job:
        """The job, once there is one."""
        assert self.job is not None  # noqa: S101 - nothing asks for it before
        return self.job

    def connect(self) -> None:
        """Reach the controller and log in; every secret made on the way is masked before it is used."""
        self._controller = connect(self.inputs, self.tools, self.show)

    # --- follow and render --------------------------------------------------------------------------

    def follow(self, until: float | None) -> bool:
        """Follow the job and show it; whether its end was reached before the clock read `until`."""
        if self.follower is None:
            self.follower = Follower(self.controller, self.known_job, self.clock.now())
        for update in follow(self.follower, self.clock, until=until):
            self.show(update)
        return self.follower.finished

    def cancel(self) -> bool:
        """Ask for the cancel of the job; whether it was accepted."""
        accepted = self.controller.cancel(self.known_job)
        if self.follower is not None:
            self.follower.hurry(self.clock.now())
        return accepted

    def show(self, update: Update) -> None:
        """Take an update in, and write what it adds to the log."""
        if isinstance(update, StatusChanged | Finished):
            self.job = update.job
        self.tally.add(update)
        if isinstance(update, Finished):
            self._explain(update.job)
        self._emit(self.renderer.marks(update))

    def _explain(self, job: Job) -> None:
        """Why the job failed, with the failed update's own last lines where an update is the reason."""
        if job.status is Status.SUCCESSFUL:
            return
        lines: tuple[str, ...] = ()
        try:
            update = self.controller.failed_update(job)
        except LauncherError as error:
            self.show(Notice(f"the failed update's output could not be read: {error}", warning=True))
        else:
            lines = tuple(update[1]) if update is not None else ()
        self.explanation = self.renderer.explanation = explain_failure(job, self.tally, lines)

    # --- words --------------------------------------------------------------------------------------

    def say(self, label: str, text: str, tone: Tone = Tone.NOTE) -> None:
        """A line of the launcher's own, outside of any group."""
        self._emit(self.renderer.pause())
        self.tools.ci.emit(Line(text, tone, label=label))

    def end_log(self) -> None:
        """Close the open group, and tell the findings if the job's end never came."""
        self._emit(self.renderer.close())

    def attach_hint(self) -> str:
        """How to attach to the job again, and how to mend it."""
        job = self.known_job
        hint = f"aap-launcher follow {job.id}"
        if job.status is Status.FAILED and job.type == "job" and any(host.bad for host in self.tally.hosts):
            hint += f" · on the failed hosts again: aap-launcher relaunch {job.id} --hosts failed"
        return hint

    def last_known(self) -> str:
        """What is known of the job, and how to attach to it; "" where there is none."""
        if self.job is None:
            return ""
        seen = "is" if self.job.status.final else "was last seen"
        return f"{self.job.label} {seen} {self.job.status}: {self.job.link} · {self.attach_hint()}"

    def outcome(self, verdict: Verdict, exit_code: int, explanation: str) -> Outcome:
        """The outcome with all that is known."""
        return Outcome(
            verdict=verdict,
            exit_code=exit_code,
            job=self.job,
            template=self.template,
            explanation=explanation,
            log=self.follower.log if self.follower is not None else Log(),
            hosts=self.tally.hosts,
            failures=self.tally.failures,
            slowest=self.tally.slowest,
            cases=self.tally.cases,
            shown=self.request.shown,
            seconds=self.clock.now() - self.began,
            ci=self.tools.context,
            platform=self._controller.describe() if self._controller is not None else "",
        )

    def close(self) -> None:
        """Give the token back and close the log; never raises."""
        if self._controller is not None:
            self._controller.close()
        self.tools.ci.close()

    def _emit(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            self.tools.ci.emit(mark)


def connect(inputs: Inputs, tools: Tools, tell: Callable[[Notice], None]) -> Controller:
    """The controller that the inputs name."""
    return tools.connect(
        inputs.connection,
        clock=tools.clock,
        signals=tools.signals,
        tell=tell,
        mask=lambda value: tools.ci.mask([value]),
        trace=tools.trace,
    )
