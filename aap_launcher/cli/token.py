"""`aap-launcher token`: personal tokens of the user whose credential this is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.tokens import Tokens

_USUAL = ("id", "description", "scope", "application", "expires", "created")


@click.group("token", short_help="Make, list and revoke personal tokens.")
def command() -> None:
    """Make, list and revoke personal tokens: the platform's behind a gateway, else the controller's.

    Every token belongs to whoever asks for it. A profile or a login can hold one: aap-launcher login.
    """


@command.command(
    "create", cls=options.ResourceCommand, short_help="Make a token; its value goes to stdout, once."
)
@click.option("--description", metavar="TEXT", default="", help="What it is for.")
@click.option("--scope", type=click.Choice(["read", "write"]), default="write", show_default=True)
@click.option("--application", metavar="NAME", default="", help="The OAuth application that it belongs to.")
@click.option("--user", metavar="NAME", default="", hidden=True)
@options.connected
def create(**given: Any) -> None:
    """Make a token. Its value is all that goes to stdout, and is told this once."""
    from aap_launcher.cli.resource_wiring import with_desk

    with_desk(given, lambda desk: _created(desk, given))


@command.command("list", cls=options.ResourceCommand, short_help="List the tokens that there are.")
@options.output()
@options.connected
def list_tokens(**given: Any) -> None:
    """List tokens; their values are told by nobody."""
    from aap_launcher.cli.output_options import chosen_output
    from aap_launcher.cli.resource_wiring import with_desk

    def action(desk: Desk) -> int:
        form = chosen_output(given, name="", usual=_USUAL)
        return desk.show(form, _tokens(desk).list())

    with_desk(given, action)


@command.command("revoke", cls=options.ResourceCommand, short_help="Revoke tokens by id.")
@click.argument("numbers", metavar="ID...", type=click.IntRange(min=1), nargs=-1, required=True)
@options.connected
def revoke(numbers: tuple[int, ...], **given: Any) -> None:
    """Revoke tokens: each is refused from then on."""
    from aap_launcher.cli.resource_wiring import with_desk

    def action(desk: Desk) -> int:
        for number in numbers:
            _tokens(desk).revoke(number)
            desk.screen.say(f"token {number} is revoked")
        return 0

    with_desk(given, action)


def _tokens(desk: Desk) -> Tokens:
    from aap_launcher.client.tokens import Tokens

    return Tokens(desk.requests, gateway=desk.api.platform.gateway)


def _created(desk: Desk, given: dict[str, Any]) -> int:
    from aap_launcher.errors import InvalidInput

    if given["user"]:
        raise InvalidInput(
            "a token belongs to whoever asks for it, whatever user is named: log in as that user to make one."
        )
    made = _tokens(desk).create(
        description=given["description"], scope=given["scope"], application=given["application"]
    )
    until = str(made.get("expires") or "")[:10]
    desk.screen.say(
        f"token {made.get('id')} · scope {made.get('scope')} · until {until}; "
        f"revoke it with: aap-launcher token revoke {made.get('id')}"
    )
    return desk.screen.data([f"{made['token']}\n"])
