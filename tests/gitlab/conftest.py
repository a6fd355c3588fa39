"""A GitLab project on this disk, and its pipelines really run: with gitlab-ci-local, or as GitLab's runner does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import sandbox
from sandbox import Sandbox
from tests.runtimes import KEPT_RUNS, NODE_MODULES, ROOT, node, program

COMPONENT = "component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/launch@$CI_COMMIT_SHA"
_SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=5, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


@dataclass
class Pipeline:
    """What a run of gitlab-ci-local left."""

    code: int
    text: str
    folder: Path

    @property
    def jobs(self) -> Any:
        """The pipeline as it is after includes, inputs and `extends`."""
        return yaml.safe_load((self.folder / ".gitlab-ci-local" / "expanded-gitlab-ci.yml").read_text())

    def log(self, job: str) -> str:
        """What a job's script wrote."""
        lines = [line for line in self.text.splitlines() if line.startswith(job + " ")]
        return "\n".join(line.partition("> ")[2] for line in lines)

    def artifact(self, job: str, name: str) -> Path:
        return self.folder / ".gitlab-ci-local" / "artifacts" / job / name


@dataclass
class Project:
    """A repository with the component in it, as the component's own project is."""

    folder: Path
    box: Sandbox

    def write(self, pipeline: str) -> None:
        """Commit this .gitlab-ci.yml; COMPONENT stands for the include of the component by its address."""
        (self.folder / ".gitlab-ci.yml").write_text(pipeline.replace("COMPONENT", COMPONENT))
        identity = ("-c", "user.name=Dev", "-c", "user.email=dev@example.com")
        for arguments in (("add", "-A"), (*identity, "commit", "-qm", "Write the pipeline", "--allow-empty")):
            subprocess.run(["git", *arguments], cwd=self.folder, check=True)

    def run(self, pipeline: str, *arguments: str) -> Pipeline:
        """Write the pipeline and run it, each job's script in a shell of this machine."""
        self.write(pipeline)
        ended = subprocess.run(
            [
                program("node", "Node.js 20 or later"),
                str(NODE_MODULES / ".bin" / "gitlab-ci-local"),
                "--force-shell-executor",
                *("--variable", f"SANDBOX={self.box.url}", "--variable", f"AAP_TOKEN={self.box.token}"),
                *arguments,
            ],
            cwd=self.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Pipeline(ended.returncode, _SGR.sub("", ended.stdout + ended.stderr), self.folder)

    def jobs(self, pipeline: str) -> dict[str, Job]:
        """The jobs of the expanded pipeline."""
        preview = self.run(pipeline, "--preview")
        assert preview.code == 0, preview.text
        return {name: Job(self, keys) for name, keys in preview.jobs.items() if "script" in keys}

    def job(self, pipeline: str, name: str) -> Job:
        """A job of the expanded pipeline."""
        return self.jobs(pipeline)[name]


@dataclass
class Job:
    """One job, its script run as GitLab's runner does: one shell for the script, another for after_script."""

    project: Project
    definition: Mapping[str, Any]

    def start(self) -> subprocess.Popen[bytes]:
        return self._shell("script")

    def after(self, status: str) -> str:
        """Run after_script as of this CI_JOB_STATUS; what it printed."""
        shell = self._shell("after_script", CI_JOB_STATUS=status)
        out, _ = shell.communicate(timeout=60)
        assert shell.returncode == 0, out.decode()
        return out.decode()

    def outputs(self) -> dict[str, str]:
        """The dotenv report as it is now."""
        path = self.project.folder / "aap-outputs.env"
        lines = path.read_text().splitlines() if path.exists() else []
        return dict(line.split("=", 1) for line in lines)

    def _shell(self, section: str, **more: str) -> subprocess.Popen[bytes]:
        lines = self.definition[section]
        variables = {name: str(value) for name, value in self.definition["variables"].items()}
        variables |= {"AAP_TOKEN": self.project.box.token, "GITLAB_CI": "true", **more}
        variables["INPUT_URL"] = self.project.box.url
        return subprocess.Popen(
            ["bash", "-c", "set -eo pipefail\n" + "\n".join(lines)],
            cwd=self.project.folder,
            env=environment() | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@pytest.fixture
def project(tmp_path: Path, box: Sandbox) -> Project:
    node("gitlab-ci-local")
    program("rsync", "apt-get install rsync (gitlab-ci-local copies with it)")
    program("aap-launcher", "pip install -e .")
    (tmp_path / "templates").mkdir()
    shutil.copy(ROOT / "templates" / "launch.yml", tmp_path / "templates")
    (tmp_path / ".gitignore").write_text(".gitlab-ci-local/\naap-*\n")
    head = ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    remote = ("remote", "add", "origin", "git@gitlab.example.com:acme/shop.git")
    for arguments in (("init", "-q"), remote, head):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    return Project(tmp_path, box)


def environment() -> dict[str, str]:
    """Of this process only what a runner has: no CI variable, and this Python's programs on PATH."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
    }


def children(process: int) -> list[int]:
    """Every process below this one."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [number for child in map(int, listed) for number in (child, *children(child))]


def end(process: int, signum: signal.Signals) -> None:
    """Signal a process and all below it, as GitLab's runner does to a container's processes."""
    for number in (*children(process), process):
        os.kill(number, signum)
