"""examples/servicenow/change_gate.py as a pipeline runs it, against a stand-in for the instance."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.examples.servicenow import Instance, serve
from tests.runtimes import ROOT

CHANGE = {
    "sys_id": "a" * 32,
    "number": "CHG0030001",
    "state": "-1",
    "approval": "approved",
    "on_hold": "false",
    "start_date": "2026-11-25 11:00:00",
    "end_date": "2026-11-25 13:00:00",
}


@pytest.fixture
def instance() -> Iterator[Instance]:
    with serve(Instance({"change_request": [dict(CHANGE)]})) as served:
        yield served


def gate(instance: Instance, *arguments: str, **environ: str) -> tuple[int, str]:
    """Exit code and words of the gate."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/servicenow/change_gate.py"), *arguments],
        env={"PATH": os.environ["PATH"]} | instance.environment(**environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_an_approved_change_in_its_window_lets_the_deploy_go_on(instance: Instance) -> None:
    assert gate(instance, "CHG0030001") == (
        0,
        "change gate: CHG0030001 is approved, and its window is open\n",
    )


def test_oauth_is_as_good_as_a_password(instance: Instance) -> None:
    code, _ = gate(instance, "CHG0030001", SERVICENOW_CLIENT_ID="app", SERVICENOW_CLIENT_SECRET="x")
    assert code == 0
    code, said = gate(instance, "CHG0030001", SERVICENOW_CLIENT_ID="other", SERVICENOW_CLIENT_SECRET="x")
    assert code == 4
    assert "no OAuth token" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"approval": "requested"}, "its approval is requested, not approved"),
        ({"state": "-3"}, "its state is Authorize, not Scheduled or Implement"),
        ({"state": "3"}, "its state is Closed"),
        ({"on_hold": "true"}, "it is on hold"),
        ({"start_date": "2026-11-25 12:30:00"}, "its window opens in 30 min (2026-11-25 12:30 UTC)"),
        ({"end_date": "2026-11-25 09:00:00"}, "its window closed 3 h ago"),
        ({"start_date": "", "end_date": ""}, "it has no planned start and end"),
    ],
)
def test_a_change_that_is_not_to_be_deployed_now_stops_the_pipeline(
    instance: Instance, changes: dict[str, str], said: str
) -> None:
    instance.tables["change_request"][0] |= changes
    code, words = gate(instance, "CHG0030001")
    assert code == 3
    assert said in words


def test_every_reason_is_told(instance: Instance) -> None:
    instance.tables["change_request"][0] |= {"approval": "rejected", "state": "4"}
    assert len(gate(instance, "CHG0030001")[1].splitlines()) == 2


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("CHG0099999", "no record CHG0099999"),
        ("CHG1^active=true", "is no number of a record"),
        ("", "is no number of a record"),
    ],
)
def test_what_is_not_found_is_no_permission(instance: Instance, number: str, said: str) -> None:
    code, words = gate(instance, number)
    assert code == 4
    assert said in words


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            401,
            '{"error":{"message":"User Not Authenticated","detail":""},"status":"failure"}',
            "User Not Authenticated",
        ),
        (
            403,
            '{"error":{"message":"Insufficient rights to query records"},"status":"failure"}',
            "lacks a role",
        ),
        (200, "<html>Hibernating Instance</html>", "hibernating"),
        (302, "", "not the Table API's"),
    ],
)
def test_an_instance_that_does_not_answer_is_no_permission(
    instance: Instance, status: int, body: str, said: str
) -> None:
    instance.faults = [(status, body)]
    code, words = gate(instance, "CHG0030001")
    assert code == 4
    assert said in words
    assert "secret" not in words


@pytest.mark.parametrize("status", [503, 429])
def test_an_instance_that_is_busy_is_asked_again(instance: Instance, status: int) -> None:
    instance.faults = [(status, "busy")]
    assert gate(instance, "CHG0030001")[0] == 0
    assert len(instance.asked) == 2


def test_what_is_missing_in_the_environment_is_named(instance: Instance) -> None:
    code, said = gate(instance, "CHG0030001", SERVICENOW_USERNAME="", SERVICENOW_PASSWORD="")
    assert code == 4
    assert "set SERVICENOW_USERNAME, SERVICENOW_PASSWORD" in said
