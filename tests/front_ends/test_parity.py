"""One definition: every front end says what aap_launcher/inputs/definitions.py says, in its order.

The files are written by tools/generate; here they are read as their users read them.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from aap_launcher import __version__
from aap_launcher.ci.base import SUMMARY_FILE
from aap_launcher.ci.gitlab import ANNOTATIONS, DEFAULT_PREFIX, DOTENV, PREFIX
from aap_launcher.ci.jenkins import OUTPUTS as OUTPUTS_FILE
from aap_launcher.cli.program import cli
from aap_launcher.errors import ENDINGS
from aap_launcher.inputs.definitions import BY_NAME, INPUTS, Connection, Inputs
from aap_launcher.inputs.input import Command, Input, InputKind
from aap_launcher.models.outcomes import Verdict
from aap_launcher.preflight.fields import FIELDS
from aap_launcher.report.outputs import OUTPUTS
from tests.runtimes import ROOT
from tools.generate import gitlab, jenkins, tables
from tools.generate.__main__ import FILES, stale

VISIBLE = [definition for definition in INPUTS if not definition.secret]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


# --- GitHub ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["action.yml", "composite/action.yml"])
def test_the_github_actions_have_every_input_and_output(path: str) -> None:
    action = yaml.safe_load(text(path))
    told = [
        (name, one["description"], one.get("default", ""), one.get("required", False))
        for name, one in action["inputs"].items()
    ]
    assert told == [(one.name, one.description, one.default, one.required) for one in INPUTS]
    outputs = [(name, one["description"]) for name, one in action["outputs"].items()]
    assert outputs == [(one.name, one.description) for one in OUTPUTS]


# --- GitLab ---------------------------------------------------------------------------------------------

OWN = ["job_name", "stage", "image", "outputs_prefix"]


def component() -> tuple[dict[str, Any], dict[str, Any]]:
    header, content = yaml.safe_load_all(text("templates/launch.yml"))
    return header["spec"]["inputs"], content["$[[ inputs.job_name ]]"]


def test_the_gitlab_component_has_every_input_that_is_no_secret() -> None:
    spec, _ = component()
    assert list(spec) == OWN + [one.name for one in VISIBLE]
    for one in VISIBLE:
        told = spec[one.name]
        assert told["description"] == one.description
        default = told.get("default")
        assert (str(default).lower() if isinstance(default, bool) else default or "") == one.default
        assert ("default" not in told) == one.required
        assert told["type"] == _gitlab_type(one)
        assert told.get("options", []) == _gitlab_options(one)


def _gitlab_type(one: Input) -> str:
    """A boolean that may be absent has three values, and a number's absence is no number: both are text."""
    return "boolean" if one.kind is InputKind.BOOLEAN and one.default else "string"


def _gitlab_options(one: Input) -> list[str]:
    absent = [] if one.default else [""]
    if one.kind is InputKind.BOOLEAN and not one.default:
        return ["", "true", "false"]
    if one.name in gitlab.REPORTS:  # artifacts are collected by name
        return ["", gitlab.REPORTS[one.name]]
    return [*absent, *one.choices] if one.choices else []


def test_the_gitlab_job_hands_every_input_over_and_no_free_text_is_expanded() -> None:
    _, job = component()
    told = {name: value for name, value in job["variables"].items() if name.startswith("INPUT_")}
    assert list(told) == [f"INPUT_{one.name.upper()}" for one in VISIBLE]
    free = {InputKind.TEXT, InputKind.LIST, InputKind.MAPPING}
    for one in VISIBLE:
        value = f"$[[ inputs.{one.name} ]]"
        if one.kind in free and one.name not in gitlab.EXPANDED | set(gitlab.REPORTS):
            assert told[f"INPUT_{one.name.upper()}"] == {"value": value, "expand": False}
        else:
            assert told[f"INPUT_{one.name.upper()}"].strip() == value
        # GitLab takes no boolean for a variable, and a blank makes text of it.
        assert (_gitlab_type(one) == "boolean") == str(told[f"INPUT_{one.name.upper()}"]).endswith(" ")


