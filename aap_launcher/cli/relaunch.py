"""`aap-launcher relaunch`: run a job again, on all of its hosts or on those that failed."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options

_BEHAVIOUR = ("wait", "dry_run", "outage_tolerance", *options.FOLLOWING, *options.REPORTING)


@click.command(
    "relaunch", cls=options.SectionedCommand, short_help="Run a job again, on all or on the failed hosts."
)
@click.argument("job")
@click.option("--hosts", "relaunch_hosts", metavar="all|failed", help="All hosts, or only those that failed.")
@options.inputs((*options.connection_names(), *_BEHAVIOUR))
@options.common
def command(job: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Relaunch JOB (id, API URL or the address from the browser) and follow the new job."""
    from aap_launcher.cli.wiring import run

    run({**given, "relaunch": job}, ci=ci, debug=debug, only=True)
