"""`aap-launcher export DIR`: the controller's configuration as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options

if TYPE_CHECKING:
    from aap_launcher.cli.connected import Desk

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


def kinds(only: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that are meant. Raises `InvalidInput` for one that is not exported."""
    from aap_launcher.client.names import kind
    from aap_launcher.errors import InvalidInput
    from aap_launcher.export.collect import KINDS_EXPORTED
    from aap_launcher.text.near import near

    chosen = [kind(name).name for name in only]
    for name in chosen:
        if name not in KINDS_EXPORTED:
            raise InvalidInput(f"{name} is not exported. {near(name, KINDS_EXPORTED)}")
    return tuple(name for name in KINDS_EXPORTED if name in chosen) if chosen else KINDS_EXPORTED


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
    from aap_launcher.cli.connected import with_desk

    with_desk(given, lambda desk: _exported(desk, given))


def _exported(desk: Desk, given: dict[str, Any]) -> int:
    from pathlib import Path

    from aap_launcher.export import files
    from aap_launcher.export.reader import Reader
    from aap_launcher.text.words import count

    folder = Path(given["folder"])
    files.check(folder)  # before the controller is asked for all of it
    reader = Reader(desk.requests, desk.clock)
    found = collected(desk, reader, given)
    done = files.write(folder, found)
    told = [f"{count(len(found), 'object')} in {folder}", f"{done.new} new", f"{done.changed} changed"]
    told += [f"{done.removed} removed", f"{done.same} as before", count(reader.asked, "request")]
    desk.screen.say(" · ".join(told))
    return unread(desk, reader)


def collected(desk: Desk, reader: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Every file's document, with what is masked hidden."""
    from aap_launcher.export.collect import collect
    from aap_launcher.export.files import named_files

    if given[
        "organization"
    ]:  # one that is not there would leave nothing, and remove what was exported before
        from aap_launcher.client.kinds import KINDS

        given["organization"] = desk.resource(KINDS["organizations"]).one(given["organization"]).name
    objects = list(collect(reader, kinds(given["only"]), given["organization"]))
    clean = desk.screen.hidden(document for _, _, document in objects)
    return named_files(
        [(kind, name, dict(document)) for (kind, name, _), document in zip(objects, clean, strict=True)]
    )


def unread(desk: Desk, reader: Any) -> int:
    """Say what could not be read; the exit code."""
    for what in reader.unreadable:
        desk.screen.say(f"not readable: {what}")
    return 1 if reader.unreadable else 0
