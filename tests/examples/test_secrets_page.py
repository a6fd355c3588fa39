"""docs/secrets.md: what it shows for each CI is run as it stands there, against a store that checks real JWTs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox import Sandbox
from tests.examples.stores import Stores, serve
from tests.front_ends.snippets import Snippet, of
from tests.jenkins.conftest import CREDENTIALS, Jenkins, box, jenkins
from tests.runtimes import ROOT

__all__ = ["box", "jenkins"]
pytestmark = pytest.mark.sandbox
PAGE = "docs/secrets.md"
TOKEN = "ci-bot-token"


@pytest.fixture
def stores() -> Iterator[Stores]:
    with serve(Stores(secret=TOKEN)) as served:
        yield served


def written(provider: str, stores: Stores, box: Sandbox, kind: str = "") -> str:
    """A block of the page, for this store and this controller."""
    (found,) = (one for one in of(provider, PAGE) if kind in one.text)
    return here(found, stores, box)


def here(snippet: Snippet, stores: Stores, box: Sandbox) -> str:
    text = snippet.text.replace("https://vault.example.com", stores.url)
    return text.replace("https://aap.example.com", box.url)


def repository(folder: Path) -> Path:
    """With the script where the page has it copied to."""
    (folder / "ci").mkdir(parents=True)
    shutil.copy(ROOT / "examples/secrets/store_token.py", folder / "ci")
    return folder


def shell(script: str, folder: Path, **environ: str) -> tuple[int, str, str]:
    """As a runner has it: ends at the first line that fails."""
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def identity(stores: Stores, bearer: str) -> dict[str, str]:
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{stores.url}/identity?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": bearer,
    }


def test_the_github_job_hands_the_token_on_masked(box: Sandbox, stores: Stores, tmp_path: Path) -> None:
    (job,) = yaml.safe_load(written("github", stores, box))["jobs"].values()
    assert job["permissions"]["id-token"] == "write"
    (script,) = (step["run"] for step in job["steps"] if "run" in step)
    folder, outputs = repository(tmp_path / "shop"), tmp_path / "outputs"
    code, out, said = shell(script, folder, GITHUB_OUTPUT=str(outputs), **identity(stores, "runner"))
    assert (code, out) == (0, f"::add-mask::{TOKEN}\n"), said
    assert outputs.read_text(encoding="utf-8") == f"token={TOKEN}\n"
    outputs.unlink()
    code, out, said = shell(script, folder, GITHUB_OUTPUT=str(outputs), **identity(stores, "nobody"))
    assert (code, out) == (3, ""), said
    assert not outputs.exists()


def test_the_gitlab_job_launches_with_it_and_ends_where_the_store_says_no(
    box: Sandbox, stores: Stores, tmp_path: Path
) -> None:
    """`export AAP_TOKEN="$(...)"` went on without a token, and the launcher told of another fault."""
    job = yaml.safe_load(written("gitlab", stores, box))["deploy"]
    assert job["id_tokens"] == {"STORE_ID_TOKEN": {"aud": stores.url}}
    script = "\n".join(job["script"]).replace("Deploy shop", "Locked")
    folder = repository(tmp_path / "shop")
    code, out, said = shell(script, folder, STORE_ID_TOKEN=stores.jwt(stores.url), **job["variables"])
    assert code == 0, said
    assert "successful" in out
    code, out, said = shell(script, folder, STORE_ID_TOKEN=stores.jwt(stores.url, exp=1), **job["variables"])
    assert (code, out) == (3, "")
    assert said.splitlines() == [said.strip()]
    assert "token is expired" in said


def test_a_password_comes_out_of_the_store_as_well_and_its_token_is_revoked(
    box: Sandbox, stores: Stores, tmp_path: Path
) -> None:
    job = yaml.safe_load(written("gitlab", stores, box))["deploy"]
    script = "\n".join(job["script"]).replace("Deploy shop", "Locked")
    script = script.replace("AAP_TOKEN", "AAP_PASSWORD").replace("ci/aap token", "ci/aap password")
    before = set(box.state.tokens)
    login = {"STORE_ID_TOKEN": stores.jwt(stores.url), "AAP_USERNAME": "ci-bot"}
    code, out, said = shell(script, repository(tmp_path / "shop"), **login, **job["variables"])
    assert code == 0, said
    assert "as ci-bot" in out
    assert set(box.state.tokens) == before
    assert stores.password not in out + said


@pytest.mark.jenkins
def test_the_jenkins_pipeline_never_holds_the_token(jenkins: Jenkins, stores: Stores) -> None:
    folder = repository(jenkins.workspace) / "ci" / "aap-launcher"
    folder.mkdir()
    profile = written("file", stores, jenkins.box, "profile.store")
    (folder / "config.toml").write_text(profile, encoding="utf-8")
    pipeline = written("jenkins", stores, jenkins.box).replace("Deploy shop", "Locked")
    for jwt, result in ((stores.jwt(stores.url), "SUCCESS"), (stores.jwt(stores.url, exp=1), "FAILURE")):
        credentials = json.dumps({**CREDENTIALS, "vault-jwt": jwt})
        build = jenkins.run(pipeline, HARNESS_CREDENTIALS=credentials)
        assert build.result == result, build.log
        assert TOKEN not in build.log
        assert ("token is expired" in build.log) == (result == "FAILURE")
