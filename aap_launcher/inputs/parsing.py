"""Inputs: text from the outside becomes frozen values; every fault is named at once, nothing is guessed.

In the environment "" means that an input was not given (GitHub hands over every declared input, the others
empty); two quotes alone, "" or '', stand for the empty string there. On the command line "" is a value.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aap_launcher.errors import InvalidInput, InvalidValue, Problem
from aap_launcher.inputs import readers
from aap_launcher.inputs.definitions import BY_NAME, INPUTS, PROMPTS, Connection, Inputs
from aap_launcher.inputs.file_text import LARGEST, decode
from aap_launcher.inputs.input import Command, Input, InputKind
from aap_launcher.text import quoting
from aap_launcher.text import secrets as secret_text

Given = str | tuple[str, ...]  # the environment's text, or what the command line gave, in its order
ReadFile = Callable[[str], bytes]
TARGETS = {
    "template": (Command.LAUNCH, ""),
    "job": (Command.FOLLOW, "given, but a job that exists already takes no prompts: it would be ignored"),
    "relaunch": (
        Command.RELAUNCH,
        "given, but a relaunch repeats the job as it was: the controller would ignore it",
    ),
}
__all__ = [
    "STANDARD_INPUT",
    "TARGETS",
    "Connection",
    "Given",
    "Inputs",
    "parse_inputs",
    "read_environment",
    "read_file",
    "secrets",
]
STANDARD_INPUT = "-"
_GATEWAY_PATIENCE = 25.0  # seconds; the gateway itself gives up on a request after 30


def read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The inputs that the environment gives: of an input's variables the first that is set and not empty."""
    found = {}
    for definition in INPUTS:
        text = next((environ[name] for name in definition.variables if environ.get(name)), "")
        if text:
            found[definition.name] = "" if text in {'""', "''"} else text
    return found


def read_file(path: str) -> bytes:
    """A file's bytes, one more than may be given at most; raises OSError."""
    with open(path, "rb") as file:  # noqa: PTH123  # one byte more than allowed tells enough, even of /dev/zero
        return file.read(LARGEST + 1)


def parse_inputs(
    raw: Mapping[str, Given],
    *,
    read_file: ReadFile = read_file,
    now: datetime | None = None,
    targeted: bool = True,
    anonymous: bool = False,
) -> Inputs:
    """Read what was given, input name -> text; raises `InvalidInput` with every problem there is.

    `raw` holds only what was given. `read_file` returns a file's bytes or raises OSError. `now` is what a time
    "90s ago" is counted from. `targeted`: a template or job has to be given; `anonymous`: no credential
    has to be.
    """
    reader = _Reader(read_file, now)
    given = reader.values(raw)
    failed = {problem.field for problem in reader.problems}
    target = _target(given, failed) if targeted or not given.keys().isdisjoint(TARGETS) else ()
    login = () if anonymous else _login(given, failed)
    problems = [*reader.problems, *target, *login, *_address(given, failed)]
    if problems:
        count = "1 input is" if len(problems) == 1 else f"{len(problems)} inputs are"
        raise InvalidInput(f"{count} not usable; nothing was sent to the controller.", problems)
    unused = [given.pop(name, None) for name in ("username", "password") if "token" in given]
    connection = {one.name: given.pop(one.name) for one in fields(Connection) if one.name in given}
    prompts = {name: given.pop(name) for name in list(given) if BY_NAME[name].section == PROMPTS}
    inputs = Inputs(connection=Connection(**connection), prompts=prompts, **given)
    return replace(inputs, notices=tuple(_notices(inputs, login_unused=any(unused))))


def secrets(inputs: Inputs) -> tuple[str, ...]:
    """Every value in the inputs that must not be seen; `ci` knows the forms that each may take."""
    connection = inputs.connection
    found = [connection.token, connection.password]
    if "-----BEGIN" in connection.client_key:  # otherwise it is a file's path
        found.append(connection.client_key)
    if connection.password:
        pair = f"{connection.username}:{connection.password}"
        found.append(base64.b64encode(pair.encode(errors="surrogateescape")).decode())
    passwords = inputs.prompts.get("credential_passwords")
    if isinstance(passwords, Mapping):
        found += [str(password) for password in passwords.values()]
    variables = inputs.prompts.get("extra_vars")
    if isinstance(variables, Mapping):
        found += secret_text.secret_values(variables)
    return tuple(dict.fromkeys(filter(None, found)))


