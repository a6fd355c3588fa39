"""The promise, on the command line: a word near a real one is that one, or refused; none is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import click
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.cli.output_options import check_columns
from aap_launcher.cli.program import cli
from aap_launcher.cli.resources.command_group import RESOURCES
from aap_launcher.client import fields
from aap_launcher.client.kinds import KINDS
from aap_launcher.errors import InvalidInput
from tests.near import near

_EXAMPLES = settings(max_examples=150, deadline=None)
# As the process has it: a command remembers the help option of the first context that asked it.
_CONTEXT = click.Context(cli, info_name="aap-launcher", **cli.context_settings)


@cache
def commands(name: str) -> dict[str, click.Command]:
    """The commands below one, or itself under its own name."""
    command = cli.get_command(_CONTEXT, name)
    assert command is not None
    if not isinstance(command, click.Group):
        return {name: command}
    return dict(_below(command))


def _below(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(_CONTEXT):
        command = group.get_command(_CONTEXT, name)
        assert command is not None
        yield name, command


@_EXAMPLES
@given(st.data())
def test_an_option_near_a_real_one_is_that_one_or_refused(data: st.DataObject) -> None:
    below = commands(data.draw(st.sampled_from([*cli.list_commands(_CONTEXT), *RESOURCES])))
    command = below[data.draw(st.sampled_from(sorted(below)))]
    params = [one for one in command.get_params(_CONTEXT) if isinstance(one, click.Option)]
    known = [name for one in params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")]
    option = "--" + data.draw(near([name.removeprefix("--") for name in known])).strip()
    try:
        taken, rest, _ = command.make_parser(click.Context(command, parent=_CONTEXT)).parse_args(
            [option, "word", "word"]
        )
    except click.UsageError:
        return
    if option == "--":  # what follows are arguments
        return
    assert option in known
    (meant,) = [one.name for one in params if option in {*one.opts, *one.secondary_opts}]
    assert meant in taken
    assert option not in rest


@_EXAMPLES
@given(st.data())
def test_a_verb_near_a_real_one_is_that_one_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(RESOURCES))
    verb = data.draw(near(sorted(commands(name))))
    group = cli.get_command(_CONTEXT, name)
    assert isinstance(group, click.Group)
    found = group.get_command(_CONTEXT, verb)
    if found is not None:
        assert found.name in commands(name)
        assert found.name.replace("-", "_") == verb.replace("-", "_")


@_EXAMPLES
@given(st.data())
def test_a_column_near_a_real_one_is_shown_or_refused(data: st.DataObject) -> None:
    known = sorted(fields.shape(KINDS[data.draw(st.sampled_from(RESOURCES))]).fields)
    column = data.draw(near(known))
    try:
        check_columns([column], known)
    except InvalidInput:
        return
    assert column in known
