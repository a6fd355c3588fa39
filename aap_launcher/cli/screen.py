"""Where the command line's text leaves: data to stdout, words to stderr, secrets hidden last on both."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import BinaryIO, TextIO, cast

import click

from aap_launcher.ci.defuse import readable
from aap_launcher.ci.outlet import Outlet, Printed
from aap_launcher.ci.sink import Sink
from aap_launcher.cli.output_formats import Row, encoded, masked_value
from aap_launcher.errors import LauncherError, Refused

_HUNDRED = 100


class Screen:
    """Two streams, one of data and one of words. No method raises for a stream that cannot be written."""

    def __init__(
        self,
        stdout: TextIO | BinaryIO | Printed,
        stderr: TextIO | BinaryIO | Printed,
        stdin: TextIO | None = None,
    ) -> None:
        # The process's own streams share one outlet: what is masked on one way out is masked on all.
        outlet = stdout.outlet if isinstance(stdout, Printed) else Outlet(Sink(stdout), Sink(stderr))
        self._guard = stderr.guard if isinstance(stderr, Printed) else str
        self._outlet, self._masks = outlet, outlet.masks
        self._out, self._err, self._in = outlet.log, outlet.errors, stdin
        self.begun = False  # whether any data went out

    @property
    def width(self) -> int | None:
        """The terminal's width, None where data goes to no terminal and nothing is cut."""
        return self._out.columns() if self._out.is_terminal() else None

    @property
    def answers(self) -> bool:
        """Whether a person is there to answer a question."""
        return self._err.is_terminal() and self._in is not None and self._in.isatty()

    def mask(self, secrets: Iterable[str]) -> None:
        """Never show these again, in no form."""
        self._masks.add(secrets)

    def hide(self, text: str) -> str:
        """The text without what is masked."""
        return self._masks.hide(text)

    def hidden(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Records without what is masked. Only texts change: a number stays one, so JSON stays JSON."""
        for row in rows:
            text = encoded(row)
            yield row if self._masks.hide(text) == text else masked_value(row, self._masks.hide)

    def data(self, pieces: Iterable[str]) -> int:
        """Write data as it comes; the exit code. A reader who has enough ends it quietly."""
        for piece in pieces:
            self.begun = True
            self._out.write(piece)
            if self._out.fault:
                break
        if not self._out.fault or self._out.unread:
            return 0
        self.say(f"the output could not be written: {self._out.fault}")
        return LauncherError.exit_code

    def raw(self, chunks: Iterable[str]) -> int:
        """Write foreign text: as it is, but where a person looks at it harmless."""
        if not self._out.is_terminal():
            return self.data(map(self.hide, chunks))
        return self.data(line + "\n" for chunk in chunks for line in readable(self.hide(chunk), colours=True))

    def say(self, text: str) -> None:
        """A word to the person, on stderr, as one message of this program."""
        lines = self._words(text)
        self._err.write("\n".join([f"aap-launcher: {lines[0]}", *lines[1:], ""]))

    @contextlib.contextmanager
    def progress(self, length: int, what: str) -> Iterator[Callable[[int], None]]:
        """Call what it gives with the number of steps just done: a bar on a terminal, else a line each hundred."""
        if self._err.is_terminal():
            stream = cast("TextIO", _Stream(self._err))
            with click.progressbar(length=length, label=what, file=stream, show_pos=True) as bar:
                yield bar.update
        else:
            done = 0

            def step(number: int) -> None:
                nonlocal done
                before, done = done, done + number
                if length > _HUNDRED and (done // _HUNDRED > before // _HUNDRED or done == length):
                    self.say(f"{what}: {done} of {length}")

            yield step

    def _words(self, text: str) -> list[str]:
        """Lines for stderr, which GitHub reads as it does the log."""
        return [self._guard(line) for line in self._outlet.lines(text, colours=False)]

    def trace(self, text: str) -> None:
        """One request in a line, on stderr."""
        self._err.write(self._words(text)[0] + "\n")

    def refuse(self, error: LauncherError) -> None:
        """Tell an error with everything that is wrong; a signal needs no words."""
        # The controller's own words stand in the message already.
        said = error.message if isinstance(error, Refused) and error.status else str(error)
        self.say(said)

    def ask(self, question: str) -> bool:
        """Whether the person says yes; anything else is no."""
        self._err.write("\n".join(self._words(question)) + " [y/N] ")
        answer = self._in.readline() if self._in is not None else ""
        return answer.strip().lower() in {"y", "yes"}

    def drop(self) -> None:
        """Write no more data: whoever asked for it does not want it any more."""
        self._out.drop()


class _Stream:
    """A sink as the bar writes to it."""

    def __init__(self, sink: Sink) -> None:
        self.write, self.isatty = sink.write, sink.is_terminal

    def flush(self) -> None:
        """Each write is seen at once."""


def screen() -> Screen:
    """The process's own."""
    return Screen(sys.stdout, sys.stderr, sys.stdin)


def browse(url: str, environ: Mapping[str, str]) -> bool:
    """Open an address in the person's browser; False where there is none to open it in."""
    import webbrowser

    if (
        os.name == "posix"
        and sys.platform != "darwin"
        and not any(map(environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    ):
        return False
    return webbrowser.open(url)
