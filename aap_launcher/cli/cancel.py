"""`aap-launcher cancel`: ask a job to stop."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command


@click.command("cancel", cls=options.InputsCommand, short_help="Ask a job to stop.")
@click.argument("job")
@options.inputs(Command.CANCEL, argument="job")
@options.common
def command(job: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Cancel JOB (id, API URL or the address from the browser); a job that has ended is told, not an error."""
    from aap_launcher.cli.wiring import with_controller
    from aap_launcher.controller.controller import Controller

    def action(controller: Controller) -> str:
        found = controller.find_job(job)
        if found.status.final or not controller.cancel(found):
            return f"{found.label} has already ended ({controller.job(found).status}): {found.link}"
        return f"{found.label} was asked to cancel: {found.link}"

    with_controller(Command.CANCEL, {**given, "job": job}, action, ci=ci, debug=debug)
