"""aapLaunch, aapFollow and aapCancel in pipelines, against the sandbox."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from aap_launcher.report.outputs import OUTPUTS
from tests.front_ends.controller import job, wait_for
from tests.jenkins.conftest import Jenkins

pytestmark = [pytest.mark.jenkins, pytest.mark.sandbox]

LAUNCH = "return aapLaunch(url: env.SANDBOX, credentialsId: 'aap-token', %s)"


def test_a_launch_returns_every_output_links_the_job_and_archives_the_summary(jenkins: Jenkins) -> None:
    build = jenkins.run(
        LAUNCH
        % "template: 'Deploy shop', limit: 'web', extra_vars: [app_version: '2.4.1'], junit: 'hosts.xml'"
    )
    assert build.result == "SUCCESS", build.log
    assert list(build.outputs) == sorted(output.name for output in OUTPUTS)
    assert (build.outputs["status"], build.outputs["outcome"]) == ("successful", "successful")
    assert json.loads(build.outputs["artifacts"])["app_version"] == "2.4.1"
    number, link = build.outputs["job_id"], build.outputs["job_url"]
    assert build.told["description"] == f"job {number} successful: {link}"
    assert build.told["archived"] == [f"aap-summary-{number}.md"]
    assert "Deploy shop" in build.archived()
    assert build.told["tests"] == [{"testResults": "hosts.xml", "skipMarkingBuildUnstable": True}]
    assert [one.name for one in Path(f"{jenkins.workspace}@tmp").iterdir()] == []


def test_a_failed_job_fails_the_build_and_is_linked_all_the_same(jenkins: Jenkins) -> None:
    build = jenkins.run(LAUNCH % "template: 'Failing check'")
    assert build.result == "FAILURE"
    assert "launch ended failed (exit code 1): http" in build.told["error"]
    assert " failed: http" in build.told["description"]
    assert "app1" in build.archived()


def test_with_propagate_off_a_failed_job_is_a_value(jenkins: Jenkins) -> None:
    build = jenkins.run(LAUNCH % "template: 'Failing check', propagate: false")
    assert build.result == "SUCCESS"
    assert (build.outputs["outcome"], build.outputs["failed_hosts"]) == ("failed", "app1")


def test_two_launches_in_one_build_are_both_described(jenkins: Jenkins) -> None:
    build = jenkins.run(
        "aapLaunch(url: env.SANDBOX, credentialsId: 'aap-token', template: 'Locked')\n"
        "aapLaunch(url: env.SANDBOX, credentialsId: 'aap-token', template: 'Locked')"
    )
    assert len(build.told["description"].splitlines()) == len(set(build.told["archived"])) == 2


HOSTILE = {
    "quotes": """it's "quoted" `id` \\1 \\""",
    "dollars": "$HOME ${HOME} $$ $(id) %HOME% ${env.PATH}",
    "lines": "one\n  two: {x}\n\n#three\n",
    "unicode": "ü 漢 \u202e 🚀",
    "shell": "'; touch pwned; echo '",
}


