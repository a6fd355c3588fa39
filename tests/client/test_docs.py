"""docs/python.md: every example is run as it is written, and held to its types."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox
from sandbox import Sandbox
from tests.front_ends.snippets import blocks
from tests.runtimes import KEPT_RUNS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
REFUSAL = next(block.text for block in blocks("docs/python.md") if not block.language)
ADDRESS = "https://aap.example.com"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=20, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


@pytest.mark.sandbox
def test_every_example_runs_as_written(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AAP_USERNAME", "admin")
    monkeypatch.setenv("AAP_PASSWORD", "admin-password")
    names: dict[str, object] = {}
    printed = []
    for at, example in enumerate(EXAMPLES):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(example.replace(ADDRESS, box.url), f"example {at}", "exec"), names)
        printed.append(out.getvalue())
    assert "successful" in "".join(printed)
    assert "{'app_version': '2.4.1'" in printed[0]
    assert printed[1].strip() == REFUSAL.strip()


def test_every_example_is_typed(tmp_path: Path) -> None:
    module = tmp_path / "examples.py"
    module.write_text("\n".join(EXAMPLES), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), str(module)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout


@pytest.mark.sandbox
def test_the_example_of_readme_runs_as_written(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    monkeypatch.setenv("AAP_TOKEN", box.token)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(example.replace(ADDRESS, box.url), "README.md", "exec"), {})
    assert "web1 True" in out.getvalue()
    assert "PLAY RECAP" in out.getvalue()
