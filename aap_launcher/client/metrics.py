"""The controller's metrics: the lines of Prometheus' text format, read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

_LINE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?", re.ASCII)
_LABEL = re.compile(r'\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?', re.ASCII)
_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


class Sample(msgspec.Struct, frozen=True):
    """One measured value with what tells it apart from others of its name."""

    labels: Mapping[str, str]
    value: float


def parse_metrics(text: str) -> Mapping[str, Sequence[Sample]]:
    """Name -> samples, in the order of the text; lines that are none are left out."""
    found: dict[str, list[Sample]] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None or line.startswith("#"):
            continue
        try:
            value = float(match[3])
        except ValueError:
            continue
        labels = {name: _plain(label) for name, label in _LABEL.findall(match[2] or "")}
        found.setdefault(match[1], []).append(Sample(labels, value))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\\.", lambda match: _ESCAPES.get(match[0], match[0]), text)
