"""`aap-launcher approve`: let a workflow that waits for an approval go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command

if TYPE_CHECKING:
    from aap_launcher.controller.controller import Controller
    from aap_launcher.models.jobs import Job


@click.command("approve", cls=options.InputsCommand, short_help="Approve what a workflow waits for.")
@click.argument("approval")
@options.inputs(Command.APPROVE, argument="job")
@options.common
def command(approval: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Approve APPROVAL (its id, API URL or address), or the one that a workflow job (id, URL) waits for."""
    from aap_launcher.cli.wiring import with_controller

    action = lambda controller: decide_approval(controller, approval, approve=True)  # noqa: E731
    with_controller(Command.APPROVE, {**given, "job": approval}, action, ci=ci, debug=debug)


def decide_approval(controller: Controller, reference: str, *, approve: bool) -> str:
    """Approve or deny, and say so. Raises `Refused` where it is decided otherwise, or not for this user."""
    from aap_launcher.errors import Refused

    job = _approval(controller, reference)
    word = "approved" if approve else "denied"
    name = f'{job.label} "{job.name}"'
    if controller.decide(job, approve=approve):
        return f"{name} is {word}: {job.link}"
    status, told = controller.job(job).status, controller.approval(job)
    was = "approved" if status == "successful" else "timed out" if told.timed_out else "denied"
    was = was if status in ("successful", "failed") else str(status)
    by = f" by {told.by}" if told.by else ""
    if was == word:
        return f"{name} was {word} before{by}: {job.link}"
    raise Refused(f"{name} cannot be {word} any more: it is {was}{by}. {job.link}")


def _approval(controller: Controller, reference: str) -> Job:
    from aap_launcher.errors import Refused

    job = controller.find_job(reference)
    if job.type == "workflow_approval":
        return job
    if job.type != "workflow_job":
        raise Refused(f"{job.label} is neither an approval nor a workflow job. Give the approval's id.")
    waiting = controller.open_approvals(job)
    if not waiting:
        raise Refused(f"{job.label} ({job.status}) waits for no approval: {job.link}")
    if len(waiting) > 1:
        names = "\n".join(f'  {one.id}  "{one.name}"  {one.link}' for one in waiting)
        raise Refused(f"{job.label} waits for {len(waiting)} approvals. Give the id of one of them:\n{names}")
    return waiting[0]
