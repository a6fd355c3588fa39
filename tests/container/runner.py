"""A step of GitHub's runner: `docker run` with its argv, mounts, environment, file commands and signals.

Written from actions/runner (DockerCommandManager.cs, ContainerActionHandler.cs, ProcessInvoker.cs); two things differ:
`--network host`, by which the container reaches the sandbox on loopback, and a user where a test asks for one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aap_launcher.inputs.definitions import INPUTS
from tests.ci.parsers import Command, Runner, github_outputs
from tests.container.engine import LABEL, Engine

SIGTERM_AFTER, KILL_AFTER = 7.5, 2.5  # seconds: ProcessInvoker.cs
_FILES = {
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_STEP_SUMMARY": "step_summary",
    "GITHUB_ENV": "set_env",
    "GITHUB_STATE": "save_state",
    "GITHUB_PATH": "add_path",
}
_FOLDERS = {
    "_temp": "/github/runner_temp",
    "_temp/_github_home": "/github/home",
    "_temp/_github_workflow": "/github/workflow",
    "_temp/_runner_file_commands": "/github/file_commands",
    "workspace": "/github/workspace",
}


@dataclass(frozen=True)
class Ended:
    """What the runner makes of a step."""

    code: int
    stdout: bytes
    stderr: bytes
    outputs: Mapping[str, str]
    summary: str
    commands: list[Command]  # what GitHub would have executed, in order
    log: str  # what it would have shown

    def named(self, name: str) -> list[Command]:
        return [command for command in self.commands if command.name == name]

    def json(self, output: str) -> Any:
        return json.loads(self.outputs[output])


@dataclass
class Step:
    """One use of the action in a job."""

    engine: Engine
    folder: Path
    name: str = field(default_factory=lambda: f"aaplauncher_{uuid.uuid4().hex[:6]}")
    files: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for local in _FOLDERS:
            (self.folder / local).mkdir(parents=True, exist_ok=True)
        for variable, name in _FILES.items():
            file = self.folder / "_temp/_runner_file_commands" / f"{name}_{uuid.uuid4()}"
            file.touch(mode=0o644)
            self.files[variable] = file

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def start(
        self,
        given: Mapping[str, str],
        *,
        variables: Mapping[str, str] | None = None,
        options: tuple[str, ...] = (),
    ) -> subprocess.Popen[bytes]:
        """The docker client, as the runner starts it: no stdin, no terminal."""
        environment = self._environment(given) | dict(variables or {})
        names = [part for name in environment for part in ("-e", name)]
        return subprocess.Popen(
            [
                *(
                    "docker",
                    "run",
                    "--name",
                    self.name,
                    "--label",
                    LABEL,
                    "--workdir",
                    "/github/workspace",
                    "--rm",
                ),
                *names,
                *("-e", "GITHUB_ACTIONS=true", "-e", "CI=true", "--network", "host", *options),
                *(part for volume in self._volumes() for part in ("-v", volume)),
                self.engine.image(),
            ],
            env=dict(self.engine.environment) | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, client: subprocess.Popen[bytes], timeout: float = 120) -> Ended:
        """Wait for its end, then read the log and the file commands, as the runner does on every ending."""
        stdout, stderr = client.communicate(timeout=timeout)
        read = Runner().read(stdout)
        outputs = github_outputs(self.files["GITHUB_OUTPUT"].read_text(encoding="utf-8") or "\n")
        summary = self.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        for variable in ("GITHUB_ENV", "GITHUB_STATE", "GITHUB_PATH"):
            assert self.files[variable].read_bytes() == b"", variable
        return Ended(client.returncode, stdout, stderr, outputs, summary, read.executed, "\n".join(read.log))

    def cancel(self, client: subprocess.Popen[bytes]) -> str:
        """The runner's ladder; what ended the client: "" for SIGINT alone, else SIGTERM or SIGKILL."""
        client.send_signal(signal.SIGINT)
        if _ended(client, SIGTERM_AFTER):
            return ""
        client.send_signal(signal.SIGTERM)
        if _ended(client, KILL_AFTER):
            return "SIGTERM"
        client.kill()
        return "SIGKILL"

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        inputs = {f"INPUT_{item.name.upper()}": given.get(item.name, item.default) for item in INPUTS}
        inside = {name: f"/github/file_commands/{path.name}" for name, path in self.files.items()}
        return inputs | inside | {
            "HOME": "/github/home",
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_SHA": "3f2c1ab0c1d2e3f405162738495a6b7c8d9e0f11",
            "GITHUB_REF_NAME": "main",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_RUN_ID": "42",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": "/github/runner_temp",
            "ACTIONS_RUNTIME_TOKEN": "runtime-token-of-the-job",
        }  # fmt: skip

    def _volumes(self) -> list[str]:
        socket = self.engine.environment.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix(
            "unix://"
        )
        return [f"{socket}:/var/run/docker.sock"] + [
            f"{self.folder / local}:{there}" for local, there in _FOLDERS.items()
        ]


def _ended(client: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it ends in time; its pipes are drained by threads of `communicate` later, they hold what it wrote."""
    end = time.monotonic() + seconds
    while client.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return client.poll() is not None
