"""What a compiler of Jenkins would object to, read off the sources; and npm-groovy-lint."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.jenkins.conftest import java_home
from tests.runtimes import ROOT

VARS = sorted((ROOT / "vars").glob("*.groovy"))
# Steps of pipelines, and our own methods.
STEPS = set(
    re.findall(
        r"\w+",
        "archiveArtifacts deleteDir dir echo error fileExists junit pwd readFile sh string usernamePassword "
        "withCredentials withEnv writeFile "
        "authenticated body call environment escaped problems read report run start text verdict",
    )
)
# Of script-security's generic-whitelist: `method java.util.Map keySet`, `staticMethod groovy.json.JsonOutput
# toJson java.util.Map`, `method groovy.json.JsonSlurper parseText java.lang.String` and so on.
WHITELISTED = set(
    re.findall(
        r"\w+",
        "add contains containsKey join keySet length parseText randomUUID replace substring toJson toString toUpperCase",
    )
)


def code(path: Path) -> str:
    """The source without comments and texts."""
    source = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"'''.*?'''|'(?:\\.|[^'\\])*'", "''", source, flags=re.DOTALL)


@pytest.mark.parametrize("path", VARS, ids=lambda path: path.name)
def test_only_steps_and_whitelisted_methods_are_called(path: Path) -> None:
    called = set(re.findall(r"\b(\w+)\(", code(path))) - {"if", "for", "catch", "ArrayList", "JsonSlurper"}
    assert called - STEPS - WHITELISTED == set()
    assert set(re.findall(r"\bnew (\w+)", code(path))) <= {"ArrayList", "JsonSlurper"}


@pytest.mark.parametrize("path", VARS, ids=lambda path: path.name)
def test_no_text_is_interpolated_and_no_closure_iterates(path: Path) -> None:
    source = code(path)
    assert '"' not in source, "a double-quoted text is an interpolated one"
    assert not re.search(r"\.(each|collect|any|every|find|findAll|inject|times|sort)\w*\s*[({]", source)
    assert "=~" not in source, "a Matcher cannot be serialised"


def test_every_step_has_its_help() -> None:
    steps = {path.stem for path in VARS}
    assert steps == {"aapLauncher", "aapLaunch", "aapFollow", "aapCancel"}
    assert {path.stem for path in (ROOT / "vars").glob("*.txt")} == steps - {"aapLauncher"}


@pytest.mark.jenkins
def test_groovy_lint_has_nothing_to_say(groovy_lint: tuple[str, ...]) -> None:
    linted = subprocess.run(
        [*groovy_lint, "--noserver", "--failon", "info", *map(str, VARS)],
        cwd=ROOT,
        env={
            "PATH": f"{java_home()}/bin:/usr/bin:/bin",
            "JAVA_HOME": java_home(),
            "HOME": "/tmp",
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # it ends before its code were fast
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