def groovy(text: str) -> str:
    """A single-quoted Groovy literal: nothing is interpolated in one."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def test_any_text_arrives_as_it_was_given(jenkins: Jenkins) -> None:
    variables = ", ".join(f"{name}: {groovy(text)}" for name, text in HOSTILE.items())
    build = jenkins.run(
        LAUNCH
        % f"""template: 'Everything prompted', extra_vars: [{variables}, n: 2, on: false, none: null, l: ['a,b']],
        limit: 'web1:&~w.b\\\\d$', verbosity: 0, diff_mode: false, forks: 0, job_tags: '', labels: ['ci']"""
    )
    assert build.result == "SUCCESS", build.log
    launched = job(jenkins.box, build.outputs["job_id"])
    asked = HOSTILE | {"n": 2, "on": False, "none": None, "l": ["a,b"]}
    assert {name: launched["extra_vars"][name] for name in asked} == asked
    assert launched["limit"] == "web1:&~w.b\\d$"
    assert (launched["verbosity"], launched["diff_mode"], launched["forks"], launched["job_tags"]) == (
        0,
        False,
        0,
        "",
    )
    assert not list(jenkins.workspace.rglob("pwned"))


def test_text_and_interpolated_text_arrive_too(jenkins: Jenkins) -> None:
    yaml = json.dumps(HOSTILE)
    build = jenkins.run(
        f"String v = {groovy(yaml)}\n"
        + LAUNCH % "template: 'Everything prompted', extra_vars: \"${v}\", limit: 'web1'"
    )
    launched = job(jenkins.box, build.outputs["job_id"])["extra_vars"]
    assert {name: launched[name] for name in HOSTILE} == HOSTILE


def test_a_username_and_password_log_in_as_well(jenkins: Jenkins) -> None:
    build = jenkins.run("return aapLaunch(url: env.SANDBOX, credentialsId: 'aap-login', template: 'Locked')")
    assert build.result == "SUCCESS", build.log
    assert "as ci-bot" in build.log
    assert "ci-bot-password" not in build.log


def test_credentials_that_the_pipeline_bound_itself_are_used(jenkins: Jenkins) -> None:
    build = jenkins.run(
        "withCredentials([string(credentialsId: 'aap-token', variable: 'AAP_TOKEN')]) {\n"
        "  return aapLaunch(url: env.SANDBOX, template: 'Locked')\n}"
    )
    assert build.result == "SUCCESS", build.log


def test_a_credential_that_is_missing_or_wrong_is_told(jenkins: Jenkins) -> None:
    build = jenkins.run("aapLaunch(url: env.SANDBOX, credentialsId: 'no-such', template: 'Locked')")
    assert build.told["error"] == "Could not find credentials entry with ID 'no-such'"
    build = jenkins.run("aapLaunch(url: env.SANDBOX, credentialsId: 'wrong-token', template: 'Locked')")
    assert "ended refused (exit code 3)" in build.told["error"]
    assert "no-such-token-4711" not in build.log


def test_every_wrong_argument_is_named_before_anything_runs(jenkins: Jenkins) -> None:
    build = jenkins.run("aapLaunch(url: env.SANDBOX, token: 'x', tempalte: 'y', runtime: 'podman')")
    assert build.told["error"] == (
        "aap-launcher: token is a secret: give credentialsId, or bind AAP_TOKEN with withCredentials; "
        "tempalte is no argument of this step; runtime is docker or local"
    )
    build = jenkins.run("aapFollow(url: env.SANDBOX, limit: 'web')")
    assert build.told["error"] == (
        "aap-launcher: limit is for aapLaunch: a job that exists already would not take it; "
        "job is missing: give the id of the job"
    )
    build = jenkins.run("aapLaunch(url: env.SANDBOX, runtime: 'docker')")
    assert "image is missing" in build.told["error"]
    assert build.told["labels"] == []


def test_an_agent_without_the_launcher_is_told_what_to_do(jenkins: Jenkins) -> None:
    build = jenkins.run(LAUNCH % "template: 'Locked', propagate: false", PATH="/usr/bin:/bin")
    assert build.told["error"].startswith("aap-launcher was not found on this agent")
    assert "Python 3.11 or later" in build.told["error"]


def test_an_agent_without_docker_is_told_of_docker_and_not_of_the_launcher(
    jenkins: Jenkins, tmp_path: Path
) -> None:
    path = tmp_path / "without docker"
    path.mkdir()
    for program in {
        one.name: one for folder in ("/usr/bin", "/bin") for one in Path(folder).iterdir()
    }.values():
        if program.name != "docker":
            (path / program.name).symlink_to(program)
    words = "template: 'Locked', runtime: 'docker', image: 'aap-launcher', propagate: false"
    build = jenkins.run(LAUNCH % words, PATH=str(path))
    assert build.told["error"].startswith("no container was started on this agent: it needs docker")


def test_a_launch_that_is_left_is_followed_by_a_later_step(jenkins: Jenkins) -> None:
    build = jenkins.run(
        "def left = aapLaunch(url: env.SANDBOX, credentialsId: 'aap-token', template: 'Locked', wait: false)\n"
        "return aapFollow(url: env.SANDBOX, credentialsId: 'aap-token', job: left.job_id)",
        AAP_TEMPLATE="of the whole pipeline",
    )
    assert build.result == "SUCCESS", build.log
    assert build.outputs["status"] == "successful"
    assert build.log.count("PLAY RECAP *") == 1


def test_a_job_is_canceled_by_the_step_for_it(jenkins: Jenkins) -> None:
    build = jenkins.run(
        "def left = aapLaunch(url: env.SANDBOX, credentialsId: 'aap-token', template: 'Slow deploy', wait: false)\n"
        "aapCancel(url: env.SANDBOX, credentialsId: 'aap-token', job: left.job_id)\n"
        "aapCancel(url: env.SANDBOX, credentialsId: 'aap-token', job: left.job_id)\n"
        "return left"
    )
    assert build.result == "SUCCESS", build.log
    assert "was asked to cancel" in build.log
    wait_for(lambda: job(jenkins.box, build.outputs["job_id"])["status"] == "canceled", what="the cancel")


@pytest.mark.parametrize(
    ("signal", "on_interrupt", "status"),
    [("TERM", "cancel", "canceled"), ("KILL", "cancel", "canceled"), ("KILL", "leave", "running")],
)
def test_an_aborted_build_cancels_its_job(
    jenkins: Jenkins, signal: str, on_interrupt: str, status: str
) -> None:
    process = jenkins.start(LAUNCH % f"template: 'Slow deploy', on_interrupt: '{on_interrupt}'")
    known = wait_for(lambda: list(Path(f"{jenkins.workspace}@tmp").glob("*/outputs.json")), what="the step")[
        0
    ]
    number = wait_for(
        lambda: known.read_text() and json.loads(known.read_text())["job_id"], what="the launch"
    )
    wait_for(lambda: job(jenkins.box, number)["status"] == "running", what="the start")
    (jenkins.workspace / "abort").write_text(signal)
    sent = time.monotonic()
    build = jenkins.end(process)
    assert build.result == "ABORTED", build.log
    assert f"job {number} " in build.told["description"]
    wait_for(lambda: job(jenkins.box, number)["status"] == status, what="the end")
    assert time.monotonic() - sent < 60
    assert build.log.count("was asked to cancel") == (on_interrupt == "cancel")
