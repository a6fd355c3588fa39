"""`aap-launcher doctor`: look at all that a launch needs, one by one."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command


@click.command("doctor", cls=options.InputsCommand, short_help="Look at all that a launch needs, one by one.")
@click.argument("name", metavar="[TEMPLATE]", required=False)
@options.inputs(Command.DOCTOR)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON list of checks: name, state, text, advice."
)
@options.common
def command(name: str | None, ci: str | None, *, debug: bool, as_json: bool, **given: Any) -> None:
    """Look at network, TLS, credential and, where one is given, TEMPLATE; nothing is launched or changed.

    Exits as a launch would: 0, or 2, 3 or 4 for the first thing that is not ok.
    """
    from aap_launcher.cli.wiring import run_doctor

    if name is not None:
        given["template"] += (name,)
    run_doctor(given, ci=ci, debug=debug, as_json=as_json)
