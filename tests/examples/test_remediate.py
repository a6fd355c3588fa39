"""examples/servicenow/remediate.py: an incident starts the remediation of its category, against sandbox and stand-in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox
from sandbox import Sandbox
from tests.examples.servicenow import Instance, serve
from tests.runtimes import KEPT_RUNS, ROOT

pytestmark = pytest.mark.sandbox

INCIDENT = {
    "sys_id": "b" * 32,
    "number": "INC0010001",
    "category": "disk_full",
    "cmdb_ci": "web1",
    "priority": "2",
}
REMEDIATIONS = "disk_full: Everything prompted\nlocked: Locked\nmissing: No such template\n"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


@pytest.fixture
def instance() -> Iterator[Instance]:
    with serve(Instance({"incident": [dict(INCIDENT)]})) as served:
        yield served


def remediate(box: Sandbox, instance: Instance, folder: Path) -> tuple[int, str]:
    """Exit code and words."""
    (folder / "remediations.yml").write_text(REMEDIATIONS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/servicenow/remediate.py"), "INC0010001", "remediations.yml"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "AAP_URL": box.url, "AAP_TOKEN": box.token} | instance.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_an_incident_is_remediated_and_told_the_jobs_link_and_verdict(
    box: Sandbox, instance: Instance, tmp_path: Path
) -> None:
    code, said = remediate(box, instance, tmp_path)
    assert code == 0, said
    started, ended = (note for _, note in instance.notes)
    assert started.startswith('Remediation "Everything prompted" started: job ')
    assert "/execution/jobs/playbook/" in started
    assert ended.startswith('Remediation "Everything prompted" successful: job ')


def test_a_category_without_a_remediation_starts_nothing(
    box: Sandbox, instance: Instance, tmp_path: Path
) -> None:
    instance.tables["incident"][0]["category"] = "hardware"
    assert remediate(box, instance, tmp_path)[0] == 0
    assert instance.notes == []


@pytest.mark.parametrize(
    ("category", "said"),
    [("locked", "does not prompt for variables"), ("missing", 'There is no template "No such')],
)
def test_what_could_not_be_started_is_written_down(
    box: Sandbox, instance: Instance, tmp_path: Path, category: str, said: str
) -> None:
    instance.tables["incident"][0]["category"] = category
    code, words = remediate(box, instance, tmp_path)
    assert code == 3
    (note,) = (note for _, note in instance.notes)
    assert "was not started" in note
    assert said in words
