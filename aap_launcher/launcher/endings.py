"""Every way in which a run ends, each an `Outcome`: the job's end, the timeout, a signal, an error, our own fault."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import PurePath

from aap_launcher.errors import Interrupted, LauncherError, Problem, Refused
from aap_launcher.findings.failures import no_host
from aap_launcher.inputs.choices import JobEnd, OnNoHosts
from aap_launcher.launcher.run import LauncherRun
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.marks import Annotation, Level, Line, Tone
from aap_launcher.models.outcomes import Outcome, Verdict
from aap_launcher.text.words import duration

# GitHub sends SIGTERM 7.5 s after SIGINT and kills 2.5 s later (actions/runner ProcessInvoker.cs).
_STOP_SECONDS = 8.0
_TIMEOUT_SECONDS = 60.0  # how long a job that was canceled for its timeout is followed to its end


class Ignored(Refused):
    """The launch was made, and the controller ignored what was given."""


def guarded(run: LauncherRun, ending: Callable[[], Outcome]) -> Outcome:
    """The ending's outcome, or that of what broke it; never raises."""
    try:
        return ending()
    except Interrupted as stop:
        signal = stop  # the name of an except clause does not outlive it
        return guarded(run, lambda: stopped(run, signal))
    except Ignored as error:
        return prompts_ignored(run, error.problems)
    except Exception as error:  # noqa: BLE001 - the promise: no fault of ours is a bare traceback
        return of(run, error)


def of(run: LauncherRun, error: Exception) -> Outcome:
    """The outcome of an error, or of a fault of ours."""
    return broke_off(run, error) if isinstance(error, LauncherError) else internal(run, error)


def ended(run: LauncherRun) -> Outcome:
    """The job's end was followed: its status is the verdict."""
    verdict = Verdict(run.known_job.status)
    if run.refused_approval:
        own = "" if verdict is Verdict.CANCELED else f"{run.refused_approval}; {_became(run.known_job)}"
        return run.outcome(Verdict.FAILED, 1, own)
    if verdict is not Verdict.SUCCESSFUL:
        return run.outcome(verdict, 1)
    if told := no_host(run.findings.no_host_plays, run.known_job.limit):
        if run.inputs.on_no_hosts == OnNoHosts.WARN:
            return run.outcome(verdict, 0, told)
        told = f"{told} (on_no_hosts: fail)"
        run.say("failed", told, Tone.BAD)
        return run.outcome(Verdict.FAILED, 1, told)
    return run.outcome(verdict, 0)


def timed_out(run: LauncherRun) -> Outcome:
    """The `timeout` passed before the job's end."""
    job, waited = run.known_job, duration(run.inputs.timeout or 0)
    if run.inputs.on_timeout == JobEnd.LEAVE:
        why = f"the timeout of {waited} passed; {job.label} goes on, as asked (on_timeout: leave)"
        run.say("timed out", why, Tone.BAD)
        return run.outcome(Verdict.TIMED_OUT, 5, why)
    run.say("timed out", f"after {waited}", Tone.BAD)
    accepted, own = _canceled(run, run.clock.now() + _TIMEOUT_SECONDS, f"the timeout of {waited} passed")
    if accepted is False and run.known_job.status.final:
        return ended(run)  # it had ended before: the timeout changes nothing
    return run.outcome(Verdict.TIMED_OUT, 5, own)


def stopped(run: LauncherRun, stop: Interrupted) -> Outcome:
    """A signal came: the cancel first, then the end is followed while time remains."""
    code = 128 + stop.signum
    at = stop.at if stop.at is not None else run.clock.now()
    if run.job is None:
        why = "before anything was launched"
        run.say("interrupted", why, Tone.BAD)
        return run.outcome(Verdict.INTERRUPTED, code, f"interrupted {why}")
    if run.followed is not None and run.followed.follower.finished:
        return ended(run)  # the signal came too late to change anything
    if run.inputs.when_interrupted == JobEnd.LEAVE:
        asked = "as asked (on_interrupt: leave)" if run.inputs.on_interrupt else "since it was only followed"
        why = f"{run.job.label} goes on, {asked}; to stop it: aap-launcher cancel {run.job.id}"
        run.say("interrupted", why, Tone.BAD)
        return run.outcome(Verdict.INTERRUPTED, code, f"interrupted; {why}")
    run.controller.hurry(at + _STOP_SECONDS)
    return run.outcome(Verdict.INTERRUPTED, code, _canceled(run, at + _STOP_SECONDS, "it was interrupted")[1])


