"""One definition: every front end says what aap_launcher/inputs/definitions.py says, in its order."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest
import yaml

from aap_launcher import __version__
from aap_launcher.ci.base import SUMMARY_FILE
from aap_launcher.ci.gitlab import ANNOTATIONS, DEFAULT_PREFIX, DOTENV, PREFIX
from aap_launcher.ci.jenkins import OUTPUTS as OUTPUTS_FILE
from aap_launcher.cli.main import cli
from aap_launcher.inputs.definitions import INPUTS, OUTPUTS, Input, Kind
from tests.front_ends import tables
from tests.runtimes import ROOT

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
# Where GitLab replaces $VARIABLE because nothing there means a dollar; docs/gitlab.md lists them.
EXPANDED = {"url", "ca_bundle", "client_cert", "job", "relaunch", "extra_vars_file", "scm_branch"}
REPORTS = {"junit": "aap-junit.xml", "result_file": "aap-result.json"}


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
    return "boolean" if one.kind is Kind.BOOLEAN and one.default else "string"


def _gitlab_options(one: Input) -> list[str]:
    absent = [] if one.default else [""]
    if one.kind is Kind.BOOLEAN and not one.default:
        return ["", "true", "false"]
    if one.name in REPORTS:  # artifacts are collected by name
        return ["", REPORTS[one.name]]
    return [*absent, *one.choices] if one.choices else []


def test_the_gitlab_job_hands_every_input_over_and_no_free_text_is_expanded() -> None:
    _, job = component()
    told = {name: value for name, value in job["variables"].items() if name.startswith("INPUT_")}
    assert list(told) == [f"INPUT_{one.name.upper()}" for one in VISIBLE]
    free = {Kind.TEXT, Kind.LIST, Kind.MAPPING}
    for one in VISIBLE:
        value = f"$[[ inputs.{one.name} ]]"
        if one.kind in free and one.name not in EXPANDED | set(REPORTS):
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
    assert set(re.findall(r"`(\w+)`", listed[1])) == EXPANDED


# --- Jenkins --------------------------------------------------------------------------------------------


def constant(name: str) -> list[str]:
    """The texts of a list or map of vars/aapLauncher.groovy."""
    found = re.search(rf"@Field final \w+ {name} = \[(.*?)\n?\]", text("vars/aapLauncher.groovy"), re.DOTALL)
    assert found is not None, name
    return re.findall(r"'(\w+)'", found[1])


def test_the_jenkins_steps_have_every_input_that_is_no_secret() -> None:
    names = re.findall(r"^    (\w+): '(\w+)',$", text("vars/aapLauncher.groovy"), re.MULTILINE)
    assert names == [(one.name, f"AAP_{one.name.upper()}") for one in VISIBLE]
    assert constant("SECRETS") == [f"AAP_{one.name.upper()}" for one in INPUTS if one.secret]
    assert constant("LAUNCH_ONLY") == list(tables.LAUNCH_ONLY)


def test_a_container_in_jenkins_gets_every_name_that_the_launcher_reads() -> None:
    passed = constant("PASSED")
    assert {OUTPUTS_FILE, SUMMARY_FILE} <= set(passed)
    assert [name for one in INPUTS for name in one.aliases if name not in passed] == []
    read = set(re.findall(r'"([A-Z_]+)"', _function("aap_launcher/ci/detect.py", "_jenkins")))
    assert read <= set(passed)


def _function(path: str, name: str) -> str:
    return text(path).partition(f"def {name}(")[2].partition("\ndef ")[0]


@pytest.mark.parametrize("step", tables.STEPS)
def test_a_jenkins_steps_help_has_its_arguments_and_outputs(step: str) -> None:
    told = text(f"vars/{step}.txt")
    assert told == tables.step_help(step, told), "run make fmt"
    entries = re.findall(
        r"^  (\w+): ", told.partition("\nConnection\n")[2].partition("\nReturns")[0], re.MULTILINE
    )
    assert entries == [one.name for one in tables.STEPS[step]]
    outputs = re.findall(r"^  (\w+): ", told.partition("\nReturns a Map")[2], re.MULTILINE)
    assert outputs == ([] if step == "aapCancel" else [one.name for one in OUTPUTS])
    own = re.findall(
        r"^  (\w+): ", told.partition("\nThe step's own\n")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert own == constant("OPTIONS")


# --- Command line ---------------------------------------------------------------------------------------


def test_the_command_line_has_every_input_that_is_no_secret() -> None:
    context = click.Context(cli)
    launch = cli.get_command(context, "launch")
    assert launch is not None
    by_name = {one.name: one for one in INPUTS}
    options = [one for one in launch.params if isinstance(one, click.Option) and one.name in by_name]
    assert [one.name for one in options] == [one.name for one in VISIBLE]
    for option in options:
        one = by_name[str(option.name)]
        assert one.option in option.opts
        shown = f" [{one.default}]" if one.default and one.default != "false" else ""
        assert option.help == one.description + shown


# --- README ---------------------------------------------------------------------------------------------


def rows(section: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of the tables in a section of README: name, then the other cells."""
    body = text("README.md").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    cells = (tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in body.splitlines())
    return [row for row in cells if len(row) == columns and row[0].strip("| ").startswith("`")]


def test_readme_lists_every_input_with_its_default() -> None:
    told = [(name.strip("`"), default.strip("`"), what) for name, default, what in rows("Inputs", 3)]
    assert [(name, default) for name, default, _ in told] == [
        (one.name, "required" if one.required else one.default) for one in INPUTS
    ]
    for one, (_, _, what) in zip(INPUTS, told, strict=True):
        assert what.startswith(one.description)
        assert all(f"`{choice}`" in what for choice in one.choices)


def test_readme_lists_every_output() -> None:
    told = [(name.strip("`"), what) for name, what in rows("Outputs", 2)]
    assert told == [(one.name, one.description) for one in OUTPUTS]


def test_readmes_tables_are_as_they_are_written_by_make_fmt() -> None:
    assert tables.readme(text("README.md")) == text("README.md"), "run make fmt"
