"""Options, made from the one definition of the inputs; and the environment read by the same definition."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import click

from aap_launcher.inputs.definitions import BEHAVIOUR, BY_NAME, CONNECTION, INPUTS, PROMPTS, WHAT, Input, Kind

_METAVARS = {
    Kind.TEXT: "TEXT",
    Kind.BOOLEAN: "BOOL",
    Kind.INTEGER: "N",
    Kind.DURATION: "TIME",
    Kind.LIST: "LIST",
    Kind.MAPPING: "VARS",
    Kind.FILES: "FILE",
}
_SHORT = {"extra_vars": "-e", "limit": "-l", "inventory": "-i", "job_tags": "-t"}  # as in ansible-playbook
ADAPTERS = ("plain", "github", "gitlab", "jenkins")
FOLLOWING = ("timeout", "on_timeout", "on_interrupt", "approvals", "on_no_hosts", "group_by", "show")
REPORTING = ("annotations", "summary", "junit", "result_file")


class SectionedCommand(click.Command):
    """A command whose help lists its options under the contract's headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one definition list a section, in the contract's order."""
        rows = [
            (self._section(param), record)
            for param in self.get_params(ctx)
            if (record := param.get_help_record(ctx))
        ]
        order = [CONNECTION, WHAT, PROMPTS, BEHAVIOUR, "Other"]
        rows.sort(key=lambda row: order.index(row[0]))
        for section, group in groupby(rows, key=lambda row: row[0]):
            with formatter.section(section):
                formatter.write_dl([record for _, record in group], col_max=30)

    @staticmethod
    def _section(param: click.Parameter) -> str:
        definition = BY_NAME.get(param.name or "")
        return definition.section if definition else "Other"


def inputs(names: Iterable[str] | None = None) -> Callable[[Any], Any]:
    """A decorator that adds the options of the inputs named, all by default; secrets have none."""
    chosen = [BY_NAME[name] for name in names] if names is not None else INPUTS

    def decorate(command: Any) -> Any:
        for definition in reversed([d for d in chosen if not d.secret]):
            command = _option(definition)(command)
        return command

    return decorate


def common(command: Any) -> Any:
    """The options of every command that talks to a controller."""
    command = click.option(
        "--debug", is_flag=True, help="Show each request on stderr: method, path, status, time; no secrets."
    )(command)
    return click.option(
        "--ci",
        type=click.Choice(ADAPTERS),
        default=None,
        help="Write the log for this CI; by default the environment tells.",
    )(command)


def connection_names() -> tuple[str, ...]:
    """The inputs that say how to reach the controller."""
    return tuple(definition.name for definition in INPUTS if definition.section == CONNECTION)


def _option(definition: Input) -> Callable[[Any], Any]:
    names = [definition.option, definition.name]
    if definition.name in _SHORT:
        names.insert(0, _SHORT[definition.name])
    metavar = "|".join(definition.choices) or _METAVARS[definition.kind]
    text = definition.description
    if definition.default and definition.default != "false":
        text += f" [{definition.default}]"
    if definition.kind is Kind.BOOLEAN and definition.default == "false":
        return click.option(*names, metavar="", is_flag=False, flag_value="true", help=text)
    return click.option(*names, metavar=metavar, help=text, multiple=definition.name == "extra_vars")


def environment() -> dict[str, str]:
    """A copy of the environment: nothing else in the house reads it."""
    return dict(os.environ)
