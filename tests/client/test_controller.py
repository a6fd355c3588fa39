"""The controller as a script sees it: where it is found, what it costs to import, and the rest of the API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import aap_launcher
from aap_launcher import Controller, InvalidInput, NotFound
from aap_launcher.client import metrics, script_ports
from tests.controller.conftest import HOST, World, ok


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(script_ports, "script_environment", lambda: {"HOME": str(tmp_path)})


@pytest.fixture
def aap(world: World) -> Controller:
    world.awx()
    return Controller(HOST, token="t0ken")


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def test_importing_the_package_costs_nothing() -> None:
    code = (
        "import sys, aap_launcher; print([name for name in sys.modules if name.startswith('aap_launcher.')])"
    )
    assert run(code) == "[]"
    code = "import sys, aap_launcher.cli; aap_launcher.cli.main; print('aap_launcher.client.resource' in sys.modules)"
    assert run(code) == "False"


def test_every_public_name_is_there_and_no_other() -> None:
    for name in dir(aap_launcher):
        assert getattr(aap_launcher, name)
    with pytest.raises(AttributeError, match="no attribute 'Controler'"):
        aap_launcher.Controler  # type: ignore[attr-defined]  # noqa: B018
    stub = Path(aap_launcher.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    assert {line.rsplit(" as ")[-1] for line in stub.splitlines() if " as " in line} | {"__version__"} == set(
        dir(aap_launcher)
    )


def test_arguments_win_over_the_environment_and_it_over_the_profile(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.awx()
    folder = tmp_path / ".config" / "aap-launcher"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f'[profile.prod]\nurl = "{HOST}"\ntoken_command = "echo fr0m-profile"\n'
    )
    (folder / "config.toml").chmod(0o600)

    def used(**given: Any) -> str:
        with Controller(**given) as aap:
            world.json("GET", "/api/v2/ping/", {})
            aap.ping()
        return str(world.http.last_request.headers["Authorization"])

    assert used(profile="prod") == "Bearer fr0m-profile"
    around = {"HOME": str(tmp_path), "AAP_URL": HOST, "AAP_TOKEN": "fr0m-env"}
    monkeypatch.setattr(script_ports, "script_environment", lambda: around)
    assert used() == "Bearer fr0m-env"
    assert used(token="arg") == "Bearer arg"


def test_what_is_missing_is_told_before_anything_is_asked(world: World) -> None:
    with pytest.raises(InvalidInput, match="url"):
        Controller()
    with pytest.raises(InvalidInput, match="token"):
        Controller(HOST)
    assert not world.http.request_history


def test_a_password_makes_one_token_for_its_life_and_revokes_it(world: World) -> None:
    world.awx()
    made = world.json("POST", "/api/v2/tokens/", {"id": 9, "token": "m1nted"}, status=201)
    gone = world.json("DELETE", "/api/v2/tokens/9/", status=204)
    with Controller(HOST, username="ci", password="p4ss") as aap:
        world.json("GET", "/api/v2/teams/", {"count": 0, "next": None, "results": []})
        assert list(aap.teams.list()) == []
        assert list(aap.teams.list()) == []
    assert (made.call_count, gone.call_count) == (1, 1)
    assert world.paths("GET") == ["/api/", "/api/v2/teams/", "/api/v2/teams/"]


def test_every_resource_is_an_attribute_and_a_typo_names_it(aap: Controller) -> None:
    assert repr(aap.job_templates) == "<resource job_templates>"
    assert aap["jt"] is aap.job_templates
    assert "workflow_approvals" in dir(aap)
    with pytest.raises(AttributeError, match='Did you mean "hosts"'):
        aap.hosst  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match='Did you mean "launch"'):
        aap.lanch  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(InvalidInput, match="no resource"):
        aap["nosuch"]


def test_the_pages_that_are_no_collections(world: World, aap: Controller) -> None:
    world.json("GET", "/api/v2/ping/", {"version": "24.6.1"})
    world.json("GET", "/api/v2/config/", {"time_zone": "UTC"})
    world.json("GET", "/api/v2/dashboard/", {"hosts": {"total": 3}})
    assert aap.ping()["version"] == "24.6.1"
    assert aap.config()["time_zone"] == "UTC"
    assert aap.dashboard()["hosts"]["total"] == 3
    assert aap.me().name == "ci-bot"


def test_any_other_request_is_sent_as_it_is_given(world: World, aap: Controller) -> None:
    world.answers("GET", "/api/v2/hosts/", ok({"count": 1}))
    assert aap.request("get", "hosts/", params=[("name", "a b"), ("name", "c")]).json == {"count": 1}
    assert world.http.last_request.query == "name=a+b&name=c"
    sent = world.json("PATCH", "/api/v2/hosts/3/", {"id": 3})
    assert aap.request("PATCH", "/api/v2/hosts/3/", json={"enabled": False}).status == 200
    assert sent.last_request.json() == {"enabled": False}
    world.json("GET", "/api/v2/hosts/4/", {"detail": "No Host matches the given query."}, status=404)
    with pytest.raises(NotFound):
        aap.request("GET", HOST + "/api/v2/hosts/4/")


@pytest.mark.parametrize(
    "path", ["https://evil.example.com/api/v2/hosts/", "hosts/\n", "hosts/#x", "ho sts/"]
)
def test_a_request_goes_nowhere_else(world: World, aap: Controller, path: str) -> None:
    before = len(world.http.request_history)
    with pytest.raises(InvalidInput):
        aap.request("GET", path)
    assert len(world.http.request_history) == before


def test_metrics_are_read_by_name_and_label() -> None:
    text = (
        "# HELP awx_hosts_total Number of hosts\n# TYPE awx_hosts_total gauge\nawx_hosts_total 6.0\n"
        'awx_status_total{status="failed",why="a \\"b\\",c\\\\"} 2\nawx_status_total{status="ok"} NaN 1700000000\n'
        "broken line here {\nawx_x{} +Inf\n"
    )
    found = metrics.parse_metrics(text)
    assert found["awx_hosts_total"] == [metrics.Sample({}, 6.0)]
    assert found["awx_status_total"][0] == metrics.Sample({"status": "failed", "why": 'a "b",c\\'}, 2.0)
    assert found["awx_status_total"][1].labels == {"status": "ok"}
    assert set(found) == {"awx_hosts_total", "awx_status_total", "awx_x"}
