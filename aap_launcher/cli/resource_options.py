"""Options that the commands of resources share, and how their help is laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from aap_launcher.cli import options
from aap_launcher.inputs.input import Command, Section

FORMS = ("table", "json", "jsonl", "yaml", "tsv", "id", "name")
TAKEN = Command.CANCEL  # of the inputs it takes what any command does that asks one thing: the connection
_LAST = ("--outage-tolerance", "--profile", "--debug", "--help", "-h")  # in help
Decorator = Callable[[Any], Any]


class ResourceCommand(options.InputsCommand):
    """A command whose help tells its own options first, how to reach the controller last and in short."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the two sections."""
        sections = ("Other", *(one for one in Section if one is not Section.CONNECTION))
        own = [row for section in sections for row in self._rows(ctx, section) if row[0].startswith("-")]
        own.sort(key=lambda row: next((at for at, name in enumerate(_LAST, 1) if row[0].startswith(name)), 0))
        with formatter.section("Options"):
            formatter.write_dl(own, col_max=26)
        self.format_short_connection(ctx, formatter)

    def format_short_connection(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Where the connection comes from, in two lines."""
        if self._rows(ctx, Section.CONNECTION):
            with formatter.section(Section.CONNECTION):
                formatter.write_text(
                    "From AAP_URL and AAP_TOKEN, a profile or a login; --help-connection tells the options."
                )


def output(*, forms: Sequence[str] = FORMS, columns: bool = True) -> Decorator:
    """`-o`, `--columns`, `--jq`."""
    usual = "a table by default" if "table" in forms else "json by default"

    def decorate(command: Any) -> Any:
        command = click.option(
            "--jq", metavar="EXPR", default=None, help="Show what this jq expression gives for each record."
        )(command)
        if columns:
            command = click.option(
                "--columns", metavar="NAMES", default=None, help="The fields to show, commas between."
            )(command)
        return click.option(
            "-o",
            "--output",
            metavar="FORM",
            type=click.Choice(forms),
            default=None,
            help=f"{'|'.join(forms)}; {usual}.",
        )(command)

    return decorate


def connected(command: Any) -> Any:
    """How to reach the controller."""
    command = options.inputs(TAKEN, argument="job")(command)
    command = options.profile(command)
    return click.option("--debug", is_flag=True, help="Show each request on stderr; no secrets.")(command)


def params(*decorators: Decorator) -> list[click.Parameter]:
    """The parameters that decorators add, in the order given."""

    def holder() -> None: ...

    held: Any = holder
    for decorate in reversed(decorators):
        held = decorate(held)
    return list(reversed(getattr(held, "__click_params__", [])))
