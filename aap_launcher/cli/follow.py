"""`aap-launcher follow`: attach to a job that was launched before."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options


@click.command(
    "follow", cls=options.SectionedCommand, short_help="Attach to a job: its whole log, then the report."
)
@click.argument("job")
@click.option(
    "--since",
    metavar="TIME",
    default="",
    help="Show the log from then on: 2026-01-31T12:00:00Z, or how long ago (90s, 15m, 2h).",
)
@options.inputs((*options.connection_names(), "outage_tolerance", *options.FOLLOWING, *options.REPORTING))
@options.common
def command(job: str, since: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Attach to JOB (id, API URL or the address from the browser): its whole log, then the same report."""
    from aap_launcher.cli.wiring import run

    run({**given, "job": job}, ci=ci, debug=debug, only=True, since=since)
