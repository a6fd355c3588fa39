"""Actions that are asked for: done, told, and where a run was started followed or waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.output_options import Shown, chosen_output
from aap_launcher.cli.resource_options import TAKEN
from aap_launcher.cli.resource_wiring import with_desk
from aap_launcher.cli.resources.field_words import fields_of
from aap_launcher.errors import (
    AnswerLost,
    Interrupted,
    InvalidInput,
    JobFailed,
    LaunchUnknown,
    Problem,
    Refused,
)
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import Command

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.kind import Action, Kind
    from aap_launcher.client.records import Record
    from aap_launcher.models.jobs import Job

_FOLLOWING = tuple(one.name for one in INPUTS if Command.FOLLOW in one.commands and TAKEN not in one.commands)
_PACE = (1.0, 10.0)  # seconds between two looks at a run, from the first to the last


def act_and_exit(kind: Kind, action: Action, given: Mapping[str, Any]) -> None:
    """Do an action of one object, then exit."""

    def started(desk: Desk) -> int:
        form = chosen_output(given, name=kind.key, usual=kind.columns)
        _fits(given)
        resource = desk.resource(kind)
        fields = fields_of(desk, resource, given.get("words", ()))
        with unsettled() if action.starts else nullcontext():
            found = resource.act(given["reference"], action.name, **fields)
        return _done(desk, found, form, given, f"{action.name} of {kind.label} {given['reference']}")

    with_desk(given, started)


def run_ad_hoc(kind: Kind, given: Mapping[str, Any]) -> None:
    """Make an ad hoc command, which runs at once, then exit."""

    def started(desk: Desk) -> int:
        form = chosen_output(given, name=kind.key, usual=kind.columns)
        _fits(given)
        resource = desk.resource(kind)
        fields = fields_of(desk, resource, given["words"], new=True)
        with unsettled():
            made = resource.create(**fields)
        return _done(desk, made, form, given, "the ad hoc command")

    with_desk(given, started)


@contextmanager
def unsettled() -> Iterator[None]:
    """Inside, what starts a run is sent: where its answer is lost, nobody knows whether there is one."""
    try:
        yield
    except AnswerLost as lost:
        look = "aap-launcher unified_jobs list order_by=-id"
        raise LaunchUnknown(f"{lost} It was not sent again; look whether it runs: {look}") from None


def _fits(given: Mapping[str, Any]) -> None:
    """What is only for a run that is followed would be ignored without it."""
    if given.get("follow") and given.get("wait"):
        raise InvalidInput("--follow and --wait do not go together: --follow waits as well.")
    if given.get("follow") and (given["output"] or given["columns"] or given["jq"]):
        raise InvalidInput(
            "--follow shows the log, so -o, --columns and --jq would be ignored; --wait takes them."
        )
    if "follow" in given and not given["follow"]:
        idle = [name for name in (*_FOLLOWING, "ci") if given.get(name)]
        if idle:
            advice = "Add --follow, or leave it out."
            problems = [Problem(name, "is for a run that is followed", advice) for name in idle]
            raise InvalidInput("these would be ignored; nothing was started.", problems)


def _done(desk: Desk, found: Record, form: Shown, given: Mapping[str, Any], what: str) -> int:
    """Tell what was done; follow or wait for what it started."""
    job = _job(desk, found) if given.get("follow") or given.get("wait") else None
    if given.get("follow") and job is not None:
        desk.afterwards = lambda: _follow(job, given)
        return 0
    if job is not None:
        job = _waited(desk, job)
        row = desk.requests.read(job.url, what=job.label)
        found = type(found)(row, found.kind, site=desk.requests.origin)
    code = _told(desk, found, form, what)
    return code if job is None or job.status == "successful" else JobFailed.exit_code


def _told(desk: Desk, found: Record, form: Shown, what: str) -> int:
    if not form.for_people:
        return form.one(desk.screen, found.content)
    status = found.content.get("status")
    number = f"{found.type.replace('_', ' ')} {found.content['id']}" if "id" in found.content else ""
    parts = [what, *([number] if number else []), *([str(status)] if status else []), found.url]
    from aap_launcher.text.visible import visible

    return desk.screen.data([desk.screen.hide(visible(" · ".join(filter(None, parts)))) + "\n"])


def _job(desk: Desk, found: Record) -> Job:
    """The run that was started. Raises `Refused` where the answer names none."""
    if not found.content.get("url"):
        raise Refused("this was started, but the answer names no run that could be followed.")
    return desk.controller.find_job(str(found.content["url"]))


def _follow(job: Job, given: Mapping[str, Any]) -> None:
    """Attach to it. It was started here, so a signal or a timeout cancels it unless told otherwise."""
    from aap_launcher.cli.following import follow_address

    ours = {name: given.get(name) or ("cancel",) for name in ("on_interrupt", "on_timeout")}
    follow_address(job.url, given, **ours)


def _waited(desk: Desk, job: Job) -> Job:
    """The run at its end; a signal cancels it."""
    pace = _PACE[0]
    try:
        while not job.status.final:
            desk.clock.sleep(pace)
            pace = min(pace * 1.5, _PACE[1])
            job = desk.controller.job(job)
    except Interrupted:
        desk.controller.cancel(job)
        desk.screen.say(f"{job.label} was asked to cancel: {job.link}")
        raise
    return job
