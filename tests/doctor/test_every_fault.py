"""Every fault of the connection that docs/reliability.md has: doctor names it, says what to do, and exits as a launch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest

import sandbox
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import Command
from sandbox import Sandbox, faults
from tests import warm
from tests.faults.matrix import Row, Stage
from tests.faults.network_rows import OURS, ROWS, THEIRS

pytestmark = pytest.mark.sandbox
EVERY = [row for rows in ROWS.values() for row in rows]
# What is to be done about each: by a piece of the fault's name, the check that tells it and a piece of what it says.
ADVICE = {
    "Nothing ever listens": ("port", "Look at the port in url"),
    "The name never resolves": ("name", "Look at url for a typing error"),
    "A log-in page": ("controller", "Give the URL that opens the platform in the browser"),
    "JSON of something else": ("controller", "Give the URL that opens the platform in the browser"),
    "A redirect to https": ("controller", "Write https://"),
    "A redirect to a log-in portal": ("controller", "give the URL behind it"),
    "A redirect to another host": ("controller", "if the platform moved, the new one"),
    "A token that was never valid": ("credential", "Make (one under Users > Tokens|a token in the platform)"),
    "A token that has expired": ("credential", "Make (one under Users > Tokens|a token in the platform)"),
    "A token that may only read": ("scope", "Make a token with the scope write"),
    "A wrong password": ("credential", "Check username and password"),
    "A certificate of another authority": ("tls", "has that authority's certificate"),
    "A certificate that has expired": ("tls", "until 20.*Have it renewed"),
    "A certificate for another name": ("tls", "certificate of other.example.com by .*one of its names"),
    "and none is given": ("controller", "give client_cert and client_key"),
    "another authority's is given": ("controller", "of an authority that it trusts"),
    "a port that speaks http": ("tls", "Look at the scheme and the port in url"),
    "and gets none": ("proxy", "Check the user and password in HTTPS_PROXY"),
    "a wrong password": ("proxy", "Check the user and password in HTTPS_PROXY"),
    "A proxy that does not answer": ("proxy", "NO_PROXY names hosts that need none"),
}


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(layout=request.param, speed=10) as running:
        yield running


def examined(box: Sandbox, row: Row) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and checks, with the row's fault in the way."""
    taken = {one.name for one in INPUTS if Command.DOCTOR in one.commands}
    with ExitStack() as stack:
        stage = Stage(box, None, None)  # type: ignore[arg-type]
        rules = row.rules(stage) if callable(row.rules) else row.rules
        stage.front = stack.enter_context(faults.front(box, *rules, **row.front))
        more = stack.enter_context(row.around(stage) if row.around else nullcontext({}))
        if "witness" in stage.extra:
            stack.callback(stage.extra["witness"].close)
        given = {"url": stage.front.url, "token": "ci-bot-token", "template": "Replay", **row.inputs}
        environ = {f"AAP_{name.upper()}": value for name, value in given.items() if name in taken}
        environ |= {name.replace("INPUT_", "AAP_"): value for name, value in more.items()}
        done = warm.run("doctor", "--json", env=environ)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)
def test_a_fault_of_the_connection_gets_its_own_advice(box: Sandbox, row: Row) -> None:
    code, checks = examined(box, row)
    assert code == row.exit
    wrong = [check for check in checks if check["state"] == "not ok"]
    if code == 0:
        assert not wrong
        return
    ((name, advice),) = (told for piece, told in ADVICE.items() if piece in row.fault)
    (found,) = wrong
    assert found["name"] == name
    assert re.search(advice, f"{found['text']} {found['advice']}"), found
    assert ("verify_tls" in found["advice"]) == (name == "tls" and "speaks http" not in row.fault)


def test_what_the_environment_trusts_is_trusted(box: Sandbox, tmp_path: Path) -> None:
    """It was told as not trusted, and a launch went through."""
    with faults.front(box, tls=OURS.server()) as front:
        environ = {"AAP_URL": front.url, "AAP_TOKEN": "ci-bot-token"}
        for authority, code in ((OURS, 0), (THEIRS, 4)):
            (tmp_path / "ca.pem").write_text(authority.pem, encoding="utf-8")
            done = warm.run(
                "doctor", "--json", env=environ | {"REQUESTS_CA_BUNDLE": str(tmp_path / "ca.pem")}
            )
            assert done.returncode == code, done.stdout


def test_the_certificate_is_told_where_it_is_not_verified_and_behind_a_proxy(box: Sandbox) -> None:
    with faults.connect_proxy(None) as proxy, faults.front(box, tls=THEIRS.server()) as front:
        environ = {"AAP_URL": front.url, "AAP_TOKEN": "ci-bot-token", "HTTPS_PROXY": proxy.url}
        done = warm.run("doctor", "--json", env=environ | {"AAP_VERIFY_TLS": "false"})
        assert done.returncode == 0, done.stdout
        assert re.search(
            r"not verified; it shows a certificate of 127\.0\.0\.1.* until 3000-01-01", done.stdout
        )
        assert warm.run("doctor", "--json", env=environ).returncode == 4
    assert set(proxy.asked) == {f"127.0.0.1:{front.port}"}
