"""The group of commands, run with streams that mask and with signals that are heard."""

from __future__ import annotations

import click

from aap_launcher import __version__, ci
from aap_launcher.cli import crash
from aap_launcher.cli.options import environment, secrets_in
from aap_launcher.cli.resources.command_group import CommandLookup, Commands
from aap_launcher.cli.signals import ProcessSignals
from aap_launcher.errors import ENDINGS, InvalidInput
from aap_launcher.inputs.definitions import INPUTS

_SECRETS = tuple(one.option for one in INPUTS if one.secret)
_CODES = "\n".join(f"  {', '.join(map(str, one.codes)):<13}  {', '.join(one.verdicts)}" for one in ENDINGS)
_HELP = f"""Launch jobs on Ansible Automation Platform and AWX, follow them live, exit by how they ended.

\b
Where and as whom comes from the environment:
  AAP_URL=https://aap.example.com  AAP_TOKEN=...
  (or AAP_USERNAME and AAP_PASSWORD; or a --profile; or aap-launcher login)

\b
Exit codes, by the outcome:
{_CODES}
"""


# In the order of help; each is imported when it is asked for.
_OWN = [
    *("launch", "follow", "relaunch", "cancel", "approve", "deny", "output", "doctor"),
    *("export", "diff", "api", "explain", "token", "webhook", "bulk", "login", "logout", "completion"),
]


@click.group(
    cls=Commands,
    commands=CommandLookup({name: f"aap_launcher.cli.{name}" for name in _OWN}),
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "-V", "--version", message="aap-launcher %(version)s")
def cli() -> None:
    """Hold the commands."""


def run(arguments: list[str]) -> int:
    """Run the command line; its exit code. Whatever breaks is told, masked, and is 70."""
    signals = ProcessSignals()
    signals.install()
    environ = environment()
    with ci.printing(environ, lambda: signals.heard) as outlet:
        outlet.masks.add(secrets_in(environ))
        try:
            return _command(arguments, signals)
        except BaseException as fault:  # noqa: BLE001 - the promise: no fault of ours is a bare traceback
            return crash.report_fault(fault)


def _command(arguments: list[str], signals: ProcessSignals) -> int:
    for argument in arguments:
        if argument.split("=", 1)[0] in _SECRETS:
            name = argument.split("=", 1)[0].removeprefix("--").replace("-", "_").upper()
            click.echo(
                f"aap-launcher: a secret never stands on the command line, where every user of the machine can "
                f"read it; set the environment variable AAP_{name} instead.",
                err=True,
            )
            return InvalidInput.exit_code
    try:
        code = cli(arguments, prog_name="aap-launcher", obj=signals, standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except SystemExit as end:
        code = end.code
    return code if isinstance(code, int) else 0
