"""Plots as SVG, drawn by hand: bars, and lines on logarithmic scales. They follow the reader's light or dark page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_COLOURS = ("#0969da", "#8250df", "#bf3989", "#9a6700", "#1a7f37", "#cf222e", "#57606a")
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#24292f}.t{font-weight:bold;font-size:13px}.g{stroke:#8c959f;"
    "stroke-opacity:.35}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>"
)
_WIDTH = 720
Points = Sequence[tuple[float, float]]


def bars(title: str, values: Mapping[str, float]) -> str:
    """One horizontal bar each, with its value."""
    most = max(values.values())
    parts = []
    for at, (name, value) in enumerate(values.items()):
        y = 40 + at * 24
        length = max(value / most * (_WIDTH - 320), 1)
        colour = _COLOURS[0 if "launcher" in name else 6]
        parts += [
            _text(230, y + 13, name.replace("`", ""), "end"),
            f'<rect x="240" y="{y}" width="{length:.1f}" height="17" fill="{colour}" rx="2"/>',
            _text(246 + length, y + 13, f"{value:.2f}"),
        ]
    return _svg(title, 50 + 24 * len(values), parts)


def lines(title: str, x_label: str, y_label: str, series: Mapping[str, Points]) -> str:
    """Lines with points, both scales logarithmic."""
    points = [point for line in series.values() for point in line]
    across = _Scale([x for x, _ in points], 70, _WIDTH - 190)
    upward = _Scale([y for _, y in points], 310, 40)
    parts = [
        *(
            f'<line class="g" x1="{across(x):.1f}" x2="{across(x):.1f}" y1="40" y2="310"/>'
            + _text(across(x), 328, _short(x), "middle")
            for x in across.ticks
        ),
        *(
            f'<line class="g" x1="70" x2="{_WIDTH - 190}" y1="{upward(y):.1f}" y2="{upward(y):.1f}"/>'
            + _text(64, upward(y) + 4, _short(y), "end")
            for y in upward.ticks
        ),
        _text((_WIDTH - 120) / 2, 348, x_label, "middle"),
        _text(8, 32, y_label),
    ]
    for at, (name, line) in enumerate(series.items()):
        colour = _COLOURS[at % len(_COLOURS)]
        path = " ".join(f"{across(x):.1f},{upward(y):.1f}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{across(x):.1f}" cy="{upward(y):.1f}" r="3" fill="{colour}"/>' for x, y in line
        ]
        parts.append(f'<rect x="{_WIDTH - 175}" y="{44 + at * 20}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(_WIDTH - 158, 54 + at * 20, name))
    return _svg(title, 360, parts)


class _Scale:
    """Values to places, logarithmic, from one decade to another."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        known = [value for value in values if value > 0]
        self._low = math.floor(math.log10(min(known)) + 1e-9)
        self._high = max(math.ceil(math.log10(max(known)) - 1e-9), self._low + 1)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(max(value, 10**self._low)) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img">'
    named = f'<title>{escape(title)}</title>{_STYLE}<text class="t" x="8" y="18">{escape(title)}</text>'
    return "\n".join([head, named, *parts, "</svg>", ""])
