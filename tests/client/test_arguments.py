"""Python's arguments of every odd type: a refusal in words, never a fault out of our code."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from requests_mock import ANY

from aap_launcher import Controller, InvalidInput
from aap_launcher.client import script_ports
from aap_launcher.errors import LauncherError
from tests.client.conftest import Desk
from tests.controller.conftest import HOST, World

ODD: list[Any] = [
    True, 0, -1, 1.5, float("nan"), float("inf"), 10**30, "", "a\0b", "\ud800", "\udcff", b"x", [], [1], ["x"],
    {}, {"id": 1}, {"id": "x"}, {1}, object(), Path("x"), ("a", "b", "c"), "x" * 6000, range(2), lambda: 1,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World) -> None:
    """No profile, and a controller that has nothing but what a test adds."""
    world.http.register_uri(ANY, ANY, status_code=404, json={"detail": "Not found."})
    monkeypatch.setattr(script_ports, "script_environment", lambda: {"HOME": str(tmp_path)})


def quiet(call: Callable[[], Any]) -> None:
    """Whatever comes is ours: a result, or a refusal in words."""
    with suppress(LauncherError):
        found = call()
        if hasattr(found, "__next__"):
            list(found)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
def test_no_argument_breaks_a_resource(aap: Desk, odd: Any) -> None:
    aap.lists("hosts/")
    aap.lists("inventories/")
    aap.lists("groups/")
    hosts, groups = aap["hosts"], aap["groups"]
    for call in (
        lambda: aap[odd],
        lambda: hosts.list(odd),
        lambda: hosts.list(name=odd, id__in=odd, inventory=odd, enabled=odd, created__gt=odd),
        lambda: hosts.list(search=odd),
        lambda: hosts.list(order_by=odd),
        lambda: hosts.list(at_most=odd),
        lambda: hosts.related("x", "groups", at_most=odd),
        lambda: hosts.related(1, odd),
        lambda: hosts.act(1, odd),
        lambda: hosts.planned_create(name=odd, inventory=odd, enabled=odd, variables=odd),
        lambda: hosts.create(name="x", inventory="y", if_absent=odd),
        lambda: hosts.delete("x", missing_ok=odd),
        lambda: hosts.delete("x", wait=odd),
        lambda: groups.attach(1, odd, 1),
        lambda: groups.detach(1, odd, 1),
        lambda: groups.detach("x", "hosts", 1, deletes=odd),
    ):
        quiet(call)
    if not isinstance(odd, int | str | dict):
        quiet(lambda: hosts.one(odd))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
def test_no_argument_breaks_a_controller(world: World, odd: Any) -> None:
    world.awx()
    with Controller(HOST, token="t0ken") as aap:
        for name in ("method", "path", "params"):
            given = {"method": "GET", "path": "me/", "params": (), name: odd}
            if not isinstance(odd, str):
                quiet(partial(aap.request, given["method"], given["path"], params=given["params"]))
        for call in (lambda: aap[odd], lambda: aap.settings.fields(odd)):
            if not isinstance(odd, str):
                quiet(call)
    for name in ("token", "username", "profile", "verify", "cert", "timeout", "outage_tolerance"):
        quiet(partial(Controller, HOST, **{"token": "t0ken", name: odd}))


def test_a_password_that_no_header_can_hold_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Unicode"):
        Controller(HOST, username="ana", password="\ud800")


@pytest.mark.parametrize("odd", [0, 1, "", b"/ca.pem", ["/ca.pem"]])
def test_a_verify_that_is_neither_switch_nor_path_is_not_ignored(odd: Any) -> None:
    with pytest.raises(InvalidInput, match="verify"):
        Controller(HOST, token="t0ken", verify=odd)


def test_a_secret_of_the_wrong_type_is_not_shown() -> None:
    with pytest.raises(InvalidInput) as refused:
        Controller(HOST, token=b"hunter2")  # type: ignore[arg-type]
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("word", ["false", "no", 0, 1, None])
def test_only_true_and_false_are_switches(aap: Desk, word: Any) -> None:
    for call in (
        lambda: aap["inventories"].detach(1, "hosts", 5, deletes=word),
        lambda: aap["hosts"].delete(5, missing_ok=word),
        lambda: aap["hosts"].create(name="x", inventory=1, if_absent=word),
    ):
        with pytest.raises(InvalidInput, match="neither True nor False"):
            call()
    assert aap.sent() == []


def test_a_row_that_is_no_object_is_not_taken_for_absence(aap: Desk) -> None:
    aap.lists("hosts/", ["x", None])
    with pytest.raises(LauncherError, match="no object"):
        list(aap["hosts"].list())


def test_a_name_with_a_line_break_stays_on_its_line_among_candidates(aap: Desk) -> None:
    row = {"type": "host", "url": "/api/v2/hosts/1/", "name": "a\r\n::error::b", "summary_fields": {}}
    aap.lists("hosts/", [{**row, "id": 1}, {**row, "id": 2}])
    with pytest.raises(LauncherError) as several:
        aap["hosts"].one("a")
    assert [line for line in str(several.value).splitlines() if line.startswith("::")] == []


@pytest.mark.parametrize("order", ["name,,id", "name,", ["name", " "]])
def test_an_order_with_a_hole_is_refused(aap: Desk, order: Any) -> None:
    with pytest.raises(InvalidInput, match="order_by"):
        aap["hosts"].list(order_by=order)
    assert aap.asked("GET") == []
