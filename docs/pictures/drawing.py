"""Terminal logs as SVG: still ones, and a cast that plays what a terminal showed and when. Drawn by Rich."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 118  # columns: Ansible's recap fits
HEIGHT = 32  # rows of a cast
_HOLD = 8.0  # seconds for which a cast shows its end
_ROW, _LEFT, _TOP = 24.4, 9, 41  # Rich's, in its SVG's units
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_COLUMNS = re.compile(r".{0,37}\S {2,}(?=\S)")  # what stands before the last column of a line


@dataclass(frozen=True, slots=True)
class Moment:
    """What a terminal showed from a moment on: so many of the whole lines, and the live line below them."""

    at: float  # seconds after the start
    lines: int
    live: str


def still(picture: Path, title: str, lines: Iterable[str]) -> None:
    """One picture of a whole log."""
    console = _console()
    for row in _rows(console, lines):
        console.print(row)
    drawn = console.export_svg(title=f"aap-launcher · {title}", theme=MONOKAI, unique_id=picture.stem)
    picture.write_text(_FONTS.sub("", drawn), encoding="utf-8")


def cast(picture: Path, title: str, lines: Sequence[str], moments: Sequence[Moment]) -> None:
    """An SVG that plays the moments again and again; it stands at the end where motion is not wanted."""
    console = _console()
    rows = [list(_rows(console, [line])) for line in lines]
    ends = [sum(map(len, rows[: moment.lines])) for moment in moments]
    told = list(dict.fromkeys(moment.live for moment in moments))
    moves = {
        "log": [min(0, HEIGHT - 1 - end) for end in ends],
        "rest": [min(end, HEIGHT - 1) for end in ends],
        "live": [-told.index(moment.live) for moment in moments],
    }
    name, length = picture.stem, moments[-1].at + _HOLD
    parts = [moment.at / length for moment in moments]
    style = "\n".join(_moved(f"{name}-{part}", parts, steps, length) for part, steps in moves.items())
    log = _drawn(f"{name}-log", [row for of_line in rows for row in of_line])
    live = _drawn(f"{name}-live", map(Text.from_ansi, told))
    picture.write_text(_framed(name, title, style, log, live), encoding="utf-8")


def _console() -> Console:
    return Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard")


def _rows(console: Console, lines: Iterable[str]) -> Iterator[Text]:
    """The lines at the picture's width; what is too long hangs below the text of its own column."""
    for line in lines:
        for text in Text.from_ansi(line).split("\n", allow_blank=True):
            first, *rest = text.wrap(console, WIDTH, overflow="fold") or [text]
            yield first
            if rest:
                columns = _COLUMNS.match(text.plain)
                hanging = columns.end() if columns else len(text.plain) - len(text.plain.lstrip()) + 2
                at = text.plain.index(rest[0].plain.split()[0], len(first.plain.rstrip()))
                for piece in text[at:].wrap(console, WIDTH - hanging, overflow="fold"):
                    yield Text(" " * hanging).append_text(piece)


def _drawn(name: str, rows: Iterable[Text]) -> str:
    """The rows alone, without a window around them."""
    console = _console()
    for row in rows:
        console.print(row)
    template = (
        "<style>{styles} .{unique_id}-matrix {{ font: {char_height}px Fira Code, monospace }}</style>"
        '<defs>{lines}</defs><g class="{unique_id}">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>'
    )
    return console.export_svg(theme=MONOKAI, unique_id=name, code_format=template)


def _moved(name: str, parts: Sequence[float], steps: Sequence[int], length: float) -> str:
    """A style: from which part of the time the element of this class stands how many rows lower."""
    at_last = _down(steps[-1])
    frames = " ".join(f"{part:.3%} {{ {_down(rows)} }}" for part, rows in zip(parts, steps, strict=True))
    return (
        f".{name} {{ {at_last}; animation: {name} {length:.2f}s step-end infinite }}"
        f" @keyframes {name} {{ {frames} 100% {{ {at_last} }} }}"
    )


def _down(rows: int) -> str:
    return f"transform: translateY({rows * _ROW:.1f}px)"


def _framed(name: str, title: str, style: str, log: str, live: str) -> str:
    """A window: the log, and over what is still to come of it the rest of the screen, with the live line on top."""
    wide, high = WIDTH * 12.2 + 2 * _LEFT, HEIGHT * _ROW + _TOP + 10
    screen = f'width="{WIDTH * 12.2:.1f}" height="{HEIGHT * _ROW:.1f}"'
    return f"""<svg viewBox="0 0 {wide:.1f} {high:.1f}" xmlns="http://www.w3.org/2000/svg">
<style>{style}
@media (prefers-reduced-motion: reduce) {{ .{name}-log, .{name}-rest, .{name}-live {{ animation: none }} }}
</style>
<defs>
<clipPath id="{name}-screen"><rect {screen}/></clipPath>
<clipPath id="{name}-row"><rect y="3" width="{WIDTH * 12.2:.1f}" height="{_ROW}"/></clipPath>
</defs>
<rect x="1" y="1" width="{wide - 2:.1f}" height="{high - 2:.1f}" rx="8" fill="#0c0c0c" stroke="#ffffff59"/>
<circle cx="26" cy="20" r="7" fill="#ff5f57"/><circle cx="48" cy="20" r="7" fill="#febc2e"/>
<circle cx="70" cy="20" r="7" fill="#28c840"/>
<text x="{wide / 2:.1f}" y="27" fill="#d9d9d9" text-anchor="middle" font-family="arial" font-size="18"
 font-weight="bold">{html.escape(f"aap-launcher · {title}")}</text>
<g transform="translate({_LEFT}, {_TOP})"><g clip-path="url(#{name}-screen)">{log}
<g class="{name}-rest"><rect {screen} fill="#0c0c0c"/><g clip-path="url(#{name}-row)">{live}</g></g></g></g>
</svg>
"""
