"""What the pages show parses, and uses only what exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

import click
import pytest
import yaml

from aap_launcher.cli.program import cli
from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.report.outputs import OUTPUTS
from tests.front_ends.snippets import PAGES, Snippet, of, snippets
from tests.runtimes import ROOT
from tools.generate import jenkins

NAMES = {one.name for one in INPUTS}
OUTPUT_NAMES = {one.name for one in OUTPUTS}
OTHERS = {"pip", "export", "git", "docker", "python3", "ln", "vault", "/opt/aap-launcher/bin/pip"}
MAKE = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def each(provider: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("snippet", of(provider), ids=lambda one: one.where)


def test_every_page_has_snippets_and_every_language_is_known() -> None:
    assert {one.language for one in snippets()} <= {"yaml", "groovy", "console", "toml", "python"}
    assert all(of(provider, "README.md") for provider in ("github", "gitlab", "jenkins", "terminal"))


@each("github")
def test_a_workflow_gives_inputs_and_reads_outputs_that_exist(snippet: Snippet) -> None:
    (job,) = yaml.safe_load(snippet.text)["jobs"].values()
    ours = [step for step in job["steps"] if re.match(r"aap-launcher/|\./$", step.get("uses", ""))]
    assert ours
    for step in ours:
        assert set(step["with"]) <= NAMES
    names = "|".join(step["id"] for step in ours if "id" in step)
    assert set(re.findall(rf"steps\.(?:{names})\.outputs\.(\w+)", snippet.text)) <= OUTPUT_NAMES


@each("gitlab")
def test_a_pipeline_gives_inputs_and_reads_outputs_that_exist(snippet: Snippet) -> None:
    pipeline = yaml.safe_load(snippet.text)
    spec = next(yaml.safe_load_all((ROOT / "templates/launch.yml").read_text()))["spec"]["inputs"]
    prefixes = ["AAP_"]
    for include in pipeline.get("include", ()):
        assert set(include["inputs"]) <= set(spec)
        assert {name for name, one in spec.items() if "default" not in one} <= set(include["inputs"])
        prefixes.append(include["inputs"].get("outputs_prefix", "AAP_"))
    read = [name for script in _scripts(pipeline) for name in re.findall(r"\$(\w+)", script)]
    allowed = {prefix + name.upper() for prefix in prefixes for name in OUTPUT_NAMES}
    assert {name for name in read if name.startswith("AAP_")} <= allowed
    for name in pipeline.get("aap-launch", {}).get("variables", {}):
        assert name.removeprefix("AAP_").lower() in NAMES


def _scripts(pipeline: Any) -> list[str]:
    jobs = [job for name, job in pipeline.items() if name != "include"]
    return [line for job in jobs for line in job.get("script", [])]


@each("jenkins")
def test_a_jenkinsfile_gives_arguments_and_reads_outputs_that_exist(snippet: Snippet) -> None:
    own = {"credentialsId", "runtime", "image", "dockerArgs", "propagate"}
    calls = re.findall(r"(aap\w+)\(([^()]*)\)", snippet.text)
    assert calls
    for step, arguments in calls:
        flat = re.sub(r"\[[^\]]*\]|'[^']*'", "", arguments)
        assert set(re.findall(r"(\w+):", flat)) <= own | {one.name for one in jenkins.arguments(step)}
    assert set(re.findall(r"\bjob\.(\w+)", snippet.text)) <= OUTPUT_NAMES


@each("terminal")
def test_a_command_exists_with_its_options(snippet: Snippet) -> None:
    for command in snippet.commands:
        words = shlex.split(command.partition(">")[0])
        if words[0] == "aap-launcher":
            chosen = cli.get_command(click.Context(cli), words[1])
            assert chosen is not None, command
            chosen.make_context(words[1], words[2:])
        elif words[0] == "make":
            assert words[1] in MAKE
        else:
            assert words[0] in OTHERS or (ROOT / words[0]).is_file(), command


@each("file")
def test_a_file_parses(snippet: Snippet) -> None:
    if snippet.language == "python":
        compile(snippet.text, snippet.where, "exec")
    else:
        assert tomllib.loads(snippet.text)["profile"]


def test_what_is_not_released_is_named_by_commit() -> None:
    """Until the first release no page names a version of ours, but as what comes afterwards."""
    for page in (path for kind in ("md", "py", "groovy", "txt", "yml") for path in ROOT.glob(f"**/*.{kind}")):
        if not {".venv", ".ci", "node_modules", "tests"} & set(page.relative_to(ROOT).parts):
            assert not re.search(r"pip install '?aap-launcher\b", page.read_text(encoding="utf-8")), page
    for one in snippets():
        named = re.findall(r"aap-launcher(?:/aap-launcher(?:/composite)?|/launch|')?@([\w.]+)", one.text)
        assert set(named) <= {"COMMIT", "sha256"} or one.where == afterwards(), one.where


def afterwards() -> str:
    """The one block that says what a release is named by."""
    text = (ROOT / "docs/gitlab.md").read_text(encoding="utf-8")
    line = text.count("\n", 0, text.index("Afterwards: "))
    return next(
        one.where for one in of("gitlab", "docs/gitlab.md") if int(one.where.rpartition(":")[2]) > line
    )


@pytest.mark.parametrize("page", [*PAGES, "docs/cli.md", "docs/inputs.md", "docs/guide.md", "docs/export.md", "docs/from-awx.md",
                                  "action.yml", "composite/action.yml", "templates/launch.yml", "vars/aapLaunch.txt"])  # fmt: skip
def test_no_page_promises_a_system_that_the_selftest_does_not_launch_on(page: str) -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/selftest.yml").read_text())["jobs"]["launch"][
        "strategy"
    ]["matrix"]
    proven = {(one["way"], one["os"].partition("-")[0]) for one in matrix["include"]}
    assert ("composite", "macos") in proven
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        assert not re.search(r"\bWindows\b", line), line
        assert "macOS" not in line or page in {"README.md", "composite/action.yml"}, (
            "the composite action's alone"
        )
