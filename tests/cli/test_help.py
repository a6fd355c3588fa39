"""Every --help, as it is read at 80 columns. After a wanted change: UPDATE_GOLDEN=1 pytest tests/cli, and read the diff."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from aap_launcher.cli.program import cli
from aap_launcher.cli.resources.lookup import RESOURCES

GOLDEN = Path(__file__).parent / "golden" / "help.txt"
# The verbs are the same for every resource: they are shown for one of them, what one alone can do where it is.
SHOWN = "hosts"


def helps() -> Iterator[tuple[str, str]]:
    """(the command, its help): of everything, but of the verbs of one resource."""
    root = click.Context(cli, info_name="aap-launcher", **{**cli.context_settings, "terminal_width": 80})
    yield "aap-launcher", cli.get_help(root)
    seen = set()
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        assert command is not None
        ctx = click.Context(command, info_name=name, parent=root)
        yield f"aap-launcher {name}", command.get_help(ctx)
        if isinstance(command, click.Group):
            for verb in command.list_commands(ctx):
                inner = command.get_command(ctx, verb)
                assert inner is not None
                if verb not in seen and (name == SHOWN or verb not in _VERBS):
                    seen.add(verb)
                    yield (
                        f"aap-launcher {name} {verb}",
                        inner.get_help(click.Context(inner, info_name=verb, parent=ctx)),
                    )


_VERBS = frozenset(
    ["list", "get", "count", "related", "create", "edit", "delete", "attach", "detach", "explain"]
)


def test_every_help_reads_as_it_was_meant_to() -> None:
    seen = "\n\n".join(f"$ {command} --help\n{text}" for command, text in helps()) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(seen, encoding="utf-8")
    assert seen == GOLDEN.read_text(encoding="utf-8")


def test_every_help_fits_80_columns() -> None:
    for command, text in helps():
        wide = [line for line in text.splitlines() if len(line) > 80]
        assert not wide, (command, wide)


def test_every_resource_has_its_help() -> None:
    assert {f"aap-launcher {name}" for name in RESOURCES} <= {command for command, _ in helps()}
