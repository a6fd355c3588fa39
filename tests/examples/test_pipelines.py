"""The pipelines under examples/: they parse, give what exists, and GitHub's and GitLab's schemas accept them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import sandbox
from aap_launcher.cli.program import cli
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.report.outputs import OUTPUTS
from tests import warm
from tests.runtimes import ROOT, program

GITHUB, GITLAB = (sorted((ROOT / "examples" / name).glob("*.yml")) for name in ("github", "gitlab"))
CRON = ROOT / "examples" / "kubernetes" / "cronjob.yml"
OUTPUT_NAMES = {one.name for one in OUTPUTS}


def load(path: Path) -> Any:
    """As it is meant: `on` is a word, not true."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def parses(command: str) -> None:
    """A command of ours exists with its options."""
    _, name, *words = shlex.split(re.split(r" >| \|\|", command)[0])
    chosen = cli.get_command(click.Context(cli), name)
    assert chosen is not None, command
    chosen.make_context(name, words)


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.name)
def test_a_workflow_gives_inputs_and_reads_outputs_that_exist(path: Path) -> None:
    text, workflow = path.read_text(encoding="utf-8"), load(path)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step for step in steps if step.get("uses", "").startswith("aap-launcher/")]
    for step in ours:
        assert set(step["with"]) <= {one.name for one in INPUTS}
        assert set(re.findall(rf"steps\.{step['id']}\.outputs\.(\w+)", text)) <= OUTPUT_NAMES
    commands = re.findall(r"^ *(aap-launcher .*)$", text, re.MULTILINE)
    assert ours or commands
    for command in commands:
        parses(command)
    assert not [step for step in steps if "${{" in step.get("run", "")], "pasted into a script"
    assert workflow["permissions"] == {}


@pytest.mark.parametrize("path", GITLAB, ids=lambda path: path.name)
def test_a_pipeline_gives_inputs_and_reads_outputs_that_exist(path: Path) -> None:
    text, pipeline = path.read_text(encoding="utf-8"), load(path)
    spec = next(yaml.safe_load_all((ROOT / "templates/launch.yml").read_text()))["spec"]["inputs"]
    names = set(pipeline)
    for include in pipeline.get("include", ()):
        assert set(include["inputs"]) <= set(spec)
        assert include["inputs"].get("job_name", "aap-launch") in names
        assert include["inputs"]["stage"] in pipeline["stages"]
        prefix = include["inputs"].get("outputs_prefix", "AAP_")
        assert {name.lower() for name in re.findall(rf"\${prefix}(\w+)", text)} <= OUTPUT_NAMES
    for command in re.findall(r"- (aap-launcher .*)$", text, re.MULTILINE):
        parses(command)


def test_the_cron_job_runs_a_command_that_exists_once() -> None:
    spec = load(CRON)["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == "0"
    (container,) = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    parses(shlex.join(container["command"]))
    assert {one["name"] for one in container["env"]} == {"AAP_URL", "AAP_TOKEN"}


@pytest.mark.parametrize(
    ("schema", "paths"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)], ids=["github", "gitlab"]
)
def test_the_published_schema_accepts_them(schema: str, paths: list[Path]) -> None:
    tool = program("check-jsonschema", ".ci/install-runtimes tools")
    done = subprocess.run(
        [tool, "--builtin-schema", f"vendor.{schema}", *map(str, paths)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.sandbox
def test_an_export_becomes_variables_of_the_collection(tmp_path: Path) -> None:
    with sandbox.start(layout="gateway26", speed=20) as box:
        only = ("--only", "projects", "--only", "inventories", "--only", "job_templates")
        for line in (
            ("groups", "edit", "web", 'variables={"port": 8080}'),
            ("jt", "attach", "Deploy shop", "labels", "nightly"),
            ("jt", "edit", "Deploy shop", 'extra_vars={"release": "{{ version }}"}'),
            ("export", str(tmp_path / "aap"), *only),
        ):
            done = warm.run(*line, env={"AAP_URL": box.url, "AAP_TOKEN": "admin-token"})
            assert done.returncode == 0, done.stderr
    script = [sys.executable, str(ROOT / "examples/export/configuration.py"), str(tmp_path / "aap")]
    made = yaml.safe_load(subprocess.run(script, check=True, capture_output=True, timeout=60).stdout)
    assert set(made) >= {"controller_projects", "controller_inventories", "controller_templates"}
    (deploy,) = (one for one in made["controller_templates"] if one["name"] == "Deploy shop")
    assert (deploy["inventory"], deploy["project"]) == ("Shop", "Shop playbooks")
    assert deploy["credentials"] == ["Shop machine"]
    (survey,) = (one for one in made["controller_templates"] if one["name"] == "Survey deploy")
    assert survey["survey_spec"]["spec"][0]["variable"] == "version"
    web = {"name": "web", "inventory": "Shop", "hosts": ["web1", "web2"], "variables": {"port": 8080}}
    assert web in made["controller_groups"]
    assert made["controller_labels"] == [{"name": "nightly", "organization": "Retail"}]
    assert deploy["extra_vars"] == {"release": "{  { version }}"}, "Ansible would read it as a template"
    assert "++" not in yaml.safe_dump(made["controller_templates"])
    nothing = subprocess.run([*script[:2], str(tmp_path)], capture_output=True, text=True, check=False)
    assert nothing.returncode == 1
    assert "usage" in nothing.stderr
    (tmp_path / "aap/projects/Shop playbooks++Retail.yml").write_text("- broken", encoding="utf-8")
    for _ in range(2):
        done = subprocess.run(script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("configuration.py: this export is damaged: ")
        assert done.stderr.count("\n") == 1
        (tmp_path / "aap/projects/Shop playbooks++Retail.yml").unlink(missing_ok=True)
