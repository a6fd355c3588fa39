"""Runs from Python: launched once, whole, and judged as the command line does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from aap_launcher import AnswerLost, Controller, InvalidInput, JobFailed, NotFound, Record, Refused, TimedOut
from aap_launcher.client import prompts
from sandbox import Sandbox, faults
from sandbox.faults import Rule
from tests.client.conftest import problems
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=20, kept_runs=KEPT_RUNS) as running:
        yield running


@pytest.fixture(scope="module")
def aap(box: Sandbox) -> Iterator[Controller]:
    with Controller(box.url, token="ci-bot-token") as controller:
        yield controller


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"limit": ""}, {"limit": ""}),
        ({"limit": None}, {}),
        ({"verbosity": 0, "diff_mode": False}, {"verbosity": 0, "diff_mode": False}),
        ({"inventory": "Shop"}, {"inventory": "Shop"}),
        ({"inventory": Record({"id": 7, "type": "inventory"})}, {"inventory": 7}),
        ({"credentials": ["a", 3, "a"]}, {"credentials": ("a", 3)}),
        ({"labels": "a, b"}, {"labels": ("a, b",)}),
        ({"extra_vars": {"a": [1, None]}}, {"extra_vars": {"a": [1, None]}}),
        ({"extra_vars": "a: 1"}, {"extra_vars": {"a": 1}}),
    ],
)
def test_prompts_are_read_as_what_they_are(given: dict[str, Any], taken: dict[str, Any]) -> None:
    assert prompts.read_prompts(given) == taken


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"limt": "web"}, 'Did you mean "limit"'),
        ({"timeout": 5}, 'Did you mean "job_timeout"'),
        ({"limit": ["web"]}, "not a text"),
        ({"verbosity": True}, "not a whole number"),
        ({"verbosity": 9}, "out of range"),
        ({"diff_mode": "yes"}, "not a boolean"),
        ({"extra_vars": [1]}, "not a mapping"),
        ({"extra_vars": {1: 2}}, "no text"),
        ({"extra_vars": {"a": {1, 2}}}, "JSON"),
        ({"credentials": [1.5]}, "neither a name nor an id"),
        ({"job_type": "rnu"}, "run"),
    ],
)
def test_a_prompt_that_would_not_arrive_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match="nothing was started") as raised:
        prompts.read_prompts(given)
    assert told in " ".join(problems(raised.value).values())


def test_a_launch_that_would_not_do_what_was_asked_starts_nothing(aap: Controller) -> None:
    before = aap.jobs.count()
    with pytest.raises(Refused, match="run on every host"):
        aap.launch("Locked", limit="web1")
    with pytest.raises(Refused, match=r"version  missing: the survey asks"):
        aap.launch("Survey deploy")
    with pytest.raises(NotFound, match="Deploy shop"):
        aap.launch("Deploy shpo")
    with pytest.raises(InvalidInput, match="template_type"):
        aap.launch("Locked", template_type="jbo")
    with pytest.raises(InvalidInput, match="no reference"):
        aap.launch(1.5)
    assert aap.jobs.count() == before


def test_what_is_not_waited_for_any_more_goes_on_and_is_followed_later(aap: Controller) -> None:
    run = aap.launch("Slow deploy", extra_vars={"seconds": 600})
    with pytest.raises(TimedOut, match="it goes on"):
        run.wait(timeout=0.5)
    assert run.refresh() in {"pending", "waiting", "running"}
    assert run.cancel()
    result = aap.run(aap.jobs.one(run.id)).wait(60)
    assert (result.outcome, result.ok) == ("canceled", False)
    with pytest.raises(JobFailed) as raised:
        result.check()
    assert raised.value.content["job"]["id"] == run.id
    assert f"job {run.id}" in str(raised.value)


def test_the_log_is_whole_as_lines_as_events_and_again(aap: Controller) -> None:
    run = aap.launch("Locked")
    lines = list(run.lines())
    assert any(line.startswith("PLAY [") for line in lines)
    assert not any("\x1b" in line for line in lines)
    events = list(run.events())
    assert [event.counter for event in events] == list(range(1, len(events) + 1))
    result = run.wait()
    assert (result.outcome, result.events, result["job"]["id"]) == ("successful", "complete", run.id)
    assert result.check() is result
    assert list(run.lines()) == lines
    assert "PLAY [" in run.output()


def test_a_workflow_is_launched_and_followed_with_its_nodes(aap: Controller) -> None:
    run = aap.launch("Two checks", template_type="workflow")
    assert run.type == "workflow_job"
    result = run.wait(120)
    assert result.outcome == "successful"
    assert {node["state"] for node in result["nodes"]} >= {"successful"}


def test_a_launch_whose_answer_is_lost_makes_one_job(box: Sandbox) -> None:
    lost = Rule("/launch/$", faults.reset(after="acted"), method="POST")
    with faults.front(box, lost) as front, Controller(front.url, token="ci-bot-token") as aap:
        run = aap.launch(
            "Asks for variables"
        )  # so that the launch carries a marker, by which it is known again
        assert [number for path, number in front.created if "job" in path] == [run.id]
        assert run.wait(60).outcome == "successful"


def test_a_create_whose_answer_is_lost_is_sent_once_and_found_again(box: Sandbox) -> None:
    lost = Rule("/teams/$", faults.reset(after="acted"), method="POST")
    with faults.front(box, lost) as front, Controller(front.url, token="admin-token") as aap:
        with pytest.raises(AnswerLost, match="may have taken effect"):
            aap.teams.create(name="lost", organization="Retail")
        found = aap.teams.create(if_absent=True, name="lost", organization="Retail")
        assert "was there already" in found.notes[0]
        assert aap.teams.count(name="lost") == 1
