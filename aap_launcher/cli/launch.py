"""`aap-launcher launch`: launch a template and follow what it made."""

from __future__ import annotations

from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command


@click.command("launch", cls=options.InputsCommand, short_help="Launch a template, follow it, report it.")
@click.argument("name", metavar="[TEMPLATE]", required=False)
@options.inputs(Command.LAUNCH)
@options.common
def command(name: str | None, ci: str | None, *, debug: bool, **given: Any) -> None:
    """Launch TEMPLATE (id, name or URL), follow it live, report it.

    Each option can also be given as AAP_<NAME> in the environment (AAP_EXTRA_VARS for --extra-vars), the
    secrets only so: AAP_TOKEN, or AAP_USERNAME and AAP_PASSWORD; AAP_CLIENT_KEY; AAP_CREDENTIAL_PASSWORDS.
    """
    from aap_launcher.cli.wiring import run_launcher

    if name is not None:
        given["template"] += (name,)
    run_launcher(Command.LAUNCH, given, ci=ci, debug=debug)
