"""examples/gitlab/deploy.yml as a pipeline: what runs by itself, what waits for a hand, whose outputs come after it."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

import sandbox
from sandbox import Sandbox
from tests.front_ends.test_readme_runs import ADDRESS, included
from tests.gitlab.conftest import Project
from tests.runtimes import KEPT_RUNS, ROOT

pytestmark = [pytest.mark.gitlab, pytest.mark.sandbox]
ADMIN = ("--variable", "AAP_TOKEN=admin-token")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """One of its own: the template is changed."""
    with sandbox.start(speed=5, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


def admin(box: Sandbox, method: str, path: str, body: object) -> None:
    head = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{box.api}/{path}", json.dumps(body).encode(), head, method=method)
    urllib.request.urlopen(asked, timeout=30).close()


def test_staging_is_deployed_by_itself_and_production_by_hand(project: Project) -> None:
    for name in ("Staging", "Production"):
        admin(project.box, "POST", "inventories/", {"name": name, "organization": 2})
    admin(project.box, "PATCH", "job_templates/10/", {"ask_inventory_on_launch": True})
    written = (ROOT / "examples/gitlab/deploy.yml").read_text(encoding="utf-8")
    text = included(written).replace(ADDRESS, project.box.url)
    assert text.count("component:") == 3

    on_main = ["git", "symbolic-ref", "HEAD", "refs/heads/main"]  # the default branch, by origin's HEAD
    subprocess.run(on_main, cwd=project.folder, check=True)
    alone = project.run(text, *ADMIN)
    assert alone.code == 0, alone.text
    assert "inventory=Staging" in alone.text
    assert "inventory=Production" not in alone.text, "it waits for a hand"
    assert "job_type=check" not in alone.text, "a dry run is for merge requests"

    by_hand = project.run(text, "--manual", "deploy-production", *ADMIN)
    assert by_hand.code == 0, by_hand.text
    assert "inventory=Production" in by_hand.text
    number = by_hand.text.rpartition("Launched   job ")[2].split()[0]
    assert f"job {number} was successful" in by_hand.text
