"""What ansible-core 2.14 to 2.21 say of failures, as recorded by `record.py`, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from aap_launcher.findings.failures import explanation
from aap_launcher.findings.job import Tally
from aap_launcher.findings.messages import reason_of
from aap_launcher.models.events import Event, EventData
from aap_launcher.models.findings import Failure, Findings
from aap_launcher.models.jobs import Status
from aap_launcher.models.updates import Finished, Log, Logged
from tests.render.streams import JOB

RECORDED = Path(__file__).parent / "recorded"
VERSIONS = ("2.14", "2.15", "2.16", "2.17", "2.18", "2.19", "2.20", "2.21")
_OLD, _NEW = VERSIONS[:5], VERSIONS[5:]
_MODULE = "The module failed to execute correctly, you probably need to set the interpreter"
_DATES = "Module result deserialization failed: No start of json char found"

# The line that is told of a task, by the first version that words it so.
LINES: dict[str, dict[str, str]] = {
    "failed_when on a shell": {"2.14": "failed_when was true: ERR 17 - quota exceeded on vol2"},
    "failed_when on a shell without output": {"2.14": "failed_when was true"},
    "failed_when on a debug": {"2.14": "failed_when was true: the canary answers 503"},
    "failed_when on a shell that fails itself": {"2.14": "non-zero return code 4: lost the lock"},
    "gathering facts without an interpreter": {
        "2.14": f"The following modules failed to execute: ansible.legacy.setup: {_MODULE}: "
        "/bin/sh: 1: /opt/no/such/python3: not found",
        "2.19": "The following modules failed to execute: ansible.legacy.setup: The module interpreter "
        "'/opt/no/such/python3' was not found: /bin/sh: 1: /opt/no/such/python3: not found",
    },
    "no interpreter": {
        "2.14": f"{_MODULE}: /bin/sh: 1: /no/such/python3: not found",
        "2.19": "The module interpreter '/no/such/python3' was not found.",
    },
    "raises": {
        "2.14": "MODULE FAILURE: ValueError: inventory of parts is empty",
        "2.18": "MODULE FAILURE: No start of json char found: ValueError: inventory of parts is empty",
        "2.19": "inventory of parts is empty",
    },
    "garbage": {
        "2.14": "MODULE FAILURE: this is no json",
        "2.18": "MODULE FAILURE: No start of json char found: this is no json",
        "2.19": f"{_DATES}: this is no json",
    },
    "dies": {
        "2.14": "MODULE FAILURE: segment violated",
        "2.18": "MODULE FAILURE: No start of json char found: segment violated",
        "2.19": f"{_DATES}: segment violated",
    },
    "empty msg": {"2.14": "failed without a message"},
    "reason": {"2.14": "quota"},
    "errors": {"2.14": "bucket is full"},
    "error": {"2.14": "quota exceeded"},
    "mapping": {
        "2.14": '{"code": 17, "text": "quota exceeded"}',
        "2.19": "{'code': 17, 'text': 'quota exceeded'}",
    },
    "nothing": {"2.14": "failed without a message"},
    "two lines": {"2.14": "first line"},
    "a command that fails": {"2.14": "non-zero return code 3: two"},
    "a command that says nothing": {"2.14": "non-zero return code 1"},
    "a command that is not there": {
        "2.14": "[Errno 2] No such file or directory: b'/no/such/command'",
        "2.19": "Error executing command: /no/such/command",
    },
    "a progress bar": {"2.14": "non-zero return code 2: Error: checksum mismatch"},
    "a traceback": {"2.14": "non-zero return code 1: KeyError: 'b'"},
    "an assertion": {"2.14": "Assertion failed: 1 == 2"},
    "an assertion with words": {"2.14": "one is not two"},
    "a loop": {"2.14": "(item=apples) non-zero return code 1: no apples (and 1 more)"},
    "a loop with failed_when": {"2.14": "(item=apples) failed_when was true: state apples (and 1 more)"},
    "wait in vain": {"2.14": "Timeout when waiting for 127.0.0.1:1"},
    "until": {"2.14": "non-zero return code 1: not yet"},
    "censored": {"2.14": "the result is hidden: the task has no_log set"},
}


@cache
def rows(version: str) -> tuple[dict[str, Any], ...]:
    lines = (RECORDED / f"{version}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def stream(version: str, playbook: str) -> Iterator[Event]:
    for row in rows(version):
        if row["playbook"] == playbook and row["event"] != "rc":
            yield msgspec.convert({**row, "event_data": msgspec.Raw(json.dumps(row.get("event_data", {})).encode())}, Event)  # fmt: skip


def code(version: str, playbook: str) -> int:
    return next(
        int(row["counter"]) for row in rows(version) if row["playbook"] == playbook and row["event"] == "rc"
    )


def findings(version: str, playbook: str, *, recap: bool = True, explained: str = "") -> Findings:
    tally = Tally()
    for event in stream(version, playbook):
        if recap or event.event != "playbook_on_stats":
            tally.add(Logged(event))
    status = Status.SUCCESSFUL if code(version, playbook) == 0 else Status.FAILED
    tally.add(Finished(replace(JOB, status=status, explanation=explained), Log(9)))
    return tally.findings()


def told(found: Findings) -> list[tuple[str, str, str, bool]]:
    return [(each.task, each.host, each.kind, each.counts) for each in found.failures]


def by_kind(found: Findings, kind: str) -> list[Failure]:
    return [failure for failure in found.failures if failure.kind == kind]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_reason_is_told_and_not_what_ansible_core_puts_in_its_place(version: str) -> None:
    results = {
        row["task"]: reason_of(msgspec.convert(row.get("event_data", {}), EventData)).line
        for row in rows(version)
        if row["playbook"] == "messages" and row["event"] == "runner_on_failed"
    }
    wanted = {
        task: next(line for since, line in reversed(lines.items()) if _number(since) <= _number(version))
        for task, lines in LINES.items()
    }
    assert {task: results.get(task) for task in wanted} == wanted


def _number(version: str) -> int:
    return int(version.partition(".")[2])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_recap_is_the_sum_of_the_failures(version: str) -> None:
    """So it is certain how many of a host's failures count; all that is decided rests on that."""
    for playbook in {row["playbook"] for row in rows(version)}:
        failed: dict[str, int] = {}
        for event in stream(version, playbook):
            if event.event == "runner_on_failed" and event.failed:
                failed[event.host_name] = failed.get(event.host_name, 0) + 1
            if event.event == "playbook_on_stats":
                stats = event.data()
                for host, number in failed.items():
                    assert number == stats.failures.get(host, 0) + stats.rescued.get(host, 0), playbook


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unreachable_host_that_is_ignored_is_no_error(version: str) -> None:
    found = findings(version, "ignored_unreachable")
    assert [(task.first.task, task.hosts) for task in found.errors] == [("Really fail on web1", ("web1",))]
    assert {(each.host, each.kind) for each in found.failures if not each.counts} == {("web2", "ignored")}
    assert found.failed_hosts == ("web1",)
    assert found.failures[0].task == "Really fail on web1"


