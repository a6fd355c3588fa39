"""`aap-launcher follow`: attach to a job that was launched before."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command


@click.command(
    "follow", cls=options.InputsCommand, short_help="Attach to a job: its whole log, then the report."
)
@click.argument("job")
@options.inputs(Command.FOLLOW, argument="job")
@options.common
def command(job: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Attach to JOB (id, API URL or the address from the browser): its whole log, then the same report."""
    from aap_launcher.cli.wiring import run_launcher

    run_launcher(Command.FOLLOW, {**given, "job": job}, ci=ci, debug=debug)
