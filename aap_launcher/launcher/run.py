"""What one run knows so far, and how it speaks: shared by the sentence (`launcher`) and by every `ending`.

What follows, renders and reports a job is imported once there is one: a fifth of the time to the launch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from aap_launcher.errors import Interrupted, LauncherError, Unreachable
from aap_launcher.findings.failures import explanation
from aap_launcher.inputs.choices import Approvals
from aap_launcher.inputs.parsing import Inputs
from aap_launcher.launcher.masking import masked_update
from aap_launcher.launcher.tools import Tools, connect_with
from aap_launcher.models.findings import Findings
from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.marks import Line, Mark, Progress, Tone
from aap_launcher.models.notices import Notice
from aap_launcher.models.outcomes import Outcome, Verdict
from aap_launcher.models.templates import LaunchRequest, Template
from aap_launcher.models.updates import Finished, Log, Logged, NodeChanged, StatusChanged, Update
from aap_launcher.render.notices import notice

if TYPE_CHECKING:  # a refused input needs no HTTP: importing it is more than half of the start
    from aap_launcher.controller.controller import Controller
    from aap_launcher.launcher.followed import Followed

# For both tries of a cancel: where the end is near, and where the controller may take its time.
_CANCEL_SECONDS, _CANCEL_LONG = 4.0, 10.0
_CANCEL_AGAIN = 1.5


class LauncherRun:
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
        self.refused_approval = ""  # why the workflow was canceled for an approval (approvals: fail)
        self._ours = ""  # why the cancel of the job was asked for, once it was
        self._outages: list[float] = []
        self._holding = False  # lines of events are held back until all of their page were shown
        self._warned = ""
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
    def annotates(self) -> bool:
        """Whether annotations are made, which stand in the log in place of lines."""
        return self.inputs.annotations and self.tools.ci.annotates

    @property
    def findings(self) -> Findings:
        """What happened in the job, as far as it was followed."""
        return self.followed.happened.findings() if self.followed is not None else Findings()

    def connect(self) -> None:
        """Reach the controller and log in; every secret made on the way is masked before it is used."""
        self._controller = connect_with(self.inputs, self.tools, self.show)

    # --- follow and render --------------------------------------------------------------------------

    def follow(self, until: float | None) -> bool:
        """Follow the job and show it; whether its end was reached before the clock read `until`."""
        from aap_launcher.follow.job import follow_job  # noqa: PLC0415

        if until is not None:
            self.controller.hurry(until)
            self.tools.ci.hurry(lambda: self.clock.now() >= until)
        if self.followed is None:
            self.followed = self.begin()
            self.controller.on_wait(self._pulse)
        follower = self.followed.follower
        try:
            for update in follow_job(follower, self.clock, until=until):
                self.show(update)
                if isinstance(update, NodeChanged):
                    self._mind_approval(update)
        except Unreachable:
            if until is None or self.clock.now() < until:
                raise
            return False  # the time ran out during an outage
        return follower.finished

    def _pulse(self) -> None:
        """The controller takes its time: the log shows that the launcher lives."""
        if self.followed is not None:
            self.show(self.followed.follower.tick(self.clock.now()))

    def begin(self) -> Followed:
        """What follows the job, from its beginning."""
        from aap_launcher.launcher.followed import followed  # noqa: PLC0415
        from aap_launcher.render.job import Style  # noqa: PLC0415

        inputs = self.inputs
        style = Style(
            group_by=inputs.group_by,
            show=inputs.show,
            annotations=self.annotates,
            live=self.tools.ci.live,
            since=inputs.since,
        )
        begun = followed(self.controller, self.known_job, self.clock.now(), style, cases=bool(inputs.junit))
        begun.happened.ours = self._ours
        return begun

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
        name = update.approval.name or update.node.label
        self.refused_approval = f'it waits for the approval "{name}", and is not to wait (approvals: fail)'
        self.say("canceling", self.refused_approval, Tone.BAD)
        self.insist(self.clock.now() + self.inputs.connection.outage_tolerance, self.refused_approval)

    def cancel(self, why: str, *, timeout: float = 4.0) -> bool:
        """Ask for the cancel of the job; whether it was accepted. `why` is told as the reason of its end."""
        accepted = self.controller.cancel(self.known_job, timeout=timeout)
        if accepted and not self.known_job.canceled_on:
            self._ours = why
        if self.followed is not None:
            self.followed.happened.ours = self._ours
            self.followed.follower.hurry(self.clock.now())
        return accepted

    def insist(self, until: float, why: str) -> bool | None:
        """Ask for the cancel until the controller has heard it, or the time is over; None: it has not.

        What keeps it from hearing is told, and replaces nothing.
        """
        while True:
            try:
                left = until - self.clock.now()
                return self.cancel(
                    why, timeout=max(min(_CANCEL_SECONDS, left), min(_CANCEL_LONG, left / 2), 1.0)
                )
            except Interrupted:
                raise
            except LauncherError as error:
                again = isinstance(error, Unreachable) and self.clock.now() + _CANCEL_AGAIN < until
                told = f"{error}{' Asking again.' if again else ''}"
                if told != self._warned:
                    self.say("warning", told, Tone.WARN)
                self._warned = told
                if not again:
                    return None
            self.clock.sleep(_CANCEL_AGAIN)

    def show(self, update: Update) -> None:
        """Take an update in, and write what it adds to the log; lines of events that came together, together."""
        if isinstance(update, Logged) and self.followed is not None:  # nearly every one
            if not self._holding:
                self._holding = True
                self.tools.ci.hold(on=True)
            self._emit(self.followed.marks(masked_update(update, self.tools.ci.hide)))
            return
        self._release()
        update = masked_update(update, self.tools.ci.hide)
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

    def next_step(self) -> str:
        """The command that attaches to the job while it runs, or runs it again where it has ended; "" for neither."""
        job = self.job
        if job is None:
            return ""
        if not job.status.final:
            return f"aap-launcher follow {job.id}"
        if job.status is Status.SUCCESSFUL or job.type not in (JobType.JOB, JobType.WORKFLOW_JOB):
            return ""
        only = " --hosts failed" if job.type == JobType.JOB and self.findings.failed_hosts else ""
        return f"aap-launcher relaunch {job.id}{only}"

    def last_known(self) -> str:
        """What is known of the job, and what to do with it; "" where there is none."""
        if self.job is None:
            return ""
        seen = "is" if self.job.status.final else "was last seen"
        known = f"{self.job.label} {seen} {self.job.status}: {self.job.link}"
        return " · ".join(filter(None, [known, self.next_step()]))

    def outcome(self, verdict: Verdict, exit_code: int, own: str = "") -> Outcome:
        """The outcome with all that is known; `own`: what the launcher itself has to say of it."""
        followed, found, job = self.followed, self.findings, self.job
        if followed is not None and job is not None:
            job = replace(job, artifacts=followed.artifacts(job))
        return Outcome(
            verdict=verdict,
            exit_code=exit_code,
            job=job,
            template=self.template,
            explanation="\n".join(filter(None, [own, explanation(found)])),
            own=own,
            log=followed.follower.log if followed is not None else Log(),
            findings=found,
            next_step=self.next_step(),
            nodes=followed.nodes if followed is not None else (),
            shown=self.request.shown,
            seconds=self.clock.now() - self.began,
            ci=self.tools.context,
            outages=tuple(self._outages),
            platform=self._controller.describe() if self._controller is not None else "",
        )

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
