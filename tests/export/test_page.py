"""docs/export.md: its commands are run as they are written, and show what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import sandbox
from tests.front_ends.snippets import blocks
from tests.runtimes import ROOT

pytestmark = pytest.mark.sandbox
WRITE, FILE, DRIFT, FEED = (block.text for block in blocks("docs/export.md"))


def typed(folder: Path, line: str, **environ: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of a line of a shell."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={"PATH": path, **environ},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_every_block_of_the_page_is_what_the_commands_write_and_tell(tmp_path: Path) -> None:
    export, diff = re.findall(r"^\$ (.*)$", WRITE, re.MULTILINE)
    (feed,) = re.findall(r"^\$ (.*)$", FEED, re.MULTILINE)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with sandbox.start(layout="gateway26", speed=20) as box:

        def run(line: str) -> tuple[int, str, str]:
            return typed(tmp_path, line, AAP_URL=box.url, AAP_TOKEN="admin-token")

        assert run('aap-launcher jt edit "Deploy shop" limit=web')[0] == 0
        code, _, told = run(export)
        assert code == 0, told
        assert run(diff)[:2] == (0, "")
        new = "name=Patch project='Shop playbooks' playbook=deploy_shop.yml inventory=Shop"
        assert run(f"aap-launcher jt create {new}")[0] == 0
        assert run('aap-launcher jt edit "Deploy shop" limit=all')[0] == 0
        code, changes, _ = run(diff)
    assert code == 1
    assert sorted(changes.splitlines()) == sorted(DRIFT.splitlines())
    written = yaml.safe_load((tmp_path / "aap/job_templates/Deploy shop++Retail.yml").read_text())
    assert yaml.safe_load(FILE).items() <= written.items()
    assert typed(tmp_path, feed)[0] == 0
    variables = yaml.safe_load((tmp_path / "configuration.yml").read_text())
    assert set(variables) >= {"controller_templates", "controller_inventories"}
