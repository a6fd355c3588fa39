"""`aap-launcher login`: make a personal token and keep it, for people at a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options
from aap_launcher.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk


@click.command("login", cls=options.ResourceCommand, short_help="Make a personal token and keep it.")
@click.argument("address", metavar="[URL]", required=False)
@click.option("--with-token", is_flag=True, help="Keep a token that exists already; it is read from stdin.")
@options.connected
def command(address: str | None, *, with_token: bool, **given: Any) -> None:
    """Log in to the controller at URL, so that commands need no credential in the environment.

    Asks for user name and password, makes a personal token (scope write) and keeps that: in the system's keyring
    where the package keyring finds one, else in a file that only you can read. aap-launcher logout deletes it
    there and on the controller.
    """
    from aap_launcher.cli.resource_wiring import with_desk

    if address is not None:
        given["url"] = (address, *(given.get("url") or ()))
    with_desk(given, lambda desk: _pasted(desk) if with_token else _made(desk))


def _made(desk: Desk) -> int:
    """A token of our own."""
    from aap_launcher.client.logins import Login

    raw = _without_token(desk)
    if "password" not in raw and not desk.screen.answers:
        raise InvalidInput(
            "nobody is here to ask for a password. Set AAP_USERNAME and AAP_PASSWORD, or use --with-token."
        )
    if "password" not in raw:
        raw["username"] = raw.get("username") or desk.typed("User name: ")
        raw["password"] = desk.typed(f"Password of {raw['username']}: ", hidden=True)
    api = desk.reach(raw)
    made = api.keep_token()
    if made is None:
        raise Refused(
            "the controller made no token for this user; give one by --with-token, if you have one."
        )
    path, token = made
    return _kept(desk, Login(api.site, raw["username"], path, token))


def _pasted(desk: Desk) -> int:
    """A token that exists already."""
    from aap_launcher.client.logins import Login

    token = sys.stdin.readline().strip()
    if not token:
        raise InvalidInput("--with-token: stdin holds no token.")
    raw = _without_token(desk)
    raw.pop("username", None)
    raw.pop("password", None)
    api = desk.reach({**raw, "token": token})
    api.greet()
    return _kept(desk, Login(api.site, api.username, "", token))


def _without_token(desk: Desk) -> dict[str, str]:
    raw = desk.raw(credentials=False)
    if not raw.get("url"):
        raise InvalidInput("login needs the controller's address: aap-launcher login https://aap.example.com")
    raw.pop("token", None)
    return raw


def _kept(desk: Desk, login: Any) -> int:
    where = desk.logins().keep(login)
    desk.screen.say(f"logged in to {login.site} as {login.username}; the token is in {where}.")
    return 0
