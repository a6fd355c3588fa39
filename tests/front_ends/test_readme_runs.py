"""README's examples, run as they are written: only the controller's address is the sandbox's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox
from sandbox import Sandbox
from tests.front_ends.controller import job
from tests.front_ends.snippets import Snippet, of
from tests.gitlab.conftest import Project
from tests.gitlab.conftest import project as project  # noqa: PLC0414  # a fixture
from tests.jenkins.conftest import Jenkins
from tests.jenkins.conftest import jenkins as jenkins  # noqa: PLC0414  # a fixture
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox
ADDRESS = "https://aap.example.com"


def included(text: str) -> str:
    """The pipeline with the component of this commit, and the image that the tests know."""
    by_file = re.sub(r"project: \S+\n +ref: \S+\n +file: \S+", "component: COMPONENT", text)
    text = re.sub(
        r"component: \S+", "component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/launch@$CI_COMMIT_SHA", by_file
    )
    return re.sub(r"\n +image: \S+DIGEST", "", text)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=5, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


@pytest.mark.gitlab
@pytest.mark.parametrize(
    "snippet", [*of("gitlab", "README.md"), *of("gitlab", "docs/gitlab.md")[-1:]], ids=lambda one: one.where
)
def test_the_gitlab_example(project: Project, snippet: Snippet) -> None:
    own = included(snippet.text)
    pipeline = project.run(own.replace(ADDRESS, project.box.url))
    assert pipeline.code == 0, pipeline.text
    assert "successful" in pipeline.text


@pytest.mark.jenkins
def test_the_jenkins_example(jenkins: Jenkins) -> None:
    (snippet,) = of("jenkins", "README.md")
    local = snippet.text.replace("        image: 'aap-launcher',\n", "")
    build = jenkins.run(local.replace(ADDRESS, jenkins.box.url))
    assert build.result == "SUCCESS", build.log
    number = build.told["description"].split()[1]
    assert f"job {number} was successful\n" in build.log
    assert job(jenkins.box, number)["extra_vars"]["deploy_env"] == "staging"


@pytest.mark.jenkins
@pytest.mark.parametrize("kind", ["pipeline {", "parallel("])
def test_the_other_jenkins_examples(jenkins: Jenkins, kind: str) -> None:
    (snippet,) = (one for one in of("jenkins", "docs/jenkins.md") if kind in one.text)
    build = jenkins.run(snippet.text.replace(ADDRESS, jenkins.box.url))
    assert build.result == "SUCCESS", build.log
    assert len(build.told["description"].splitlines()) == snippet.text.count("aapLaunch(")


def test_the_example_for_a_terminal(box: Sandbox, tmp_path: Path) -> None:
    def run(line: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env={
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "AAP_URL": box.url,
                "AAP_TOKEN": box.token,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    lines = [line for one in of("terminal", "README.md") for line in one.commands]
    # The job's commands come first; those for every resource follow them.
    doctor, launch, follow, relaunch, cancel, output, *_ = (
        line for line in lines if line.startswith("aap-launcher")
    )
    assert run(doctor)[0] == 0
    code, log = run(launch)
    assert code == 0, log
    number = log.partition("Launched   job ")[2].split()[0]
    code, log = run(follow.replace("423", number))
    assert (code, "PLAY RECAP" in log) == (0, True), log
    code, log = run(cancel.replace("423", number))
    assert (code, f"job {number} has already ended (successful)" in log) == (0, True), log
    assert run(output.replace("423", number)) == (0, "")
    assert "PLAY RECAP" in (tmp_path / "job.log").read_text()
    _, log = run("aap-launcher launch 'Broken deploy'")
    broken = log.partition("Launched   job ")[2].split()[0]
    code, log = run(relaunch.replace("423", broken))
    assert (code, f"job {broken} · failed" in log) == (1, True), log