def test_the_gitlab_job_uses_the_names_that_the_launcher_reads() -> None:
    spec, job = component()
    assert {DOTENV, PREFIX, ANNOTATIONS, SUMMARY_FILE} <= set(job["variables"])
    assert spec["outputs_prefix"]["default"] == DEFAULT_PREFIX
    assert spec["image"]["default"].endswith(f":{__version__}")
    table = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.*) \|$", text("docs/gitlab.md"), re.MULTILINE)
    assert [(name, spec[name]["default"]) for name in OWN] == [(name, default) for name, default, _ in table]
    listed = re.search(r"replaces `\$VARIABLE` in (.*?) only", text("docs/gitlab.md"), re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`(\w+)`", listed[1])) == gitlab.EXPANDED


# --- Jenkins --------------------------------------------------------------------------------------------


def constant(name: str) -> list[str]:
    """The texts of a list or map of vars/aapLauncher.groovy."""
    found = re.search(rf"\b{name}(?: =|:) \[(.*?)\n?\s*\]", text("vars/aapLauncher.groovy"), re.DOTALL)
    assert found is not None, name
    return re.findall(r"'(\w+)'", found[1])


def test_the_jenkins_steps_have_every_input_that_is_no_secret() -> None:
    names = re.findall(r"^    (\w+): '(\w+)',$", text("vars/aapLauncher.groovy"), re.MULTILINE)
    assert names == [(one.name, f"AAP_{one.name.upper()}") for one in VISIBLE]
    assert constant("SECRETS") == [f"AAP_{one.name.upper()}" for one in INPUTS if one.secret]
    taken = {step: set(constant(step)) for step in ("launch", "follow", "cancel")}
    assert taken == {
        str(command): {one.name for one in VISIBLE if command in one.commands}
        for command in (Command.LAUNCH, Command.FOLLOW, Command.CANCEL)
    }


def test_a_container_in_jenkins_gets_every_name_that_the_launcher_reads() -> None:
    passed = constant("PASSED")
    assert {OUTPUTS_FILE, SUMMARY_FILE} <= set(passed)
    assert [name for one in INPUTS for name in one.aliases if name not in passed] == []
    read = set(re.findall(r'"([A-Z_]+)"', _function("aap_launcher/ci/adapters.py", "_jenkins")))
    assert read <= set(passed)


def _function(path: str, name: str) -> str:
    return text(path).partition(f"def {name}(")[2].partition("\ndef ")[0]


@pytest.mark.parametrize("step", jenkins.STEPS)
def test_a_jenkins_steps_help_has_its_arguments_and_outputs(step: str) -> None:
    told = text(f"vars/{step}.txt")
    entries = re.findall(
        r"^  (\w+): ", told.partition("\nConnection\n")[2].partition("\nReturns")[0], re.MULTILINE
    )
    assert entries == [one.name for one in jenkins.arguments(step)]
    outputs = re.findall(r"^  (\w+): ", told.partition("\nReturns a Map")[2], re.MULTILINE)
    assert outputs == ([] if step == "aapCancel" else [one.name for one in OUTPUTS])
    own = re.findall(
        r"^  (\w+): ", told.partition("\nThe step's own\n")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert own == constant("OPTIONS")


# --- Command line ---------------------------------------------------------------------------------------

ARGUMENTS = {"job": {"approval"}, "relaunch": {"job"}}  # what stands for the input as a command's argument


@pytest.mark.parametrize("name", Command)
def test_a_command_takes_exactly_the_inputs_that_are_defined_for_it(name: Command) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    options = [one for one in command.params if isinstance(one, click.Option) and one.name in BY_NAME]
    arguments = {str(one.name) for one in command.params if isinstance(one, click.Argument)}
    taken = [one for one in VISIBLE if name in one.commands]
    given = [one for one in taken if one.name in arguments or arguments & ARGUMENTS.get(one.name, set())]
    assert [one.name for one in options] == [one.name for one in taken if one not in given]
    assert len(given) == (name not in {Command.LAUNCH, Command.DOCTOR})
    for option in options:
        one = BY_NAME[str(option.name)]
        assert one.option in option.opts
        shown = f" [{one.default}]" if one.default and one.default != "false" else ""
        assert option.help == one.description + shown


def test_every_input_has_a_typed_field_or_is_a_prompt_and_every_choice_its_type() -> None:
    fields = {one.name for owner in (Connection, Inputs) for one in dataclasses.fields(owner)}
    prompts = {one.name for one in INPUTS if one.section == "Prompts"}
    assert fields - {"connection", "prompts", "notices"} == {one.name for one in INPUTS} - prompts
    assert prompts - {"extra_vars", "extra_vars_file", "credential_passwords"} == {
        one.input for one in FIELDS
    }
    assert all((one.kind is InputKind.CHOICE) == (one.choice is not None) for one in INPUTS)


# --- README and docs/inputs.md --------------------------------------------------------------------------


def rows(page: str, section: str, columns: int) -> list[list[str]]:
    """The rows of the tables in a section: name, then the other cells."""
    body = text(page).partition(f"## {section}\n")[2].partition("\n## ")[0] if section else text(page)
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines()]
    return [row for row in cells if len(row) == columns and row[0] not in ("input", "output", "exit")]


@pytest.mark.parametrize("page", ["README.md", "docs/inputs.md"])
def test_the_pages_list_inputs_with_their_defaults(page: str) -> None:
    told = rows(page, "Inputs", 3) if page == "README.md" else rows(page, "", 4)
    wanted = INPUTS if page == "docs/inputs.md" else [BY_NAME[name] for name in tables.USUAL]
    assert [(row[0].strip("`"), row[1].strip("`")) for row in told] == [
        (one.name, "required" if one.required else one.default) for one in wanted
    ]
    for one, (_, _, what, *_) in zip(wanted, told, strict=True):
        assert what.startswith(one.description)
        assert all(f"`{choice}`" in what for choice in one.choices)


@pytest.mark.parametrize("page", ["README.md", "docs/inputs.md"])
def test_the_pages_list_every_output_and_every_exit_code(page: str) -> None:
    outputs = [(name.strip("`"), what) for name, what in rows(page, "Outputs", 2)]
    assert outputs == [(one.name, one.description) for one in OUTPUTS]
    told = [word for _, outcomes, _ in rows(page, "Exit codes", 3) for word in outcomes.split(", ")]
    assert told == [verdict for ending in ENDINGS for verdict in ending.verdicts]


def test_help_lists_every_exit_code() -> None:
    told = CliRunner().invoke(cli, ["--help"]).output.partition("Exit codes")[2].partition("\n\n")[0]
    for ending in ENDINGS:
        assert re.search(
            rf"^ *{', '.join(map(str, ending.codes))} +{', '.join(ending.verdicts)}$", told, re.MULTILINE
        )


def test_every_verdict_has_its_exit_code() -> None:
    assert {verdict for ending in ENDINGS for verdict in ending.verdicts} == set(Verdict)


# --- make generate --------------------------------------------------------------------------------------


def test_nothing_that_is_generated_is_stale() -> None:
    assert list(stale()) == [], "run make generate"


def test_an_input_that_is_added_to_the_definitions_needs_nothing_by_hand(tmp_path: Path) -> None:
    """In a copy: the definition alone, then make generate; every front end and the command line have it."""
    for name in ("aap_launcher", "tools", "tests/lives.json", *FILES):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    definitions = tmp_path / "aap_launcher/inputs/definitions.py"
    field = "    pace: GroupBy = field(default=GroupBy.PLAY, metadata=_behaviour(InputKind.CHOICE, 'How fast.', choice=GroupBy, commands=FOLLOWING))\n"
    before, mark, after = definitions.read_text().partition("    dry_run: bool")
    definitions.write_text(before + field + mark + after)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", *words],
            check=False,
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
        )

    forgotten = run("tools.generate", "--check")
    assert forgotten.returncode == 1
    assert "make generate was forgotten: action.yml" in forgotten.stderr
    assert run("tools.generate").returncode == 0
    assert run("tools.generate", "--check").returncode == 0
    for path in ("action.yml", "composite/action.yml"):
        assert yaml.safe_load((tmp_path / path).read_text())["inputs"]["pace"]["default"] == "play"
    spec, job = yaml.safe_load_all((tmp_path / "templates/launch.yml").read_text())
    assert spec["spec"]["inputs"]["pace"]["options"] == ["task", "play", "none"]
    assert job["$[[ inputs.job_name ]]"]["variables"]["INPUT_PACE"] == "$[[ inputs.pace ]]"
    assert "pace: How fast. One of: task, play, none." in (tmp_path / "vars/aapFollow.txt").read_text()
    assert "pace" not in (tmp_path / "vars/aapCancel.txt").read_text()
    assert "--pace task|play|none" in run("aap_launcher", "follow", "--help").stdout
    refused = run("aap_launcher", "launch", "1", "--url", "https://x", "--pace", "quick")
    assert '"quick" is not one of: task, play, none' in refused.stdout + refused.stderr