@pytest.mark.parametrize("version", VERSIONS)
def test_which_of_two_failures_was_rescued_is_not_told_as_a_fact(version: str) -> None:
    found = findings(version, "rescued_in_always")
    mine = [each for each in found.failures if each.host == "web1"]
    assert [(each.task, each.counts) for each in mine] == [
        ("Install the release", True),
        ("Remove the lock", True),
    ]
    assert all("1 of this host's 2 failures was rescued" in each.doubt for each in mine)
    assert [(each.task, each.kind) for each in found.failures if each.host == "web2"] == [
        ("Remove the lock", "rescued")
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_of_a_failure_that_was_likely_rescued_that_is_told_as_a_guess(version: str) -> None:
    found = findings(version, "rescued_then_real")
    assert told(found)[0] == ("Deploy", "web1", "failed", True)
    (likely,) = by_kind(found, "handled")
    assert (likely.task, likely.host, likely.counts) == ("New way", "web1", False)
    assert "most likely this one" in likely.doubt
    assert [(each.task, each.host) for each in by_kind(found, "rescued")] == [("New way", "web2")]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rescue_that_fails_names_both_tasks(version: str) -> None:
    found = findings(version, "rescue_fails")
    assert "Install" in explanation(found)
    assert "Roll back" in explanation(found)
    assert "no space left" in explanation(found)


@pytest.mark.parametrize("version", [v for v in VERSIONS if _number(v) >= 17])
def test_a_failed_run_whose_recap_counts_no_failure_names_the_rescued_one(version: str) -> None:
    found = findings(version, "any_errors_fatal")
    assert found.errors == ()
    assert explanation(found) == (
        "most likely TASK [Switch the load balancer] on web2: the load balancer refuses "
        "(the recap counts it as rescued, but the run ended as failed all the same)"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rescue_that_ends_the_play_is_named_where_the_run_failed(version: str) -> None:
    why = explanation(findings(version, "end_play_in_rescue"))
    assert ("no licence left" in why) is (code(version, "end_play_in_rescue") != 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_failures_that_were_cleared_are_no_errors_of_a_successful_run(version: str) -> None:
    found = findings(version, "cleared")
    assert told(found) == [("Break", "web2", "cleared", False)]
    assert [(host.host, host.failed) for host in found.hosts] == [("web1", 0), ("web2", 1)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_forced_handler_rescues_nobody(version: str) -> None:
    assert told(findings(version, "handlers_after_failure")) == [("Break", "web2", "failed", True)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stopped_run_tells_what_it_knows_and_the_controllers_reason(version: str) -> None:
    found = findings(version, "rescue_fails", recap=False, explained="Job terminated due to timeout")
    assert found.errors == ()
    assert found.failed_hosts == ()
    assert found.reasons[0].text.startswith("the controller stopped it: the job's own timeout had passed")
    assert {each.kind for each in found.failures} == {"handled"}, "the host went on to the always"


@pytest.mark.parametrize("version", VERSIONS)
def test_plays_without_hosts_are_told_and_plays_that_ended_early_are_not(version: str) -> None:
    assert findings(version, "no_host_in_one_play").no_host_plays == ("Deploy",)
    assert findings(version, "ended_early").no_host_plays == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unreachable_host_is_unreachable_with_and_without_a_recap(version: str) -> None:
    for recap in (True, False):
        found = findings(version, "lost_host", recap=recap)
        assert told(found) == [("Reach it", "web2", "unreachable", True)]
        assert found.failed_hosts == ("web2",)


@pytest.mark.parametrize("version", VERSIONS)
def test_facts_that_cannot_be_gathered_say_why(version: str) -> None:
    assert "/bin/sh: 1: /opt/no/such/python3: not found" in explanation(findings(version, "facts"))
