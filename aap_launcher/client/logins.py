"""Tokens kept by `aap-launcher login`: in the OS's keyring where there is one, else in a file of mode 0600.

    {"https://aap.example.com": {"username": "ana", "path": "/api/v2/tokens/7/", "token": "..."}}

Without "token" it is in the keyring. `path` is where it is deleted at logout, "" for one that was pasted.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aap_launcher.errors import InvalidInput

_SERVICE = "aap-launcher"


class Login(NamedTuple):
    """One login: the installation's URL, whose token it is, where the controller keeps it, and the token."""

    site: str
    username: str
    path: str = ""
    token: str = ""

    def __repr__(self) -> str:
        """Without the token."""
        return f"<login {self.username} at {self.site}>"


class Logins:
    """The logins of this user, in `folder`. Every method raises `InvalidInput` for a file that cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "logins.json"

    def sites(self) -> list[str]:
        """The URLs that somebody is logged in to."""
        return list(self._read())

    def find(self, site: str) -> Login | None:
        """The login to this URL, with its token."""
        entry = self._read().get(site)
        if entry is None:
            return None
        login = Login(
            site, str(entry.get("username", "")), str(entry.get("path", "")), str(entry.get("token", ""))
        )
        return login if login.token else login._replace(token=_from_keyring(site))

    def keep(self, login: Login) -> str:
        """Store a login, in the place of an older one to the same URL; where the token is now, in words."""
        entries = self._read()
        kept = _to_keyring(login.site, login.token)
        entries[login.site] = {"username": login.username, "path": login.path}
        if not kept:
            entries[login.site]["token"] = login.token
        self._write(entries)
        return (
            "the keyring of this system"
            if kept
            else f"{self._file} (only you can read it; no keyring was found)"
        )

    def forget(self, site: str) -> None:
        """Remove a login."""
        entries = self._read()
        entry = entries.pop(site, None)
        if entry is not None and not entry.get("token"):
            _out_of_keyring(site)
        self._write(entries)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as fault:
            raise InvalidInput(f"{self._file} cannot be read: {getattr(fault, 'strerror', fault)}.") from None
        private(self._file, "it holds tokens")
        try:
            entries = json.loads(text)
        except (ValueError, RecursionError):
            entries = None
        if not isinstance(entries, dict) or not all(isinstance(one, dict) for one in entries.values()):
            raise InvalidInput(f"{self._file} is damaged. Remove it, and log in again.")
        return entries

    def _write(self, entries: Mapping[str, object]) -> None:
        """In the place of the old file at once: it is never half written, and never readable by others."""
        temporary = self._file.with_suffix(f".{os.getpid()}")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                json.dump(entries, file, indent=2)
            temporary.replace(self._file)
        except OSError as fault:
            raise InvalidInput(f"{self._file} cannot be written: {fault.strerror}.") from None
        finally:
            temporary.unlink(missing_ok=True)


def private(file: Path, why: str) -> None:
    """Raises `InvalidInput` where others than its owner can read the file."""
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise InvalidInput(f"{file} can be read by other users, and {why}. Run: chmod 600 {file}")


def _keyring() -> Any:  # noqa: ANN401 - the package is optional
    """The package, where it is installed and has a keyring to speak to."""
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - only when it is asked
    except ImportError:
        return None
    try:
        return keyring if getattr(keyring.get_keyring(), "priority", 0) > 0 else None
    except Exception:  # noqa: BLE001 - a backend that cannot start is no keyring
        return None


def _to_keyring(site: str, token: str) -> bool:
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(_SERVICE, site, token)
    except Exception:  # noqa: BLE001 - each backend has errors of its own; the file is there for all of them
        return False
    return True


def _from_keyring(site: str) -> str:
    keyring = _keyring()
    try:
        token = keyring.get_password(_SERVICE, site) if keyring is not None else None
    except Exception as fault:  # noqa: BLE001 - see above
        raise InvalidInput(f"the keyring of this system gave no token for {site}: {fault}.") from None
    if not token:
        raise InvalidInput(
            f"the token for {site} is no longer in the keyring. Log in again: aap-launcher login {site}"
        )
    return str(token)


def _out_of_keyring(site: str) -> None:
    keyring = _keyring()
    if keyring is not None:
        with contextlib.suppress(Exception):  # it is gone, or the keyring is
            keyring.delete_password(_SERVICE, site)
