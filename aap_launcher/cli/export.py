"""`aap-launcher export DIR`: the controller's configuration as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.export.files import Part
    from aap_launcher.export.reader import Reader

_HELP = """Write the controller's configuration into DIR: one YAML file for each object.

Names stand for ids, defaults are left out, secrets stand as $encrypted$, and all is sorted: two exports of the same
controller are the same to the byte. Nothing is changed on the controller. Exit 1: something could not be read, and
stderr says what; what this user may not see at all is not there, and cannot be told.

\b
  aap-launcher export aap/ --only job_templates --only projects
  aap-launcher diff aap/
"""


def selection(command: Any) -> Any:
    """What is exported, or compared."""
    command = click.option(
        "--organization", metavar="NAME", default="", help="What belongs to this one alone."
    )(command)
    return click.option(
        "--only", "only", multiple=True, metavar="RESOURCE", help="This kind alone; may stand twice."
    )(command)


def part(desk: Desk, only: tuple[str, ...], organization: str) -> Part:
    """What is meant. Raises `InvalidInput` for a kind that is not exported, `NotFound` for no organization."""
    from aap_launcher.client.kinds import KINDS
    from aap_launcher.export.files import Part

    chosen = _kinds(only)
    # Of one that is not there nothing would be left, and what was exported before be removed.
    owner = desk.resource(KINDS["organizations"]).one(organization).name if organization else ""
    return Part(chosen, owner)


def _kinds(only: tuple[str, ...]) -> tuple[str, ...]:
    from aap_launcher.client.kind_names import kind
    from aap_launcher.errors import InvalidInput
    from aap_launcher.export.collect import KINDS_EXPORTED, SETTINGS
    from aap_launcher.text.near import near

    every = (*KINDS_EXPORTED, SETTINGS)
    chosen = [name if name == SETTINGS else kind(name).name for name in only]
    for name in chosen:
        if name not in every:
            raise InvalidInput(f"{name} is not exported. {near(name, every)}")
    return tuple(name for name in every if name in chosen) if chosen else KINDS_EXPORTED


@click.command(
    "export",
    cls=options.ResourceCommand,
    help=_HELP,
    short_help="Write the controller's configuration into files.",
)
@click.argument("folder", metavar="DIR")
@selection
@options.connected
def command(**given: Any) -> None:
    from aap_launcher.cli.resource_wiring import with_desk

    with_desk(given, lambda desk: _exported(desk, given))


def _exported(desk: Desk, given: dict[str, Any]) -> int:
    from pathlib import Path

    from aap_launcher.export import files
    from aap_launcher.export.reader import Reader
    from aap_launcher.text.words import count

    folder = Path(given["folder"])
    files.existing(folder)  # before the controller is asked for all of it
    reader, meant = Reader(desk.requests, desk.clock), part(desk, given["only"], given["organization"])
    found, owners = collected(desk, reader, meant)
    done = files.write_documents(folder, found, owners, gone=None if reader.unreadable else meant)
    told = [f"{count(len(found), 'object')} in {folder}", f"{done.new} new", f"{done.changed} changed"]
    told += [f"{done.removed} removed", f"{done.same} as before"]
    told += [f"{done.kept} others kept"] if done.kept else []
    told.append(count(reader.asked, "request"))
    desk.screen.say(" · ".join(told))
    return unread(desk, reader)


def collected(desk: Desk, reader: Reader, meant: Part) -> tuple[dict[str, Any], dict[str, str]]:
    """Every file's document, with what is masked hidden, by its name; and the organization of each that has one."""
    from aap_launcher.export.collect import collect
    from aap_launcher.export.files import file_names

    objects = list(collect(reader, meant.kinds, meant.organization))
    called = list(file_names((one.kind, one.reference) for one in objects))
    clean = desk.screen.hidden(one.document for one in objects)
    found = {name: dict(document) for name, document in zip(called, clean, strict=True)}
    owners = {name: one.owner for name, one in zip(called, objects, strict=True) if one.owner}
    return dict(sorted(found.items())), owners


def unread(desk: Desk, reader: Reader) -> int:
    """Say what could not be read; the exit code."""
    for what in reader.unreadable:
        desk.screen.say(f"not readable: {what}")
    return 1 if reader.unreadable else 0