class _Reader:
    """Reads each input by its kind; collects the problems instead of stopping at the first."""

    def __init__(self, read_file: ReadFile, now: datetime | None) -> None:
        self.problems: list[Problem] = []
        self._read_file, self._now = read_file, now
        self._read: set[str] = set()

    def values(self, raw: Mapping[str, Given]) -> dict[str, Any]:
        """Every input that was given and can be used."""
        found = {name: value for name in raw if (value := self._value(name, raw[name])) is not None}
        files = found.pop("extra_vars_file", ())
        variables = self._merged("extra_vars_file", [partial(self._file, path) for path in files])
        variables |= found.get("extra_vars", {})
        if variables or "extra_vars" in found:
            found["extra_vars"] = variables
        return found

    def _value(self, name: str, given: Given) -> Any:  # noqa: ANN401  # each input has a type of its own
        definition = BY_NAME.get(name)
        if definition is None:
            return self._wrong(name, InvalidValue("is not an input of aap-launcher", "Remove it."))
        texts = (given,) if isinstance(given, str) else given
        if definition.kind is InputKind.MAPPING and not definition.secret:
            typed = not isinstance(given, str)
            return self._merged(name, [partial(self._variables, text, typed=typed) for text in texts])
        try:
            return readers.read_all(definition, texts, self._now)
        except InvalidValue as wrong:
            return self._wrong(name, wrong)

    def _merged(self, name: str, sources: Sequence[Callable[[], dict[str, object]]]) -> dict[str, object]:
        """The variables of all sources; of two that set one, the later wins, with its whole value."""
        merged: dict[str, object] = {}
        for source in sources:
            try:
                merged |= source()
            except InvalidValue as wrong:
                self._wrong(name, wrong)
        return merged

    def _variables(self, text: str, *, typed: bool) -> dict[str, object]:
        """One `-e`, read by itself: variables, `@file`, or `-` for standard input.

        A file is read only where a person typed it: a CI's input may be anybody's text.
        """
        if typed and (word := text.strip()) and (word[0] == "@" or word == STANDARD_INPUT):
            return self._file(word.removeprefix("@"))
        return readers.variables(text)

    def _file(self, path: str) -> dict[str, object]:
        """The variables that a file holds, its name before whatever is wrong with it."""
        try:
            return readers.variables(decode(self._bytes(path)))
        except InvalidValue as wrong:
            name = "standard input" if path == STANDARD_INPUT else quoting.printable(path)
            raise InvalidValue(f"{name} {wrong.fault}", wrong.advice) from None

    def _bytes(self, path: str) -> bytes:
        advice = "Paths are relative to the directory that the launcher runs in."
        if path == STANDARD_INPUT and path in self._read:
            raise InvalidValue("is asked for twice, and can be read once", "Give - once.")
        self._read.add(path)
        try:
            return self._read_file(path)
        except FileNotFoundError:
            raise InvalidValue("does not exist", advice) from None
        except IsADirectoryError:
            raise InvalidValue("is a directory", "Name the file in it.") from None
        except PermissionError:
            raise InvalidValue("may not be read", "Give the launcher's user the right to read it.") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InvalidValue(f"cannot be read: {reason}", advice) from None

    def _wrong(self, name: str, wrong: InvalidValue) -> None:
        self.problems.append(Problem(name, wrong.fault, wrong.advice))


# --- what belongs together ------------------------------------------------------------------------------


def _target(given: Mapping[str, Any], failed: set[str]) -> Iterator[Problem]:
    """Exactly one of template, job and relaunch, and nothing that it would ignore."""
    targets = [name for name in TARGETS if name in given]
    if not targets and failed.isdisjoint(TARGETS):
        yield Problem("template", "is missing", "Give a template to launch, or a job to attach to.")
    if len(targets) > 1:
        yield Problem(targets[0], f"given together with {quoting.one_of(targets[1:])}", "Give one of them.")
    if len(targets) == 1:
        yield from (
            _ignored(name, targets[0])
            for name in given
            if not _taken(BY_NAME[name], targets[0]) and not readers.is_default(name, given[name])
        )


def _taken(definition: Input, target: str) -> bool:
    return definition.needs in ("", target) and (
        TARGETS[target][0] in definition.commands or definition.name == target
    )


def _ignored(name: str, target: str) -> Problem:
    """An input that means nothing for what is done; a CI hands over every default, so those are no fault."""
    if BY_NAME[name].section == PROMPTS:
        return Problem(name, TARGETS[target][1], "Launch the template instead, or drop the input.")
    wanted = [one for one in TARGETS if _taken(BY_NAME[name], one)]
    fault = f"given without {quoting.one_of(wanted)}: it would be ignored"
    return Problem(name, fault, f"Give {quoting.one_of(wanted)}, or drop the input.")


def _login(given: Mapping[str, Any], failed: set[str]) -> Iterator[Problem]:
    if "token" in given or not failed.isdisjoint(("token", "username", "password")):
        return
    if "username" in given and "password" not in given:
        yield Problem("password", "is missing: a username was given", "Give its password, or a token.")
    elif "password" in given and "username" not in given:
        yield Problem("username", "is missing: a password was given", "Give the user's name, or a token.")
    elif "username" not in given:
        yield Problem("token", "is missing", "Give a token with write scope, or username and password.")


def _address(given: dict[str, Any], failed: set[str]) -> Iterator[Problem]:
    """A usable url (https where no scheme is given), and a certificate for the key."""
    if "client_key" in given and "client_cert" not in given and "client_cert" not in failed:
        yield Problem("client_cert", "is missing: a client_key was given", "Give the key's certificate.")
    if "url" not in given:
        if "url" not in failed:
            yield Problem("url", "is missing", "Give the controller's address: https://aap.example.com")
        return
    if "://" not in given["url"]:
        given["url"] = "https://" + given["url"]
    fault = _url_fault(given["url"])
    if fault:
        yield Problem(
            "url", fault, "Give it as https://aap.example.com, with the controller's sub-path if any."
        )


def _url_fault(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password, which would be seen"
    if parts.scheme not in {"http", "https"}:
        return f"has the scheme {quoting.quoted(parts.scheme)}, not https"
    if not host or any(character.isspace() for character in url):
        return "is not a URL"
    return ""


def _notices(inputs: Inputs, *, login_unused: bool) -> Iterator[str]:
    if login_unused:
        yield "token: given together with username or password; the token is used"
    if inputs.connection.request_timeout > _GATEWAY_PATIENCE:
        yield "request_timeout: above 25 s is of little use; the platform gateway gives up after 30 s"
