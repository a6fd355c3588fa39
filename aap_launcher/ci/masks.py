"""Secrets replaced by `***` in whatever an adapter writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

MASK = "***"
_SHORTEST_LINE = 4  # a shorter line of a secret of several lines is a brace or a number, not a secret


class Masks:
    """The values that must not be shown; each also in the form in which Ansible prints it, inside JSON."""

    def __init__(self) -> None:
        self._values: frozenset[str] = frozenset()

    def add(self, values: Iterable[str]) -> list[str]:
        """Remember secrets; returns the new forms: each value, and each line of one that has several."""
        forms = {form for value in values for form in _forms(value)}
        new = sorted(forms - self._values)
        as_json = {json.dumps(form)[1:-1] for form in forms}
        self._values |= forms | as_json | {json.dumps(form, ensure_ascii=False)[1:-1] for form in forms}
        return new

    def hide(self, text: str) -> str:
        """The text with every secret replaced; secrets that overlap leave nothing of each other."""
        found = [value for value in self._values if value in text]
        if not found:
            return text
        pieces, end = [], 0
        for start, stop in _merged(sorted(span for value in found for span in _spans(text, value))):
            pieces += [text[end:start], MASK]
            end = stop
        return "".join([*pieces, text[end:]])


def _forms(value: str) -> Iterator[str]:
    if not value.strip():
        return
    yield value
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1 or lines[0] != value:
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE)


def _spans(text: str, value: str) -> Iterator[tuple[int, int]]:
    at = text.find(value)
    while at >= 0:
        yield at, at + len(value)
        at = text.find(value, at + 1)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans, sorted by their start, with those that overlap made one."""
    start = stop = -1
    for left, right in spans:
        if left < stop:
            stop = max(stop, right)
            continue
        if stop >= 0:
            yield start, stop
        start, stop = left, right
    if stop >= 0:
        yield start, stop
