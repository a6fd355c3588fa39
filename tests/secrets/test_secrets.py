"""A secret that enters is nowhere to be found: not in a log, a file, a message, a trace, nor the process table.

The playbook of these tests prints every secret that it is given, in all the forms that playbooks print in.
"""

from __future__ import annotations

import json
import tempfile
from itertools import cycle
from pathlib import Path

import pytest

from tests.secrets.conftest import (
    PASSWORD,
    PROVIDERS,
    PROXY_PASSWORD,
    TOKEN,
    VARIABLES,
    Client,
    Ended,
    Process,
    without_masks,
)

pytestmark = pytest.mark.sandbox

PASSWORDS = ("ssh_password", "become_password", "vault_password.dev")
NOT_THERE = "http://127.0.0.1:9"
CRASH = """
import aap_launcher.render.job
def crash(self, update):
    raise RuntimeError("of all things: " + " ".join({secrets!r}.values()))
aap_launcher.render.job.Renderer.marks = crash
from aap_launcher.cli import main
main(["launch", "--debug"])
"""


@pytest.fixture
def extra_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("given") / "variables.json"
    file.write_text(json.dumps({"file_token": VARIABLES["file"]}), encoding="utf-8")
    return str(file)


@pytest.fixture
def given(client: Client, extra_file: str) -> dict[str, str]:
    """Every input that can hold a secret, with one; `printed` tells the playbook those that it would not know."""
    known = [TOKEN, PASSWORD, *(VARIABLES[name] for name in PASSWORDS)]
    variables = {
        "printed": known, "survey_password": VARIABLES["survey"], "failing": True,
        "deep_secrets": {"inner": {"db_password": VARIABLES["deep"]}},
    }  # fmt: skip
    return {
        "token": TOKEN,
        "client_cert": client.cert,
        "client_key": client.key,
        "template": "Echo",
        "extra_vars": json.dumps(variables),
        "extra_vars_file": extra_file,
        "credential_passwords": json.dumps({name: VARIABLES[name] for name in PASSWORDS}),
    }


def every_secret(client: Client) -> dict[str, str]:
    lines = client.key.splitlines()[1:-1]
    return {"token": TOKEN, **VARIABLES, **{f"line {at} of the key": line for at, line in enumerate(lines)}}


def assert_nothing_leaks(ended: Ended, client: Client) -> None:
    assert ended.leaks(every_secret(client)) == []
    assert "Traceback" not in ended.places["stdout"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_playbook_that_prints_secrets_and_fails_shows_none(
    provider: str, process: Process, given: dict[str, str], client: Client
) -> None:
    ended = process.run(provider, given, "launch", "--debug")
    assert ended.code == 1, ended.places["stdout"]
    assert "***" in ended.places["stdout"]
    assert "GET /api/v2/jobs/" in ended.places["stderr"]
    assert {"junit.xml", "result.json"} <= set(ended.places)
    assert_nothing_leaks(ended, client)


def test_nor_when_it_succeeds(process: Process, given: dict[str, str], client: Client) -> None:
    variables = json.loads(given["extra_vars"]) | {
        "failing": False,
        "printed": [*VARIABLES.values(), PASSWORD],
    }
    login = {"username": "ci-bot", "password": PASSWORD, "token": "", "extra_vars": json.dumps(variables)}
    ended = process.run("github", given | login, "launch", "--debug")
    assert ended.code == 0, ended.places["stdout"]
    assert ended.leaks({"password": PASSWORD, "the login": f"ci-bot:{PASSWORD}"}) == []
    assert_nothing_leaks(ended, client)
    assert not tokens_made(process), "the token that was made was revoked"


def tokens_made(process: Process) -> list[str]:
    """Tokens that are neither the sandbox's own nor these tests'."""
    tokens = process.box.state.tokens.values()
    return [one.value for one in tokens if one.value != TOKEN and not one.value.endswith("-token")]


@pytest.mark.parametrize(
    ("provider", "wrong"),
    list(
        zip(
            cycle(PROVIDERS),
            [
                {"template": "Locked"},
                {"template": "Echo of nothing"},
                {"extra_vars": 'survey_password: "{file}\n  deep: [{deep}'},
                {"extra_vars": "deep_password={deep}\nother words {file}"},
                {"credential_passwords": "{{ssh_password: [{ssh_password}]}}"},
                {"credential_passwords": 'become_password: "{become_password}'},
                {
                    "client_key": "-----BEGIN PRIVATE KEY-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo\n-----END PRIVATE KEY-----\n"
                },
                {"url": "https://ci-bot:{deep}@aap.example.com"},
                {"url": NOT_THERE, "outage_tolerance": "1s"},
            ],
            strict=False,
        )
    ),
)
def test_a_refusal_shows_none(
    provider: str, wrong: dict[str, str], process: Process, given: dict[str, str], client: Client
) -> None:
    told = {name: text.format_map(_Plain(VARIABLES)) for name, text in wrong.items()}
    ended = process.run(provider, given | told, "launch", "--debug")
    assert ended.code in {2, 3, 4}, ended.places
    assert_nothing_leaks(ended, client)
    assert ended.leaks({"broken key": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo"}) == []


class _Plain(dict[str, str]):
    def __missing__(self, name: str) -> str:
        raise KeyError(name)


@pytest.mark.parametrize("provider", ["github", "plain"])
def test_a_crash_shows_none(provider: str, process: Process, given: dict[str, str], client: Client) -> None:
    """Not even where the exception itself tells all of them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "crash.py")
        file.write_text(CRASH.format(secrets=every_secret(client)), encoding="utf-8")
        ended = process.run(provider, given, program=(str(file),), PYTHONPATH=str(Path.cwd()))
    assert ended.code == 70, ended.places
    assert "RuntimeError" in ended.places["stderr"]
    assert_nothing_leaks(ended, client)


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_proxy_that_is_away_is_named_without_its_password(
    provider: str, process: Process, given: dict[str, str], client: Client
) -> None:
    proxy = f"http://ci:{PROXY_PASSWORD}@127.0.0.1:9"
    ended = process.run(
        provider, given | {"outage_tolerance": "1s"}, "launch", "--debug", HTTP_PROXY=proxy, http_proxy=proxy
    )
    assert ended.code == 4, ended.places
    assert "proxy" in ended.places["stdout"]
    assert ended.leaks({"proxy": PROXY_PASSWORD}) == []
    assert_nothing_leaks(ended, client)


def test_a_secret_on_the_command_line_is_refused_without_repeating_it(process: Process) -> None:
    ended = process.run("plain", {}, "launch", "Echo", "--token=" + TOKEN)
    assert ended.code == 2
    assert "AAP_TOKEN" in ended.places["stderr"]
    ended.commands = ""
    assert ended.leaks({"token": TOKEN}) == []


def test_the_check_finds_what_it_looks_for() -> None:
    ended = Ended(0, {"stdout": without_masks("::add-mask::a-secret\nx YS1zZWNyZXQ= y\n")})
    assert len(ended.leaks({"it": "a-secret"})) == 2
