"""GitHub Actions: workflow commands on stdout, file commands for outputs and the summary.

Two guards keep foreign text from being a command:

* It never has such a line: `commands.broken`.
* `::stop-commands::` with a fresh random token stands before text that holds `::` or `##[` at all, and ends
  before our next command. It is not set around every line: the runner prints each stop and resume in the log.

Problem matchers that earlier steps left (setup-python, setup-node ...) still read the log. Removing them
would take them from later steps of the job as well, so they stay: the worst is an annotation too many.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from aap_launcher.ci.base import LogAdapter
from aap_launcher.ci.files import append
from aap_launcher.ci.github_commands import defused, looks_like_command
from aap_launcher.ci.outlet import Outlet
from aap_launcher.models.marks import Annotation, Level
from aap_launcher.text.secrets import secret_lines

MOST_ANNOTATIONS = 10  # of a level and step; the runner drops the rest (ExecutionContext.cs)
LONGEST_MESSAGE = 4096  # the runner cuts there
LONGEST_TITLE = 250
MOST_SUMMARY = 1024 * 1024  # bytes; a larger summary is dropped whole (FileCommandManager.cs)

_CUT_NOTE = "\n\n_The summary was longer than GitHub takes; the end is cut._\n"


class GitHub(LogAdapter):
    name = "github"
    annotates = True  # the runner writes `Error: ` and the message into the log, without the title

    def __init__(self, outlet: Outlet, environ: Mapping[str, str], *, colours: bool) -> None:
        super().__init__(outlet, environ, colours=colours)
        self._told: set[str] = set()  # what the runner was told to mask
        self._token = ""  # of the stop-commands in force
        self._grouped = False
        self._annotations: Counter[Level] = Counter()

    def mask(self, values: Iterable[str]) -> None:
        given = [value for value in values if value.strip()]
        super().mask(given)
        forms = {form for value in given for form in (value, *secret_lines(value))}
        for form in sorted(forms - self._told):
            self._told.add(form)
            self._command(f"::add-mask::{_data(form)}")

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        text = "".join(_heredoc(name, value) for name, value in outputs.items())
        path = self._environ.get("GITHUB_OUTPUT", "")
        fault = append(path, text) if path else "GITHUB_OUTPUT is not set"
        self._warn_unless_written(fault, "outputs")

    def write_summary(self, text: str) -> None:
        path = self._environ.get("GITHUB_STEP_SUMMARY", "")
        if not path:
            self._warn_unless_written("GITHUB_STEP_SUMMARY is not set", "summary")
            return
        room = MOST_SUMMARY - _size(path)
        self._warn_unless_written(append(path, _cut(self.hide(text), room)), "summary")

    def _text(self, lines: list[str]) -> None:
        text = "\n".join([*lines, ""])
        if looks_like_command(text):
            self._stop_commands()
            text = "\n".join([*map(self.guarded, lines), ""])
        self._sink.write(text)

    def _group_start(self, title: str) -> None:
        self._group_end()
        self._command(f"::group::{_data(self.guarded(title))}")
        self._grouped = True

    def _group_end(self) -> None:
        if self._grouped:
            self._command("::endgroup::")
            self._grouped = False

    def _annotation(self, mark: Annotation) -> None:
        self._annotations[mark.level] += 1
        if self._annotations[mark.level] > MOST_ANNOTATIONS:
            return
        title = self.guarded(self._title(mark.title))
        lines = self._outlet.lines(mark.message.strip(), colours=False)
        whole = "\n".join(map(self.guarded, lines))
        if len(whole) > LONGEST_MESSAGE:
            self._text(lines)
        message = _shorter(whole, LONGEST_MESSAGE) or title
        about = f" title={_property(_shorter(title, LONGEST_TITLE))}" if title else ""
        self._command(f"::{mark.level}{about}::{_data(message)}")

    @staticmethod
    def guarded(line: str) -> str:
        return defused(line)

    def _finish(self) -> None:
        self._group_end()
        self._resume_commands()

    def _command(self, command: str) -> None:
        self._resume_commands()
        self._sink.write(command + "\n")

    def _stop_commands(self) -> None:
        if not self._token:
            self._token = secrets.token_hex(16)
            self._sink.write(f"::stop-commands::{self._token}\n")

    def _resume_commands(self) -> None:
        if self._token:
            self._sink.write(f"::{self._token}::\n")
            self._token = ""


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _shorter(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _heredoc(name: str, value: str) -> str:
    delimiter = secrets.token_hex(16)
    while delimiter in value:
        delimiter = secrets.token_hex(16)
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return 0


def _cut(text: str, room: int) -> str:
    """The text in less than `room` bytes; the report bounds it better, this is the last guard."""
    encoded = text.encode("utf-8", "backslashreplace")
    if len(encoded) < room:
        return text
    kept = encoded[: max(0, room - len(_CUT_NOTE) - 1)].decode("utf-8", "ignore")
    return kept[: kept.rfind("\n") + 1] + _CUT_NOTE if room > len(_CUT_NOTE) else ""
