from __future__ import annotations

import base64
from typing import Any

import pytest
import requests

from aap_launcher.errors import Forbidden, Unauthorized
from tests.controller.conftest import HEADERS, World, job_row

LOGIN = {"token": "", "username": "ci", "password": "pä55:word"}
BASIC = "Basic " + base64.b64encode("ci:pä55:word".encode()).decode()
MINTED = {"id": 7, "token": "m1nted", "scope": "write", "expires": "2027-01-01T00:00:00Z"}
TOKENS = "/api/v2/tokens/"


def test_a_token_is_made_from_user_name_and_password_used_and_revoked(world: World) -> None:
    world.awx()
    made = world.json("POST", TOKENS, MINTED, status=201)
    gone = world.json("DELETE", TOKENS + "7/", status=204)
    controller = world.connect(**LOGIN)
    assert made.last_request.headers["Authorization"] == BASIC
    assert made.last_request.json() == {"description": "aap-launcher/0.1.0", "scope": "write"}
    assert world.masked == ["m1nted"]
    controller.greet()
    assert world.http.request_history[-1].headers["Authorization"] == "Bearer m1nted"
    controller.close()
    controller.close()
    assert gone.call_count == 1
    assert gone.last_request.headers["Authorization"] == "Bearer m1nted"
    assert not any("m1nted" in line for line in world.traced)


def test_behind_a_gateway_the_token_is_made_and_revoked_there(world: World) -> None:
    world.gateway()
    made = world.json("POST", "/api/gateway/v1/tokens/", MINTED, status=201)
    gone = world.json("DELETE", "/api/gateway/v1/tokens/7/", status=204)
    world.connect(**LOGIN).close()
    assert (made.call_count, gone.call_count) == (1, 1)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 502])
def test_where_no_token_is_made_user_name_and_password_serve(world: World, status: int) -> None:
    world.awx()
    world.json("POST", TOKENS, {"detail": "OAuth2 Tokens cannot be created by external users"}, status=status)
    world.connect(**LOGIN).close()
    assert world.http.request_history[-1].headers["Authorization"] == BASIC
    assert "user name and password are sent with each request" in world.words
    assert "DELETE" not in [request.method for request in world.http.request_history]


def test_a_wrong_password_is_refused_at_once(world: World) -> None:
    world.awx()
    world.json("POST", TOKENS, {"detail": "Invalid username/password."}, status=401)
    with pytest.raises(Unauthorized, match="User name or password were not accepted") as raised:
        world.connect(**LOGIN)
    assert "pä55" not in str(raised.value)


@pytest.mark.parametrize(
    "gone", [{"status_code": 500}, {"exc": requests.ConnectionError}, {"exc": requests.ReadTimeout}]
)
def test_a_token_that_cannot_be_revoked_is_told_and_does_no_harm(
    world: World, gone: dict[str, object]
) -> None:
    world.awx()
    world.json("POST", TOKENS, MINTED, status=201)
    world.answers("DELETE", TOKENS + "7/", gone)
    world.connect(**LOGIN).close()
    assert "/api/v2/tokens/7/ could not be revoked" in world.words


def test_a_token_that_dies_is_made_anew_once(world: World) -> None:
    world.awx()
    world.json("POST", TOKENS, MINTED, {**MINTED, "id": 8, "token": "second"}, status=201)
    world.json("DELETE", TOKENS + "7/", status=401)
    world.json("DELETE", TOKENS + "8/", status=204)
    controller = world.connect(**LOGIN)

    def only_the_second(request: Any, context: Any) -> Any:
        context.status_code = 200 if request.headers["Authorization"] == "Bearer second" else 401
        return job_row(elapsed=3)

    world.answers("GET", "/api/v2/jobs/5/", {"json": only_the_second, "headers": HEADERS})
    assert controller.find_job("jobs/5").elapsed == 3
    assert world.masked == ["m1nted", "second"]
    assert world.http.request_history[-1].headers["Authorization"] == "Bearer second"
    controller.close()
    assert "could not be revoked" not in world.words


def test_a_token_that_was_refused_is_revoked_all_the_same(world: World) -> None:
    world.awx()
    world.json("POST", TOKENS, MINTED, status=201)
    gone = world.json("DELETE", TOKENS + "7/", status=204)
    world.json("GET", "/api/v2/me/", {"detail": "no"}, status=403)
    controller = world.connect(**LOGIN)
    with pytest.raises(Forbidden, match="may not see it"):
        controller.greet()
    controller.close()
    assert gone.call_count == 1


@pytest.mark.parametrize("value", ["m1\r\nX-Evil: 1", "m\u20ac", "", "m1nted ", ["m1nted"]])
def test_a_made_token_that_no_header_can_hold_is_none(world: World, value: Any) -> None:
    """It was an outage of five minutes."""
    world.awx()
    world.json("POST", TOKENS, MINTED | {"token": value}, status=201)
    world.connect(**LOGIN).close()
    assert world.http.request_history[-1].headers["Authorization"] == BASIC
    assert "no token could be made" in world.words
