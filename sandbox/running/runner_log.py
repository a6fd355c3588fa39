"""Shows a process's output as GitHub's log does: groups, annotations and colours instead of raw commands.

Written from the rules of actions/runner (ActionCommand.cs), for people who look at the demo; tests have a parser of
their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

_COMMAND = re.compile(r"\s*::([A-Za-z-]+)(?: [^:]*(?:%3A[^:]*)*?)?::(.*)", re.DOTALL)
_LEVELS = {"error": "31", "warning": "33", "notice": "36"}


class RunnerLog:
    """Lines as the runner reads them become lines as its viewer draws them: `closed`, as somebody first sees them."""

    def __init__(self, *, closed: bool = False) -> None:
        self._closed = closed
        self._stopped = ""
        self._in_group = False

    def show(self, lines: Iterable[str]) -> Iterator[str]:
        """The drawn lines, as the raw ones come."""
        for line in lines:
            yield from self._line(line.rstrip("\n"))

    def _line(self, line: str) -> Iterator[str]:
        if self._stopped:
            if line.strip() == f"::{self._stopped}::":
                self._stopped = ""
            else:
                yield from self._text(line)
            return
        command = _COMMAND.fullmatch(line)
        if command is None:
            yield from self._text(line)
            return
        yield from self._command(command[1].lower(), unquote(command[2]))

    def _command(self, name: str, data: str) -> Iterator[str]:
        if name == "stop-commands":
            self._stopped = data
        elif name == "group":
            self._in_group = True
            yield f"\x1b[1m{'▸' if self._closed else '▼'} {data}\x1b[0m"
        elif name == "endgroup":
            self._in_group = False
        elif name in _LEVELS:
            yield f"\x1b[{_LEVELS[name]}m{name.capitalize()}: {data}\x1b[0m"  # the title is for the annotation

    def _text(self, line: str) -> Iterator[str]:
        if not self._in_group:
            yield line
        elif not self._closed:
            yield f"  {line}"
