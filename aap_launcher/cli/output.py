"""`aap-launcher output`: a job's whole standard output as the controller keeps it."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options


@click.command("output", cls=options.SectionedCommand, short_help="Print a job's whole output.")
@click.argument("job")
@click.option(
    "--format",
    "form",
    type=click.Choice(("ansi", "txt")),
    default="ansi",
    help="With colours, or plain. [ansi]",
)
@options.inputs((*options.connection_names(), "outage_tolerance"))
@options.common
def command(job: str, form: str, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Print the whole output of JOB (id, API URL or the address from the browser), however large it is."""
    from aap_launcher.cli.run import with_controller
    from aap_launcher.controller import Controller
    from aap_launcher.models import Line, Mark

    def deed(controller: Controller) -> Any:
        def lines() -> Any:
            for text in controller.output(controller.find_job(job), form):
                mark: Mark = Line(text)
                yield mark

        return lines()

    with_controller({**given, "job": job}, deed, ci=ci, debug=debug)
