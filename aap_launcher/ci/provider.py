"""Which CI this is, by its own variables."""

from __future__ import annotations

from collections.abc import Mapping

PROVIDERS = ("plain", "github", "gitlab", "jenkins")


def provider(environ: Mapping[str, str]) -> str:
    """github, gitlab, jenkins, or "" where there is none of them."""
    if environ.get("GITHUB_ACTIONS", "").lower() == "true":
        return "github"
    if environ.get("GITLAB_CI", "").lower() == "true":
        return "gitlab"
    # JENKINS_URL is missing where an administrator never set it; every build has a BUILD_TAG.
    if environ.get("JENKINS_URL") or environ.get("BUILD_TAG", "").startswith("jenkins-"):
        return "jenkins"
    return ""
