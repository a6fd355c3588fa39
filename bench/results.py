"""What the benchmark found: figures with their targets, and sections of tables and plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.reasons import reason


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the launcher's with its target; `best`: the best peer's, in words."""

    name: str
    value: float
    target: float
    best: str = "-"
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met, to the digits shown."""
        return self.value <= self.target * 1.005

    def row(self) -> tuple[str, ...]:
        """As a row of the table."""
        why = reason(self.name)
        verdict = "met" if self.met else f"missed: {why}" if why else "missed"
        return (self.name, self.best, shown(self.value, self.unit), shown(self.target, self.unit), verdict)


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its words, and the plots beside it: file name -> SVG."""

    title: str
    words: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    plots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of the benchmark found."""

    figures: Sequence[Figure]
    sections: Sequence[Section]


def shown(value: float, unit: str = "") -> str:
    """Three digits are enough."""
    if math.isnan(value):
        return "-"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return f"{text} {unit}".strip()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of a straight line through the points on logarithmic scales: 1 is proportional, 0 is flat."""
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    middle_x = sum(x for x, _ in logs) / len(logs)
    middle_y = sum(y for _, y in logs) / len(logs)
    spread = sum((x - middle_x) ** 2 for x, _ in logs)
    return sum((x - middle_x) * (y - middle_y) for x, y in logs) / spread if spread else math.nan
