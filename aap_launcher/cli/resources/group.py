"""The command of one resource: its verbs and what else it can do, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import click

from aap_launcher.cli.resource_options import ResourceCommand, params
from aap_launcher.cli.resources import acting
from aap_launcher.cli.resources.verbs import BY_NAME, Verb, verbs_of
from aap_launcher.client.kind import Kind


class _Verbs(MutableMapping[str, click.Command]):
    """The commands of a kind by name."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._names = [verb.name for verb in verbs_of(kind)]
        self._deeds = acting.actions(kind)

    def __getitem__(self, name: str) -> click.Command:
        name = name.replace("_", "-") if name.replace("_", "-") in self._deeds else name
        if name in self._deeds:
            return self._deeds[name]()
        if name not in self._names:
            raise KeyError(name)
        return _command(self._kind, BY_NAME[name])

    def __setitem__(self, name: str, command: click.Command) -> None:
        raise TypeError

    def __delitem__(self, name: str) -> None:
        raise TypeError

    def __iter__(self) -> Iterator[str]:
        return iter([*self._names, *self._deeds])

    def __len__(self) -> int:
        return len(self._names) + len(self._deeds)


class _Group(click.Group):
    """A group that lists its verbs in the order of their use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every verb."""
        return list(self.commands)


def group(kind: Kind) -> click.Group:
    """The command of a resource."""
    others = [name for name in (kind.singular, *kind.aliases) if name != kind.name]
    called = f"\n\nAlso called {', '.join(others)}." if others else ""
    words = f"Work with {kind.name.replace('_', ' ')}.{called}\n\nREFERENCE is an id, a name, {_owned(kind)}a URL."
    return _Group(kind.name, commands=_Verbs(kind), help=words, short_help=f"Work with {kind.name}.")


def _owned(kind: Kind) -> str:
    return f"NAME++{kind.owner[0].upper()}, " if kind.owner else ""


def _command(kind: Kind, verb: Verb) -> click.Command:
    def call(**given: Any) -> None:
        from aap_launcher.cli.resource_wiring import with_desk

        with_desk(given, lambda desk: verb.does()(desk, kind, given))

    summary = verb.summary.format(name=kind.name.replace("_", " "), label=kind.label)
    return ResourceCommand(
        verb.name,
        callback=call,
        params=params(*verb.takes),
        help=f"{summary}\n\n{verb.words}".rstrip(),
        short_help=summary,
    )
