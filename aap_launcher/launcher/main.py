"""The use case: resolve, preflight, launch, follow, render, report; and a clean end whatever happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from secrets import token_hex

from aap_launcher.inputs.parsing import Connection, Inputs, secrets
from aap_launcher.launcher import endings, launch_once
from aap_launcher.launcher.run import LauncherRun
from aap_launcher.launcher.tools import Tools, connect_with
from aap_launcher.models.jobs import Job, Launched
from aap_launcher.models.marks import Line, Tone
from aap_launcher.models.notices import Notice
from aap_launcher.models.outcomes import Outcome, Verdict
from aap_launcher.models.templates import LaunchRequest
from aap_launcher.preflight.request import ignored_fields, launch_request, relaunch_request
from aap_launcher.text.host_pattern import is_plain
from aap_launcher.text.quoting import joined

_STRANGE = (
    "a limit would not read these names as one host each; in failed_hosts they stand as exact patterns, "
    "or not at all where a group has that name"
)
__all__ = ["Tools", "begin", "connect_with", "launch", "refuse_to_start"]


def launch(inputs: Inputs, tools: Tools) -> Outcome:
    """Do what `inputs` ask for and report it; never raises, the outcome's exit code is the process's."""
    run = LauncherRun(inputs, tools)
    return _reported(run, lambda: endings.guarded(run, lambda: _main(run)))


def refuse_to_start(error: Exception, tools: Tools) -> Outcome:
    """Report an error, or a fault of ours, that came before there were inputs to launch with."""
    run = LauncherRun(Inputs(Connection("")), tools)
    return _reported(run, lambda: endings.of(run, error))


def _main(run: LauncherRun) -> Outcome:
    """The sentence."""
    run.tools.ci.mask(secrets(run.inputs))
    for notice in run.inputs.notices:
        run.show(Notice(notice))
    if run.tools.spread:
        run.clock.sleep(random.uniform(0.0, run.tools.spread))  # noqa: S311 - no secret
    run.connect()
    job = begin(run)
    if job is None:
        why = "dry run: everything was checked, nothing was launched"
        run.say("Dry run", "everything was checked, nothing was launched", Tone.GOOD)
        return run.outcome(Verdict.CHECKED, 0, why)
    if not run.inputs.wait and not run.inputs.job:
        return run.outcome(Verdict.LAUNCHED, 0, "launched, and not followed (wait: false)")
    until = run.clock.now() + run.inputs.timeout if run.inputs.timeout is not None else None
    return endings.ended(run) if run.follow(until) else endings.timed_out(run)


def begin(run: LauncherRun) -> Job | None:
    """The job that the inputs mean: launched, relaunched or attached to; None for a dry run."""
    if run.inputs.job:
        return _attach(run)
    return _relaunch(run) if run.inputs.relaunch else _launch(run)


# --- resolve, preflight, launch -------------------------------------------------------------------------


def _launch(run: LauncherRun) -> Job | None:
    """Launch the template; None for a dry run."""
    inputs, controller = run.inputs, run.controller
    template = controller.find_template(inputs.template, inputs.template_type, inputs.organization)
    run.template = template
    kind = f"{template.type.replace('_', ' ')} {template.id}"
    _header(run, "Template", " · ".join(filter(None, [template.name, kind, template.organization])))
    prompts = controller.prompts(template)
    marker = (
        f"a{token_hex(8)[1:]}" if inputs.marker else ""
    )  # a letter first: 9193e788 would read as a number
    request = launch_request(
        inputs, template, prompts, controller.find_object, context=run.tools.context, marker=marker
    )
    _ask(run, request)
    if inputs.dry_run:
        return None
    launched = _once(run, launch_once.template_launch(controller, template, prompts, run.request.body))
    problems = ignored_fields(launched)
    if problems:
        raise endings.Ignored("the controller ignored what was given", problems)
    return launched.job


def _relaunch(run: LauncherRun) -> Job | None:
    """Relaunch a job; None for a dry run."""
    controller = run.controller
    old = controller.find_job(run.inputs.relaunch)
    _header(run, "Relaunch", f"{old.name} · {old.label} · {old.status}")
    _ask(run, relaunch_request(run.inputs, old, controller.relaunch_prompts(old)))
    if run.inputs.dry_run:
        return None
    body = run.request.body
    return _once(run, launch_once.relaunch(controller, old, body)).job


def _attach(run: LauncherRun) -> Job:
    """Attach to an existing job."""
    job = run.controller.find_job(run.inputs.job)
    _header(run, "Job", f"{job.name} · {job.label} · {job.link}")
    if run.inputs.since:
        run.show(Notice(f"what the log told before {run.inputs.since} UTC is not shown (--since)"))
    _made(run, job)
    return job


def _once(run: LauncherRun, attempt: launch_once.Attempt) -> Launched:
    launched = launch_once.launch(
        run.controller, attempt, clock=run.clock, tell=run.show, found=lambda job: _made(run, job)
    )
    _made(run, launched.job)
    who = f"as {launched.job.launched_by}" if launched.job.launched_by else ""
    run.say("Launched", " · ".join(filter(None, [launched.job.label, who, launched.job.link])))
    return launched


def _made(run: LauncherRun, job: Job) -> None:
    """There is a job: its outputs are written before anything else can go wrong."""
    from aap_launcher.report import launched_outputs  # noqa: PLC0415 - see run.py

    run.job = job
    run.tools.note(job)
    run.tools.ci.set_outputs(launched_outputs(job))


def _header(run: LauncherRun, label: str, what: str) -> None:
    controller = run.controller
    said = f"aap-launcher {run.tools.version} · {controller.describe()} at {controller.site}"
    run.tools.ci.emit(Line(said, Tone.NOTE))
    run.say(label, what)


def _ask(run: LauncherRun, request: LaunchRequest) -> None:
    """What is going to be asked of the controller, shown without secrets."""
    run.request = request
    run.tools.ci.mask(request.secrets)
    if run.request.shown:
        run.say("Prompts", " · ".join(f"{name}={value}" for name, value in run.request.shown))
    for notice in run.request.notices:
        run.show(Notice(notice))


# --- report ---------------------------------------------------------------------------------------------


def _reported(run: LauncherRun, ending: Callable[[], Outcome]) -> Outcome:
    try:
        outcome = ending()
        _report(run, outcome)
    finally:
        _tried(run, {"the end": run.close})
    return outcome


def _report(run: LauncherRun, outcome: Outcome) -> None:
    """Tell the outcome everywhere it is asked for; a report that cannot be made changes no verdict."""
    from aap_launcher.launcher.masking import hidden  # noqa: PLC0415 - see run.py
    from aap_launcher.report import junit, outputs, result, summary  # noqa: PLC0415 - see run.py

    ci, inputs = run.tools.ci, run.inputs
    _tried(run, {"the end of the log": lambda: _end_log(run, outcome)})
    clean = hidden(outcome, ci.hide)
    if strange := [host for host in clean.findings.failed_hosts if host and not is_plain(host)]:
        _warn(run, f"{_STRANGE}: {joined(strange, 5)}")
    reports: dict[str, Callable[[], None]] = {"the outputs": lambda: ci.set_outputs(outputs(clean))}
    if inputs.summary:
        reports["the summary"] = lambda: ci.write_summary(summary(clean))
    if inputs.result_file:
        reports[inputs.result_file] = lambda: run.tools.write(inputs.result_file, result(clean))
    if inputs.junit:
        reports[inputs.junit] = lambda: run.tools.write(inputs.junit, junit(clean))
    _tried(run, reports)


def _end_log(run: LauncherRun, outcome: Outcome) -> None:
    run.end_log()
    if outcome.job is not None and outcome.next_step:
        run.say("Again" if outcome.job.status.final else "Attach", outcome.next_step)


def _tried(run: LauncherRun, reports: Mapping[str, Callable[[], None]]) -> None:
    """Each of these, and a word where it fails: a fault of a report must not hide how the job ended."""
    for what, write in reports.items():
        try:
            write()
        except OSError as fault:
            _warn(run, f"{what} could not be written: {fault.strerror or fault}")
        except Exception as fault:  # noqa: BLE001 - whatever it is
            _warn(run, f"{what} could not be made: {type(fault).__name__}: {fault}")


def _warn(run: LauncherRun, words: str) -> None:
    run.tools.ci.complain(Line(words, Tone.WARN, label="warning"))
