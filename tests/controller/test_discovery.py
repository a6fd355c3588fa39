from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.errors import InvalidInput, Unreachable
from aap_launcher.models.platform import Platform
from tests.controller.conftest import AWX_ROOT, CONTROLLER_ROOT, GATEWAY_ROOT, HEADERS, HOST, ME, World


def test_awx_is_found_where_its_root_says(world: World) -> None:
    world.awx()
    controller = world.connect()
    assert controller.platform == Platform("/api/v2/", gateway=False, ui=HOST)
    assert controller.describe() == "AWX 24.6.1"


def test_whose_credential_it_is_is_asked_for_once_and_only_when_it_matters(world: World) -> None:
    world.awx()
    controller = world.connect()
    assert world.paths() == ["/api/"]
    assert [controller.user_id(), controller.user_id()] == [2, 2]
    assert world.paths() == ["/api/", "/api/v2/me/"]


def test_the_gateway_leads_to_the_controller(world: World) -> None:
    world.gateway()
    assert world.connect().platform == Platform("/api/controller/v2/", gateway=True, ui=HOST)
    assert world.paths() == ["/api/", "/api/controller/"]


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("4.5.2", "AAP 2.4 (controller 4.5.2)"),
        ("4.7.3", "AAP 2.6 (controller 4.7.3)"),
        ("5.1", "AAP (controller 5.1)"),
    ],
)
def test_a_licensed_controller_is_called_by_its_platform(world: World, version: str, words: str) -> None:
    world.json("GET", "/api/", GATEWAY_ROOT)
    world.json("GET", "/api/controller/", CONTROLLER_ROOT)
    product: dict[str, Any] = {
        "X-API-Product-Name": "Red Hat Ansible Automation Platform",
        "X-API-Product-Version": version,
    }
    world.json("GET", "/api/controller/v2/me/", ME, **product)
    controller = world.connect()
    controller.greet()
    assert controller.describe() == words


def test_the_credential_is_not_sent_before_the_api_is_known(world: World) -> None:
    world.gateway()
    world.connect().greet()
    sent = [request.headers.get("Authorization") for request in world.http.request_history]
    assert sent == [None, None, "Bearer t0ken"]


def test_an_installation_below_a_sub_path_keeps_it_although_its_proxy_strips_it(world: World) -> None:
    world.json("GET", "/ansible/api/", AWX_ROOT)
    world.json("GET", "/ansible/api/v2/me/", ME)
    platform = world.connect(HOST + "/ansible/").platform
    assert platform == Platform("/ansible/api/v2/", gateway=False, ui=HOST + "/ansible")


def test_an_absolute_current_version_does_not_lead_to_another_host(world: World) -> None:
    world.json("GET", "/api/", GATEWAY_ROOT)
    world.json("GET", "/api/controller/", {"current_version": "http://10.0.0.5:8080/api/controller/v2/"})
    world.json("GET", "/api/controller/v2/me/", ME)
    assert world.connect().platform.api == "/api/controller/v2/"


def test_an_api_root_that_was_given_wins(world: World) -> None:
    world.json("GET", "/api/", AWX_ROOT)
    world.json("GET", "/api/controller/v2/", {"ping": "/api/controller/v2/ping/"})
    world.json("GET", "/api/controller/v2/me/", ME)
    platform = world.connect(HOST + "/api/controller/v2/").platform
    assert platform == Platform("/api/controller/v2/", gateway=True, ui=HOST)


def test_a_pasted_controller_root_is_followed_to_its_version(world: World) -> None:
    world.gateway()
    assert world.connect(HOST + "/api/controller/").platform.api == "/api/controller/v2/"


