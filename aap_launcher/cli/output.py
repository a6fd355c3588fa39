"""`aap-launcher output`: a job's whole standard output as the controller keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command

if TYPE_CHECKING:
    from aap_launcher.models.marks import Line


@click.command("output", cls=options.InputsCommand, short_help="Print a job's whole output.")
@click.argument("job")
@click.option(
    "--format",
    "form",
    type=click.Choice(("ansi", "txt")),
    default=None,
    help="With colours, or plain; by default as the terminal or CI shows it.",
)
@options.inputs(Command.OUTPUT, argument="job")
@options.common
def command(job: str, form: str | None, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Print the whole output of JOB (id, API URL or the address from the browser), however large it is."""
    from aap_launcher.cli.wiring import with_controller
    from aap_launcher.controller.controller import Controller
    from aap_launcher.errors import Refused
    from aap_launcher.models.jobs import JobType

    def action(controller: Controller) -> Any:
        found = controller.find_job(job)
        if found.type in (JobType.WORKFLOW_JOB, JobType.WORKFLOW_APPROVAL):
            raise Refused(
                f"{found.label} has no output of its own; aap-launcher follow {found.id} tells its log."
            )
        return _lines(controller.output(found, form or "ansi"))

    with_controller(Command.OUTPUT, {**given, "job": job}, action, ci=ci, debug=debug, colours=form == "ansi")


def _lines(pieces: Iterable[str]) -> Iterator[Line]:
    """Whole lines from pieces that end anywhere: a mark always ends its line."""
    from aap_launcher.models.marks import Line

    rest = ""
    for piece in pieces:
        whole, end, rest = (rest + piece).rpartition("\n")
        if end:
            yield Line(whole)
    if rest:
        yield Line(rest)
