"""Options, made from the one definition of the inputs; and the environment read by the same definition.

Every option may stand several times here: what that means (lists grow, a second single value is refused) is said
where inputs are read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from aap_launcher.ci.provider import PROVIDERS
from aap_launcher.inputs.definitions import BY_NAME, INPUTS
from aap_launcher.inputs.input import Command, Input, InputKind, Section
from aap_launcher.inputs.values import is_boolean

_METAVARS = {
    InputKind.TEXT: "TEXT",
    InputKind.BOOLEAN: "BOOL",
    InputKind.INTEGER: "N",
    InputKind.DURATION: "TIME",
    InputKind.MOMENT: "TIME",
    InputKind.LIST: "LIST",
    InputKind.MAPPING: "VARS",
    InputKind.FILES: "FILE",
}
_SHORT = {"extra_vars": "-e", "limit": "-l", "inventory": "-i", "job_tags": "-t"}  # as in ansible-playbook
_OTHER = "Other"
_CONNECTION_HELP = (
    "Show the options that say where the controller is and as whom; they are the same everywhere."
)


class InputOption(click.Option):
    """The option of an input; a boolean's is also `--no-x`, and takes a value only where one follows."""

    def __init__(self, definition: Input, *names: str) -> None:
        words = f" [{definition.default}]" if definition.default not in ("", "false") else ""
        metavar = "|".join(definition.choices) or _METAVARS.get(definition.kind, "TEXT")
        super().__init__(
            [*names, definition.option, definition.name],
            metavar=metavar,
            help=definition.description + words,
            multiple=True,
        )
        self.boolean = definition.kind is InputKind.BOOLEAN
        if self.boolean:
            self.secondary_opts = [definition.option.replace("--", "--no-", 1)]  # for help and completion

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """A boolean is shown as `--wait / --no-wait`."""
        record = super().get_help_record(ctx)
        if self.boolean and record:
            return " / ".join([*self.opts, *self.secondary_opts]), record[1]
        return record


