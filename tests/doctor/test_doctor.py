"""`aap-launcher doctor` as a process: what is wrong is named, with what to do, and nothing is launched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

import sandbox
from sandbox import Sandbox, faults
from sandbox.faults import Rule
from sandbox.faults import gateway as answers
from tests import warm

pytestmark = pytest.mark.sandbox
OURS, THEIRS = faults.Authority(), faults.Authority()


@dataclass(frozen=True)
class Seen:
    """Exit code, and each check by its name: (state, text, advice)."""

    code: int
    checks: dict[str, tuple[str, str, str]]

    def __getitem__(self, name: str) -> tuple[str, str, str]:
        return self.checks[name]

    def says(self, name: str, state: str, *words: str) -> bool:
        found, text, advice = self.checks[name]
        return found == state and all(word in f"{text} {advice}" for word in words)


def doctor(url: str, *arguments: str, token: str = "ci-bot-token", **environ: str) -> Seen:
    done = warm.run("doctor", "--json", *arguments, env={"AAP_URL": url, "AAP_TOKEN": token} | environ)
    assert token not in done.stdout + done.stderr
    rows = json.loads(done.stdout)
    return Seen(done.returncode, {row["name"]: (row["state"], row["text"], row["advice"]) for row in rows})


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(layout=request.param, speed=10) as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Sandbox]:
    with sandbox.start(layout="gateway26", speed=10) as running:
        yield running


def test_all_is_well_and_nothing_is_launched(box: Sandbox) -> None:
    seen = doctor(box.url, "Deploy shop", "--limit", "web", "-e", "app_version=2.4.1")
    assert seen.code == 0
    assert {state for state, _, _ in seen.checks.values()} <= {"ok", "not known"}
    assert seen.says("user", "ok", "ci-bot (token)")
    assert seen.says("permission", "ok", "may launch it")
    assert seen.says("inputs", "ok", "limit=web", "app_version=2.4.1")
    assert seen.says("project", "ok", "Shop playbooks")
    assert requests.get(f"{box.control}/jobs/", timeout=10).json() == []


def test_where_each_input_came_from_is_told(box: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "aap-launcher"
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text(f'[profile.test]\nurl = "{box.url}"\ntoken = "ci-bot-token"\n', encoding="utf-8")
    config.chmod(0o600)
    around = {"XDG_CONFIG_HOME": str(tmp_path), "AAP_PROFILE": "test", "AAP_LIMIT": "web"}
    done = warm.run("doctor", "Deploy shop", "--json", env=around)
    assert done.returncode == 0, done.stdout
    told = json.loads(done.stdout)[0]["text"].split(", ")
    assert sorted(told) == [
        "limit from AAP_LIMIT", "template", "token (set) from profile test", "url from profile test",
    ]  # fmt: skip
    assert doctor(box.url, CONTROLLER_OAUTH_TOKEN="another-token").says(
        "given", "ok", "token (set) from AAP_TOKEN"
    )


def test_a_proxy_that_a_launch_would_not_take_is_told(gateway: Sandbox) -> None:
    seen = doctor(gateway.url.replace("http:", "https:"), HTTPS_PROXY="socks5://127.0.0.1:1080")
    assert seen.code == 2
    assert seen.says("inputs", "not ok", "HTTPS_PROXY", "SOCKS")


@pytest.mark.parametrize(
    ("token", "arguments", "name", "words"),
    [
        ("ci-bot-read-token", ["Locked"], "scope", ["read-only", "scope write"]),
        ("no-such-token", ["Locked"], "credential", ["was not accepted"]),
        ("viewer-token", ["Locked"], "permission", ["not launch it", "Execute role"]),
        ("nobody-token", ["Locked"], "template", ["that this user may see"]),
        ("ci-bot-token", ["Deploy shpo"], "template", ['"Deploy shop"']),
        ("ci-bot-token", ["Locked", "--limit", "web"], "inputs", ["does not prompt for a limit"]),
        ("ci-bot-token", ["Survey deploy"], "inputs", ["version", "missing"]),
    ],
)
def test_what_a_launch_would_be_refused_for_is_named(
    gateway: Sandbox, token: str, arguments: list[str], name: str, words: list[str]
) -> None:
    seen = doctor(gateway.url, *arguments, token=token)
    assert seen.code == 3
    assert seen.says(name, "not ok", *words), seen.checks


def test_a_project_whose_update_failed_is_a_warning(gateway: Sandbox) -> None:
    admin = {"AAP_URL": gateway.url, "AAP_TOKEN": "admin-token"}
    assert warm.run("projects", "update", "Broken checkout", "--wait", env=admin).returncode == 1
    seen = doctor(gateway.url, "Failing project")
    assert seen.code == 0
    assert seen.says("project", "warning", "Broken checkout", "failed"), seen["project"]


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (THEIRS.server(), ["is not trusted", "ca_bundle"]),
        (OURS.server(expired=True), ["has expired"]),
        (OURS.server("other.example.com"), ["use the name it was issued for"]),
    ],
)
def test_a_certificate_that_is_not_right_is_named(
    gateway: Sandbox, context: object, words: list[str]
) -> None:
    with faults.front(gateway, tls=context) as front:  # type: ignore[arg-type]
        seen = doctor(front.url, AAP_CA_BUNDLE=OURS.pem)
    assert seen.code == 4
    assert seen.says("tls", "not ok", *words), seen.checks
    assert "credential" not in seen.checks


def test_a_good_certificate_is_told_with_its_end(gateway: Sandbox) -> None:
    with faults.front(gateway, tls=OURS.server()) as front:
        seen = doctor(front.url, AAP_CA_BUNDLE=OURS.pem)
        assert seen.code == 0
        assert seen.says("tls", "ok", "TLSv1.3", "127.0.0.1", "until 3000-01-01"), seen.checks
        unverified = doctor(front.url, AAP_VERIFY_TLS="false")
    assert unverified.says("tls", "warning", "not verified", "ca_bundle")


@pytest.mark.parametrize(
    ("url", "name", "words", "code"),
    [
        ("https://nowhere.invalid", "name", ["does not resolve"], 4),
        ("http://127.0.0.1:9", "port", ["no connection to 127.0.0.1:9"], 4),
        ("https://user:secret@aap.example.com", "inputs", ["user name or password"], 2),
        ("ftp://aap.example.com", "inputs", ["ftp"], 2),
    ],
)
def test_an_address_that_leads_nowhere_is_named(url: str, name: str, words: list[str], code: int) -> None:
    seen = doctor(url)
    assert seen.code == code
    assert seen.says(name, "not ok", *words), seen.checks


def test_a_login_page_in_the_way_is_named(gateway: Sandbox) -> None:
    page = answers.page(200, "Sign in")
    with faults.front(gateway, Rule("", faults.answer(page))) as front:
        seen = doctor(front.url)
    assert seen.code == 2
    assert seen.says("controller", "not ok", "is not an AWX or AAP API"), seen.checks


def test_the_end_of_a_users_only_token_is_told(box: Sandbox) -> None:
    """Behind a gateway the controller's own tokens were looked at, which this one is none of."""
    gateway = box.settings.layout != "awx"
    with sandbox.start(layout=box.settings.layout, speed=10) as own:
        login = {
            "AAP_URL": own.url,
            "AAP_TOKEN": "",
            "AAP_USERNAME": "viewer",
            "AAP_PASSWORD": "viewer-password",
        }
        other = requests.post(
            f"{own.api}/tokens/", json={}, auth=("ci-bot", "ci-bot-password"), timeout=10
        )  # of somebody else
        assert other.status_code == 201
        mine = [row for row in own.state.tokens.values() if row.user.username == "viewer"]
        for one in mine:
            del own.state.tokens[one.id]
        token = warm.run("token", "create", env=login).stdout.strip()
        seen = doctor(own.url, token=token)
        year = datetime.now(UTC).year + (1 if gateway else 999)
        assert seen.says("token", "ok", f"until {year}") or seen.says("token", "ok", f"until {year + 1}"), (
            seen
        )
        if gateway:  # one more, of the controller's own: which of them it is, nobody tells
            head = {"Authorization": f"Bearer {token}"}
            assert requests.post(f"{own.api}/tokens/", json={}, headers=head, timeout=10).status_code == 201
            assert doctor(own.url, token=token).says(
                "token", "not known", "one of 2 tokens", "the first ends"
            )


def test_clocks_that_differ_are_a_warning(gateway: Sandbox) -> None:
    with faults.front(gateway, skew=600.0) as front:
        seen = doctor(front.url)
    assert seen.says("clock", "warning", "ahead of this machine's"), seen.checks


def test_a_proxy_is_told_without_its_password(gateway: Sandbox) -> None:
    with (
        faults.connect_proxy(("user", "pa55word")) as proxy,
        faults.front(gateway, tls=OURS.server()) as front,
    ):
        address = proxy.url.replace("://", "://user:pa55word@")
        seen = doctor(front.url, AAP_CA_BUNDLE=OURS.pem, HTTPS_PROXY=address)
        assert seen.code == 0
        assert seen["proxy"][1].startswith(proxy.url)
        wrong = doctor(front.url, AAP_CA_BUNDLE=OURS.pem, HTTPS_PROXY=proxy.url.replace("://", "://user:x@"))
    assert wrong.code == 4
    assert wrong.says("proxy", "not ok", "407")
    assert "pa55word" not in str(seen.checks)
