"""Every product that the launcher may meet: AWX, AAP 2.4, the gateway of AAP 2.5 to 2.7, below a sub-path too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sandbox
from tests.e2e.conftest import Bench, Ended, Launcher
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox

OLD_LINK, NEW_LINK = "/#/jobs/playbook/{job}/output", "/execution/jobs/playbook/{job}/output"
PASSWORD = {"token": "", "username": "ci-bot", "password": "ci-bot-password"}


@dataclass
class Seen:
    """One launch on a controller of its own, and what it left there."""

    ended: Ended
    url: str
    requests: list[dict[str, Any]]
    tokens_left: set[int]

    def asked(self, method: str, ending: str) -> list[str]:
        return [
            one["path"] for one in self.requests if one["method"] == method and one["path"].endswith(ending)
        ]


def launch(folder: Path, settings: dict[str, Any], **inputs: str) -> Seen:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS, **settings) as box:
        bench = Bench(box)
        before = bench.tokens()
        ended = Launcher(box, folder).launch("Locked", **inputs)
        return Seen(ended, box.url, bench.requests(), bench.tokens() - before)


LAYOUTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "awx": ({"layout": "awx"}, "AWX 24.6.1", OLD_LINK),
    "aap24": ({"layout": "aap24"}, "AAP 2.4 (controller 4.5", OLD_LINK),
    "gateway25": ({"layout": "gateway25"}, "AAP 2.5 (controller 4.6", NEW_LINK),
    "gateway26 below a sub-path": (
        {"layout": "gateway26", "prefix": "/some/sub/path"},
        "AAP 2.6 (controller 4.7",
        NEW_LINK,
    ),
    "gateway27": ({"layout": "gateway27"}, "AAP 2.7 (controller 4.8", NEW_LINK),
}


@pytest.fixture(scope="module", params=LAYOUTS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, str, str]:
    """With user name and password, so that a token is made on each of them."""
    settings, product, link = LAYOUTS[request.param]
    return launch(tmp_path_factory.mktemp("layout"), settings, **PASSWORD), product, link


def test_a_job_is_launched_and_followed_on(seen: tuple[Seen, str, str]) -> None:
    found, product, _ = seen
    found.ended.ends(0, "successful", "successful", events="complete")
    assert product in found.ended.words


def test_the_link_opens_the_job_in_the_right_user_interface_of(seen: tuple[Seen, str, str]) -> None:
    found, _, link = seen
    assert found.ended.outputs["job_url"] == found.url + link.format(job=found.ended.job)


def test_a_token_is_made_for_the_run_and_revoked_at_its_end_on(seen: tuple[Seen, str, str]) -> None:
    found, _, _ = seen
    assert len(found.asked("POST", "/tokens/")) == 1
    assert len([one for one in found.requests if one["method"] == "DELETE"]) == 1
    assert found.tokens_left == set()
    assert "ci-bot-password" not in found.ended.without_masks


def test_an_awx_below_a_sub_path_is_followed_by_its_page_or_api_address(tmp_path: Path) -> None:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS, prefix="/tower") as box:
        launcher = Launcher(box, tmp_path)
        for url in (f"{box.url}/", f"{box.url}/api/v2/", f"{box.url}/#/templates"):
            ended = launcher.launch("Locked", url=url, dry_run="true")
            ended.ends(0, "checked", job_id="")
            assert f"AWX 24.6.1 at {box.url} " in ended.words


def test_an_old_controller_that_knows_no_limit_parameter_is_followed_all_the_same(tmp_path: Path) -> None:
    found = launch(tmp_path, {"limit_parameter": False})
    found.ended.ends(0, "successful", "successful", events="complete")
    queries = [one["query"] for one in found.requests if one["path"].endswith("/job_events/")]
    assert sum("&limit=" in query for query in queries) == 1, "asked once, then by pages"


@pytest.mark.parametrize(
    ("settings", "login"),
    [
        ({"token_creation": False}, PASSWORD),
        ({}, {"token": "", "username": "sso-user", "password": "sso-user-password"}),
    ],
    ids=["tokens are off", "a user of an identity provider"],
)
def test_where_no_token_can_be_made_the_password_itself_is_used(
    tmp_path: Path, settings: dict[str, Any], login: dict[str, str]
) -> None:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS, **settings) as box:
        ended = Launcher(box, tmp_path).launch("Locked", **login, dry_run="true")
        assert Bench(box).changes() == ["POST /api/v2/tokens/"]
    assert "no token could be made" in ended.words
    assert "user name and password are sent with each request" in ended.words
    assert login["password"] not in ended.without_masks


def test_a_gateway_given_by_its_old_api_address_says_what_to_write(tmp_path: Path) -> None:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS, layout="gateway26") as box:
        ended = Launcher(box, tmp_path).launch("Locked", url=f"{box.url}/api/v2")
    ended.ends(2, "invalid", job_id="")
    assert f"Use the platform's URL: {box.url}" in ended.words
