"""A release is signed, lies on its branch, names its image by digest, and can be verified by whoever uses it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.runtimes import ROOT, program

IMAGE = f"registry.example/aap-launcher@sha256:{'1' * 64}"
_WHERE = "apt-get install git openssh-client"


class Repository:
    """A clone of this commit, with a key to sign with and stand-ins for the programs that ask a registry."""

    def __init__(self, folder: Path) -> None:
        git, keygen = program("git", _WHERE), program("ssh-keygen", _WHERE)
        self.folder, self.tools = folder / "clone", folder / "tools"
        self.key = folder / "key"
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)
        shutil.copytree(ROOT / ".ci", self.folder / ".ci", ignore=shutil.ignore_patterns("node_modules"))
        shutil.copytree(ROOT / "templates", self.folder / "templates")
        shutil.copy(ROOT / "action.yml", self.folder)
        (self.folder / ".github").mkdir()
        public = self.key.with_suffix(".pub").read_text(encoding="utf-8")
        signer = f'releases@aap-launcher.invalid namespaces="git" {public}'
        (self.folder / ".github" / "allowed_signers").write_text(signer, encoding="utf-8")
        self.tools.mkdir()
        for name in ("git", "ssh-keygen"):
            (self.tools / name).symlink_to(program(name, _WHERE))
        self.git = git
        self.run("git", "init", "--quiet", "--initial-branch", "main")
        self.commit("Begin")

    def run(self, *command: str, fails: bool = False) -> str:
        environ = {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "SIGNING_KEY": str(self.key),
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, title: str) -> None:
        self.run("git", "add", "-A")
        self.run("git", "commit", "--quiet", "--allow-empty", "-m", title)

    def release(self, version: str, image: str = IMAGE) -> None:
        self.run(".ci/release-commit", version, image)
        self.run(
            "git", "update-ref", "refs/remotes/origin/releases", "refs/heads/releases"
        )  # as after a push

    def stand_in(self, name: str, code: int = 0) -> None:
        path = self.tools / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >>{self.tools}/asked\nexit {code}\n', encoding="utf-8")
        path.chmod(0o755)

    def asked(self) -> str:
        return (self.tools / "asked").read_text(encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_release_names_its_image_by_digest_for_github_and_gitlab(repository: Repository) -> None:
    repository.release("1.2.3")
    assert f'image: "docker://{IMAGE}"' in repository.run("git", "show", "v1.2.3:action.yml")
    assert f"default: {IMAGE}" in repository.run("git", "show", "v1.2.3:templates/launch.yml")
    assert repository.run("git", "status", "--porcelain") == ""


def test_every_release_lies_on_the_branch_and_after_the_one_before(repository: Repository) -> None:
    repository.release("1.2.3")
    repository.commit("Work")
    repository.release("1.3.0")
    repository.run("git", "merge-base", "--is-ancestor", "v1.2.3", "releases")
    repository.run("git", "merge-base", "--is-ancestor", "main", "releases")
    assert repository.run("git", "rev-parse", "v1.3.0^{commit}") == repository.run(
        "git", "rev-parse", "releases"
    )


def test_an_image_without_a_digest_is_no_release(repository: Repository) -> None:
    said = repository.run(".ci/release-commit", "1.2.3", "registry.example/aap-launcher:1.2.3", fails=True)
    assert "not an image by digest" in said


def test_a_release_is_verified_and_each_thing_is_told(repository: Repository) -> None:
    repository.release("1.2.3")
    repository.stand_in("cosign")
    repository.stand_in("gh")
    said = repository.run(".ci/verify-release", "1.2.3", "aap_launcher-1.2.3-py3-none-any.whl")
    assert [line.split("  ")[0] for line in said.splitlines()] == ["ok"] * 6
    assert f"cosign verify {IMAGE}" in repository.asked()
    assert "release.yml@refs/heads/main" in repository.asked()


def test_what_could_not_be_checked_is_no_success(repository: Repository) -> None:
    repository.release("1.2.3")
    said = repository.run(".ci/verify-release", "1.2.3", fails=True)
    assert "NOT CHECKED  the image's signature: cosign is not installed" in said


@pytest.mark.parametrize("forged", ["unsigned", "another key", "not on the branch"])
def test_a_forged_tag_is_told(repository: Repository, forged: str) -> None:
    repository.release("1.2.3")
    repository.stand_in("cosign")
    repository.stand_in("gh")
    commit = repository.run("git", "rev-parse", "v1.2.3^{commit}").strip()
    key = repository.folder.parent / "other"
    subprocess.run(
        [program("ssh-keygen", _WHERE), "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True
    )
    own = str(repository.key if forged == "not on the branch" else key)
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={own}")
    if forged == "not on the branch":
        commit = repository.run("git", *signing, "commit-tree", "-S", f"{commit}^{{tree}}", "-m", "x").strip()
    sign = ("--annotate",) if forged == "unsigned" else ("--sign",)
    repository.run("git", *signing, "tag", "--force", *sign, "-m", "x", "v1.2.3", commit)
    said = repository.run(".ci/verify-release", "1.2.3", fails=True)
    assert "NOT OK" in said


def test_a_signature_of_the_image_that_does_not_hold_is_told(repository: Repository) -> None:
    repository.release("1.2.3")
    repository.stand_in("cosign", code=1)
    repository.stand_in("gh")
    assert "NOT OK       the image's signature" in repository.run(".ci/verify-release", "1.2.3", fails=True)


def test_gitlabs_publish_jobs_match_the_tags_that_a_release_makes_and_not_the_one_that_moves() -> None:
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    assert 'refs/tags/v$VERSION"' in workflow
    assert "refs/tags/v${VERSION%%.*}" in workflow
    pipeline = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    for job in ("publish", "release"):
        (rule,) = pipeline[job]["rules"]
        pattern = re.fullmatch(r"\$CI_COMMIT_TAG =~ /(.*)/", rule["if"])
        assert pattern is not None
        assert [tag for tag in ("v1.2.3", "v10.0.12", "v1", "1.2.3") if re.search(pattern[1], tag)] == [
            "v1.2.3",
            "v10.0.12",
        ]


def test_the_release_workflow_signs_with_the_key_that_the_repository_names() -> None:
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    assert ".ci/release-commit" in workflow
    assert "RELEASE_SIGNING_KEY" in workflow
    assert "refs/heads/releases" in workflow
    assert os.access(ROOT / ".ci/verify-release", os.X_OK)
