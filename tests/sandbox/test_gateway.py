"""The platform gateway in front of the controller, in the versions that differ."""

from collections.abc import Iterator

import pytest

import sandbox
from sandbox import Sandbox
from tests.sandbox.client import Client, client_of
from tests.sandbox.jobs import LOCKED

pytestmark = pytest.mark.sandbox
TOKENS = "/api/gateway/v1/tokens/"


@pytest.fixture(scope="module")
def newest() -> Iterator[Sandbox]:
    with sandbox.start(layout="gateway27", queue_delay=5) as box:
        yield box


@pytest.fixture
def anonymous(gateway: Sandbox) -> Client:
    return Client(gateway, None)


@pytest.fixture
def bot(gateway: Sandbox) -> Client:
    return client_of(gateway)


def by_password(box: Sandbox, user: str = "ci-bot") -> Client:
    client = Client(box, None)
    client.session.auth = (user, f"{user}-password")
    return client


def test_the_root_lists_the_services(anonymous: Client) -> None:
    response = anonymous.send("GET", "/api/")
    apis = {"gateway": "/api/gateway/", "controller": "/api/controller/"}
    assert response.json() == {"description": "AAP gateway REST API", "apis": apis}
    assert "csrftoken" in response.cookies
    assert response.headers["Server"] == "envoy"


def test_the_controller_of_old_is_not_there(bot: Client) -> None:
    for path in ("/api/v2/ping/", "/api/controller", "/api/eda/", "/api/v2/job_templates/24/launch/"):
        response = bot.send("GET", path)
        assert response.status_code == 404, path
        assert response.headers["Content-Type"].startswith("text/html")
        assert not [name for name in response.headers if name.lower().startswith("x-api")]


def test_a_launch_follows_the_layout(bot: Client) -> None:
    response = bot.post(f"job_templates/{LOCKED}/launch/")
    job = response.json()
    assert response.headers["Location"] == job["url"] == f"/api/controller/v2/jobs/{job['id']}/"
    bot.post(f"jobs/{job['id']}/cancel/")


def test_a_token_is_made_used_and_revoked(gateway: Sandbox) -> None:
    owner = by_password(gateway)
    made = owner.send("POST", TOKENS, json={"description": "test", "scope": "write"})
    assert made.status_code == 201
    token = made.json()
    user = Client(gateway, f"Bearer {token['token']}")
    assert user.get("me/")["results"][0]["username"] == "ci-bot"
    assert user.send("GET", token["url"]).json()["token"] == "$encrypted$"
    assert user.send("DELETE", token["url"]).status_code == 204
    assert user.send("GET", "/api/gateway/v1/me/").status_code == 401


def test_who_may_not_make_tokens_is_told(gateway: Sandbox) -> None:
    assert Client(gateway, None).send("POST", TOKENS, json={}).status_code == 401
    bad_scope = by_password(gateway).send("POST", TOKENS, json={"scope": "admin"})
    assert bad_scope.status_code == 400
    assert "scope" in bad_scope.json()
    external = by_password(gateway, "sso-user").send("POST", TOKENS, json={})
    assert external.status_code == 403
    assert "external authentication provider" in external.json()["detail"]


def test_ids_differ_between_gateway_and_controller(bot: Client) -> None:
    here = bot.send("GET", "/api/gateway/v1/me/").json()["results"][0]
    there = bot.get("me/")["results"][0]
    assert here["id"] != there["id"]
    assert here["summary_fields"]["resource"] == there["summary_fields"]["resource"]


def test_each_side_has_its_own_words_for_a_wrong_credential(gateway: Sandbox) -> None:
    stranger = Client(gateway, "Bearer nobody-knows")
    at_gateway = stranger.send("GET", "/api/gateway/v1/me/")
    assert at_gateway.json() == {"detail": "Authentication credentials were not provided."}
    assert at_gateway.headers["WWW-Authenticate"] == "Bearer realm=api authorization_url=/o/authorize/"
    at_controller = stranger.send("GET", "/api/controller/v2/me/")
    assert "To establish a login session" in at_controller.json()["detail"]


def test_the_proxy_itself_refuses_a_read_token_that_wants_to_write(gateway: Sandbox) -> None:
    reader = Client(gateway, "Bearer ci-bot-read-token")
    path = f"/api/controller/v2/job_templates/{LOCKED}/launch/"
    refused = reader.send("POST", path, json={})
    words = "Your token has insufficient scope to perform this action"
    assert (refused.status_code, refused.json()) == (403, {"details": words})
    assert "X-API-Node" not in refused.headers
    as_text = reader.send("POST", path, json={}, headers={"Accept": "*/*;q=0.1, text/plain"})
    assert as_text.status_code == 403
    assert reader.send("GET", path).status_code == 200


def test_an_older_gateway_lets_a_read_token_launch() -> None:
    with sandbox.start(layout="gateway25", queue_delay=5, read_token_may_launch=True) as box:
        assert (
            Client(box, "Bearer ci-bot-read-token").post(f"job_templates/{LOCKED}/launch/").status_code == 201
        )
        assert "version" not in Client(box, None).send("GET", "/api/gateway/v1/ping/").json()


def test_the_newest_platform_has_no_controller_tokens(newest: Sandbox) -> None:
    client = by_password(newest)
    assert client.send("POST", "/api/controller/v2/tokens/", json={}).status_code == 404
    assert "tokens" not in client.get("")
    assert client.send("POST", TOKENS, json={"scope": "roles"}).status_code == 201
    assert client.send("GET", "/api/gateway/v1/ping/").json()["version"] == "2.7"
