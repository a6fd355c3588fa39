"""Pipelines with the shared library, run by Groovy over steps that really execute (Harness.groovy)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import sandbox
from sandbox import Sandbox
from tests.runtimes import KEPT_RUNS, ROOT, program

HERE = Path(__file__).parent
CREDENTIALS: Mapping[str, object] = {
    "aap-token": "ci-bot-token",
    "aap-login": ["ci-bot", "ci-bot-password"],
    "wrong-token": "no-such-token-4711",
}


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=5, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


@dataclass
class Build:
    """What Jenkins was told, and the console."""

    log: str
    told: Mapping[str, Any]
    workspace: Path

    @property
    def result(self) -> str:
        return str(self.told["result"])

    @property
    def outputs(self) -> dict[str, str]:
        """What the pipeline returned: the step's Map."""
        return dict(self.told["returned"])

    def archived(self) -> str:
        """The archived summary."""
        (name,) = self.told["archived"]
        return (self.workspace / str(name)).read_text(encoding="utf-8")


@dataclass
class Jenkins:
    """An agent with a workspace."""

    box: Sandbox
    workspace: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, pipeline: str, **environment: str) -> subprocess.Popen[bytes]:
        """Run a pipeline; `env.SANDBOX` in it is the sandbox's address."""
        script = self.workspace.parent / "Jenkinsfile"
        script.write_text(pipeline, encoding="utf-8")
        return subprocess.Popen(
            [
                program("groovy", "apt-get install groovy default-jre-headless"),
                *("-cp", str(HERE / "stubs"), str(HERE / "Harness.groovy")),
                *(
                    str(script),
                    str(ROOT / "vars"),
                    str(self.workspace),
                    str(self.workspace.parent / "report.json"),
                ),
            ],
            env={
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "HOME": os.environ.get("HOME", "/"),
                "JAVA_HOME": java_home(),
                "JAVA_OPTS": "-Dfile.encoding=UTF-8 -Dsun.jnu.encoding=UTF-8 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData",
                "LC_ALL": "C.UTF-8",
                "SANDBOX": self.box.url,
                "HARNESS_CREDENTIALS": json.dumps(CREDENTIALS),
                **self.environment,
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def end(self, process: subprocess.Popen[bytes]) -> Build:
        out, _ = process.communicate(timeout=240)
        report = self.workspace.parent / "report.json"
        assert report.exists(), out.decode()
        return Build(out.decode(), json.loads(report.read_text(encoding="utf-8")), self.workspace)

    def run(self, pipeline: str, **environment: str) -> Build:
        return self.end(self.start(pipeline, **environment))


def java_home() -> str:
    """Where Java is: Debian's groovy looks for one that is not installed."""
    java = Path(program("java", "apt-get install default-jre-headless")).resolve()
    return str(java.parent.parent)


@pytest.fixture
def jenkins(tmp_path: Path, box: Sandbox) -> Jenkins:
    program("aap-launcher", "pip install -e .")
    workspace = tmp_path / "work space"
    workspace.mkdir()
    return Jenkins(box, workspace)


@pytest.fixture
def groovy_lint() -> tuple[str, ...]:
    """The command of npm-groovy-lint."""
    tool = ROOT / ".ci" / "node_modules" / "npm-groovy-lint" / "lib" / "index.js"
    if not tool.exists():
        program("npm-groovy-lint", ".ci/install-runtimes")
    return (program("node", "Node.js 20 or later"), str(tool))
