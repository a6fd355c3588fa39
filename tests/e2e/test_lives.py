"""Each resource by the command line, in one process a layout: made, found, changed, attached to, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from aap_launcher import Controller
from aap_launcher.client.fields import shape
from aap_launcher.client.kinds import KINDS
from tests.e2e.shell import Shell
from tests.lives import LIVES, build, meant
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox


class Line:
    """Commands that must succeed, and what they printed."""

    def __init__(self, shell: Shell, ids: dict[str, int]) -> None:
        self.shell, self.ids = shell, ids

    def __call__(self, *words: str) -> str:
        code, text, told = self.shell(*words)
        assert code == 0, (words, text, told)
        return text

    def number(self, *words: str) -> str:
        found = self(*words, "-o", "id").split()
        assert len(found) == 1, (words, found)
        return found[0]


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    home = tmp_path_factory.mktemp("home")
    with (
        sandbox.start(speed=20, layout=request.param, kept_runs=KEPT_RUNS) as box,
        Shell(box.url, home) as shell,
    ):
        with Controller(box.url, token="admin-token") as aap:
            ids = build(aap)
        yield Line(shell, ids)


@pytest.mark.parametrize("name", sorted(LIVES))
def test_each_resource_lives_from_create_to_delete(line: Line, name: str) -> None:
    kind, life = KINDS[name], meant(LIVES[name], line.ids)
    number = begun(line, name, life)
    shown = json.loads(line(name, "get", number, "-o", "json"))
    assert str(shown["id"]) == number
    named = f"{kind.key}={shown[kind.key]}" if kind.key else f"id={number}"
    assert number in line(name, "list", named, "-o", "id").split()
    if "edit" in life:
        edited(line, name, number, life["edit"])
    for related, other in life.get("attach", {}).items():
        attached(line, name, number, related, other)
    if "delete" in shape(kind).verbs:
        assert f"deleted  {kind.label} {number}" in line(name, "delete", number, "--yes", "--wait")
        code, text, _ = line.shell(name, "get", number, "-o", "json")
        stays = code == 0 and "stays" in life and json.loads(text)[life["stays"]] is True
        assert stays or code == 3


def begun(line: Line, name: str, life: dict[str, Any]) -> str:
    """The id of the object that lives: made, left behind by a run, or there."""
    if "there" in life:
        return line.number(name, "get", str(life["there"]))
    if "run" in life:
        started(line, *life["run"])
        newest = "-created" if "created" in shape(KINDS[name]).fields else "-id"
        return line.number(name, "list", "--order-by", newest, "--limit", "1")
    words = typed(life["create"])
    if name == "ad_hoc_commands":
        return line.number(name, "run", *words, "--wait")
    number = line.number(name, "create", *words)
    if KINDS[name].key in life["create"]:
        assert line.number(name, "create", *words, "--if-absent") == number
    return number


def started(line: Line, template: str, of: str) -> None:
    """Run it to its end, however that is."""
    deed = "launch" if "templates" in template else "update"
    waiting = [] if template in {"job_templates", "workflow_job_templates"} else ["--wait"]
    code, text, told = line.shell(template, deed, of, *waiting)
    assert code in {0, 1}, (text, told)


def typed(fields: dict[str, Any]) -> list[str]:
    """The fields as somebody types them."""
    return [f"{name}={one if isinstance(one, str) else json.dumps(one)}" for name, one in fields.items()]


def edited(line: Line, name: str, number: str, changes: dict[str, Any]) -> None:
    line(name, "edit", number, *typed(changes))
    after = json.loads(line(name, "get", number, "-o", "json"))
    text = KINDS[name].text
    found = {one: json.loads(after[one]) if one in text else after[one] for one in changes}
    assert found == changes


def attached(line: Line, name: str, number: str, related: str, other: object) -> None:
    if other is None:  # what is detached from where it was made is deleted
        inside = line.number(related, "create", "name=inside", f"inventory={number}")
        code, _, told = line.shell(name, "detach", number, related, inside)
        assert (code, "deletes them" in told) == (2, True)
        assert "was deleted" in line(name, "detach", number, related, inside, "--yes")
        assert line.shell(related, "get", inside)[0] == 3
        return
    before = line(name, "related", number, related, "-o", "id").split()
    assert line(name, "attach", number, related, str(other)).endswith(" attached\n")
    assert len(line(name, "related", number, related, "-o", "id").split()) == len(before) + 1
    assert line(name, "detach", number, related, str(other)).endswith(" detached\n")
    assert line(name, "related", number, related, "-o", "id").split() == before
