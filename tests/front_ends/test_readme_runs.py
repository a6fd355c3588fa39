"""README's examples, run as they are written: only the controller's address is the sandbox's."""

from __future__ import annotations

import json
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


def typed(box: Sandbox, folder: Path, line: str, token: str = "") -> tuple[int, str]:
    """(exit code, both streams) of a line of a shell."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AAP_URL": box.url,
            "AAP_TOKEN": token or box.token,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def launcher_lines(first: str) -> list[str]:
    """The launcher's commands of README's block for a terminal that holds one which begins so."""
    for block in of("terminal", "README.md"):
        lines = [line for line in block.commands if line.startswith("aap-launcher")]
        if any(line.startswith(f"aap-launcher {first}") for line in lines):
            return lines
    raise AssertionError(first)


def test_the_example_for_every_resource(box: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "web3.yml").write_text("http_port: 8080\n")
    said = {}
    for line in launcher_lines("hosts list"):
        code, said[line] = typed(box, tmp_path, line, "admin-token")
        assert code == 0, f"{line}\n{said[line]}"
    listed, shown, created, edited, attached, updated, failed, names = said.values()
    assert "web1" in listed
    assert "playbook: deploy_shop.yml\n" in shown
    assert 'host 7 "web3" · inventory Shop' in created
    assert "enabled  true -> false\n" in edited
    assert "attached\n" in attached
    assert "PLAY RECAP" in updated
    assert failed == "" or json.loads(failed.splitlines()[0]).keys() == {"id", "name", "finished"}
    assert "web3" in names.splitlines()


def test_the_example_for_a_terminal(box: Sandbox, tmp_path: Path) -> None:
    def run(line: str) -> tuple[int, str]:
        return typed(box, tmp_path, line)

    doctor, launch, follow, relaunch, cancel, output = launcher_lines("doctor")
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
