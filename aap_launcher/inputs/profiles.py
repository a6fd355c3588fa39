"""Profiles: controllers that a person works with, by name; pure, the file's text comes from outside.

    [profile.prod]
    url = "https://aap.example.com"
    token_command = "vault kv get -field=token secret/aap"

A credential goes only where it belongs: one that stands beside a url is never sent to another url.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aap_launcher.errors import InvalidInput, Problem
from aap_launcher.inputs.definitions import BY_NAME, CONNECTION, INPUTS
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted

DEFAULT = "default"  # the profile that is used where none is named
TOKEN_COMMAND = "token_command"  # noqa: S105 - a name
KEYS = (*(one.name for one in INPUTS if one.section == CONNECTION), TOKEN_COMMAND)
LOGIN = ("token", "username", "password", "client_cert", "client_key", TOKEN_COMMAND)
_DECIDING = ("token", TOKEN_COMMAND, "password")


class Profile(NamedTuple):
    """One profile: inputs as text. `token_command` is what prints the token, as arguments."""

    name: str
    values: Mapping[str, str]
    token_command: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Its name alone: the values may be secrets."""
        return f"<profile {self.name}>"


class Source(NamedTuple):
    """Where inputs came from, in words for a message, and what it gave."""

    words: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        """Without the values, which may be secrets."""
        return f"<source {self.words}>"


def read_profile(text: str, name: str, file: str) -> Profile | None:
    """The profile of this name; None where it is the default and there is none. Raises `InvalidInput`."""
    tables = _tables(text, file)
    if name not in tables:
        if name == DEFAULT:
            return None
        raise InvalidInput(f"there is no profile {quoted(name)} in {file}. {near(name, tables)}")
    table, where = tables[name], f"[profile.{name}] in {file}"
    if not isinstance(table, dict):
        raise InvalidInput(f"{where} is not a table of settings.")
    problems = list(_problems(table))
    if problems:
        raise InvalidInput(f"{where} is not usable; nothing was sent to the controller.", problems)
    command = table.get(TOKEN_COMMAND, ())
    arguments = shlex.split(command) if isinstance(command, str) else command
    values = {key: _text(value) for key, value in table.items() if key != TOKEN_COMMAND}
    return Profile(name, values, tuple(arguments))


def holds_secrets(text: str, file: str) -> bool:
    """Whether any profile holds a secret itself, and not a command that gets it. Raises `InvalidInput`."""
    return any(_secret(table) for table in _tables(text, file).values() if isinstance(table, dict))


def profile_names(text: str, file: str) -> Sequence[str]:
    """The names of all profiles. Raises `InvalidInput`."""
    return tuple(_tables(text, file))


def merged(sources: Sequence[Source], *, must: bool = True) -> dict[str, str]:
    """One set of inputs from several sources, the first wins; and of their credentials only what may be sent.

    Raises `InvalidInput` where the only credential there is belongs to another url, and there `must` be one.
    """
    found = {key: value for source in reversed(sources) for key, value in source.values.items()}
    url = found.get("url", "")
    fitting = [one for one in sources if _same(one.values.get("url", url), url)]
    for name in LOGIN:
        found.pop(name, None)
        if (value := next((one.values[name] for one in fitting if name in one.values), None)) is not None:
            found[name] = value
    _one_login(found, fitting)
    if must and not any(name in found for name in _DECIDING):
        _not_sent(url, [one for one in sources if one not in fitting])
    return found


def _one_login(found: dict[str, str], sources: Sequence[Source]) -> None:
    """Of token, token_command and password only what the first source has that has any."""
    first = next((one for one in sources if any(name in one.values for name in _DECIDING)), None)
    if first is None:
        return
    for name in _DECIDING:
        if name not in first.values:
            found.pop(name, None)


def _not_sent(url: str, others: Sequence[Source]) -> None:
    for one in others:
        if any(name in one.values for name in _DECIDING):
            raise InvalidInput(
                f"there is no credential for {url}: the one of {one.words} is for {one.values['url']}, "
                "and is not sent anywhere else."
            )


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(url: str) -> str:
    text = url.strip()
    return (text if "://" in text else f"https://{text}").rstrip("/")


def _tables(text: str, file: str) -> Mapping[str, Any]:
    import tomllib  # noqa: PLC0415 - most have no file

    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # also a number of 5,000 digits, and lists nested as deep
        raise InvalidInput(f"{file} is not TOML: {fault}.") from None
    wrong = [key for key in document if key != "profile"]
    if wrong:
        raise InvalidInput(
            f"{file}: {quoted(wrong[0])} means nothing here; settings stand under [profile.NAME]."
        )
    tables = document.get("profile", {})
    if not isinstance(tables, dict):
        raise InvalidInput(f"{file}: profile is not a table; write [profile.NAME].")
    return tables


def _problems(table: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in table.items():
        if key not in KEYS:
            yield Problem(key, "is not a setting of a profile", near(key, KEYS))
        elif key == TOKEN_COMMAND:
            yield from _command_problems(value)
        elif not isinstance(value, str | bool | int | float) or value == "":
            yield Problem(key, "is not a text, a number, true or false", "")
    if "token" in table and TOKEN_COMMAND in table:
        yield Problem(TOKEN_COMMAND, "given together with token", "Keep one of them.")


def _command_problems(command: object) -> Iterator[Problem]:
    if isinstance(command, str):
        try:
            command = shlex.split(command)
        except ValueError as fault:
            yield Problem(TOKEN_COMMAND, f"is not a command: {str(fault).lower()}", "")
            return
    texts = isinstance(command, list) and all(isinstance(one, str) and one for one in command)
    if not texts or not command:
        yield Problem(TOKEN_COMMAND, "is not a command", "Give it as one text, or as a list of texts.")


def _secret(table: Mapping[str, Any]) -> bool:
    return any(
        BY_NAME[key].secret and (key != "client_key" or "-----BEGIN" in str(value))
        for key, value in table.items()
        if key in BY_NAME
    )


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
