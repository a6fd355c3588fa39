"""`aap-launcher diff DIR`: what changed on the controller since an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options
from aap_launcher.cli.export import selection

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk

_HELP = """Tell what changed on the controller since DIR was exported, field by field.

Nothing is written, neither into DIR nor on the controller. Exit 0: the same. 1: it differs. 2, 3, 4: it could not be
told. Of a partial export, compare the same part (--only, --organization).

\b
  + job_templates/Patch++Retail
  ~ job_templates/Deploy shop++Retail  limit: "web" -> "all"
"""


@click.command(
    "diff", cls=options.ResourceCommand, help=_HELP, short_help="Tell what changed since an export."
)
@click.argument("folder", metavar="DIR")
@selection
@click.option("--json", "as_json", is_flag=True, help="A JSON list: file, field, before, after.")
@options.connected
def command(**given: Any) -> None:
    from aap_launcher.cli.resource_wiring import with_desk

    with_desk(given, lambda desk: _compared(desk, given))


def _compared(desk: Desk, given: dict[str, Any]) -> int:
    from dataclasses import asdict
    from pathlib import Path

    from aap_launcher.cli.export import collected, part
    from aap_launcher.cli.output_formats import pretty
    from aap_launcher.errors import Refused
    from aap_launcher.export import drift, files
    from aap_launcher.export.reader import Reader

    folder = Path(given["folder"])
    exported = files.contents(folder)  # before the controller is asked for all of it
    meant = part(desk, given["only"], given["organization"])
    before = files.read_documents(folder, exported.of(meant))
    reader = Reader(desk.requests, desk.clock)
    now, _ = collected(desk, reader, meant)
    if reader.unreadable:
        raise Refused(
            "the controller could not be read whole, so nothing is compared:\n" + "\n".join(reader.unreadable)
        )
    found = list(drift.changes(before, now))
    if given["as_json"]:
        code = desk.screen.data([pretty([asdict(change) for change in found]) + "\n"])
    else:
        code = desk.screen.raw(drift.drift_line(change) + "\n" for change in found)
    return code or (1 if found else 0)
