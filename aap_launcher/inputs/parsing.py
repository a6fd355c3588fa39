"""Inputs: text from the outside becomes frozen values; every fault is named at once, nothing is guessed.

In the environment "" means that an input was not given (GitHub hands over every declared input, the others
empty); two quotes alone, "" or '', stand for the empty string there. On the command line "" is a value.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from aap_launcher.errors import InvalidInput, InvalidValue, Problem
from aap_launcher.inputs import readers
from aap_launcher.inputs.definitions import BY_NAME, INPUTS, PROMPTS
from aap_launcher.inputs.variables import LARGEST, decode, read_variables
from aap_launcher.text import quoting
from aap_launcher.text import secrets as secret_text

ReadFile = Callable[[str], bytes]
_TARGETS = ("template", "job", "relaunch")
_GATEWAY_PATIENCE = 25.0  # seconds; the gateway itself gives up on a request after 30


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the controller and as whom. Durations are in seconds."""

    url: str
    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    ca_bundle: str = ""
    client_cert: str = ""
    client_key: str = field(default="", repr=False)
    verify_tls: bool = True
    request_timeout: float = 25.0
    outage_tolerance: float = 300.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was asked for. `prompts` holds only what was given: 0, False and "" are values."""

    connection: Connection
    template: str = ""
    template_type: str = "auto"
    organization: str = ""
    job: str = ""
    relaunch: str = ""
    relaunch_hosts: str = "all"
    prompts: Mapping[str, object] = field(default_factory=dict, repr=False)
    wait: bool = True
    timeout: float | None = None
    on_timeout: str = "cancel"
    on_interrupt: str = "cancel"
    approvals: str = "wait"
    on_no_hosts: str = "warn"
    group_by: str = "task"
    show: str = "all"
    annotations: bool = True
    summary: bool = True
    ci_vars: bool = False
    dry_run: bool = False
    junit: str = ""
    result_file: str = ""
    since: str = ""  # UTC, ISO 8601: what the log told before is left out; of the command `follow` alone
    notices: tuple[str, ...] = ()


def read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The inputs that the environment gives: of an input's variables the first that is set and not empty."""
    found = {}
    for definition in INPUTS:
        text = next((environ[name] for name in definition.variables if environ.get(name)), "")
        if text:
            found[definition.name] = "" if text in {'""', "''"} else text
    return found


def parse(raw: Mapping[str, str], *, read_file: ReadFile | None = None) -> Inputs:
    """Read what was given, input name -> text; raises `InvalidInput` with every problem there is.

    `raw` holds only what was given. `read_file` returns a file's bytes or raises OSError.
    """
    reader = _Reader(read_file or _read_file)
    given = reader.values(raw)
    failed = {problem.field for problem in reader.problems}
    problems = [*reader.problems, *_target(given, failed), *_login(given, failed), *_address(given, failed)]
    if problems:
        count = "1 input is" if len(problems) == 1 else f"{len(problems)} inputs are"
        raise InvalidInput(f"{count} not usable; nothing was sent to the controller.", problems)
    unused = [given.pop(name, None) for name in ("username", "password") if "token" in given]
    connection = {one.name: given.pop(one.name) for one in fields(Connection) if one.name in given}
    prompts = {name: given.pop(name) for name in list(given) if BY_NAME[name].section == PROMPTS}
    inputs = Inputs(connection=Connection(**connection), prompts=prompts, **given)
    return replace(inputs, notices=tuple(_notices(inputs, login_unused=any(unused))))


def secrets(inputs: Inputs) -> tuple[str, ...]:
    """Everything in the inputs that must not be seen, in every form it may take, the longest first."""
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
    return secret_text.masks(found)


def shown(inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """(input, value) of every prompt that was given, for display, secrets replaced by ***."""
    return secret_text.shown(inputs.prompts)


def _read_file(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  # one byte more than allowed tells enough, even of /dev/zero
        return file.read(LARGEST + 1)


class _Reader:
    """Reads each input by its kind; collects the problems instead of stopping at the first."""

    def __init__(self, read_file: ReadFile) -> None:
        self.problems: list[Problem] = []
        self._read_file = read_file

    def values(self, raw: Mapping[str, str]) -> dict[str, Any]:
        """Every input that was given and can be used."""
        found = {name: value for name in raw if (value := self._value(name, raw[name])) is not None}
        variables = self._from_files(found.pop("extra_vars_file", ())) | found.get("extra_vars", {})
        if variables or "extra_vars" in found:
            found["extra_vars"] = variables
        return found

    def _value(self, name: str, text: str) -> Any:  # noqa: ANN401  # each input has a type of its own
        if name not in BY_NAME:
            self._wrong(name, InvalidValue("is not an input of aap-launcher", "Remove it."))
            return None
        try:
            return readers.read(BY_NAME[name], text)
        except InvalidValue as wrong:
            self._wrong(name, wrong)
            return None

    def _from_files(self, paths: tuple[str, ...]) -> dict[str, object]:
        """The files' variables; of two files that set one, the later wins, with its whole value."""
        merged: dict[str, object] = {}
        for path in paths:
            try:
                merged |= read_variables(decode(self._bytes(path)))
            except InvalidValue as wrong:
                self._wrong(
                    "extra_vars_file", InvalidValue(f"{quoting.printable(path)} {wrong.fault}", wrong.advice)
                )
        return merged

    def _bytes(self, path: str) -> bytes:
        advice = "Paths are relative to the directory that the launcher runs in."
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
    targets = [name for name in _TARGETS if name in given]
    if not targets and failed.isdisjoint(_TARGETS):
        yield Problem("template", "is missing", "Give a template to launch, or a job to attach to.")
    if len(targets) > 1:
        yield Problem(targets[0], f"given together with {quoting.one_of(targets[1:])}", "Give one of them.")
    if len(targets) != 1:
        return
    target = targets[0]
    if target != "relaunch" and given.get("relaunch_hosts", "all") != "all":
        yield Problem("relaunch_hosts", "given without relaunch", "Give the job to relaunch, or drop it.")
    if target == "template":
        return
    taken = {"credential_passwords"} if target == "relaunch" else set()
    why = {
        "job": "given, but a job that exists already takes no prompts: it would be ignored",
        "relaunch": "given, but a relaunch repeats the job as it was: the controller would ignore it",
    }[target]
    for name in given:
        if BY_NAME[name].section == PROMPTS and name not in taken:
            yield Problem(name, why, "Launch the template instead, or drop the input.")


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
