"""It needs little and takes no more: a user who may only execute, the files that were asked for, no shell, locked wheels."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

import sandbox
from sandbox import Sandbox
from sandbox.seeds import data
from tests.runtimes import KEPT_RUNS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    ROOT / "entrypoint.py",
    *(path for part in ("aap_launcher", "sandbox", "bench") for path in (ROOT / part).rglob("*.py")),
]
CODE_RUNNERS = {
    "eval",
    "exec",
    "system",
    "popen",
    "getoutput",
    "getstatusoutput",
    "execv",
    "execve",
    "execvp",
    "spawnl",
    "spawnv",
}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


def test_the_user_of_all_our_tests_may_execute_and_no_more() -> None:
    assert not data.CI_BOT.is_superuser
    assert not [
        org for org in (data.DEFAULT, data.RETAIL, data.PLATFORM) if data.CI_BOT.username in org.admins
    ]


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("viewer-token", "Execute"),
        ("ci-bot-read-token", "scope is write"),
        ("nobody-token", "no template"),
        ("expired-token", "not accepted"),
    ],
)
def test_with_less_than_that_nothing_starts(token: str, word: str, box: Sandbox, tmp_path: Path) -> None:
    before = len(box.state.jobs)
    ended = run(tmp_path, box, {}, AAP_TOKEN=token, AAP_TEMPLATE="Locked")
    assert ended.returncode == 3, ended.stdout
    assert word in " ".join(ended.stdout.split())
    assert len(box.state.jobs) == before


PROVIDERS: dict[str, tuple[dict[str, str], set[str]]] = {
    "plain": ({}, set()),
    "github": (
        {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary"},
        {"outputs", "summary"},
    ),
    "gitlab": ({"GITLAB_CI": "true"}, {"aap-outputs.env"}),
    "jenkins": ({"BUILD_TAG": "jenkins-1", "AAP_OUTPUTS_FILE": "outputs.json"}, {"outputs.json"}),
}


@pytest.mark.sandbox
@pytest.mark.parametrize("provider", PROVIDERS)
def test_only_the_files_that_were_asked_for_are_written(provider: str, box: Sandbox, tmp_path: Path) -> None:
    """In the working directory, the home and the folder for temporary files, also with certificates given as text."""
    environ, asked = PROVIDERS[provider]
    leaf = trustme.CA().issue_cert("ci.example.com")
    given = {
        "AAP_TEMPLATE": "Locked",
        "AAP_CLIENT_CERT": leaf.cert_chain_pems[0].bytes().decode(),
        "AAP_CLIENT_KEY": leaf.private_key_pem.bytes().decode(),
        "AAP_JUNIT": "junit.xml",
        "AAP_RESULT_FILE": "result.json",
    }
    ended = run(tmp_path, box, environ, **given)
    assert ended.returncode == 0, ended.stdout
    assert files(tmp_path) == {f"work/{name}" for name in asked | {"junit.xml", "result.json"}}


@pytest.mark.sandbox
def test_without_files_asked_for_it_needs_none(box: Sandbox, tmp_path: Path) -> None:
    ended = run(tmp_path, box, {}, AAP_TEMPLATE="Locked", writable="")
    assert ended.returncode == 0, ended.stdout
    assert files(tmp_path) == set()


def run(
    folder: Path, box: Sandbox, environ: dict[str, str], *, writable: str = "yes", **given: str
) -> subprocess.CompletedProcess[str]:
    """The launcher in folders of its own; they are read-only where `writable` is empty."""
    places = {name: folder / name for name in ("work", "home", "tmp")}
    for place in places.values():
        place.mkdir(mode=0o755 if writable else 0o555)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "PYTHONDONTWRITEBYTECODE": "1",
        "AAP_URL": box.url, "AAP_TOKEN": box.token, **environ, **given,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "aap_launcher", "launch"], cwd=places["work"], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
    )  # fmt: skip


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_shell_and_no_code_out_of_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            assert not [word for word in node.keywords if word.arg == "shell"], f"{path}:{node.lineno}"
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in CODE_RUNNERS, f"{path}:{node.lineno}"


def test_the_launcher_starts_no_other_program() -> None:
    imported = {
        name.split(".")[0]
        for path in (ROOT / "aap_launcher").rglob("*.py")
        if path.name != "token_command.py"  # which runs a profile's token_command, and nothing else
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imports(node)
    }
    assert imported.isdisjoint(
        {"subprocess", "multiprocessing", "pty", "pickle", "marshal", "shelve", "ctypes"}
    )


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_requirement_is_locked_by_version_and_hash(path: Path) -> None:
    text = path.read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,]+\])?==[^ ;]+", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