class InputsCommand(click.Command):
    """A command whose help lists its options under the contract's headings, the connection's last and in short."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, a boolean's three forms as one: `--wait`, `--no-wait`, `--wait false`."""
        whole = _with_values(args, self.get_params(ctx))
        self._refuse_twice(ctx, whole)
        return super().parse_args(ctx, whole)

    def _refuse_twice(self, ctx: click.Context, args: list[str]) -> None:
        """Of two values for one option click would ignore the first."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        single = [
            one
            for one in order
            if isinstance(one, click.Option) and not (one.multiple or one.is_flag or one.count)
        ]
        twice = next((one for one in single if single.count(one) > 1), None)
        if twice is not None and not ctx.resilient_parsing:
            raise click.UsageError(f"Option '{twice.opts[-1]}' is given twice.", ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one definition list a section, in the contract's order."""
        for section in (*Section, _OTHER):
            if section == Section.CONNECTION:
                continue
            if rows := self._rows(ctx, section):
                with formatter.section(section):
                    formatter.write_dl(rows, col_max=30)
        connection = ", ".join(names.partition(" ")[0] for names, _ in self._rows(ctx, Section.CONNECTION))
        if connection:
            with formatter.section(Section.CONNECTION):
                formatter.write_text(
                    f"{connection}: see --help-connection. Secrets come from the environment."
                )

    def format_connection(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of the connection, and the variables that hold what is no option."""
        with formatter.section(Section.CONNECTION):
            formatter.write_dl(self._rows(ctx, Section.CONNECTION), col_max=30)
        secrets = [one for one in INPUTS if one.secret and one.section is Section.CONNECTION]
        with formatter.section("From the environment alone"):
            formatter.write_dl([(f"AAP_{one.name.upper()}", one.description) for one in secrets])

    def _rows(self, ctx: click.Context, section: str) -> list[tuple[str, str]]:
        found = [(self._section(one), one.get_help_record(ctx)) for one in self.get_params(ctx)]
        return [record for heading, record in found if record and heading == section]

    @staticmethod
    def _section(param: click.Parameter) -> str:
        definition = BY_NAME.get(param.name or "")
        return definition.section if definition else _OTHER


def _with_values(args: list[str], params: list[click.Parameter]) -> list[str]:
    """The arguments with a value in each boolean; what is the value of another option stays as it is."""
    options = [one for one in params if isinstance(one, click.Option)]
    yes = {name for one in options if isinstance(one, InputOption) and one.boolean for name in one.opts}
    no = {name.replace("--", "--no-", 1): name for name in yes}
    valued = {name for one in options if not one.is_flag for name in one.opts} - yes
    found: list[str] = []
    at = 0
    while at < len(args) and args[at] != "--":
        word, following = args[at], args[at + 1 : at + 2]
        if word in valued or (word in yes and following and is_boolean(following[0])):
            found += [word, *following]
            at += 2
            continue
        at += 1
        found.append(f"{word}=true" if word in yes else f"{no[word]}=false" if word in no else word)
    return found + args[at:]


def inputs(command: Command, argument: str = "") -> Callable[[Any], Any]:
    """A decorator that adds the options of a command's inputs; `argument` is given without one, secrets have none."""
    chosen = [one for one in INPUTS if command in one.commands and not one.secret and one.name != argument]

    def decorate(function: Any) -> Any:
        for definition in reversed(chosen):
            function = _added(function, InputOption(definition, *_spellings(command, definition)))
        return _added(function, click.Option(["--help-connection"], **_HELP_CONNECTION))

    return decorate


def _spellings(command: Command, definition: Input) -> list[str]:
    if command is Command.RELAUNCH and definition.name == "relaunch_hosts":
        return ["--hosts"]
    return [_SHORT[definition.name]] if definition.name in _SHORT else []


def _added(function: Any, option: click.Option) -> Any:
    """Add an option to a command that is being decorated, as `click.option` does."""
    if not hasattr(function, "__click_params__"):
        function.__click_params__ = []
    function.__click_params__.append(option)
    return function


def _show_connection(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value and isinstance(ctx.command, InputsCommand):
        formatter = ctx.make_formatter()
        ctx.command.format_connection(ctx, formatter)
        click.echo(formatter.getvalue().rstrip("\n"))
        ctx.exit()


_HELP_CONNECTION: dict[str, Any] = {
    "is_flag": True,
    "is_eager": True,
    "expose_value": False,
    "callback": _show_connection,
    "help": _CONNECTION_HELP,
}


def common(command: Any) -> Any:
    """The options of every command that talks to a controller."""
    command = click.option(
        "--debug", is_flag=True, help="Show each request on stderr: method, path, status, time; no secrets."
    )(command)
    command = profile(command)
    return click.option(
        "--ci",
        type=click.Choice(PROVIDERS),
        default=None,
        help="Write the log for this CI; by default the environment tells.",
    )(command)


def profile(command: Any) -> Any:
    """Which controller, by a name of the person's own."""
    words = "The controller that config.toml calls so; also AAP_PROFILE."
    return click.option("--profile", metavar="NAME", default=None, help=words)(command)


def environment() -> dict[str, str]:
    """A copy of the environment: nothing else in the house reads it."""
    return dict(os.environ)


def mistyped_variables() -> Sequence[str]:
    """What is told of variables that look like an input and are none."""
    from aap_launcher.inputs import mistyped as variables

    if not (strange := variables.strange(environment())):
        return ()
    from aap_launcher.report.outputs import OUTPUTS

    return variables.mistyped_inputs(strange, [one.name for one in OUTPUTS])


def secrets_in(environ: Mapping[str, str]) -> list[str]:
    """Every secret that the environment gives, under any of its names, whether it is used or not."""
    return [environ[name] for one in INPUTS if one.secret for name in one.variables if environ.get(name)]