def _canceled(run: LauncherRun, until: float, why: str) -> tuple[bool | None, str]:
    """Cancel the job and follow it until its end or the time given.

    Whether the cancel was accepted (False: it had ended before; None: it was not heard), and what became of the
    job, where no reason tells that.
    """
    label, accepted = run.known_job.label, None
    try:
        accepted = run.insist(until, why)
        if accepted is not None:
            run.say("canceling", f"{label} was asked to cancel" if accepted else f"{label} has already ended")
        run.follow(until)
    except LauncherError as error:
        run.say("warning", str(error), Tone.WARN)
    job = run.known_job
    if job.status.final:
        told = any(reason.source == "launcher" for reason in run.findings.reasons)
        return accepted, "" if told else f"{why}; {_became(job)}"
    unsure = f"{label} was last seen {job.status}; make sure with: aap-launcher cancel {job.id}"
    run.say("warning", unsure, Tone.BAD)
    return accepted, f"{why}; {unsure}"


def _became(job: Job) -> str:
    """`job 423 has ended successfully`."""
    words = {
        Status.SUCCESSFUL: "has ended successfully",
        Status.FAILED: "has failed",
        Status.ERROR: "has ended with an error",
        Status.CANCELED: "was canceled",
    }
    return f"{job.label} {words.get(job.status, f'is {job.status}')}"


def prompts_ignored(run: LauncherRun, problems: Sequence[Problem]) -> Outcome:
    """The controller ignored what was given: told first, whatever becomes of the cancel, which is insisted on."""
    label = run.known_job.label
    names = ", ".join(problem.field for problem in problems)
    run.say("ignored", f"{names}: {label} would not do what you asked; canceling it", Tone.BAD)
    why = "the controller ignored what was given"
    text = f"{why}, so {label} would not do what you asked"
    try:
        accepted = run.insist(run.clock.now() + run.inputs.connection.outage_tolerance, why)
    except Interrupted as stop:
        run.controller.hurry((stop.at or run.clock.now()) + _STOP_SECONDS)
        accepted = run.insist((stop.at or run.clock.now()) + _STOP_SECONDS, why)
    became = {
        True: "it was asked to cancel.",
        False: "it had ended before it could be canceled.",
        None: f"it could not be canceled and runs on: aap-launcher cancel {run.known_job.id}",
    }[accepted]
    return broke_off(run, Refused(f"{text}; {became}", problems))


def broke_off(run: LauncherRun, error: LauncherError) -> Outcome:
    """An error ended the launcher: what happened, what is known of the job, and how to attach to it."""
    run.end_log()
    text = str(error)
    if run.annotates and not run.tools.ci.fault:
        run.tools.ci.emit(Annotation(Level.ERROR, f"aap-launcher: {error.verdict}", f"aap-launcher: {text}"))
    else:
        run.tools.ci.complain(Line(text, Tone.BAD, label="aap-launcher:"))
    known = run.last_known()
    if known:
        run.tools.ci.complain(Line(known, Tone.BAD))
    return run.outcome(Verdict(error.verdict), error.exit_code, "\n".join(filter(None, [text, known])))


def internal(run: LauncherRun, fault: Exception) -> Outcome:
    """A fault of the launcher itself: never exit 1, which means a failed job."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{PurePath(frame.filename).name}:{frame.lineno}"
    if run.tools.trace is not None:
        run.tools.trace("".join(traceback.format_exception(fault)))
    message = f"internal fault, please report it: {type(fault).__name__}: {fault} ({place})"
    advice = "" if run.tools.trace else "; --debug shows the whole traceback"
    return broke_off(run, LauncherError(message + advice))
