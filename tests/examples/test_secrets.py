"""docs/secrets.md, as its CI jobs run it: the job's identity becomes a token of the store, never a stored one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.examples.stores import Stores, serve
from tests.runtimes import ROOT

SCRIPT = str(ROOT / "examples/secrets/store_token.py")


@pytest.fixture
def stores() -> Iterator[Stores]:
    with serve(Stores()) as served:
        yield served


def fetch(*arguments: str, **environ: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the script."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env={"PATH": os.environ["PATH"]} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def vault(stores: Stores, role: str = "deploy", field: str = "token", **environ: str) -> tuple[int, str, str]:
    return fetch("vault", stores.url, role, "secret/data/ci/aap", field, **environ)


def azure(stores: Stores, **environ: str) -> tuple[int, str, str]:
    return fetch(
        "azure", stores.url, "tenant", "client", "aap-token", AZURE_AUTHORITY_HOST=stores.url, **environ
    )


def github(stores: Stores) -> dict[str, str]:
    """What a GitHub job with `id-token: write` finds in its environment."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{stores.url}/identity?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner",
    }


def test_a_github_job_reads_the_token_from_vault(stores: Stores) -> None:
    assert vault(stores, **github(stores)) == (0, "ci-bot-token\n", "")


def test_a_github_job_reads_the_token_from_azure(stores: Stores) -> None:
    assert azure(stores, **github(stores)) == (0, "ci-bot-token\n", "")


@pytest.mark.parametrize("ci", ["gitlab", "jenkins"])
def test_another_ci_gives_its_token_in_the_environment(stores: Stores, ci: str) -> None:
    assert vault(stores, STORE_ID_TOKEN=stores.jwt(stores.url, iss=ci))[:2] == (0, "ci-bot-token\n")
    assert azure(stores, STORE_ID_TOKEN=stores.jwt("api://AzureADTokenExchange"))[:2] == (0, "ci-bot-token\n")


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"sub": "repo:mallory/shop:ref:refs/heads/main"}, "sub claim does not match"),
        ({"aud": "https://elsewhere.example"}, "invalid audience"),
        ({"exp": 1}, "token is expired"),
    ],
)
def test_a_store_that_says_no_is_quoted(stores: Stores, claims: dict[str, str], said: str) -> None:
    jwt = stores.jwt(stores.url, **claims)
    code, out, words = vault(stores, STORE_ID_TOKEN=jwt)
    assert (code, out) == (3, "")
    assert said in words
    assert jwt not in words


def test_a_jwt_that_somebody_else_signed_is_refused(stores: Stores) -> None:
    code, _, words = vault(stores, STORE_ID_TOKEN=Stores().jwt(stores.url))
    assert code == 3
    assert "signature" in words


def test_a_job_without_an_identity_is_told_how_to_get_one(stores: Stores) -> None:
    code, _, words = vault(stores)
    assert code == 3
    assert "id-token: write" in words


def test_a_role_or_field_that_is_not_there_is_named(stores: Stores) -> None:
    assert 'role "other"' in vault(stores, "other", **github(stores))[2]
    assert "no field pin" in vault(stores, field="pin", **github(stores))[2]


def test_a_store_that_is_away_is_no_refusal() -> None:
    code, _, words = fetch("vault", "http://127.0.0.1:1", "r", "p", "f", STORE_ID_TOKEN="x")
    assert code == 4
    assert "not reached" in words


@pytest.mark.parametrize(
    "arguments", [(), ("vault",), ("aws", "a", "b", "c", "d"), ("vault", "http://v.example", "r", "p", "f")]
)
def test_a_wrong_call_sends_nothing(arguments: tuple[str, ...]) -> None:
    assert fetch(*arguments, STORE_ID_TOKEN="x")[0] == 2
