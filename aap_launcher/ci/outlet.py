"""The one place where text leaves: harmless, masked last, by one sink for each stream."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from aap_launcher.ci.defuse import readable
from aap_launcher.ci.masks import Masks
from aap_launcher.ci.provider import provider
from aap_launcher.ci.sink import ENCODING, ERRORS, Sink

LAST_WAIT = 0.5  # seconds, at the end, for a reader that does not read

_MOST_WAITING = 1024 * 1024  # characters of a line that has not ended


class Outlet:
    """The process's streams and what must not leave by them."""

    def __init__(self, log: Sink, errors: Sink) -> None:
        self.log, self.errors = log, errors  # stdout, stderr
        self.masks = Masks()
        self.data: Sink | None = (
            None  # stdout, where it is for the data that were asked for; the log is on stderr
        )

    def set_log_aside(self) -> None:
        """The log goes to stderr from now on: stdout is for data."""
        self.data, self.log = self.log, self.errors

    def lines(self, text: str, *, colours: bool) -> list[str]:
        """The lines of a foreign text, harmless on any terminal or CI, and then masked."""
        lines = readable(text, colours=colours)
        shown = "\n".join(lines)
        if self.masks.hide(shown) is shown:
            return lines
        # What is hidden in several lines at once is hidden before they are coloured one by one.
        return self.masks.hide("\n".join(readable(self.masks.hide(text), colours=colours))).split("\n")

    def line(self, text: str) -> str:
        """A foreign text as one line without colours: for titles."""
        return self.masks.hide(" ".join(self.lines(text, colours=False)).strip())

    def close(self, seconds: float) -> None:
        """The last moment for readers that have not read yet."""
        self.log.wait(seconds)
        self.errors.wait(seconds)
        if self.data is not None:
            self.data.wait(seconds)


class Printed(io.TextIOBase):
    """What stands for sys.stdout and sys.stderr: what prints (help, warnings, tracebacks) leaves as a log does."""

    encoding = ENCODING
    errors = ERRORS

    def __init__(self, outlet: Outlet, sink: Sink, guard: Callable[[str], str]) -> None:
        super().__init__()
        self.outlet = outlet
        self._sink, self.guard = sink, guard
        self._line = ""

    @property
    def buffer(self) -> BinaryIO | None:
        """The stream of bytes below, for a `Sink` of its own."""
        return self._sink.binary

    def write(self, text: str) -> int:
        """Write the lines that have ended; the last waits for its end, so that no secret is cut in two."""
        whole, end, rest = text.rpartition("\n")
        if end:
            self._leave(self._line + whole)
            self._line = rest
        else:
            self._line += rest
        if len(self._line) > _MOST_WAITING:
            self._leave(self._line)
            self._line = ""
        return len(text)

    def flush(self) -> None:
        """Nothing: lines have left, and what has no end yet waits for it."""

    def finish(self) -> None:
        """Write a last line that has no end."""
        if self._line:
            self._leave(self._line)
            self._line = ""

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._sink.is_terminal()

    def _leave(self, text: str) -> None:
        lines = self.outlet.lines(text, colours=self._sink.is_terminal())
        self._sink.write("\n".join([*map(self.guard, lines), ""]))


def _guard(environ: Mapping[str, str]) -> Callable[[str], str]:
    """What makes a line no command where a command could be meant."""
    if provider(environ) != "github":
        return str
    from aap_launcher.ci.github_commands import defused  # noqa: PLC0415 - its patterns cost a millisecond

    return defused


@contextmanager
def printing(environ: Mapping[str, str], pressed: Callable[[], bool]) -> Iterator[Outlet]:
    """Inside, all that is printed leaves harmless and masked; `pressed` says when no reader is waited for."""
    before = sys.stdout, sys.stderr
    outlet = Outlet(Sink(sys.stdout, pressed), Sink(sys.stderr, pressed))
    guard = _guard(environ)
    printed = Printed(outlet, outlet.log, guard), Printed(outlet, outlet.errors, guard)
    sys.stdout, sys.stderr = printed
    try:
        yield outlet
    finally:
        for stream in printed:
            stream.finish()
        outlet.close(LAST_WAIT)
        sys.stdout, sys.stderr = before
