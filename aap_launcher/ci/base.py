"""What every adapter is and shares: masks, harmless lines, the left column, a log that may break, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, assert_never

from aap_launcher.ci.defuse import RESET
from aap_launcher.ci.files import put
from aap_launcher.ci.outlet import LAST_WAIT, Outlet
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Line, Mark, Progress, Tone
from aap_launcher.text.width import width, wrapped
from aap_launcher.text.words import without_escapes

SUMMARY_FILE = "AAP_SUMMARY_FILE"  # where a provider without a summary of its own writes it, if asked
_ANY_WIDTH = 1_000_000
_NARROWEST = 20  # columns of text beside the labels, on however small a terminal
_COLUMN = 10  # width of the left column, where labels stand
_PAINT: Mapping[Tone, str] = {Tone.NOTE: "1", Tone.GOOD: "32", Tone.WARN: "33", Tone.BAD: "31"}


class CI(Protocol):
    """The CI as the launcher sees it. No method raises for a log or a file that cannot be written."""

    name: str
    live: bool  # whether a last line tells what goes on (`Progress`)
    annotates: (
        bool  # whether an annotation is a line of its log as well: what it says is not to stand there twice
    )

    @property
    def fault(self) -> str:
        """Why the log cannot be written any more; "" while it can."""
        ...

    @property
    def unread(self) -> bool:
        """Whether that is because its reader went away."""
        ...

    def mask(self, values: Iterable[str]) -> None:
        """Never show these values again, in the log, in a title, in an annotation or in the summary."""
        ...

    def hide(self, text: str) -> str:
        """The text with masked values replaced: for what others write to files."""
        ...

    def emit(self, mark: Mark) -> None:
        """Write a mark to the log, at once."""
        ...

    def complain(self, mark: Line) -> None:
        """Tell an error of the launcher's own: in a CI's log, where both streams are one; else on stderr."""
        ...

    def debug(self, text: str) -> None:
        """Write to stderr, for who asked for it."""
        ...

    def hold(self, *, on: bool) -> None:
        """While it is on, marks may be written together, some dozen KiB at a time; off: at once again."""
        ...

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Hand outputs to later steps; may be called several times, a later value wins.

        Values are written as given, so that an id stays an id: reports hide secrets before (`launcher.masking`).
        """
        ...

    def write_summary(self, text: str) -> None:
        """Show a Markdown text where the provider shows summaries."""
        ...

    def hurry(self, pressed: Callable[[], bool]) -> None:
        """Wait for no reader while `pressed` says that there is no time for it."""
        ...

    def drop(self) -> None:
        """Write nothing more and wait for no reader: who asked for the output does not want it any more."""
        ...

    def close(self) -> None:
        """End what is open, and tell if the log could not be written; may be called again."""
        ...


