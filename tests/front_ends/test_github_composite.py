"""composite/action.yml, run step by step as GitHub's runner runs it: bash, environment, file commands, signals."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

import sandbox
from aap_launcher.inputs.definitions import INPUTS
from sandbox import Sandbox
from tests.ci.parsers import Runner, github_outputs
from tests.e2e.conftest import Bench, wait_for
from tests.runtimes import KEPT_RUNS, ROOT, missing

pytestmark = [pytest.mark.sandbox, pytest.mark.packages]

ACTION: dict[str, Any] = yaml.load(
    (ROOT / "composite/action.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
INSTALL, LAUNCH = ACTION["runs"]["steps"]
_EXPRESSION = re.compile(r"\$\{\{ (inputs|steps)\.([\w.]+) \}\}")


@dataclass
class Job:
    """A job of a runner: its folders, and the outputs of its steps."""

    folder: Path
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("work space", "temp", "home"):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def workspace(self) -> Path:
        return self.folder / "work space"

    def file(self, name: str, step: str) -> Path:
        return self.folder / f"{name}_{step}"

    def start(
        self, step: Mapping[str, Any], given: Mapping[str, str], variables: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """`shell: bash` is `bash --noprofile --norc -e -o pipefail {0}` (ScriptHandlerHelpers.cs)."""
        script = self.folder / f"{step['id']}.sh"
        script.write_text(step["run"], encoding="utf-8")
        files = {
            name: self.file(name, step["id"])
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")
        }
        for path in files.values():
            path.touch()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT / "composite"),
            "GITHUB_REPOSITORY": "acme/shop",
            "RUNNER_TEMP": str(self.folder / "temp"),
        }
        environment |= {name: str(path) for name, path in files.items()} | dict(variables or {})
        environment |= {name: self._evaluated(value, given) for name, value in step.get("env", {}).items()}
        return subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, step: Mapping[str, Any], process: subprocess.Popen[bytes]) -> tuple[int, Runner, str]:
        """Exit code, what the runner makes of the log, and stderr."""
        stdout, stderr = process.communicate(timeout=300)
        text = self.file("GITHUB_OUTPUT", step["id"]).read_text(encoding="utf-8")
        self.outputs[step["id"]] = github_outputs(text)
        assert self.file("GITHUB_ENV", step["id"]).read_text() == "", (
            "nothing leaks into the job's other steps"
        )
        return process.returncode, Runner().read(stdout), stderr.decode()

    def run(
        self, step: Mapping[str, Any], given: Mapping[str, str], **variables: str
    ) -> tuple[int, Runner, str]:
        return self.end(step, self.start(step, given, variables))

    def _evaluated(self, value: str, given: Mapping[str, str]) -> str:
        """The two kinds of expression that the action uses."""

        def text(match: re.Match[str]) -> str:
            if match[1] == "inputs":
                return given[match[2]]
            step, _, output = match[2].split(".")
            return self.outputs[step].get(output, "")

        return _EXPRESSION.sub(text, value)


def given(box: Sandbox, **inputs: str) -> dict[str, str]:
    """Every declared input; without a value it has its default."""
    return {item.name: item.default for item in INPUTS} | {"url": box.url, "token": box.token} | inputs


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A job whose launcher is installed."""
    if not shutil.which("bash"):
        missing("bash is not installed")
    job = Job(tmp_path_factory.mktemp("runner"))
    code, _, stderr = job.run(INSTALL, {})
    if code and "Max retries exceeded" in stderr:
        missing("PyPI cannot be reached")
    assert code == 0, stderr
    return job


def test_a_job_is_launched_and_its_outputs_are_the_actions(job: Job, box: Sandbox) -> None:
    code, log, stderr = job.run(
        LAUNCH, given(box, template="Survey deploy", extra_vars="version: 2.4.1\nenv: prod")
    )
    assert (code, stderr) == (0, ""), "\n".join(log.log)
    outputs = {name: job._evaluated(each["value"], {}) for name, each in ACTION["outputs"].items()}
    assert outputs["outcome"] == outputs["status"] == "successful"
    assert outputs["events"] == "complete"
    assert "Survey deploy" in job.file("GITHUB_STEP_SUMMARY", "launch").read_text(encoding="utf-8")
    assert set(log.names()) <= {"add-mask", "group", "endgroup", "warning"}


def test_a_second_use_in_the_job_installs_nothing(job: Job) -> None:
    code, log, stderr = job.run(INSTALL, {}, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0")
    assert (code, log.log, stderr) == (0, [""], "")


def test_the_jobs_own_python_settings_do_not_reach_the_launcher(job: Job, box: Sandbox) -> None:
    (job.workspace / "requests.py").write_text("raise SystemExit('hijacked')\n")
    code, log, stderr = job.run(
        LAUNCH, given(box, template="Locked"), PYTHONPATH=str(job.workspace), PYTHONHOME="/nowhere"
    )
    assert (code, stderr) == (0, ""), "\n".join(log.log)


def test_an_input_is_never_read_by_a_shell(job: Job, box: Sandbox) -> None:
    hostile = "$(touch injected)`touch injected`'; touch injected; \"${{ github.token }}"
    code, log, _ = job.run(LAUNCH, given(box, template=hostile, limit=hostile))
    assert code == 3, "\n".join(log.log)
    assert list(job.workspace.glob("**/injected")) == []


def test_the_runners_signal_reaches_the_launcher_itself(job: Job, box: Sandbox) -> None:
    """The runner signals the one process that it started: a shell that waited would keep the signal to itself."""
    bench = Bench(box)
    process = job.start(LAUNCH, given(box, template="Slow deploy", extra_vars="seconds: 120\nsteps: 60"))
    output = job.file("GITHUB_OUTPUT", "launch")
    before = output.stat().st_size
    try:
        wait_for(lambda: "job_id" in output.read_text()[before:], 60, "the launch")
        number = output.read_text()[before:].split("\n")[1]
        wait_for(lambda: bench.status(number) == "running", 60, "the job's run")
    except AssertionError:
        process.kill()
        process.communicate()
        raise
    since = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, _, _ = job.end(LAUNCH, process)
    assert code == 130
    assert time.monotonic() - since < 10
    wait_for(lambda: bench.status(number) == "canceled", 10, "the cancel")


def test_a_python_that_is_too_old_is_told_with_the_way_out(tmp_path: Path) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    for name in ("python3", "python"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    code, log, _ = Job(tmp_path).run(INSTALL, {}, PATH=f"{old}:{os.environ['PATH']}")
    assert code == 1
    (error,) = log.executed
    assert "needs Python 3.11" in error.properties["title"]
    assert "setup-python" in error.data
