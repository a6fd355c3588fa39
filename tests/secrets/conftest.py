"""A sandbox with a playbook that prints secrets back, and the launcher as a process with a secret in every place."""

from __future__ import annotations

import base64
import html
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import trustme

import sandbox
from sandbox import Sandbox
from sandbox.demo import github_environment
from sandbox.models import Project, Prompts, Template
from sandbox.seeds import data
from sandbox.seeds.templates import TEMPLATES
from tests.runtimes import KEPT_RUNS

ROOT = Path(__file__).resolve().parents[2]
PROVIDERS = ("github", "gitlab", "jenkins", "plain")

TOKEN = 'q7t-5ecret/1+"&<x>='
VARIABLES = {  # where it enters -> the secret
    "ssh_password": 'q1s "5ecret" & <2>',
    "become_password": "q2b 5ecret\\3 é of a good length",
    "vault_password.dev": "q3v:5ecret/4?%",
    "survey": "q4s 5ecret '5' #",
    "deep": "q5d+5ecret=6 ü",
    "file": "q6f$5ecret{7}",
}
PROXY_PASSWORD = "q8p-5ecret-8"
PASSWORD = "ci-bot-password"  # the sandbox's own

_QUESTION = {
    "max": 64, "min": 0, "type": "password", "default": "", "required": True, "variable": "survey_password",
    "question_name": "A secret",
}  # fmt: skip


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    project = Project(
        id=9001, name="Secrets", organization=data.RETAIL, local_path=str(Path(__file__).parent / "project")
    )
    echo = Template(
        id=9002, name="Echo", organization=data.RETAIL, playbook="echo.yml", project=project, description="",
        values=Prompts(inventory=data.SHOP, credentials=(data.ASKING_MACHINE, data.DEV_VAULT)),
        asks=frozenset({"variables"}), survey=(_QUESTION,), readers=frozenset({"ci-bot"}), executors=frozenset({"ci-bot"}),
    )  # fmt: skip
    with ExitStack() as stack:
        with (
            pytest.MonkeyPatch.context() as patch
        ):  # no longer than that: other sandboxes start in this process
            patch.setattr("sandbox.server.TEMPLATES", (*TEMPLATES, echo))
            running = stack.enter_context(sandbox.start(speed=10, kept_runs=KEPT_RUNS))
        running.state.new_token(
            data.CI_BOT, value=TOKEN, scope="write", lifetime=timedelta(days=1), gateway=False
        )
        yield running


@dataclass
class Client:
    """A client certificate and its key as PEM texts."""

    cert: str
    key: str


@pytest.fixture(scope="session")
def client() -> Client:
    leaf = trustme.CA().issue_cert("ci.example.com")
    return Client(leaf.cert_chain_pems[0].bytes().decode(), leaf.private_key_pem.bytes().decode())


def forms(secret: str) -> set[str]:
    """The secret as it may stand in a file or log: as it is, in base64, quoted for URLs, escaped in JSON, HTML or XML."""
    raw = secret.encode()
    as_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    as_json |= {json.dumps(form, ensure_ascii=False)[1:-1] for form in as_json}
    cut = {secret[:6]} if "5ecret" in secret else set()  # a piece of what no one else has is a leak as well
    return {
        *cut, secret, base64.b64encode(raw).decode(), base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode(),
        quote(secret, safe=""), quote(secret), quote_plus(secret), html.escape(secret), html.escape(secret, quote=False), *as_json,
    }  # fmt: skip


@dataclass
class Ended:
    """Everything that a run left where someone could read it."""

    code: int
    places: dict[str, str] = field(default_factory=dict)
    commands: str = ""  # of the process table, while it ran

    def leaks(self, secrets: Mapping[str, str]) -> list[str]:
        """Where which secret stands."""
        places = self.places | {"the process table": self.commands}
        found = []
        for whose, secret in secrets.items():
            for form in forms(secret):
                found += [
                    f"{whose} in {place}: {_around(text, form)}"
                    for place, text in places.items()
                    if form in text
                ]
        return found


def _around(text: str, form: str) -> str:
    at = text.index(form)
    return repr(text[max(0, at - 80) : at + len(form) + 20])


@dataclass
class Process:
    """Starts the launcher as each CI does, and watches the process table while it runs."""

    folder: Path
    box: Sandbox

    def run(
        self,
        provider: str,
        given: dict[str, str],
        *arguments: str,
        program: tuple[str, ...] = (),
        **others: str,
    ) -> Ended:
        environment = self._environment(provider, {"url": self.box.url} | given) | others
        started = [sys.executable, *(program or ("entrypoint.py",)), *arguments]
        process = subprocess.Popen(
            started,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        ended = Ended(0)
        with process, (self.folder / "stdout").open("wb"):
            stdout, stderr = self._watched(process, ended)
        ended.code = process.returncode
        ended.places = {
            path.name: path.read_text("utf-8") for path in self.folder.iterdir() if path.name != "stdout"
        }
        ended.places |= {"stdout": without_masks(stdout.decode()), "stderr": stderr.decode()}
        return ended

    @staticmethod
    def _watched(process: subprocess.Popen[bytes], ended: Ended) -> tuple[bytes, bytes]:
        deadline = time.monotonic() + 120
        while True:
            ended.commands += _command_line(process.pid)
            try:
                return process.communicate(timeout=0.3)
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    process.kill()
                    raise

    def _environment(self, provider: str, given: dict[str, str]) -> dict[str, str]:
        reports = {"junit": str(self.folder / "junit.xml"), "result_file": str(self.folder / "result.json")}
        if provider == "github":
            files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
            for file in files.values():
                file.touch()
            return github_environment({**given, **reports}, files)
        marks = {
            "gitlab": {"GITLAB_CI": "true", "AAP_DOTENV": "dotenv", "AAP_GITLAB_ANNOTATIONS": "annotations"},
            "jenkins": {"BUILD_TAG": "jenkins-shop-7", "AAP_OUTPUTS_FILE": "outputs"},
            "plain": {"FORCE_COLOR": "1"},
        }[provider]
        files_ = {name: str(self.folder / value) if "AAP" in name else value for name, value in marks.items()}
        inputs = {f"INPUT_{name.upper()}": value for name, value in {**given, **reports}.items()}
        return {
            "PATH": os.environ["PATH"],
            "AAP_SUMMARY_FILE": str(self.folder / "summary"),
            **files_,
            **inputs,
        }


def without_masks(log: str) -> str:
    """The log without the commands that tell GitHub what to mask."""
    return "".join(line for line in log.splitlines(keepends=True) if not line.startswith("::add-mask::"))


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture
def process(box: Sandbox, tmp_path: Path) -> Process:
    return Process(tmp_path, box)
