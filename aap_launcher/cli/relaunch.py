"""`aap-launcher relaunch`: run a job again, on all of its hosts or on those that failed."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command


@click.command(
    "relaunch", cls=options.InputsCommand, short_help="Run a job again, on all or on the failed hosts."
)
@click.argument("job")
@options.inputs(Command.RELAUNCH, argument="relaunch")
@options.common
def command(job: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Relaunch JOB (id, API URL or the address from the browser) and follow the new job."""
    from aap_launcher.cli.wiring import run_launcher

    run_launcher(Command.RELAUNCH, {**given, "relaunch": job}, ci=ci, debug=debug)