def test_the_old_api_root_on_a_gateway_is_explained(world: World) -> None:
    world.json("GET", "/api/", GATEWAY_ROOT)
    world.answers("GET", "/api/v2/", {"text": "<h1>Not Found</h1>", "status_code": 404})
    with pytest.raises(InvalidInput, match=r"this is AAP 2[.]5 or later") as raised:
        world.connect(HOST + "/api/v2/")
    assert f"Use the platform's URL: {HOST}" in str(raised.value)


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "<!doctype html><title>Jenkins</title>", "headers": {"Content-Type": "text/html"}},
        {"json": {"hello": "world"}, "headers": HEADERS},
        {"json": ["a"], "headers": HEADERS},
        {"text": "{", "headers": HEADERS},
        {"text": "Not here", "status_code": 404},
        {"text": "", "status_code": 403},
        {"json": {"detail": "log in"}, "status_code": 401, "headers": HEADERS},
    ],
)
def test_what_is_not_a_controller_is_said_to_be_none(world: World, answer: dict[str, object]) -> None:
    world.answers("GET", "/api/", answer)
    with pytest.raises(InvalidInput, match="is not an AWX or AAP API"):
        world.connect()
    assert world.clock.slept == []


def test_a_gateway_without_controller_is_said_to_be_one(world: World) -> None:
    world.json("GET", "/api/", {"apis": {"gateway": "/api/gateway/", "eda": "/api/eda/"}})
    with pytest.raises(InvalidInput, match="gateway without a controller"):
        world.connect()


def test_http_that_redirects_to_https_is_refused_before_the_credential_is_sent(world: World) -> None:
    location = {"Location": "https://aap.example.com/api/"}
    world.http.get("http://aap.example.com/api/", status_code=301, headers=location)
    with pytest.raises(InvalidInput, match=r"Write https://aap\.example\.com:"):
        world.connect("http://aap.example.com")
    assert len(world.http.request_history) == 1
    assert "Authorization" not in world.http.request_history[0].headers


def test_a_log_in_portal_in_front_is_not_followed(world: World) -> None:
    location = {"Location": "https://sso.example/auth?state=s3cret"}
    world.answers("GET", "/api/", {"status_code": 302, "headers": location})
    with pytest.raises(InvalidInput, match=r"redirects to https://sso.example,") as raised:
        world.connect()
    assert "s3cret" not in str(raised.value)


def test_a_controller_that_is_being_migrated_is_waited_for(world: World) -> None:
    moving = {"status_code": 302, "headers": {"Location": "/migrations_notran/"}}
    world.answers("GET", "/api/", moving, moving, {"json": AWX_ROOT, "headers": HEADERS})
    world.json("GET", "/api/v2/me/", ME)
    world.connect()
    assert "being migrated" in world.words


def test_no_cookie_is_kept(world: World) -> None:
    cookie: dict[str, Any] = {"Set-Cookie": "csrftoken=abc; Path=/"}
    world.json("GET", "/api/", GATEWAY_ROOT, **cookie)
    world.json("GET", "/api/controller/", CONTROLLER_ROOT)
    world.json("GET", "/api/controller/v2/me/", ME)
    world.connect()
    assert all("Cookie" not in request.headers for request in world.http.request_history)


def test_plain_http_is_warned_of(world: World) -> None:
    world.host = "http://aap.internal"
    world.awx()
    world.connect("http://aap.internal")
    assert "url is http" in world.words


def test_plain_http_within_this_machine_is_not(world: World) -> None:
    world.host = "http://localhost:8052"
    world.awx()
    world.connect("http://localhost:8052")
    assert world.told == []


def test_verification_that_is_off_is_warned_of_each_time(world: World) -> None:
    world.awx()
    world.connect(verify_tls=False)
    assert world.told[0].warning
    assert "verify_tls is off" in world.words


def test_an_answer_that_is_not_the_controllers_is_waited_through_and_then_shown(world: World) -> None:
    world.json("GET", "/api/", AWX_ROOT)
    world.answers(
        "GET", "/api/v2/me/", {"text": "<b>Be right back</b>", "headers": {"Content-Type": "text/html"}}
    )
    with pytest.raises(Unreachable, match="Be right back"):
        world.connect(outage_tolerance=20).greet()
