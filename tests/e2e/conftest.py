"""The launcher as a process against the sandbox over real HTTP: how the tests of the whole start and read it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import sandbox
from sandbox import Sandbox
from sandbox.demo import github_environment

ROOT = Path(__file__).resolve().parents[2]
_HEREDOC = re.compile(r"^(?P<name>\w+)<<(?P<end>\w+)\n(?P<value>.*?)\n?^(?P=end)$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """A sandbox in this process, with the controller's delays divided by five."""
    with sandbox.start(speed=5) as running:
        yield running


@dataclass
class Ended:
    """What a launcher left behind."""

    code: int
    stdout: bytes
    stderr: str
    files: Mapping[str, Path]
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """The log as text, with the line ends as they are."""
        return self.stdout.decode("utf-8")

    @property
    def summary(self) -> str:
        return self.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")

    def json(self, name: str) -> Any:
        """An output that is JSON."""
        return json.loads(self.outputs[name])


@dataclass
class Launcher:
    """Starts the real entry points."""

    box: Sandbox
    folder: Path

    def environment(self, **inputs: str) -> dict[str, str]:
        """GitHub's environment for these inputs, as ci-bot unless told otherwise."""
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        given = {"url": self.box.url, "token": self.box.token} | inputs
        return github_environment(given, files)

    def start(
        self, environment: Mapping[str, str], *arguments: str, program: tuple[str, ...] = ("entrypoint.py",)
    ) -> subprocess.Popen[bytes]:
        """The process, its stdout and stderr in pipes."""
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, process: subprocess.Popen[bytes], timeout: float = 120) -> Ended:
        """Wait for its end and read what it left."""
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            pytest.fail(f"the launcher did not end in {timeout} s:\n{stdout.decode()}\n{stderr.decode()}")
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        ended = Ended(process.returncode, stdout, stderr.decode(), files)
        if files["GITHUB_OUTPUT"].exists():
            ended.outputs = read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        return ended

    def launch(self, template: str, **inputs: str) -> Ended:
        """Launch as a container action does, to the end."""
        return self.end(self.start(self.environment(template=template, **inputs)))

    def command(self, *arguments: str, **variables: str) -> Ended:
        """The command line on no CI at all."""
        environment = {
            "PATH": os.environ["PATH"],
            "AAP_URL": self.box.url,
            "AAP_TOKEN": self.box.token,
            **variables,
        }
        return self.end(self.start(environment, *arguments, program=("-m", "aap_launcher")))


@pytest.fixture
def launcher(box: Sandbox, tmp_path: Path) -> Launcher:
    return Launcher(box, tmp_path)


def read_outputs(text: str) -> dict[str, str]:
    """GITHUB_OUTPUT as the runner reads it; what is left over must be nothing."""
    found = {match["name"]: match["value"] for match in _HEREDOC.finditer(text)}
    assert not _HEREDOC.sub("", text).strip(), text
    return found


def wait_for(condition: Callable[[], object], seconds: float = 20, what: str = "it") -> None:
    """Poll a condition of the real world."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)


def interrupt(process: subprocess.Popen[bytes], signum: int = signal.SIGINT) -> float:
    """Send a signal; the time at which it was sent."""
    process.send_signal(signum)
    return time.monotonic()
