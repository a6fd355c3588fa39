"""Where a connection comes from: arguments, the environment, a profile, a login; in this order.

A profile that is named by an argument goes before the environment: it was typed now. The profile `default` is used
where neither arguments nor environment say which controller is meant, and a login where nothing else is a credential.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aap_launcher.client.logins import Logins, private
from aap_launcher.errors import InvalidInput, Problem
from aap_launcher.inputs import profiles
from aap_launcher.inputs.profiles import DEFAULT, TOKEN_COMMAND, Profile, Source

PROFILE = "AAP_PROFILE"
_CREDENTIALS = ("token", "password", TOKEN_COMMAND)
Tell = Callable[[str], None]


def folder(environ: Mapping[str, str]) -> Path:
    """Where this user's configuration is: `~/.config/aap-launcher`."""
    base = environ.get("XDG_CONFIG_HOME", "")
    home = Path(environ["HOME"]) if environ.get("HOME") else Path("~").expanduser()
    return (Path(base) if base else home / ".config") / "aap-launcher"


def connection(
    given: Mapping[str, str],
    inputs: Mapping[str, str],
    environ: Mapping[str, str],
    profile: str = "",
    *,
    credentials: bool = True,
    tell: Tell = lambda _: None,
) -> dict[str, str]:
    """The inputs, name -> text, with what a profile or a login adds to them.

    `given`: arguments; `inputs`: what the environment gives (`read_environment`); `profile`: the one that an
    argument names. Without `credentials` no command is run for a token, and no login is looked up. `tell` hears of
    a command that takes its time. Raises `InvalidInput`.
    """
    home = folder(environ)
    arguments, around = Source("the arguments", given), Source("the environment", inputs)
    name = profile or environ.get(PROFILE, "")
    chosen = _profile(home / "config.toml", name) if name or not ({*given, *inputs} & {"url"}) else None
    sources = [arguments, around]
    if chosen is not None:
        command = {TOKEN_COMMAND: chosen.name} if chosen.token_command else {}
        sources.insert(1 if profile else 2, Source(f"profile {chosen.name}", {**chosen.values, **command}))
    found = profiles.merged(sources, must=credentials)
    if not credentials:
        found.pop(TOKEN_COMMAND, "")
    elif found.pop(TOKEN_COMMAND, "") and chosen is not None:
        from aap_launcher.client.token_command import token_of  # noqa: PLC0415 - for who has one

        found["token"] = token_of(chosen, tell)
    elif not any(one in found for one in _CREDENTIALS):
        _log_in(found, Logins(home))
    return found


def _log_in(found: dict[str, str], logins: Logins) -> None:
    """Complete the connection by a login, if there is one for it."""
    site = found.get("url", "")
    if not site:
        site = _only(logins.sites())
    login = logins.find(site_of(site)) if site else None
    if login is not None and found.get("username", login.username) == login.username:
        found.pop("username", None)
        found |= {"url": site, "token": login.token}


def _only(sites: Sequence[str]) -> str:
    if len(sites) > 1:
        problem = Problem("url", f"is missing, and there are logins to {' and '.join(sites)}", "Set AAP_URL.")
        raise InvalidInput("1 input is not usable; nothing was sent to the controller.", [problem])
    return sites[0] if sites else ""


def site_of(url: str) -> str:
    """The installation's URL, as a login is kept under it."""
    from aap_launcher.controller.address import parse_address  # noqa: PLC0415 - only for who has logged in

    return parse_address(url if "://" in url else f"https://{url}").site


def _profile(file: Path, name: str) -> Profile | None:
    wanted = name or DEFAULT
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not name:
            return None
        raise InvalidInput(f"profile {name}: {file} does not exist.") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{file} cannot be read: {getattr(fault, 'strerror', fault)}.") from None
    if profiles.holds_secrets(text, str(file)):
        private(file, "it holds secrets")
    found = profiles.read_profile(text, wanted, str(file))
    if found is not None and found.token_command and os.name == "posix" and file.stat().st_mode & 0o022:
        raise InvalidInput(
            f"{file} can be changed by other users, and it names a command. Run: chmod go-w {file}"
        )
    return found
