"""The group of commands, and the container's entry."""

from __future__ import annotations

import sys

import click

from aap_launcher import __version__
from aap_launcher.cli.resources.lookup import Commands, Lookup
from aap_launcher.cli.signals import ProcessSignals

_SECRETS = ("--token", "--password", "--client-key", "--credential-passwords")


_HELP = """Launch jobs on Ansible Automation Platform and AWX, follow them live, exit by how they ended.

\b
Where and as whom comes from the environment:
  AAP_URL=https://aap.example.com  AAP_TOKEN=...  (or AAP_USERNAME and AAP_PASSWORD)

\b
Exit codes:
  0  successful                  4  the controller is unreachable
  1  failed, error, canceled     5  timed out
  2  bad inputs                  6  unknown whether it was launched
  3  refused                    70  internal     130, 143  interrupted
"""


# In the order of help; each is imported when it is asked for.
_OWN = (
    "launch follow relaunch cancel approve deny output doctor api explain login logout completion".split()  # noqa: SIM905
)


@click.group(
    cls=Commands,
    commands=Lookup({name: f"aap_launcher.cli.{name}" for name in _OWN}),
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, "-V", "--version", message="aap-launcher %(version)s")
def cli() -> None:
    """Hold the commands."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exits."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for argument in arguments:
        if argument.split("=", 1)[0] in _SECRETS:
            name = argument.split("=", 1)[0].removeprefix("--").replace("-", "_").upper()
            click.echo(
                f"aap-launcher: a secret never stands on the command line, where every user of the machine can "
                f"read it; set the environment variable AAP_{name} instead.",
                err=True,
            )
            sys.exit(2)
    signals = ProcessSignals()
    signals.install()  # before anything slow is imported: a signal meanwhile is heard at the first wait
    cli(arguments, prog_name="aap-launcher", obj=signals)


def container() -> None:
    """The container's entry: without arguments, launch by the environment (`INPUT_*`, `AAP_*`)."""
    main(sys.argv[1:] or ["launch"])
