"""What one run knows so far, and how it speaks: shared by the sentence (`launcher`) and by every `ending`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aap_launcher.ci import CI
from aap_launcher.errors import LauncherError, Unreachable
from aap_launcher.findings.job import Tally
from aap_launcher.findings.reasons import explain_failure
from aap_launcher.findings.workflow import WorkflowTally
from aap_launcher.follow.job import Follower, follow
from aap_launcher.follow.workflow import WorkflowFollower
from aap_launcher.inputs.parsing import Inputs
from aap_launcher.models import (
    CIContext,
    Clock,
    Finished,
    Job,
    JobType,
    LaunchRequest,
    Line,
    Log,
    Mark,
    NodeChanged,
    NodeOutcome,
    NodeUpdate,
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
from aap_launcher.render.job import Renderer, Style
from aap_launcher.render.workflow import WorkflowRenderer

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
        self.follower: Follower | WorkflowFollower | None = None
        self.explanation = ""
        self.refused_approval = ""  # the approval for which the workflow was canceled (approvals: fail)
        self.tally: Tally | WorkflowTally = Tally(keep_cases=bool(inputs.junit))
        self._style = Style(
            group_by=inputs.group_by,
            show=inputs.show,
            annotations=inputs.annotations,
            live=tools.ci.live,
            since=inputs.since,
        )
        self.renderer: Renderer | WorkflowRenderer = Renderer(self.tally, self._style)
        self._outages: list[float] = []
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
        if until is not None:
            self.controller.hurry(until)
        try:
            follower = self.follower = self.follower or self._follower()
            for update in follow(follower, self.clock, until=until):
                self.show(update)
                if isinstance(update, NodeChanged):
                    self._mind_approval(update)
        except Unreachable:
            if until is None or self.clock.now() < until:
                raise
            return False  # the time ran out during an outage
        return follower.finished

    def _follower(self) -> Follower | WorkflowFollower:
        """What follows the job, by its type: a job template that is sliced made a workflow job as well."""
        job, now = self.known_job, self.clock.now()
        if job.type != JobType.WORKFLOW_JOB:
            return Follower(self.controller, job, now)
        tally = self.tally = WorkflowTally(keep_cases=bool(self.inputs.junit))
        self.renderer = WorkflowRenderer(tally, self._style)
        return WorkflowFollower(self.controller, job, now)

    def _mind_approval(self, update: NodeChanged) -> None:
        """Nobody is there to approve (approvals: fail): the workflow is canceled, and followed to its end."""
        job = update.node.job
        waits = update.approval is not None and job is not None and not job.status.final
        if not waits or self.inputs.approvals != "fail" or self.refused_approval or update.approval is None:
            return
        self.refused_approval = update.approval.name or update.node.label
        self.cancel()
        self.say("canceling", "it waits for an approval, and is not to wait (approvals: fail)", Tone.BAD)

    def cancel(self, *, timeout: float = 4.0) -> bool:
        """Ask for the cancel of the job; whether it was accepted."""
        accepted = self.controller.cancel(self.known_job, timeout=timeout)
        if self.follower is not None:
            self.follower.hurry(self.clock.now())
        return accepted

    def show(self, update: Update) -> None:
        """Take an update in, and write what it adds to the log."""
        if isinstance(update, StatusChanged | Finished):
            self.job = update.job
        elif isinstance(update, Notice) and update.outage:
            self._outages.append(update.outage)
        if isinstance(self.tally, WorkflowTally):
            self.tally.add(update)
            self._explain_nodes(update, self.tally)
        elif not isinstance(update, NodeChanged | NodeUpdate):
            self.tally.add(update)
            if isinstance(update, Finished) and update.job.status is not Status.SUCCESSFUL:
                self._explained(explain_failure(update.job, self.tally, self._update_lines(update.job)))
        if isinstance(update, Finished):
            self.tools.ci.emit(Progress(""))  # nothing is going on any more
        self._emit(self._marks(update))

    def _marks(self, update: Update) -> Iterable[Mark]:
        if isinstance(self.renderer, WorkflowRenderer):
            return self.renderer.marks(update)
        return () if isinstance(update, NodeChanged | NodeUpdate) else self.renderer.marks(update)

    def _explain_nodes(self, update: Update, tally: WorkflowTally) -> None:
        if isinstance(update, Finished):
            self._explained(tally.explain(update.job))
        elif isinstance(update, NodeUpdate) and isinstance(update.update, Finished):
            job, node = update.update.job, tally.of(update.node, update.path)
            if lines := self._update_lines(job):
                node.explanation = explain_failure(job, node.tally, lines)

    def _explained(self, explanation: str) -> None:
        self.explanation = self.renderer.explanation = explanation

    def _update_lines(self, job: Job) -> tuple[str, ...]:
        """The failed update's own last lines, where an update is the reason why the job failed."""
        try:
            update = self.controller.failed_update(job)
        except LauncherError as error:
            self.show(Notice(f"the failed update's output could not be read: {error}", warning=True))
            return ()
        return tuple(update[1]) if update is not None else ()

    # --- words --------------------------------------------------------------------------------------

    def say(self, label: str, text: str, tone: Tone = Tone.NOTE) -> None:
        """A line of the launcher's own, outside of any group."""
        self._emit(self.renderer.pause())
        self.tools.ci.emit(Line(text, tone, label=label))

    def end_log(self) -> None:
        """Close the open group, and tell the findings if the job's end never came."""
        self.tools.ci.emit(Progress(""))
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
        job, nodes = self.job, tuple[NodeOutcome, ...]()
        if isinstance(self.tally, WorkflowTally):
            nodes = self.tally.nodes
            job = job and replace(job, artifacts=self.tally.artifacts)
        return Outcome(
            verdict=verdict,
            exit_code=exit_code,
            job=job,
            template=self.template,
            explanation=explanation,
            log=self.follower.log if self.follower is not None else Log(),
            hosts=self.tally.hosts,
            failures=self.tally.failures,
            slowest=self.tally.slowest,
            cases=self.tally.cases,
            nodes=nodes,
            shown=self.request.shown,
            seconds=self.clock.now() - self.began,
            ci=self.tools.context,
            retried=self.tally.retried,
            outages=tuple(self._outages),
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
