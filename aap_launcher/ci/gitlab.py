r"""GitLab CI: collapsible sections, a dotenv file for outputs, an external link beside the log.

A section marker needs `\r` and `ESC[0K` (GitLab's lib/gitlab/ci/ansi2json), which `defuse` has already made
visible: foreign text cannot forge one, and the words `section_start:` alone are only words.
GitLab masks nothing at run time, so the `***` of `masks` is the only protection.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping

from aap_launcher.ci.base import LogAdapter
from aap_launcher.ci.files import put
from aap_launcher.ci.outlet import Outlet
from aap_launcher.inputs.definitions import INPUTS

DOTENV = "AAP_DOTENV"  # where the outputs go, for artifacts:reports:dotenv
DEFAULT_DOTENV = "aap-outputs.env"
PREFIX = "AAP_DOTENV_PREFIX"  # what the outputs' variables begin with: two launches, one later job
DEFAULT_PREFIX = "AAP_"
ANNOTATIONS = "AAP_GITLAB_ANNOTATIONS"  # where the link goes, if asked, for artifacts:reports:annotations

# A larger file, or one variable more, and GitLab takes nothing (docs.gitlab.com/ci/yaml/artifacts_reports).
MOST_BYTES = 5 * 1024
MOST_VARIABLES = 20
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A later job gets these variables without asking, and they win over its own: an output that is called as an
# input (job_type) would become the next launch's input.
_READ_AS_INPUTS = frozenset(name for definition in INPUTS for name in definition.variables)
_CLEAR = "\x1b[0K"


class GitLab(LogAdapter):
    name = "gitlab"

    def __init__(
        self,
        outlet: Outlet,
        environ: Mapping[str, str],
        *,
        colours: bool,
        wall_clock: Callable[[], float],
    ) -> None:
        super().__init__(outlet, environ, colours=colours)
        self._wall_clock = wall_clock
        self._prefix = f"aap_{secrets.token_hex(4)}"  # two launches in one job must not share a section
        self._sections = 0
        self._section = ""
        self._outputs: dict[str, str] = {}

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        self._outputs |= outputs
        path = self._environ.get(DOTENV) or DEFAULT_DOTENV
        self._warn_unless_written(
            put(path, dotenv(self._outputs, self._environ.get(PREFIX) or DEFAULT_PREFIX)), "outputs"
        )
        if report := self._environ.get(ANNOTATIONS):
            self._warn_unless_written(put(report, json.dumps(self._links())), "annotations")

    def _links(self) -> dict[str, list[object]]:
        """What stands beside the log. Without a job a file with nothing in it: the runner warns of none."""
        link = self._outputs.get("job_url", "")
        if not link.startswith(("https://", "http://")):
            return {}
        kind = self._outputs.get("job_type", "job").replace("_", " ")
        label = f"{kind} {self._outputs.get('job_id', '')}".strip()
        return {"aap-launcher": [{"external_link": {"label": label, "url": link}}]}

    def _group_start(self, title: str) -> None:
        self._group_end()
        self._sections += 1
        self._section = f"{self._prefix}_{self._sections}"
        self._sink.write(self._marker("start", "[collapsed=true]") + title + "\n")

    def _group_end(self) -> None:
        if self._section:
            self._sink.write(self._marker("end") + "\n")
            self._section = ""

    def _marker(self, edge: str, options: str = "") -> str:
        return f"{_CLEAR}section_{edge}:{int(self._wall_clock())}:{self._section}{options}\r{_CLEAR}"

    def _finish(self) -> None:
        self._group_end()


def dotenv(outputs: Mapping[str, str], prefix: str = DEFAULT_PREFIX) -> str:
    """The outputs that a dotenv report can hold unchanged; the result file has the others.

    GitLab strips blanks around a value, knows no line breaks and no quotes, and expands `$` in a later job.
    Left out as well is what the next launch would read as its input: AAP_JOB_TYPE.
    """
    lines: list[str] = []
    room = MOST_BYTES
    for name, value in outputs.items():
        key = prefix + name.upper()
        line = f"{key}={value}\n"
        size = len(line.encode("utf-8", "backslashreplace"))
        fits = size <= room and len(lines) < MOST_VARIABLES
        if (
            fits
            and _KEY.fullmatch(key)
            and key not in _READ_AS_INPUTS
            and value.isprintable()
            and value == value.strip()
            and "$" not in value
        ):
            lines.append(line)
            room -= size
    return "".join(lines)