class LogAdapter:
    """A log of lines and headings; providers say what more a group, an annotation or an output is to them."""

    name: str
    live = False
    annotates = False

    def __init__(self, outlet: Outlet, environ: Mapping[str, str], *, colours: bool) -> None:
        self._outlet = outlet
        self._sink = outlet.log
        self._environ = environ
        self._colours = colours
        self._closed = False
        self._heading = ""
        self.errors_apart = False

    @property
    def fault(self) -> str:
        return self._sink.fault

    @property
    def unread(self) -> bool:
        return self._sink.unread

    def mask(self, values: Iterable[str]) -> None:
        self._outlet.masks.add(values)

    def hide(self, text: str) -> str:
        return self._outlet.masks.hide(text)

    def complain(self, mark: Line) -> None:
        if not self.errors_apart and not self.fault:
            self.emit(mark)
            return
        self._progress("")
        self._to_errors(self._lines(mark, colours=self._colours and self._outlet.errors.is_terminal()))

    def debug(self, text: str) -> None:
        self._to_errors(self._outlet.lines(text, colours=False))

    def emit(self, mark: Mark) -> None:
        match mark:
            case Line():
                self._head(mark.text)
                self._text(self._lines(mark, colours=self._colours))
            case GroupStart():
                self._group_start(self._title(mark.title))
            case GroupEnd():
                self._head("")
                self._group_end()
            case Annotation():
                self._annotation(mark)
            case Progress():
                self._progress(mark.text)
            case _:
                assert_never(mark)

    def hold(self, *, on: bool) -> None:
        self._sink.hold(on=on)

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Nothing: here outputs live in the result file."""

    def write_summary(self, text: str) -> None:
        if path := self._environ.get(SUMMARY_FILE):
            self._warn_unless_written(put(path, self.hide(text)), "summary")

    def hurry(self, pressed: Callable[[], bool]) -> None:
        for sink in (self._outlet.log, self._outlet.errors):
            sink.pressed.append(pressed)

    def drop(self) -> None:
        self._closed = True
        if self._sink.is_terminal():
            self._sink.write(f"{RESET}\n")
        self._sink.drop()

    def close(self) -> None:
        self.hold(on=False)
        if self._closed:
            return
        self._closed = True
        self._finish()
        self._sink.wait(LAST_WAIT)
        if self._sink.fault:
            why = f"aap-launcher: the log could not be written any more ({self._sink.fault})"
            self._to_errors([f"{why}; the job was followed all the same."])

    # What a provider says ------------------------------------------------------------------------------

    def _text(self, lines: list[str]) -> None:
        """Write lines that are harmless everywhere."""
        self._sink.write("\n".join([*lines, ""]))

    def _group_start(self, title: str) -> None:
        """Where a group is only a heading, it waits for its first line: Ansible's banner may say the same."""
        self._heading = title

    def _head(self, text: str) -> None:
        title, self._heading = self._heading, ""
        if title and not all(f"{part} **" in without_escapes(text) for part in title.split(" · ")):
            self._text([self._heading_line(title)])

    def _heading_line(self, title: str) -> str:
        return f"== {title} =="

    def _group_end(self) -> None:
        """Nothing, where a group is only a heading."""

    def _annotation(self, mark: Annotation) -> None:
        """Nothing, where the log shows none: who makes them asks `annotates`."""

    def _progress(self, text: str) -> None:
        """Nothing, where there is no live last line."""

    def _finish(self) -> None:
        """End what is open."""

    def _columns(self) -> int:
        """How wide the launcher's own lines may be: a CI's page breaks long ones itself."""
        return _ANY_WIDTH

    # What they share -----------------------------------------------------------------------------------

    def _lines(self, mark: Line, *, colours: bool) -> list[str]:
        lines = self._outlet.lines(mark.text, colours=colours)
        if mark.tone is Tone.OUTPUT and not mark.label:
            return lines
        label = self._outlet.line(mark.label).ljust(_COLUMN) if mark.label else ""
        room = self._columns() - (width(label) + 1 if label else 0)
        lines = [piece for line in lines for piece in wrapped(line, max(room, _NARROWEST))]
        if label:
            indent = " " * (_COLUMN + 1)
            return [
                f"{_painted(label, mark.tone, colours=colours)} {lines[0]}".rstrip(" "),
                *(indent + line for line in lines[1:]),
            ]
        if mark.tone in {Tone.OUTPUT, Tone.NOTE}:
            return lines
        return [_painted(line, mark.tone, colours=colours) for line in lines]

    def _title(self, text: str) -> str:
        return self._outlet.line(text)

    def _to_errors(self, lines: Iterable[str]) -> None:
        self._outlet.errors.write("\n".join([*map(self.guarded, lines), ""]))

    @staticmethod
    def guarded(line: str) -> str:
        """A harmless line as this CI may see it on any stream; where that takes more than `defuse`."""
        return line

    def _warn_unless_written(self, fault: str, what: str) -> None:
        if fault:
            self.emit(Line(f"the {what} could not be written: {fault}", Tone.WARN, "warning"))


def _painted(text: str, tone: Tone, *, colours: bool) -> str:
    code = _PAINT.get(tone)
    return f"\x1b[{code}m{text}{RESET}" if code and colours and text.strip() else text
