"""`aap-launcher logout`: delete the token that `login` made, here and on the controller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aap_launcher.cli import resource_options as options
from aap_launcher.errors import InvalidInput, LauncherError
from aap_launcher.text.quoting import joined

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.logins import Login


@click.command("logout", cls=options.ResourceCommand, short_help="Delete the token that login made.")
@click.argument("address", metavar="[URL]", required=False)
@options.connected
def command(address: str | None, **given: Any) -> None:
    """Log out of the controller at URL: its token is deleted here, and on the controller where login made it."""
    from aap_launcher.cli.resource_wiring import with_desk

    if address is not None:
        given["url"] = (address, *(given.get("url") or ()))
    with_desk(given, _out)


def _out(desk: Desk) -> int:
    login = _login(desk)
    try:
        gone = _revoked(desk, login)
    except LauncherError as fault:
        gone = f"It could not be deleted on the controller: {fault} Delete it there by hand."
    desk.logins().forget(login.site)
    desk.screen.say(f"logged out of {login.site}. {gone}")
    return 0


def _login(desk: Desk) -> Login:
    """The login that is meant."""
    from aap_launcher.client.connection_source import site_of

    logins = desk.logins()
    url = desk.raw(credentials=False).get("url")
    sites = logins.sites()
    if not url and len(sites) > 1:
        raise InvalidInput(f"there are several logins: {joined(sites)}. Say which: aap-launcher logout URL")
    site = site_of(url) if url else next(iter(sites), "")
    found = logins.find(site) if site else None
    if found is None:
        where = f" to {url}" if url else ""
        raise InvalidInput(
            f"there is no login{where}. {'There are: ' + joined(sites) + '.' if sites else ''}".rstrip()
        )
    return found


def _revoked(desk: Desk, login: Login) -> str:
    if not login.path:
        return "The token was not made by login, so it stays on the controller."
    api = desk.reach({**desk.raw(credentials=False), "url": login.site, "token": login.token})
    api.requests.change("DELETE", login.path, None, what="the token")
    return "The token is deleted."
