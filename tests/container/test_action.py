"""The action as GitHub's runner starts it, against the sandbox; and what GitHub would have executed of its log."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
import yaml

from aap_launcher.report.outputs import OUTPUTS
from sandbox import Sandbox
from tests.container.engine import Engine
from tests.container.runner import Ended, Step
from tests.e2e.conftest import Bench, wait_for
from tests.front_ends.snippets import of

pytestmark = pytest.mark.container

Launch = Callable[..., Ended]
OURS = {"add-mask", "group", "endgroup", "error", "warning", "notice"}
SLOW = "seconds: 120\nsteps: 60"


@pytest.fixture
def bench(box: Sandbox) -> Bench:
    return Bench(box)


def only_ours(ended: Ended) -> None:
    """GitHub executed only commands that the launcher means, balanced, and read nothing from stderr."""
    names = [command.name for command in ended.commands]
    assert set(names) <= OURS, names
    assert names.count("group") == names.count("endgroup")
    assert ended.stderr == b""
    assert [output.name for output in OUTPUTS] == list(ended.outputs)


def test_the_example_of_the_readme_runs_as_it_is_written(launch: Launch, box: Sandbox) -> None:
    (snippet,) = of("github", "README.md")
    action, echo = yaml.safe_load(snippet.text)["jobs"]["deploy"]["steps"]
    known = {"secrets.AAP_TOKEN": box.token}

    def expressed(text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text)

    inputs = {name: expressed(value) for name, value in action["with"].items()}
    ended = launch(**inputs | {"url": box.url})
    assert ended.code == 0, ended.log
    known |= {f"steps.{action['id']}.outputs.{name}": value for name, value in ended.outputs.items()}
    said = subprocess.run(["bash", "-c", expressed(echo["run"])], capture_output=True, text=True, check=True)
    assert said.stdout == f"job {ended.outputs['job_id']} was successful\n"


# --- endings --------------------------------------------------------------------------------------------


def test_a_successful_job_is_a_green_step_with_outputs_and_summary(launch: Launch, box: Sandbox) -> None:
    ended = launch("Deploy shop", extra_vars="app_version: 2.4.1\ndeploy_env: staging")
    assert ended.code == 0, ended.log
    assert ended.outputs["status"] == ended.outputs["outcome"] == "successful"
    assert ended.outputs["events"] == "complete"
    assert ended.outputs["job_url"].endswith(f"/{ended.outputs['job_id']}/output")
    assert len(ended.json("host_summary")) == 5
    assert "acme/shop@3f2c1ab" in ended.summary
    assert any("TASK [" in command.data for command in ended.named("group"))
    assert not ended.named("error")
    only_ours(ended)
    assert ended.commands[0].name == "add-mask", "secrets are masked before anything else is said"
    assert box.token not in ended.log + ended.summary
    assert b"runtime-token-of-the-job" not in ended.stdout


def test_a_failed_job_is_a_red_step_with_one_annotation_a_task(launch: Launch) -> None:
    ended = launch("Broken deploy")
    assert ended.code == 1, ended.log
    assert ended.outputs["outcome"] == "failed"
    assert ended.outputs["failed_hosts"]
    assert ended.named("error")
    assert all("failed" in command.properties["title"] for command in ended.named("error"))
    assert "failed" in ended.summary
    only_ours(ended)


def test_a_timeout_cancels_the_job_and_exits_5(launch: Launch, bench: Bench) -> None:
    ended = launch("Slow deploy", extra_vars=SLOW, timeout="4s")
    assert ended.code == 5, ended.log
    assert ended.outputs["outcome"] == "timed_out"
    assert bench.status(ended.outputs["job_id"]) == "canceled"
    only_ours(ended)


def test_a_refused_launch_exits_3_and_its_explanation_keeps_its_lines(launch: Launch) -> None:
    ended = launch("Locked", limit="web1", extra_vars="a: 1", job_tags="x")
    assert ended.code == 3, ended.log
    assert ended.outputs["outcome"] == "refused"
    assert len(ended.outputs["explanation"].splitlines()) >= 3
    assert {"limit", "a", "job_tags"} <= set(ended.outputs["explanation"].split())
    assert ended.outputs["job_id"] == ""
    only_ours(ended)


def test_wrong_inputs_exit_2_and_are_all_named(launch: Launch) -> None:
    ended = launch("", verbosity="loud", wait="perhaps")
    assert ended.code == 2, ended.log
    assert ended.outputs["outcome"] == "invalid"
    for name in ("template", "verbosity", "wait"):
        assert name in ended.outputs["explanation"]
    only_ours(ended)


def test_nothing_that_a_playbook_prints_is_executed(launch: Launch) -> None:
    ended = launch("Hostile output")
    assert ended.code == 0, ended.log
    only_ours(ended)
    assert not ended.named("error")
    for command in ended.commands:
        if command.name == "group":
            assert command.data.startswith(("PLAY", "TASK", "RUNNING HANDLER"))
        if command.name == "add-mask":
            assert command.data in {"ci-bot-token", "Y2ktYm90LXRva2Vu"}
    assert "error" in ended.log, "the text itself stays readable"


# --- inputs ---------------------------------------------------------------------------------------------


def test_inputs_arrive_as_they_were_written(launch: Launch, bench: Bench) -> None:
    """Quotes, backslashes and line breaks are what `args:` would have mangled."""
    text = 'back\\slash "quoted" $HOME `id` \\"\nsecond line\ttab é'
    ended = launch("Everything prompted", extra_vars=json.dumps({"text": text}), limit="web*:!web9")
    assert ended.code == 0, ended.log
    job = bench.api("GET", f"jobs/{ended.outputs['job_id']}/")
    assert json.loads(job["extra_vars"])["text"] == text
    assert job["limit"] == "web*:!web9"


def test_files_are_read_from_and_written_to_the_workspace(launch: Launch, step: Step) -> None:
    (step.workspace / "vars.yml").write_text("greeting: from-file\n")
    ended = launch(
        "Asks for variables", extra_vars_file="vars.yml", junit="junit.xml", result_file="result.json"
    )
    assert ended.code == 0, ended.log
    assert (step.workspace / "junit.xml").read_text().startswith("<?xml")
    assert '"outcome"' in (step.workspace / "result.json").read_text()


def test_the_workspace_cannot_change_the_launcher(launch: Launch, step: Step) -> None:
    """A checkout may hold modules of our modules' names, and the job may set PYTHON* variables for itself."""
    for name in ("requests", "click", "aap_launcher", "sitecustomize", "dataclasses"):
        (step.workspace / f"{name}.py").write_text("raise SystemExit('hijacked')\n")
    user_site = step.folder / "_temp/_github_home/.local/lib/python3.13/site-packages"
    user_site.mkdir(parents=True)
    (user_site / "usercustomize.py").write_text("raise SystemExit('hijacked')\n")
    variables = {
        "PYTHONPATH": "/github/workspace",
        "PYTHONSTARTUP": "x.py",
        "PYTHONWARNINGS": "error",
        "PYTHONHOME": "/nowhere",
    }
    ended = launch("Locked", variables=variables)
    assert ended.code == 0, (ended.log, ended.stderr)


