"""examples/servicenow/remediate.py: an incident starts the remediation of its category, against sandbox and stand-in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import sandbox
from sandbox import Sandbox
from tests.examples.servicenow import Instance, serve
from tests.runtimes import KEPT_RUNS, ROOT

pytestmark = pytest.mark.sandbox

INCIDENT = {
    "sys_id": "b" * 32,
    "number": "INC0010001",
    "category": "disk_full",
    "cmdb_ci": "c" * 32,
    "priority": "2",
}
REMEDIATIONS = "disk_full: Everything prompted\nlocked: Locked\nmissing: No such template\n"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS, layout="gateway26") as running:
        yield running


@pytest.fixture
def instance() -> Iterator[Instance]:
    items = [{"sys_id": "c" * 32, "name": "web1"}]
    with serve(Instance({"incident": [dict(INCIDENT)], "cmdb_ci": items})) as served:
        yield served


def remediate(
    box: Sandbox, instance: Instance, folder: Path, remediations: str = REMEDIATIONS, **environ: str
) -> tuple[int, str]:
    """Exit code and words."""
    (folder / "remediations.yml").write_text(remediations, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/servicenow/remediate.py"), "INC0010001", "remediations.yml"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "AAP_URL": box.url, "AAP_TOKEN": box.token}
        | instance.environment(**environ),
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
    assert {sys_id for sys_id, _ in instance.notes} == {INCIDENT["sys_id"]}
    started, ended = (note for _, note in instance.notes)
    assert started.startswith('Remediation "Everything prompted" started: job ')
    assert "/execution/jobs/playbook/" in started
    assert ended.startswith('Remediation "Everything prompted" successful: job ')


def test_the_playbook_gets_the_name_of_the_configuration_item_and_not_its_sys_id(
    box: Sandbox, instance: Instance, tmp_path: Path
) -> None:
    assert remediate(box, instance, tmp_path)[0] == 0
    job = re.search(r"job (\d+)", instance.notes[0][1])
    assert job is not None
    head = {"Authorization": f"Bearer {box.token}"}
    variables = requests.get(f"{box.api}/jobs/{job[1]}/", headers=head, timeout=10).json()["extra_vars"]
    assert json.loads(variables)["target_host"] == "web1"


def test_a_token_that_ended_while_the_job_ran_loses_no_note(
    box: Sandbox, instance: Instance, tmp_path: Path
) -> None:
    """ServiceNow's last half an hour; a job may take longer."""
    refused = '{"error":{"message":"User Not Authenticated","detail":""},"status":"failure"}'
    instance.later = {2: (401, refused), 4: (429, "{}")}  # at the first note, at the second
    oauth = {"SERVICENOW_CLIENT_ID": "app", "SERVICENOW_CLIENT_SECRET": "x"}
    code, said = remediate(box, instance, tmp_path, **oauth)
    assert code == 0, said
    assert (len(instance.notes), instance.tokens) == (2, 2)


def test_a_note_that_is_not_taken_stops_nothing_and_is_no_success(
    box: Sandbox, instance: Instance, tmp_path: Path
) -> None:
    """The job's number was lost, and its end not looked at."""
    instance.later = {2: (403, '{"error":{"message":"ACL says no"}}')}
    code, said = remediate(box, instance, tmp_path)
    assert code == 4
    assert "ACL says no" in said
    assert re.search(r'"Everything prompted" started: job \d+, http', said)
    (note,) = (note for _, note in instance.notes)
    assert '"Everything prompted" successful: job ' in note


@pytest.mark.parametrize("text", ["- disk_full\n", "{", "disk_full: 7\n", ""])
def test_a_file_that_is_no_list_of_remediations_is_told(
    box: Sandbox, instance: Instance, tmp_path: Path, text: str
) -> None:
    code, said = remediate(box, instance, tmp_path, text)
    assert (code, instance.asked) == (2, [])
    assert "remediations.yml" in said


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
