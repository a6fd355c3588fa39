"""The component and the repository's pipeline against GitLab's own schema."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.gitlab.conftest import Project
from tests.runtimes import ROOT, program

pytestmark = pytest.mark.gitlab


def _document(name: str) -> str:
    """GitLab's schema knows one document a file, so the component's two are taken apart."""
    if name == ".gitlab-ci.yml":
        return (ROOT / name).read_text()
    header, content = (ROOT / "templates" / "launch.yml").read_text().split("\n---\n")
    return header if name == "header.yml" else content


@pytest.mark.parametrize("name", ["header.yml", "content.yml", ".gitlab-ci.yml"])
def test_gitlabs_schema_accepts_the_document(tmp_path: Path, name: str) -> None:
    checker = program("check-jsonschema", "pip install check-jsonschema")
    (tmp_path / name).write_text(_document(name))
    checked = subprocess.run(
        [checker, "--builtin-schema", "vendor.gitlab-ci", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_repositorys_pipeline_includes_its_own_component(project: Project) -> None:
    listed = project.run((ROOT / ".gitlab-ci.yml").read_text(), "--list-csv-all")
    assert listed.code == 0, listed.text
    names = [line.partition(";")[0] for line in listed.text.splitlines()]
    assert {"check", "component", "publish", "release"} <= set(names)
    assert listed.jobs["component"]["variables"]["INPUT_TEMPLATE"] == "Deploy shop"
