"""`aap-launcher bulk`: many launches in one request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk


@click.group("bulk", short_help="Launch many templates at once.")
def command() -> None:
    """Launch many templates at once. Many hosts: aap-launcher hosts import."""


@command.command("launch", cls=options.ResourceCommand, short_help="Launch every template of a file.")
@click.argument("file", metavar="FILE")
@click.option("--name", metavar="TEXT", default="Bulk launch", show_default=True, help="Of the workflow job.")
@click.option(
    "--organization", metavar="NAME", default="", help="Of the workflow job, where you are in several."
)
@click.option("--dry-run", is_flag=True, help="Check everything, launch nothing.")
@click.option("--follow", is_flag=True, help="Follow the workflow job that runs them.")
@options.connected
def launch_bulk(**given: Any) -> None:
    """Launch each template of FILE (YAML or JSON, - is stdin), as one workflow job that runs them side by side.

    FILE is a list of {template, and prompts by the names that launch has: limit, extra_vars, inventory, ...}. Each is
    checked as launch does, all before the first starts: the controller would drop what a template does not take.
    More than 100, or than the controller's own limit, become several workflow jobs.
    """
    from aap_launcher.cli.resource_wiring import with_desk

    with_desk(given, lambda desk: _launched(desk, given))


def _launched(desk: Desk, given: dict[str, Any]) -> int:
    from aap_launcher.cli.following import follow_address
    from aap_launcher.cli.key_values import objects, read_text, refuse_changed
    from aap_launcher.client import bulk
    from aap_launcher.client.batches import CHUNK, in_pieces
    from aap_launcher.client.kinds import KINDS
    from aap_launcher.errors import InvalidInput, Refused
    from aap_launcher.text.words import count

    rows = objects(read_text(given["file"]), given["file"])
    refuse_changed(rows, given["file"], ("credential_passwords",), unquoted=False)
    if given["follow"] and len(rows) > CHUNK:
        raise InvalidInput(f"--follow is for one workflow job: at most {CHUNK} launches.")
    try:
        jobs = bulk.jobs(desk.controller, rows)
    except Refused as refused:
        if refused.status:
            raise
        raise Refused(f"{given['file']}: {refused.message}", refused.problems) from None
    home = given["organization"]
    organization = desk.resource(KINDS["organizations"]).one(home).id if home else None
    if given["dry_run"]:
        desk.screen.say(f"{count(len(jobs), 'launch', 'launches')} checked; nothing was launched")
        return 0
    send = partial(bulk.launch_many, desk.requests, name=given["name"], organization=organization)
    if given["follow"]:  # one workflow job, or none
        made = send(jobs)
        _told(desk, made, len(jobs))
        desk.afterwards = partial(follow_address, desk.requests.origin + str(made["url"]), given)
        return 0
    for chunk, made in in_pieces(jobs, send, bulk.LIMIT):
        _told(desk, made, len(chunk))
    return 0


def _told(desk: Desk, made: Mapping[str, Any], launches: int) -> None:
    from aap_launcher.text.words import count

    desk.screen.data([f"{made['id']}\n"])
    many = count(launches, "launch", "launches")
    desk.screen.say(f"workflow job {made['id']}: {many}; attach with: aap-launcher follow {made['id']}")
