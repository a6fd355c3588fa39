"""What one run knows so far, and how it speaks: shared by the sentence (`launcher`) and by every `ending`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aap_launcher.ci import CI
from aap_launcher.errors import Unreachable
from aap_launcher.follow.job import follow
from aap_launcher.inputs.choices import Approvals
from aap_launcher.inputs.parsing import Inputs
from aap_launcher.launcher.followed import Followed, followed
from aap_launcher.launcher.masking import masked
from aap_launcher.models import (
    CIContext,
    Clock,
    Finished,
    Job,
    LaunchRequest,
    Line,
    Log,
    Logged,
    Mark,
    NodeChanged,
    Notice,
    Outcome,
    Progress,
    Signals,
    Status,
    StatusChanged,
    Template,
    Tone,
    Update,
    Verdict,
)
from aap_launcher.render.job import Style, notice

if TYPE_CHECKING:  # a refused input needs no HTTP: importing it is more than half of the start
    from aap_launcher.controller import Controller


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
    note: Callable[[Job], None] = lambda _: None  # told the job, for a fault that nothing here catches
    spread: float = 0.0  # seconds within which the jobs of a matrix are to come, which start together


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
        self.followed: Followed | None = None  # once the job's following has begun
        self.refused_approval = ""  # the approval for which the workflow was canceled (approvals: fail)
        self._outages: list[float] = []
        self._holding = False  # lines of events are held back until all of their page were shown
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

    @property
    def explanation(self) -> str:
        """Why the job did not succeed, as far as it was followed."""
        return self.followed.explanation if self.followed is not None else ""

    def connect(self) -> None:
        """Reach the controller and log in; every secret made on the way is masked before it is used."""
        self._controller = connect(self.inputs, self.tools, self.show)

    # --- follow and render --------------------------------------------------------------------------

    def follow(self, until: float | None) -> bool:
        """Follow the job and show it; whether its end was reached before the clock read `until`."""
        if until is not None:
            self.controller.hurry(until)
            self.tools.ci.hurry(lambda: self.clock.now() >= until)
        if self.followed is None:
            self.followed = self.begin()
        follower = self.followed.follower
        try:
            for update in follow(follower, self.clock, until=until):
                self.show(update)
                if isinstance(update, NodeChanged):
                    self._mind_approval(update)
        except Unreachable:
            if until is None or self.clock.now() < until:
                raise
            return False  # the time ran out during an outage
        return follower.finished

    def begin(self) -> Followed:
        """What follows the job, from its beginning."""
        inputs = self.inputs
        style = Style(
            group_by=inputs.group_by,
            show=inputs.show,
            annotations=inputs.annotations,
            live=self.tools.ci.live,
            since=inputs.since,
        )
        return followed(self.controller, self.known_job, self.clock.now(), style, cases=bool(inputs.junit))

    def _mind_approval(self, update: NodeChanged) -> None:
        """Nobody is there to approve (approvals: fail): the workflow is canceled, and followed to its end."""
        job = update.node.job
        waits = update.approval is not None and job is not None and not job.status.final
        if (
            not waits
            or self.inputs.approvals != Approvals.FAIL
            or self.refused_approval
            or update.approval is None
        ):
            return
        self.refused_approval = update.approval.name or update.node.label
        self.cancel()
        self.say("canceling", "it waits for an approval, and is not to wait (approvals: fail)", Tone.BAD)

    def cancel(self, *, timeout: float = 4.0) -> bool:
        """Ask for the cancel of the job; whether it was accepted."""
        accepted = self.controller.cancel(self.known_job, timeout=timeout)
        if self.followed is not None:
            self.followed.follower.hurry(self.clock.now())
        return accepted

    def show(self, update: Update) -> None:
        """Take an update in, and write what it adds to the log; lines of events that came together, together."""
        if isinstance(update, Logged) and self.followed is not None:  # nearly every one
            if not self._holding:
                self._holding = True
                self.tools.ci.hold(on=True)
            self._emit(self.followed.marks(masked(update, self.tools.ci.hide)))
            return
        self._release()
        update = masked(update, self.tools.ci.hide)
        if isinstance(update, StatusChanged | Finished):
            self.job = update.job
        elif isinstance(update, Notice) and update.outage:
            self._outages.append(update.outage)
        if isinstance(update, Finished):
            self.tools.ci.emit(Progress(""))  # nothing is going on any more
        if self.followed is not None:
            self._emit(self.followed.marks(update))
        elif isinstance(update, Notice):  # before there is a job
            self._emit([notice(update)])

    # --- words --------------------------------------------------------------------------------------

    def say(self, label: str, text: str, tone: Tone = Tone.NOTE) -> None:
        """A line of the launcher's own, outside of any group."""
        self._release()
        if self.followed is not None:
            self._emit(self.followed.drawn.pause())
        self.tools.ci.emit(Line(text, tone, label=label))

    def end_log(self) -> None:
        """Close the open group, and tell the findings if the job's end never came."""
        self._release()
        self.tools.ci.emit(Progress(""))
        if self.followed is not None:
            self._emit(self.followed.drawn.close())

    def attach_hint(self) -> str:
        """How to attach to the job again, and how to mend it."""
        job = self.known_job
        hint = f"aap-launcher follow {job.id}"
        hosts = self.followed.happened.hosts if self.followed is not None else ()
        if job.status is Status.FAILED and job.type == "job" and any(host.bad for host in hosts):
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
        outcome = Outcome(
            verdict=verdict,
            exit_code=exit_code,
            job=self.job,
            template=self.template,
            explanation=explanation,
            log=Log(),
            shown=self.request.shown,
            seconds=self.clock.now() - self.began,
            ci=self.tools.context,
            outages=tuple(self._outages),
            platform=self._controller.describe() if self._controller is not None else "",
        )
        return outcome if self.followed is None else _with(outcome, self.followed)

    def close(self) -> None:
        """Give the token back and close the log; never raises."""
        if self._controller is not None:
            self._controller.close()
        self.tools.ci.close()

    def _release(self) -> None:
        if self._holding:
            self._holding = False
            self.tools.ci.hold(on=False)

    def _emit(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            self.tools.ci.emit(mark)


def _with(outcome: Outcome, followed: Followed) -> Outcome:
    """The outcome, and what happened in what was followed."""
    job, happened = outcome.job, followed.happened
    return replace(
        outcome,
        job=job and replace(job, artifacts=followed.artifacts(job)),
        log=followed.follower.log,
        hosts=happened.hosts,
        failures=happened.failures,
        slowest=happened.slowest,
        cases=happened.cases,
        nodes=followed.nodes,
        retried=happened.retried,
    )


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
