"""The shapes in which a controller says no (each recorded from AWX 24.6.1): field and words of every one are told."""

from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.errors import Refused
from tests.client.conftest import Desk

SHAPES: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"name": ["This field may not be blank."]}, [("name", "This field may not be blank.")]),
    (
        {"name": ["is blank", "is odd"], "kind": ["is new"]},
        [("name", "is blank"), ("name", "is odd"), ("kind", "is new")],
    ),
    (
        {"__all__": ["Team with this Organization and Name already exists."]},
        [("", "Team with this Organization and Name")],
    ),
    ({"detail": "JSON parse error"}, [("", "JSON parse error")]),
    ({"detail": ["Missing 'user', 'team', or 'organization'."]}, [("", "Missing 'user'")]),
    ({"msg": '"id" field must be an integer.'}, [("", '"id" field must be an integer.')]),
    ({"error": "Cyclical Group association."}, [("", "Cyclical Group association.")]),
    ({"error": ["Cannot change a constructed source."]}, [("", "Cannot change")]),
    ({"Error": "Multiple parent relationship not allowed."}, [("", "Multiple parent")]),
    (
        {"ERROR": ["Number of hosts exceeds system setting"], "BULK_HOST_MAX_DELETE": ["250"]},
        [("", "Number of hosts"), ("BULK_HOST_MAX_DELETE", "250")],
    ),
    (
        {"inputs": {"ssh_key_unlock": ["must be set when SSH key is encrypted."]}},
        [("inputs.ssh_key_unlock", "must be set")],
    ),
    ({"metadata": {"secret_path": ["required"]}}, [("metadata.secret_path", "required")]),
    (
        {"inventory": {"detail": "Cannot create Host for Smart Inventory"}},
        [("inventory", "Cannot create Host")],
    ),
    ({"hosts": {"0": {"variables": ["Cannot parse"]}}}, [("hosts.0.variables", "Cannot parse")]),
    ({"inputs": "connection refused"}, [("inputs", "connection refused")]),
    ({"user": "Provide exactly one of user or user_ansible_id"}, [("user", "Provide exactly one")]),
    (
        ["Assigning organization member permission to teams is not allowed"],
        [("", "Assigning organization member")],
    ),
    ("just words", [("", "just words")]),
    ({}, []),
]


@pytest.mark.parametrize(("content", "told"), SHAPES, ids=[str(content)[:40] for content, _ in SHAPES])
def test_every_shape_of_a_400_is_read(aap: Desk, content: Any, told: list[tuple[str, str]]) -> None:
    aap.world.json("POST", "/api/v2/teams/", content, status=400)
    with pytest.raises(Refused) as raised:
        aap["teams"].create(name="Operators", organization=4)
    found = [(one.field, one.fault) for one in raised.value.problems]
    assert [name for name, _ in found] == [name for name, _ in told]
    assert all(words in fault for (_, words), (_, fault) in zip(told, found, strict=True))
    text = str(raised.value)
    assert text.startswith('team "Operators": refused by the controller (400): ')
    assert all(text.count(words) == 1 for _, words in told)
    assert raised.value.content == content


def test_messages_are_asked_for_in_english(aap: Desk) -> None:
    aap.lists("teams/", [])
    list(aap["teams"].list())
    assert aap.world.http.last_request.headers["Accept-Language"] == "en"


def test_an_error_of_a_list_of_hosts_is_told_as_any_other(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/hosts/", {"error": "Host has no field named 'x'"}, status=400)
    with pytest.raises(
        Refused, match=r"the list hosts: refused by the controller \(400\): Host has no field"
    ):
        list(aap["hosts"].list("job_host_summaries__x=1"))


def test_an_outage_in_the_middle_of_a_list_is_outlived_and_nothing_comes_twice(aap: Desk) -> None:
    rows = [{"id": one, "type": "host", "name": f"h{one}"} for one in range(1, 401)]
    down = {"status_code": 502, "text": "<h1>Bad Gateway</h1>", "headers": {"Content-Type": "text/html"}}
    html = {"status_code": 200, "text": "<h1>Log in</h1>", "headers": {"Content-Type": "text/html"}}
    good = {"Content-Type": "application/json"}
    first = {"json": {"count": 400, "next": "/x", "results": rows[:200]}, "headers": good}
    last = {"json": {"count": 400, "next": None, "results": rows[200:]}, "headers": good}
    aap.world.answers("GET", "/api/v2/hosts/", down, first, down, html, down, last)
    assert [one.id for one in aap["hosts"].list()] == list(range(1, 401))


def test_a_next_link_to_another_host_is_never_followed(aap: Desk) -> None:
    rows = [{"id": 1, "type": "host", "name": "h"}]
    evil = {"count": 2, "next": "https://evil.example.com/api/v2/hosts/?page=2", "results": rows}
    aap.world.json("GET", "/api/v2/hosts/", evil, {"count": 2, "next": None, "results": []})
    assert len(list(aap["hosts"].list())) == 1
    assert {request.hostname for request in aap.world.http.request_history} == {"aap.example.com"}
