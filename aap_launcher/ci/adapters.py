"""Which CI this is, whether it shows colours, and who runs us: all from the CI's own variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO, TextIO

from aap_launcher.ci.base import CI, LogAdapter
from aap_launcher.ci.github import GitHub
from aap_launcher.ci.gitlab import GitLab
from aap_launcher.ci.jenkins import Jenkins
from aap_launcher.ci.outlet import Outlet, Printed
from aap_launcher.ci.plain import Plain
from aap_launcher.ci.provider import PROVIDERS, provider
from aap_launcher.ci.sink import Sink
from aap_launcher.errors import InvalidInput
from aap_launcher.models.outcomes import CIContext

# What `ansiColor('...')` of the AnsiColor plugin sets TERM to; an agent on its own has "dumb" or nothing.
_JENKINS_COLOUR_TERMS = frozenset({"xterm", "vga", "css", "gnome-terminal"})
_SPREAD = 0.25
_OFF = frozenset({"", "0", "false"})


def detect(
    environ: Mapping[str, str],
    *,
    stream: TextIO | BinaryIO | Printed | None,
    wall_clock: Callable[[], float],
    override: str = "",
    complaints: TextIO | BinaryIO | Printed | None = None,
    errors_apart: bool = False,
    log_aside: bool = False,
) -> CI:
    """The adapter for this CI, writing to `stream`, and errors to `complaints` (stderr).

    Inside of `printing` these are sys.stdout and sys.stderr, with the process's own masks. `wall_clock` gives seconds
    since the epoch; `errors_apart`: errors stand on stderr, not in any CI's log;
    `log_aside`: the log as well, as stdout is for data.
    Raises `InvalidInput` for an `override` that is no provider.
    """
    name = override or provider(environ) or "plain"
    if name not in PROVIDERS:
        raise InvalidInput(f"{name!r} is no CI that aap-launcher knows: use one of {', '.join(PROVIDERS)}.")
    if isinstance(stream, Printed):
        outlet = stream.outlet
    else:
        log = Sink(stream)
        outlet = Outlet(log, Sink(complaints) if complaints is not None else log)
    if log_aside:
        outlet.set_log_aside()
    colours = _colours(environ, name, terminal=outlet.log.is_terminal())
    adapter: LogAdapter
    if name == "gitlab":
        adapter = GitLab(outlet, environ, colours=colours, wall_clock=wall_clock)
    else:
        adapters: dict[str, type[LogAdapter]] = {"github": GitHub, "jenkins": Jenkins, "plain": Plain}
        adapter = adapters[name](outlet, environ, colours=colours)
    adapter.errors_apart |= errors_apart
    adapter.annotates &= not errors_apart  # where stdout is for data, an annotation would stand in it
    return adapter


def context(environ: Mapping[str, str]) -> CIContext:
    """Who runs us; empty fields where the CI does not tell."""
    reader = {"github": _github, "gitlab": _gitlab, "jenkins": _jenkins}.get(provider(environ))
    return reader(environ) if reader else CIContext()


def spread(environ: Mapping[str, str]) -> float:
    """Seconds within which the jobs of a matrix are to come, which start together: 0 where no matrix is told.

    GitLab tells each job of `parallel` how many there are; GitHub and Jenkins tell the environment of none.
    """
    jobs = environ.get("CI_NODE_TOTAL", "")
    return _SPREAD if provider(environ) == "gitlab" and jobs.isdecimal() and int(jobs) > 1 else 0.0


def _colours(environ: Mapping[str, str], name: str, *, terminal: bool) -> bool:
    """NO_COLOR wins (no-color.org), then FORCE_COLOR (force-color.org), then what the provider shows."""
    if environ.get("NO_COLOR"):
        return False
    if "FORCE_COLOR" in environ:
        return environ["FORCE_COLOR"].lower() not in _OFF
    term = environ.get("TERM", "")
    if name == "jenkins":
        return term in _JENKINS_COLOUR_TERMS
    return name in {"github", "gitlab"} or (terminal and term != "dumb")


def _github(environ: Mapping[str, str]) -> CIContext:
    repository, run = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    return CIContext(
        provider="github",
        repository=repository,
        commit=environ.get("GITHUB_SHA", ""),
        ref=environ.get("GITHUB_REF_NAME") or environ.get("GITHUB_REF", ""),
        actor=environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR", ""),
        run_url=f"{server}/{repository}/actions/runs/{run}" if repository and run else "",
    )


def _gitlab(environ: Mapping[str, str]) -> CIContext:
    return CIContext(
        provider="gitlab",
        repository=environ.get("CI_PROJECT_PATH", ""),
        commit=environ.get("CI_COMMIT_SHA", ""),
        ref=environ.get("CI_COMMIT_REF_NAME", ""),
        actor=environ.get("GITLAB_USER_LOGIN", ""),
        run_url=environ.get("CI_JOB_URL") or environ.get("CI_PIPELINE_URL", ""),
    )


def _jenkins(environ: Mapping[str, str]) -> CIContext:
    return CIContext(
        provider="jenkins",
        repository=_repository(environ.get("GIT_URL", "")),
        commit=environ.get("GIT_COMMIT", ""),
        ref=environ.get("CHANGE_BRANCH") or environ.get("BRANCH_NAME") or environ.get("GIT_BRANCH", ""),
        actor=environ.get("BUILD_USER_ID") or environ.get("CHANGE_AUTHOR", ""),
        run_url=environ.get("BUILD_URL", ""),
    )


def _repository(url: str) -> str:
    """The path of a repository's address, without what may stand before it: host, user, password."""
    path = re.sub(r"^[a-z+]+://[^/]*/", "", url, flags=re.IGNORECASE)
    if path == url:
        path = re.sub(r"^[^/]*:", "", url)  # git@host:owner/name
    return path.removesuffix("/").removesuffix(".git")
