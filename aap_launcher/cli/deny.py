"""`aap-launcher deny`: deny what a workflow waits for; it goes on by its failure path, or fails."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command


@click.command("deny", cls=options.InputsCommand, short_help="Deny what a workflow waits for.")
@click.argument("approval")
@options.inputs(Command.DENY, argument="job")
@options.common
def command(approval: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Deny APPROVAL (its id, API URL or address), or the one that a workflow job (id, URL) waits for."""
    from aap_launcher.cli.approve import decide_approval
    from aap_launcher.cli.wiring import with_controller

    action = lambda controller: decide_approval(controller, approval, approve=False)  # noqa: E731
    with_controller(Command.DENY, {**given, "job": approval}, action, ci=ci, debug=debug)
