"""A byte that is no UTF-8, wherever a text may be given: half a surrogate pair to Python, and no fault of ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from aap_launcher.cli.program import _OWN, cli
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.mistyped import SETTINGS
from tests.controller.conftest import AWX_ROOT, HEADERS, ME
from tests.fuzz.commands import Exchange, Said, home, ran, replaying
from tests.site import Answer

HALF = "caf\udce9"  # what Python makes of the byte 0xE9
URL = "https://aap.example.com"
_RESOURCES = ("hosts", "jobs")
_VARIABLES = sorted(
    {name for one in INPUTS for name in one.variables}
    | SETTINGS
    | {"HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "XDG_CONFIG_HOME", "HOME", "GITHUB_OUTPUT", "CI_JOB_URL", "GITHUB_REF"}
)  # fmt: skip


def _commands(
    group: click.Group, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*above, name))
        elif command is not None:
            yield (*above, name), command


def _all() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The launcher's own commands, and those of two resources: each resource has the same verbs."""
    for words, command in _commands(cli):
        if words[0] in _OWN or words[0] in _RESOURCES:
            yield words, command


def _calls(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[str, list[str]]]:
    """Each parameter of a command in turn with the byte, what else it needs as it should be."""
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    good = [_good(one) for one in arguments]
    for at, one in enumerate(arguments):
        yield f"{' '.join(words)} {one.name}", [*words, *good[:at], HALF, *good[at + 1 :]]
    options = [one for one in command.params if isinstance(one, click.Option)]
    for option in (one for one in options if not one.is_flag and not one.count):
        needed = [(one.opts[-1], _good(one)) for one in options if one.required and one is not option]
        start = [*words, *good, *(word for pair in needed for word in pair), max(option.opts, key=len)]
        yield f"{' '.join(words)} {start[-1]}", [*start, HALF]
        yield f"{' '.join(words)} {start[-1]} a=", [*start, f"a={HALF}"]


def _good(one: click.Parameter) -> str:
    if isinstance(one.type, click.Choice):
        return str(one.type.choices[0])
    return {"words": "name=a", "terms": "name=a", "method": "GET", "path": "hosts/"}.get(one.name or "", "7")


def _each_once() -> Iterator[tuple[str, list[str]]]:
    """An option that many commands have is read in one place: one of them will do."""
    seen: set[str] = set()
    for words, command in _all():
        for name, call in _calls(words, command):
            last = name.removeprefix(" ".join(words))
            if "--" not in last or last not in seen:
                seen.add(last)
                yield name, call


CALLS = list(_each_once())


def _controller() -> Exchange:
    """One that has nothing and takes nothing, but is there."""
    found = {"GET /api/": AWX_ROOT, "GET /api/v2/me/": ME}
    return Exchange(
        defaultdict(list, {key: [Said(200, HEADERS, Answer(body).content)] for key, body in found.items()})
    )


def _environment(folder: Path) -> dict[str, str]:
    return home(folder) | {
        "AAP_URL": URL,
        "AAP_TOKEN": "t0ken",
        "AAP_WEBHOOK_KEY": "k3y",
        "AAP_OUTAGE_TOLERANCE": "0s",
    }


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_an_argument_that_is_no_utf_8_is_no_fault_of_ours(
    call: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # what writes a folder of this name writes it there
    with replaying(_controller()):
        ended = ran(call[1], _environment(tmp_path))
    assert 0 <= ended.code < 70, ended.told


@pytest.mark.parametrize("name", _VARIABLES)
@pytest.mark.parametrize(
    "command", [("launch", "7"), ("hosts", "list"), ("doctor", "7"), ("webhook", "send", "7"), ("login",)], ids=lambda one: one[0]
)  # fmt: skip
def test_a_variable_that_is_no_utf_8_is_no_fault_of_ours(
    name: str, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with replaying(_controller()):
        ended = ran(
            command, _environment(tmp_path) | {name: HALF if name != "HOME" else f"{tmp_path}/{HALF}"}
        )
    assert 0 <= ended.code < 70, ended.told
