"""The launcher as a process against the sandbox over real HTTP: how the tests of the whole start and read it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import sandbox
from aap_launcher.report.outputs import OUTPUTS
from sandbox import Sandbox
from sandbox.demo import github_environment
from tests.runtimes import KEPT_RUNS
from tests.warm import Launched

ROOT = Path(__file__).resolve().parents[2]
_HEREDOC = re.compile(r"^(?P<name>\w+)<<(?P<end>\w+)\n(?P<value>.*?)\n?^(?P=end)$", re.DOTALL | re.MULTILINE)


# A job that runs for two minutes unless it is canceled, and costs nothing: a replay at ten events a second.
LASTING = {"template": "Replay", "extra_vars": "events: 1200\nrate: 10"}


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """A sandbox in this process, with the controller's delays divided by ten."""
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


@pytest.fixture(scope="session")
def quiet_box() -> Iterator[Sandbox]:
    """A sandbox in which only the test at hand does anything: for tests that count requests."""
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


@dataclass(frozen=True)
class Bench:
    """The sandbox seen from outside of the launcher: its control API, and the controller's own as a user."""

    box: Sandbox

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The test bench's controls, under /sandbox/."""
        return self._ask(method, f"{self.box.control}/{path}", body, {})

    def api(self, method: str, path: str, body: object = None, token: str = "admin-token") -> Any:
        """The controller's API, by default as its administrator."""
        return self._ask(method, f"{self.box.api}/{path}", body, {"Authorization": f"Bearer {token}"})

    @staticmethod
    def _ask(method: str, url: str, body: object, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers = {**headers, "Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
            return json.loads(content) if "json" in answer.headers.get("Content-Type", "") else content

    def plan(self, **plan: object) -> None:
        """What the next launch does differently."""
        self.control("POST", "plans/", plan)

    def job(self, number: int | str) -> Any:
        return self.api("GET", f"jobs/{number}/")

    def status(self, number: int | str) -> str:
        return str(self.job(number)["status"])

    def cancel(self, number: int | str) -> None:
        self.api("POST", f"jobs/{number}/cancel/", {})

    def seconds_until_canceled(self, number: int | str, since: float) -> float:
        """From a wall clock time to the controller's own note of the cancel."""
        noted = self.job(number)["canceled_on"]
        assert noted, f"job {number} was not canceled"
        return datetime.fromisoformat(noted).replace(tzinfo=UTC).timestamp() - since

    def stdout(self, number: int | str) -> str:
        """The whole output as ansible-runner itself wrote it down."""
        content: bytes = self.control("GET", f"jobs/{number}/stdout/")
        return content.decode("utf-8")

    def requests(self) -> list[dict[str, Any]]:
        """Every request that the controller was asked, in order."""
        found: list[dict[str, Any]] = self.control("GET", "requests/")["log"]
        return found

    def changes(self) -> list[str]:
        """The requests that change something: METHOD path."""
        return [f"{one['method']} {one['path']}" for one in self.requests() if one["method"] != "GET"]

    def tokens(self) -> set[int]:
        return {one["id"] for one in self.control("GET", "tokens/")}

    def run(self, template: int, **body: object) -> int:
        """Launch a template without the launcher and wait for the end; the job's id."""
        number = int(self.api("POST", f"job_templates/{template}/launch/", body, token=self.box.token)["id"])
        wait_for(lambda: self.job(number)["event_processing_finished"], 200, f"the end of job {number}")
        return number


@pytest.fixture(scope="session")
def bench(box: Sandbox) -> Bench:
    return Bench(box)


@pytest.fixture(scope="session")
def quiet(quiet_box: Sandbox) -> Bench:
    return Bench(quiet_box)


class Finished:
    """Jobs that have ended, each template run once and shared by all tests that only read it."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._jobs: dict[str, int] = {}

    def job(self, template: str) -> int:
        if template not in self._jobs:
            found = self._bench.api("GET", f"job_templates/?name={template.replace(' ', '%20')}")["results"]
            self._jobs[template] = self._bench.run(int(found[0]["id"]), **PAYLOADS.get(template, {}))
        return self._jobs[template]


# What the templates that ask for something are launched with where a finished job is all that matters.
PAYLOADS: dict[str, dict[str, Any]] = {
    "Survey deploy": {"extra_vars": {"version": "2.4.1", "env": "prod"}},
    "Slow deploy": {"extra_vars": {"seconds": 1, "steps": 3}},
    "Needs passwords": {
        "credential_passwords": {
            "ssh_password": "p-1-w",
            "become_password": "p-2-w",
            "vault_password.dev": "p-3",
        }
    },
    "Check mode diff": {"diff_mode": True, "job_type": "check"},
    "Warnings": {"verbosity": 2},
}


@pytest.fixture(scope="session")
def finished(bench: Bench) -> Finished:
    return Finished(bench)


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

    @property
    def job(self) -> str:
        """The job's id, by the outputs."""
        return self.outputs["job_id"]

    def ends(self, code: int, outcome: str, status: str = "", **others: str) -> None:
        """The exit code and the outputs agree, and every output is there."""
        told = f"exit {self.code}\n{self.log}\n{self.stderr}"
        assert self.code == code, told
        assert set(self.outputs) == {output.name for output in OUTPUTS}, told
        assert self.outputs["outcome"] == outcome, told
        assert self.outputs["status"] == status, told
        for name, value in others.items():
            assert self.outputs[name] == value, told
        assert "Traceback (most recent call last)" not in self.log + self.stderr
        assert "ci-bot-token" not in self.without_masks + self.stderr + self.summary
        assert self.log.count("::group::") == self.log.count("::endgroup::")

    @property
    def without_masks(self) -> str:
        """The log without the commands that tell GitHub what to mask."""
        return "".join(
            line for line in self.log.splitlines(keepends=True) if not line.startswith("::add-mask::")
        )

    @property
    def words(self) -> str:
        """The log as words: no colours, blanks and line breaks all one blank."""
        return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", self.without_masks).split())


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
        return Launched(
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

    def terminal(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start the command line as a user does, on no CI at all."""
        environment = {
            "PATH": os.environ["PATH"],
            "AAP_URL": self.box.url,
            "AAP_TOKEN": self.box.token,
            **variables,
        }
        given = {name: value for name, value in environment.items() if value}
        return self.start(given, *arguments, program=("-m", "aap_launcher"))

    def command(self, *arguments: str, **variables: str) -> Ended:
        """The command line on no CI at all, to its end."""
        return self.end(self.terminal(*arguments, **variables))

    def launched(self, process: subprocess.Popen[bytes], seconds: float = 60) -> str:
        """Wait until a launch of GitHub's kind has told its job; the job's id."""
        file = self.folder / "GITHUB_OUTPUT"

        def told() -> bool:
            assert process.poll() is None or "job_id" in file.read_text(), self.end(process).log
            return "job_url" in file.read_text()

        wait_for(told, seconds, "the launch")
        return read_outputs(file.read_text(encoding="utf-8"))["job_id"]


@pytest.fixture
def launcher(box: Sandbox, tmp_path: Path) -> Launcher:
    return Launcher(box, tmp_path)


@pytest.fixture
def quiet_launcher(quiet_box: Sandbox, tmp_path: Path) -> Launcher:
    return Launcher(quiet_box, tmp_path)


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
