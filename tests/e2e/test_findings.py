"""What failed, told once and truly: the real process, and real Ansible, over the playbooks of tests/findings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import sandbox
from sandbox import Sandbox
from sandbox.seeds.templates import TEMPLATES
from tests.e2e.conftest import ROOT, Bench, Ended, Launcher
from tests.runtimes import REAL_RUNS

pytestmark = pytest.mark.sandbox
PLAYBOOKS = ("ignored_unreachable", "rescued_in_always", "rescued_then_long", "no_host_in_one_play", "ended_early", "any_errors_fatal")  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose project has these playbooks as well, each with a template of its name."""
    folder = tmp_path_factory.mktemp("cases")
    shutil.copytree(ROOT / "sandbox" / "project", folder / "project")
    shutil.copytree(ROOT / "tests" / "findings" / "playbooks", folder / "project", dirs_exist_ok=True)
    model = next(one for one in TEMPLATES if one.name == "Everything prompted")
    made = tuple(
        replace(model, id=900 + n, name=name, playbook=f"{name}.yml") for n, name in enumerate(PLAYBOOKS)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.running.runs.HERE", folder)
        patch.setattr("sandbox.server.TEMPLATES", (*TEMPLATES, *made))
        with sandbox.start(speed=10, kept_runs=REAL_RUNS) as box:
            yield box


@pytest.fixture
def launch(stage: Sandbox, tmp_path: Path) -> Launcher:
    return Launcher(stage, tmp_path)


def run(launch: Launcher, playbook: str, **inputs: str) -> Ended:
    junit = str(launch.folder / "junit.xml")
    return launch.launch(playbook, **{"limit": "web", "junit": junit, **inputs})


def errors(ended: Ended) -> list[str]:
    return [line.partition("title=")[2] for line in ended.log.splitlines() if line.startswith("::error")]


def junit(launch: Launcher) -> dict[str, int]:
    suites = ET.parse(launch.folder / "junit.xml").getroot()
    return {word: sum(int(suite.get(word, "0")) for suite in suites) for word in ("failures", "errors")}


def test_an_ignored_unreachable_host_is_no_error_and_the_real_failure_stands_alone(launch: Launcher) -> None:
    ended = run(launch, "ignored_unreachable")
    ended.ends(1, "failed", "failed", failed_hosts="web1", explanation="TASK [Really fail on web1] failed on web1: the real reason")  # fmt: skip
    assert [title.partition("::")[0] for title in errors(ended)] == [
        "TASK [Really fail on web1] failed on web1"
    ]
    assert junit(launch) == {"failures": 1, "errors": 0}
    assert "unreachable on" not in ended.summary
    assert "ignored    TASK [Ask whether it is there] · web2" in ended.log.replace("\x1b[1m", "").replace(
        "\x1b[0m", ""
    )


def test_of_two_failures_of_which_one_was_rescued_both_are_named_and_none_is_called_rescued(
    launch: Launcher,
) -> None:
    ended = run(launch, "rescued_in_always", limit="web1")
    ended.ends(1, "failed", "failed", failed_hosts="web1")
    assert [title.partition("]")[0] for title in errors(ended)] == [
        "TASK [Install the release",
        "TASK [Remove the lock",
    ]
    assert (
        ended.outputs["explanation"].count(
            "1 of this host's 2 failures was rescued; Ansible does not tell which"
        )
        == 2
    )
    assert "not an error" not in ended.log


def test_a_rescued_failure_of_a_stopped_job_is_not_told_as_failed_and_the_timeout_is(
    launch: Launcher,
) -> None:
    ended = run(launch, "rescued_then_long", extra_vars="seconds: 60", job_timeout="9")
    ended.ends(1, "failed", "failed", failed_hosts="")
    (title,) = errors(ended)
    assert (
        "the controller stopped it: the job's own timeout had passed while TASK [Long work] was running"
        in title
    )
    assert junit(launch) == {"failures": 1, "errors": 0}, "the verdict's own case"
    assert "the host went on after it" in ended.words
    assert "failed of" not in ended.words


def test_our_own_timeout_is_told_as_ours(launch: Launcher) -> None:
    ended = run(launch, "rescued_then_long", extra_vars="seconds: 60", timeout="9s")
    ended.ends(5, "timed_out", "canceled", failed_hosts="")
    assert ended.outputs["explanation"].startswith("canceled by this launcher (the timeout of 9 s passed)")
    assert "canceled on the controller" not in ended.words + ended.summary
    assert "follow" not in ended.words, "there is nothing to attach to any more"


def test_the_play_that_matched_no_host_is_named_beside_one_that_did(launch: Launcher) -> None:
    ended = run(launch, "no_host_in_one_play", limit="", on_no_hosts="fail")
    ended.ends(1, "failed", "successful")
    assert 'no host matched play "Deploy"' in ended.outputs["explanation"]
    assert 'no host matched play "Deploy"' in ended.words


def test_plays_that_ended_early_are_not_told_to_have_matched_nobody(launch: Launcher) -> None:
    ended = run(launch, "ended_early", on_no_hosts="fail")
    ended.ends(0, "successful", "successful")
    assert "no host matched" not in ended.words + ended.summary


def test_a_failed_job_whose_recap_counts_no_failure_names_the_rescued_task(
    launch: Launcher, stage: Sandbox
) -> None:
    ended = run(launch, "any_errors_fatal")
    if ended.outputs["status"] == "failed":  # by the ansible-core that is installed
        assert (
            "TASK [Switch the load balancer] on web2: the load balancer refuses"
            in ended.outputs["explanation"]
        )
        assert "the recap counts it as rescued" in ended.outputs["explanation"]
    assert "gives no reason" not in ended.words
    assert Bench(stage).status(ended.job) == ended.outputs["status"]