# --- users ----------------------------------------------------------------------------------------------


def test_a_user_who_may_not_write_the_runners_files_is_told_and_the_verdict_stands(
    step: Step, box: Sandbox
) -> None:
    """Against GitHub's advice, `options: --user 1001` is used; the files belong to the runner."""
    client = step.start(
        {"url": box.url, "token": box.token, "template": "Locked"}, options=("--user", "1001")
    )
    ended = step.end(client)
    assert ended.code == 0, ended.log
    assert "the outputs could not be written" in ended.log
    assert "Permission denied" in ended.log
    assert ended.outputs == {}


def test_a_user_who_may_write_them_gets_everything_on_a_read_only_file_system(
    step: Step, box: Sandbox
) -> None:
    for file in step.files.values():
        file.chmod(0o666)
    options = ("--user", "1001", "--read-only", "--cap-drop", "ALL")
    ended = step.end(step.start({"url": box.url, "token": box.token, "template": "Locked"}, options=options))
    assert ended.code == 0, ended.log
    only_ours(ended)
    assert ended.outputs["outcome"] == "successful"


def test_a_run_writes_nothing_into_its_container(engine: Engine, step: Step, box: Sandbox) -> None:
    with following(step, box, Bench(box)) as (_, _job):
        changed = [line.split(maxsplit=1)[1] for line in engine.docker("diff", step.name).splitlines()]
    mounts = ("/github", "/run", "/var", "/etc", "/dev", "/proc", "/sys")
    assert [path for path in changed if not path.startswith(mounts)] == []


