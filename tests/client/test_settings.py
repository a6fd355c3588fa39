"""Settings: a PATCH drops unknown and read-only keys with 200; here they are refused."""

from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.client.settings import Settings
from aap_launcher.errors import InvalidInput, NotFound, Refused
from tests.client.conftest import Desk, problems

UI = {
    "CUSTOM_LOGIN_INFO": "",
    "MAX_UI_JOB_EVENTS": 4000,
    "UI_LIVE_UPDATES_ENABLED": True,
    "INSTALL_UUID": "x",
}
TAKEN = {
    "CUSTOM_LOGIN_INFO": {"type": "string"},
    "MAX_UI_JOB_EVENTS": {"type": "integer", "min_value": 100},
    "UI_LIVE_UPDATES_ENABLED": {"type": "boolean"},
}


@pytest.fixture
def ui(aap: Desk) -> Settings:
    shown = {name: {"type": "string"} for name in UI}
    aap.world.json("OPTIONS", "/api/v2/settings/ui/", {"actions": {"GET": shown, "PUT": TAKEN}})
    aap.world.json("GET", "/api/v2/settings/ui/", UI)
    return Settings(aap.requests)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"MAX_FORKS": 7}, "is no setting of"),
        ({"CUSTOM_LOGIN_INF": "x"}, 'Did you mean "CUSTOM_LOGIN_INFO"'),
        ({"INSTALL_UUID": "y"}, "is read-only"),
        ({"MAX_UI_JOB_EVENTS": "many"}, "no whole number"),
        ({"MAX_UI_JOB_EVENTS": 5}, "at least 100"),
        ({"UI_LIVE_UPDATES_ENABLED": "no"}, "neither true nor false"),
    ],
)
def test_what_would_be_dropped_is_refused(aap: Desk, ui: Settings, given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        ui.update("ui", **given)
    assert told in " ".join(problems(raised.value).values())
    assert "PATCH" not in {request.method for request in aap.world.http.request_history}


def test_only_what_is_other_than_now_is_written_and_it_is_read_back(aap: Desk, ui: Settings) -> None:
    patched = aap.world.json("PATCH", "/api/v2/settings/ui/", {})
    assert ui.update("ui", UI_LIVE_UPDATES_ENABLED=True) == UI
    assert not patched.called
    aap.world.json("GET", "/api/v2/settings/ui/", UI, {**UI, "CUSTOM_LOGIN_INFO": "hello"})
    assert (
        ui.update("ui", CUSTOM_LOGIN_INFO="hello", UI_LIVE_UPDATES_ENABLED=True)["CUSTOM_LOGIN_INFO"]
        == "hello"
    )
    assert patched.last_request.json() == {"CUSTOM_LOGIN_INFO": "hello"}
    aap.world.json("GET", "/api/v2/settings/ui/", UI)
    with pytest.raises(Refused, match="not as asked"):
        ui.update("ui", CUSTOM_LOGIN_INFO="hello")


def test_an_unknown_category_names_the_near_miss(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/settings/job/", {"detail": "Not found."}, status=404)
    aap.world.json("GET", "/api/v2/settings/", {"results": [{"slug": "jobs", "name": "Jobs"}]})
    with pytest.raises(NotFound, match='Did you mean "jobs"'):
        Settings(aap.requests).one("job")
    with pytest.raises(InvalidInput, match="no category"):
        Settings(aap.requests).one("../users")
    assert [one["slug"] for one in Settings(aap.requests).list()] == ["jobs"]
