"""Every --help, as it is read at 80 columns. After a wanted change: UPDATE_GOLDEN=1 pytest tests/cli, and read the diff."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from aap_launcher.cli.program import cli
from aap_launcher.cli.resources.command_group import RESOURCES
from tests import warm

GOLDEN = Path(__file__).parent / "golden" / "help.txt"
# The verbs are the same for every resource: they are shown for one of them, what one alone can do where it is.
SHOWN = "hosts"


def commands() -> Iterator[tuple[str, ...]]:
    """Everything that has a help, but the verbs of one resource alone."""
    root = click.Context(cli, info_name="aap-launcher")
    yield ()
    seen = set()
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        yield (name,)
        if isinstance(command, click.Group):
            for verb in command.list_commands(root):
                if verb not in seen and (name == SHOWN or verb not in _VERBS):
                    seen.add(verb)
                    yield name, verb


@cache
def helps() -> dict[str, str]:
    """The command: its help, as its process shows it."""
    found = {}
    for words in commands():
        shown = warm.run(*words, "--help", env={"COLUMNS": "80"})
        assert (shown.returncode, shown.stderr) == (0, ""), words
        found[" ".join(("aap-launcher", *words))] = shown.stdout
    return found


_VERBS = frozenset(
    ["list", "get", "count", "related", "create", "edit", "delete", "attach", "detach", "explain"]
)


def test_every_help_reads_as_it_was_meant_to() -> None:
    seen = "\n".join(f"$ {command} --help\n{text}" for command, text in helps().items())
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(seen, encoding="utf-8")
    assert seen == GOLDEN.read_text(encoding="utf-8")


def test_every_help_fits_80_columns() -> None:
    for command, text in helps().items():
        wide = [line for line in text.splitlines() if len(line) > 80]
        assert not wide, (command, wide)


def test_every_resource_has_its_help() -> None:
    assert {f"aap-launcher {name}" for name in RESOURCES} <= helps().keys()
