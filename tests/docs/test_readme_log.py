"""README's log of a failed job is what `make demo TEMPLATE="Broken deploy"` shows with its groups closed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sandbox
from docs.pictures.drawing import still
from docs.pictures.make import tidy
from sandbox.demo import github_environment
from sandbox.running.runner_log import RunnerLog
from tests.docs.test_pictures import shown
from tests.front_ends.snippets import blocks
from tests.runtimes import KEPT_RUNS, ROOT

PICTURE = ROOT / "docs/pictures/log-github.svg"
LOG = next(block.text for block in blocks("README.md") if not block.language)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def alike(log: str) -> list[str]:
    """The lines, without what differs from run to run."""
    log = log.replace(" · as ci-bot", "")  # where the answer that tells it comes late, it stands at Launched
    log = re.sub(r"after (\d+ min )?[\d.]+ s", "after TIME", log)
    log = re.sub(r"\b(job|jobs/playbook/|relaunch) ?\d+", r"\1 N", log)
    return re.sub(r"aap_launcher_id=\w+", "aap_launcher_id=ID", log).splitlines()


@pytest.mark.sandbox
def test_the_log_of_the_readme_and_its_picture_are_that_of_the_demo(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.touch()
    with sandbox.start(layout="gateway26", speed=5, kept_runs=KEPT_RUNS) as box:
        given = {"url": box.url, "token": "ci-bot-token", "template": "Broken deploy"}
        done = subprocess.run(
            [sys.executable, "entrypoint.py"],
            cwd=ROOT, env=github_environment(given, files), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    lines = list(RunnerLog(closed=True).show(tidy(done.stdout.decode()).splitlines()))
    assert alike(_ESCAPES.sub("", "\n".join(lines))) == alike(LOG.rstrip("\n"))
    still(tmp_path / "now.svg", "", lines)
    now, kept = (
        alike("\n".join(shown(path.read_text(encoding="utf-8")))) for path in (tmp_path / "now.svg", PICTURE)
    )
    assert now == kept, "make pictures"
