"""The use case: resolve, preflight, launch, follow, render, report; and a clean end whatever happens.

`launch` never raises: every ending, also a fault of the launcher itself, becomes an `Outcome` that is reported.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from aap_launcher import once
from aap_launcher.ci import CI
from aap_launcher.controller import Controller
from aap_launcher.errors import Interrupted, LauncherError, Refused, explain
from aap_launcher.follow import Follower, follow
from aap_launcher.inputs import Inputs, secrets
from aap_launcher.models import (
    Annotation,
    CIContext,
    Clock,
    Finished,
    Job,
    LaunchRequest,
    Level,
    Line,
    Log,
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
from aap_launcher.prompts import ignored, launch_request, relaunch_request
from aap_launcher.render import Renderer, Style, explain_failure
from aap_launcher.report import junit, launched_outputs, outputs, result, summary
from aap_launcher.tally import Tally
from aap_launcher.words import duration

# GitHub sends SIGTERM 7.5 s after SIGINT and kills 2.5 s later (actions/runner ProcessInvoker.cs).
_STOP_SECONDS = 8.0
_TIMEOUT_SECONDS = 60.0  # how long a job that was canceled for its timeout is followed to its end


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
    trace: Callable[[str], None] | None = None
    debug: bool = False


def launch(inputs: Inputs, tools: Tools) -> Outcome:
    """Do what `inputs` ask for and report it; the outcome's exit code is the process's."""
    run = _Run(inputs, tools)
    try:
        outcome = run.guarded(run.main)
        outcome = run.guarded(lambda: run.report(outcome))
    finally:
        run.close()
    return outcome


class _Run:
    """One run's state: what is known so far, so that every ending can tell it."""

    def __init__(self, inputs: Inputs, tools: Tools) -> None:
        self.inputs = inputs
        self.tools = tools
        self.began = tools.clock.now()
        self.controller: Controller | None = None
        self.template: Template | None = None
        self.request = LaunchRequest({})
        self.job: Job | None = None
        self.follower: Follower | None = None
        self.tally = Tally(keep_cases=bool(inputs.junit))
        style = Style(group_by=inputs.group_by, show=inputs.show, annotations=inputs.annotations)
        self.renderer = Renderer(self.tally, style)
        self.explanation = ""

    # --- the sentence -------------------------------------------------------------------------------

    def main(self) -> Outcome:
        """Launch, follow, render; the outcome of a run that went its way."""
        inputs, ci = self.inputs, self.tools.ci
        ci.mask(secrets(inputs))
        for notice in inputs.notices:
            self._show(Notice(notice))
        self.controller = self.tools.connect(
            inputs.connection,
            clock=self.tools.clock,
            signals=self.tools.signals,
            tell=self._show,
            mask=lambda value: ci.mask([value]),
            trace=self.tools.trace,
        )
        made = self._attach() if inputs.job else self._relaunch() if inputs.relaunch else self._launch()
        if made is None:
            return self._outcome(Verdict.SUCCESSFUL, 0, "dry run: everything was checked, nothing was launched")
        if not inputs.wait and not inputs.job:
            self._say("Launched", f"and left running; {self._attach_hint()}")
            return self._outcome(Verdict.SUCCESSFUL, 0, "launched, not followed (wait: false)")
        return self._follow(made)

    def _attach(self) -> Job:
        controller = self._connected()
        job = controller.find_job(self.inputs.job)
        self._header()
        self._say("Job", f"{job.name} · {job.label} · {job.status}")
        self._made(job)
        return job

    def _launch(self) -> Job | None:
        controller = self._connected()
        template = controller.find_template(
            self.inputs.template, self.inputs.template_type, self.inputs.organization
        )
        self.template = template
        prompts = controller.prompts(template)
        self.request = launch_request(
            self.inputs, template, prompts, controller.find_id, context=self.tools.context
        )
        self.tools.ci.mask(self.request.secrets)
        self._header()
        kind = template.type.replace("_", " ")
        self._say("Template", " · ".join(filter(None, [template.name, f"{kind} {template.id}", template.organization])))
        self._tell_request()
        if self.inputs.dry_run:
            return None
        launched = once.launch(controller, template, self.request, prompts, tell=self._show, clock=self.tools.clock)
        self._made(launched.job)
        problems = ignored(launched)
        if problems:
            self._cancel(launched.job)
            raise Refused(
                f"the controller ignored what was given, so {launched.job.label} would not do what you asked; "
                "it was asked to cancel",
                problems,
            )
        return launched.job

    def _relaunch(self) -> Job | None:
        controller = self._connected()
        job = controller.find_job(self.inputs.relaunch)
        needed = controller.relaunch_prompts(job)
        self.request = relaunch_request(self.inputs, job, needed)
        self._header()
        self._say("Relaunch", f"{job.name} · {job.label} · {job.status}")
        self._tell_request()
        if self.inputs.dry_run:
            return None
        launched = controller.relaunch(job, self.request.body)
        self._made(launched.job)
        return launched.job

    def _made(self, job: Job) -> None:
        self.job = job
        self.tools.ci.set_outputs(launched_outputs(job))
        if not self.inputs.job:
            self._say("Launched", f"{job.label} · {job.link}")

    def _follow(self, job: Job) -> Outcome:
        clock, controller = self.tools.clock, self._connected()
        self.follower = Follower(controller, job, clock.now())
        until = clock.now() + self.inputs.timeout if self.inputs.timeout is not None else None
        self._follow_until(until)
        return self._ended() if self.follower.finished else self._timed_out()

    def _follow_until(self, until: float | None) -> None:
        assert self.follower is not None  # noqa: S101 - set by _follow, which alone leads here
        for update in follow(self.follower, self.tools.clock, until=until):
            self._show(update)

    def _show(self, update: Update) -> None:
        if isinstance(update, StatusChanged | Finished):
            self.job = update.job
        self.tally.add(update)
        if isinstance(update, Finished):
            self._explain(update.job)
        for mark in self.renderer.marks(update):
            self.tools.ci.emit(mark)

    # --- endings ------------------------------------------------------------------------------------

    def guarded(self, deed: Callable[[], Outcome]) -> Outcome:
        """The deed's outcome, or that of what broke it."""
        try:
            return deed()
        except Interrupted as stop:
            return self.guarded(lambda: self._stopped(stop))
        except LauncherError as error:
            return self._broken(error)
        except Exception as fault:  # noqa: BLE001 - the promise: no fault of ours is a bare traceback
            return self._internal(fault)

    def _ended(self) -> Outcome:
        job = self._known_job()
        verdict = Verdict(job.status)
        if verdict is Verdict.SUCCESSFUL and self.tally.matched_no_host and self.inputs.on_no_hosts == "fail":
            why = "the job is successful to the controller, but it matched no host (on_no_hosts: fail)"
            self._say("failed", why, Tone.BAD)
            return self._outcome(Verdict.FAILED, 1, why)
        return self._outcome(verdict, 0 if verdict is Verdict.SUCCESSFUL else 1, self.explanation)

    def _timed_out(self) -> Outcome:
        job, waited = self._known_job(), duration(self.inputs.timeout or 0)
        if self.inputs.on_timeout == "leave":
            why = f"the timeout of {waited} passed; {job.label} goes on, as asked"
            self._say("timed out", why, Tone.BAD)
            return self._outcome(Verdict.TIMED_OUT, 5, why)
        self._say("timed out", f"after {waited}: canceling {job.label}", Tone.BAD)
        accepted = self._cancel(job)
        self._follow_until(self.tools.clock.now() + _TIMEOUT_SECONDS)
        why = f"the timeout of {waited} passed; {self._after_cancel(accepted=accepted)}"
        return self._outcome(Verdict.TIMED_OUT, 5, why)

    def _stopped(self, stop: Interrupted) -> Outcome:
        code = 128 + stop.signum
        at = stop.at if stop.at is not None else self.tools.clock.now()
        job = self.job
        if job is None:
            why = "interrupted before anything was launched"
            self._say("interrupted", why, Tone.BAD)
            return self._outcome(Verdict.INTERRUPTED, code, why)
        if job.status.final and self.follower is not None and self.follower.finished:
            return self._ended()
        if self.inputs.on_interrupt == "leave":
            why = f"interrupted; {job.label} goes on, as asked (on_interrupt: leave)"
            self._say("interrupted", why, Tone.BAD)
            return self._outcome(Verdict.INTERRUPTED, code, why)
        controller = self._connected()
        controller.hurry(at + _STOP_SECONDS)
        accepted = self._cancel(job)
        self._say("interrupted", f"{job.label} was asked to cancel", Tone.BAD)
        if self.follower is None:
            self.follower = Follower(controller, job, self.tools.clock.now())
        self.follower.hurry(self.tools.clock.now())
        try:
            self._follow_until(at + _STOP_SECONDS)
        except LauncherError as error:
            self._say("", str(error), Tone.WARN)
        return self._outcome(Verdict.INTERRUPTED, code, f"interrupted; {self._after_cancel(accepted=accepted)}")

    def _cancel(self, job: Job) -> bool:
        accepted = self._connected().cancel(job)
        if self.follower is not None:
            self.follower.hurry(self.tools.clock.now())
        return accepted

    def _after_cancel(self, *, accepted: bool) -> str:
        job = self._known_job()
        if job.status.final:
            return f"{job.label} ended {job.status}"
        if accepted:
            return f"{job.label} was asked to cancel and is still {job.status}"
        return f"{job.label} could not be canceled any more; it is {job.status}"

    def _broken(self, error: LauncherError) -> Outcome:
        self._close_group()
        problems = getattr(error, "problems", ())
        text = explain(str(error), problems)
        self.tools.ci.emit(Line(text, Tone.BAD, label="aap-launcher:"))
        title = f"aap-launcher: {error.verdict}"
        self.tools.ci.emit(Annotation(Level.ERROR, title, text))
        self._say("", self._last_known(), Tone.BAD)
        said = " ".join(filter(None, [text, self._last_known()]))
        return self._outcome(Verdict(error.verdict), error.exit_code, said)

    def _internal(self, fault: Exception) -> Outcome:
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{PurePath(frame.filename).name}:{frame.lineno}"
        if self.tools.debug and self.tools.trace is not None:
            self.tools.trace("".join(traceback.format_exception(fault)))
        return self._broken(
            LauncherError(
                f"internal fault, please report it: {type(fault).__name__}: {fault} ({place}); "
                "--debug shows the whole traceback"
            )
        )

    def _last_known(self) -> str:
        job = self.job
        if job is None:
            return ""
        known = f"{job.label} is {job.status}" if job.status.final else f"{job.label} was last seen {job.status}"
        return f"{known}: {job.link} · {self._attach_hint()}"

    # --- report -------------------------------------------------------------------------------------

    def report(self, outcome: Outcome) -> Outcome:
        """Tell the outcome everywhere it is asked for; a report that cannot be written changes no verdict."""
        ci, inputs = self.tools.ci, self.inputs
        self._close_group()
        if outcome.job is not None:
            self._say("Attach", self._attach_hint())
        self._try("the outputs", lambda: ci.set_outputs(outputs(outcome)))
        if inputs.summary:
            self._try("the summary", lambda: ci.write_summary(summary(outcome)))
        if inputs.result_file:
            self._try(inputs.result_file, lambda: self.tools.write(inputs.result_file, result(outcome)))
        if inputs.junit:
            self._try(inputs.junit, lambda: self.tools.write(inputs.junit, junit(outcome)))
        return outcome

    def close(self) -> None:
        """Give the token back and close the log; never raises."""
        if self.controller is not None:
            self.controller.close()
        self.tools.ci.close()

    def _try(self, what: str, deed: Callable[[], None]) -> None:
        try:
            deed()
        except OSError as fault:
            self._say("warning", f"{what} could not be written: {fault.strerror or fault}", Tone.WARN)

    def _outcome(self, verdict: Verdict, exit_code: int, explanation: str) -> Outcome:
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
            seconds=self.tools.clock.now() - self.began,
            ci=self.tools.context,
            platform=self.controller.describe() if self.controller is not None else "",
        )

    # --- words --------------------------------------------------------------------------------------

    def _explain(self, job: Job) -> None:
        """Why the job failed, with the failed update's own last lines where an update is the reason."""
        if job.status is Status.SUCCESSFUL:
            return
        lines: tuple[str, ...] = ()
        try:
            update = self._connected().failed_update(job)
        except LauncherError as error:
            self._show(Notice(f"the failed update's output could not be read: {error}", warning=True))
        else:
            if update is not None:
                lines = tuple(update[1])
        self.explanation = explain_failure(job, self.tally, lines)

    def _header(self) -> None:
        controller = self._connected()
        parts = [f"aap-launcher {self.tools.version}", f"{controller.describe()} at {controller.url}"]
        if controller.user:
            parts.append(f"as {controller.user}")
        self.tools.ci.emit(Line(" · ".join(parts), Tone.NOTE))

    def _tell_request(self) -> None:
        if self.request.shown:
            self._say("Prompts", " · ".join(f"{name}={value}" for name, value in self.request.shown))
        for notice in self.request.notices:
            self._show(Notice(notice))

    def _say(self, label: str, text: str, tone: Tone = Tone.NOTE) -> None:
        if text:
            self._close_group()
            self.tools.ci.emit(Line(text, tone, label=label))

    def _close_group(self) -> None:
        for mark in self.renderer.close():
            self.tools.ci.emit(mark)

    def _attach_hint(self) -> str:
        job = self._known_job()
        hint = f"aap-launcher follow {job.id}"
        if job.status is Status.FAILED and job.type == "job" and any(host.bad for host in self.tally.hosts):
            hint += f" · on the failed hosts again: aap-launcher relaunch {job.id} --hosts failed"
        return hint

    def _known_job(self) -> Job:
        assert self.job is not None  # noqa: S101 - asked only once a job is known
        return self.job

    def _connected(self) -> Controller:
        assert self.controller is not None  # noqa: S101 - main connects before anything else
        return self.controller
