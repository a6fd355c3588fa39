"""docs/guide.md: every command and every example is run as it is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox
from aap_launcher.client.kinds import KINDS
from sandbox import Sandbox
from tests.runtimes import KEPT_RUNS, ROOT

pytestmark = pytest.mark.sandbox
PAGE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
# What blocks have to have shown, by a piece of their text: that a command ended well is not yet that it worked.
SHOWN = {
    "token list": "CI pipeline",
    "api GET me/": '"admin"|admin',
    "GET dashboard/": r'"hosts":\d+',
    "workflow_job_templates list": "Release train",
    "-e deploy_env=staging\n": "successful",
    "--dry-run": "Everything prompted",
    "follow 423": "job 423",
    "job_events/": '"event":"playbook_on_stats"',
    "hosts edit": r"enabled  true -> false(.|\n)*deleted",
    "groups__name": r"web2(.|\n)*Broken deploy|web2",
    "run.wait": r"launched job \d+(.|\n)*it successful",
    ".wait().outcome": "successful",
    "--junit": "successful",
    "webhook send": r"a job is queued(.|\n)*nothing new",
    "bulk launch": "2 launches checked",
    "hosts import": r"2 created(.|\n)*2 unchanged",
    "jobs stats": "Deploy shop",
    "diff aap/": r"\d+ objects in aap",
    "-o id": r"^10\n",
}


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(layout=request.param, speed=20, kept_runs=KEPT_RUNS) as running:
        yield running


def finished_job(box: Sandbox) -> int:
    """Template 24, Locked, launched by nothing of ours, at its end."""
    number: int = asked(box, "job_templates/24/launch/", b"{}")["id"]
    for _ in range(300):
        if asked(box, f"jobs/{number}/")["event_processing_finished"]:
            return number
        time.sleep(0.1)
    raise AssertionError(f"job {number} does not end")


def asked(box: Sandbox, path: str, body: bytes | None = None) -> dict[str, Any]:
    head = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{box.api}/{path}", body, head), timeout=30
    ) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def ran(box: Sandbox, folder: Path, language: str, text: str) -> str:
    """What a block printed. A console's commands are one script, which ends at the first that fails."""
    if language == "python":
        command = [sys.executable, "-c", text]
    else:
        lines = re.findall(r"^\$ (.*)$", text, re.MULTILINE)
        assert len(lines) == text.count("\n"), text
        command = ["bash", "-euo", "pipefail", "-c", "\n".join(lines)]
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "AAP_URL": box.url,
            "AAP_TOKEN": "" if "AAP_PASSWORD &&" in text else "admin-token",
            "XDG_CONFIG_HOME": str(folder),
        },
        input="admin-password\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_every_command_and_example_of_the_guide_works_as_written(box: Sandbox, tmp_path: Path) -> None:
    job = str(finished_job(box))
    assert len(BLOCKS) >= 18
    left = dict(SHOWN)
    for language, written in BLOCKS:
        text = re.sub(r"\b423\b", job, written).replace("https://aap.example.com", box.url)
        printed = ran(box, tmp_path, language, text)
        for piece in [piece for piece in left if piece in written]:
            wanted = left.pop(piece).replace("423", job)
            assert re.search(wanted, printed, re.MULTILINE), f"{text}\n{printed}"
    assert not left, "each piece is of a block"
    assert (tmp_path / "job.log").read_text().count("PLAY RECAP") == 1
    assert (tmp_path / "junit.xml").read_text().startswith("<?xml")


def test_every_link_of_the_guide_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target


def test_the_guide_counts_the_resources_that_there_are() -> None:
    assert f"with all {len(KINDS)} of them" in PAGE
