"""Secrets replaced by `***` in whatever an adapter writes: whole ones, and the beginning of one that was cut."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice

MASK = "***"
_SHORTEST_LINE = 4  # a shorter line of a secret of several lines is a brace or a number, not a secret
# Titles, messages and values are shortened before they are masked, and the cut may go through a secret.
_CUT = re.compile(r"…|(?<!\.)\.\.\.")
_SHORTEST_PIECE = 3
_MOST_CUTS, _LONGEST_CUT = 200, 100_000  # of one text, in characters: what we shorten is shorter


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
        spans = [span for value in self._values if value in text for span in _spans(text, value)]
        if "…" in text or "..." in text:
            spans += _cut_spans(text, self._values)
        if not spans:
            return text
        pieces, end = [], 0
        for start, stop in _merged(sorted(spans)):
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


def _cut_spans(text: str, values: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The beginnings of secrets that stand right before a sign that something was cut off there."""
    if len(text) > _LONGEST_CUT:
        return
    for cut in islice(_CUT.finditer(text), _MOST_CUTS):
        for value in values:
            start = max(0, cut.start() - len(value))
            while (start := text.find(value[:_SHORTEST_PIECE], start, cut.start())) >= 0:
                piece = text[start : cut.start()]
                if value.startswith(piece) and len(piece) >= _SHORTEST_PIECE:
                    yield start, cut.start()
                    break
                start += 1


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
