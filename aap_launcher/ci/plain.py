"""A terminal, or any CI without an adapter: headings, colours, and a live last line where it can be."""

from __future__ import annotations

from collections.abc import Mapping

from aap_launcher.ci.base import LogAdapter
from aap_launcher.ci.defuse import RESET
from aap_launcher.ci.outlet import Outlet
from aap_launcher.text.width import fitted_progress

_ERASE = "\r\x1b[2K"


class Plain(LogAdapter):
    name = "plain"

    def __init__(self, outlet: Outlet, environ: Mapping[str, str], *, colours: bool) -> None:
        super().__init__(outlet, environ, colours=colours)
        self.live = outlet.log.is_terminal() and environ.get("TERM") != "dumb"
        self._last_line = ""
        self.errors_apart = True

    def _text(self, lines: list[str]) -> None:
        text = "\n".join([*lines, ""])
        # The live line is erased and drawn again in one write, so that it does not flicker.
        self._sink.write(f"{_ERASE}{text}{self._last_line}" if self._last_line else text)

    def _heading_line(self, title: str) -> str:
        return f"\x1b[1m{title}{RESET}" if self._colours else title

    def _progress(self, text: str) -> None:
        line = fitted_progress(self._title(text), self._sink.columns() - 1) if self.live else ""
        if line != self._last_line:
            self._last_line = line
            self._sink.write(_ERASE + line)

    def _columns(self) -> int:
        return self._sink.columns() if self._sink.is_terminal() else super()._columns()

    def _finish(self) -> None:
        if self._last_line:
            self._last_line = ""
            self._sink.write(_ERASE)