# --- cancel ---------------------------------------------------------------------------------------------


@contextmanager
def following(
    step: Step, box: Sandbox, bench: Bench, **given: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A slow job that the step has launched and that runs: the docker client and the job's id."""
    inputs: Mapping[str, str] = {
        "url": box.url, "token": box.token, "template": "Slow deploy", "extra_vars": SLOW, **given,
    }  # fmt: skip
    client = step.start(inputs)
    job = ""
    try:
        wait_for(lambda: "job_id" in step.files["GITHUB_OUTPUT"].read_text(), 60, "the launch")
        text = step.files["GITHUB_OUTPUT"].read_text()
        job = text.split("\n")[1]
        wait_for(lambda: bench.status(job) == "running", 30, "the job's run")
        yield client, job
    finally:
        client.kill()
        client.communicate()
        step.engine.docker("rm", "-f", step.name, check=False)
        if job and bench.status(job) in {"pending", "waiting", "running"}:
            bench.cancel(job)


def test_a_canceled_workflow_cancels_the_job_within_two_seconds(
    step: Step, box: Sandbox, bench: Bench
) -> None:
    with following(step, box, bench) as (client, job):
        since = time.time()
        assert step.cancel(client) == "", "SIGINT alone ends it"
        ended = step.end(client)
        assert bench.seconds_until_canceled(job, since) < 2
        assert bench.status(job) == "canceled"
    assert ended.code == 130, ended.log
    assert ended.outputs["outcome"] == "interrupted"
    assert ended.outputs["job_id"] == job
    assert "canceled" in ended.summary
    only_ours(ended)


def test_a_job_that_does_not_end_leaves_time_to_report_before_the_kill(
    step: Step, box: Sandbox, bench: Bench
) -> None:
    bench.control("POST", "plans/", {"never_processed": True})
    with following(step, box, bench) as (client, job):
        since = time.time()
        assert step.cancel(client) != "SIGKILL"
        ended = step.end(client)
        assert time.time() - since < 10
        assert bench.seconds_until_canceled(job, since) < 2
    assert ended.code == 130, ended.log
    assert ended.outputs["outcome"] == "interrupted"
    only_ours(ended)


def test_a_stopped_container_hears_sigterm_as_process_1(
    engine: Engine, step: Step, box: Sandbox, bench: Bench
) -> None:
    """`docker stop`, Kubernetes and GitLab send SIGTERM to PID 1, for which the kernel has no default action."""
    with following(step, box, bench) as (client, job):
        assert engine.docker("exec", step.name, "cat", "/proc/1/comm").startswith("python")
        since = time.time()
        engine.docker("kill", "--signal", "TERM", step.name)
        client.wait(20)
        ended = step.end(client)
        assert bench.seconds_until_canceled(job, since) < 2
    assert ended.code == 128 + signal.SIGTERM, ended.log
    only_ours(ended)
