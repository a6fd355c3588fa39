"""docs/cli.md: the tables of commands, verbs and resources."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from aap_launcher.cli.program import cli
from aap_launcher.cli.resource_options import connected, params
from aap_launcher.cli.resources.acting import actions
from aap_launcher.cli.resources.command_group import RESOURCES
from aap_launcher.cli.resources.verbs import VERBS, verbs_of
from aap_launcher.client.kind import Kind
from aap_launcher.client.kinds import KINDS
from tools.generate.blocks import replaced

_TESTS = Path(__file__).resolve().parents[2] / "tests" / "lives.json"
_LIVES = json.loads(_TESTS.read_text(encoding="utf-8"))["lives"]
_ALWAYS = frozenset({"list", "get", "count", "related", "explain"})


def reference(text: str) -> str:
    """docs/cli.md."""
    text = replaced(text, "commands", _commands())
    return replaced(replaced(text, "verbs", _verbs()), "resources", _resources())


def _commands() -> str:
    ctx = click.Context(cli, info_name="aap-launcher")
    rows = []
    for name in cli.list_commands(ctx):
        command = cli.get_command(ctx, name) if name not in RESOURCES else None
        if command is not None:
            rows.append((f"`{_usage(name, command)}`", command.get_short_help_str(200)))
    return _table(("command", "what it does"), rows)


def _verbs() -> str:
    rows = []
    for verb in VERBS:
        params = [one for take in verb.takes for one in _added(take)]
        words = " ".join(
            one.make_metavar(click.Context(cli)) for one in params if isinstance(one, click.Argument)
        )
        options = [
            one.opts[-1] for one in params if isinstance(one, click.Option) and one.name not in _CONNECTION
        ]
        told = verb.summary.format(name="objects", label="object")
        rows.append(
            (f"`{verb.name} {words}`".replace(" `", "`"), told, " ".join(f"`{one}`" for one in options))
        )
    return _table(("verb", "what it does", "options"), rows)


def _resources() -> str:
    rows = []
    for name in RESOURCES:
        kind = KINDS[name]
        verbs = [verb.name for verb in verbs_of(kind) if verb.name not in _ALWAYS]
        rows.append(
            (
                f"`{name}`",
                ", ".join(f"`{one}`" for one in dict.fromkeys((kind.singular, *kind.aliases)) if one != name),
                _named(kind),
                " ".join(verbs),
                " ".join(actions(kind)),
                _tests(kind),
            )
        )
    return _table(("resource", "also", "named by", "changes", "can also", "tested"), rows)


def _named(kind: Kind) -> str:
    if not kind.key:
        return "id"
    return f"`{kind.key}`" + (f", `++{kind.owner[0]}`" if kind.owner else "")


def _tests(kind: Kind) -> str:
    """What tests do with it, by both faces and in both layouts."""
    life = _LIVES.get(kind.name, {})
    done = {"created": "create" in life, "edited": "edit" in life}
    done |= {"attached, detached": "attach" in life}
    done |= {"deleted": bool(life) and "delete" in {verb.name for verb in verbs_of(kind)}}
    return ", ".join(["read", *(word for word, so in done.items() if so)])


def _usage(name: str, command: click.Command) -> str:
    words = [
        one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)
    ]
    return " ".join([name, *words])


def _added(take: object) -> list[click.Parameter]:
    return params(take)  # type: ignore[arg-type]


def _connection() -> frozenset[str]:
    return frozenset(str(one.name) for one in params(connected))


_CONNECTION = _connection()


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
