"""What the pipelines under examples/ do on their own machine, run as it stands there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import sandbox
from sandbox import Sandbox
from tests import warm
from tests.runtimes import KEPT_RUNS, ROOT

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(layout=request.param, speed=20, kept_runs=KEPT_RUNS) as running:
        yield running


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / "examples" / path).read_text(encoding="utf-8"))


def shell(box: Sandbox, script: str, folder: Path, **environ: str) -> int:
    """As a runner has it: ends at the first line that fails."""
    login = {"AAP_URL": box.url, "AAP_TOKEN": "admin-token"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, **login, **environ},
        check=False,
        timeout=120,
    ).returncode


def typed(box: Sandbox, *arguments: str) -> None:
    done = warm.run(*arguments, env={"AAP_URL": box.url, "AAP_TOKEN": "admin-token"})
    assert done.returncode == 0, done.stderr


def test_a_nightly_drift_job_is_red_where_something_changed_and_tells_it(
    box: Sandbox, tmp_path: Path
) -> None:
    (step,) = (
        one for one in load("github/drift.yml")["jobs"]["drift"]["steps"] if one.get("name") == "Compare"
    )
    (line,) = load("gitlab/drift.yml")["drift"]["script"]
    typed(box, "export", str(tmp_path / "aap"))

    def github(**environ: str) -> tuple[int, str]:
        summary = tmp_path / "summary.md"
        summary.write_text("", encoding="utf-8")
        code = shell(box, step["run"], tmp_path, GITHUB_STEP_SUMMARY=str(summary), **environ)
        return code, summary.read_text(encoding="utf-8")

    assert github() == (0, "Nothing changed since the export.\n")
    assert shell(box, line, tmp_path) == 0
    assert json.loads((tmp_path / "drift.json").read_text(encoding="utf-8")) == []
    typed(box, "job_templates", "edit", "Locked", "limit=web")
    assert github() == (1, '    + job_templates/Locked++Retail  limit: "web"\n')
    assert shell(box, line, tmp_path) == 1
    (change,) = json.loads((tmp_path / "drift.json").read_text(encoding="utf-8"))
    assert (change["field"], change["before"], change["after"]) == ("limit", None, "web")
    code, said = github(AAP_TOKEN="no-such-token")
    assert (code, "exit 3" in said) == (3, True), "what could not be told is no drift"


def test_the_cron_job_launches_and_ends_as_its_job_does(box: Sandbox, tmp_path: Path) -> None:
    spec = load("kubernetes/cronjob.yml")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    command = [Path(sys.executable).parent / container["command"][0], *container["command"][1:]]
    done = subprocess.run(
        [*map(str, command)],
        cwd=tmp_path,
        env={"AAP_URL": box.url, "AAP_TOKEN": "admin-token", "HOME": "/nonexistent"},  # its root is read-only
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "successful" in done.stdout
    assert not list(tmp_path.iterdir())
