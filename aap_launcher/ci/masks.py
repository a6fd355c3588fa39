"""Secrets replaced by `***` in whatever leaves: whole ones, and the pieces of one that was cut.

Every secret is looked for in all of its forms (`text.secrets.forms`), also in the text without what a reader looks
through: a colour code or a character without width inside a secret hides nothing. The work is linear in the text
however many secrets there are: one look at every few characters, of which the window of a secret must be one, and a
closer look where a window is known.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice

from aap_launcher.text.secrets import masks, secret_lines
from aap_launcher.text.visible import looked_through, visible

MASK = "***"
_SHORT = 8  # characters; shorter forms need a look at every character, so they are looked for apart
_WINDOW = 4  # characters of one look
# What we shorten we mark so; what stands right before or behind the mark may be a piece of a secret.
_CUT = re.compile(r"…|\.{3,}")
_SHORTEST_PIECE = 3
_LONGEST_PIECE = 512
_MOST_CUTS, _LONGEST_CUT = 200, 100_000  # of one text, in characters: what we shorten is shorter

Span = tuple[int, int]


class Masks:
    """The values that must not be shown, in every form in which they may be printed."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._forms: set[str] = set()
        self._indexes: tuple[_Index, ...] = ()
        self._pieces = _Pieces(())
        self._stale = False

    def add(self, values: Iterable[str]) -> list[str]:
        """Remember secrets; returns what is new of the values and, of one with several lines, of its lines."""
        given = {form for value in values if value.strip() for form in (value, *secret_lines(value))}
        new = sorted(given - self._values)
        if new:
            self._values |= given
            self._forms |= {shape for form in masks(new) for shape in _shapes(form) if shape.strip()}
            self._stale = True
        return new

    def hide(self, text: str) -> str:
        """The text (the same object if nothing is secret) with every secret replaced.

        Secrets that overlap leave nothing of each other.
        """
        if not self._forms or not text:
            return text
        if self._stale:
            self._indexes, self._pieces = tuple(_indexes(self._forms)), _Pieces(self._forms)
            self._stale = False
        spans = list(self._spans(text))
        for bare, pattern in looked_through(text):
            if found := list(self._spans(bare)):
                places = _places(text, pattern)
                spans += [(places[start], places[stop - 1] + 1) for start, stop in found]
        if not spans:
            return text
        pieces, end = list[str](), 0
        for start, stop in _merged(sorted(spans)):
            pieces += [text[end:start], MASK]
            end = stop
        return "".join([*pieces, text[end:]])

    def _spans(self, text: str) -> Iterator[Span]:
        for index in self._indexes:
            yield from index.spans(text)
        if ("…" in text or "..." in text) and len(text) <= _LONGEST_CUT:
            yield from self._pieces.spans(text)


class _Index:
    """Forms of which the shortest has `shortest` characters.

    A form that stands at `p` holds the window that begins at the next multiple of `step`, so it is enough to
    know the windows that begin at its first `step` characters, each with how far in and how long the form is.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = frozenset(forms)
        shortest = min(map(len, self._forms))
        self._size = min(_WINDOW, shortest)
        self._step = shortest - self._size + 1
        self._windows: dict[str, set[tuple[int, int]]] = {}
        for form in self._forms:
            for offset in range(self._step):
                window = form[offset : offset + self._size]
                self._windows.setdefault(window, set()).add((offset, len(form)))

    def spans(self, text: str) -> Iterator[Span]:
        """Where the forms stand."""
        size, windows, forms, end = self._size, self._windows, self._forms, len(text)
        seen = [at for at in range(0, end, self._step) if text[at : at + size] in windows]
        for at in seen:
            for offset, length in windows[text[at : at + size]]:
                start = at - offset
                if start >= 0 and start + length <= end and text[start : start + length] in forms:
                    yield start, start + length


class _Pieces:
    """The beginnings of forms right before a mark that something was cut off there, and the ends right behind."""

    def __init__(self, forms: Iterable[str]) -> None:
        usable = [form for form in forms if len(form) > _SHORTEST_PIECE]
        self._forward = sorted(form[:_LONGEST_PIECE] for form in usable)
        self._backward = sorted(form[: -_LONGEST_PIECE - 1 : -1] for form in usable)
        self._first = {form[:_SHORTEST_PIECE] for form in self._forward}
        self._last = {form[:_SHORTEST_PIECE] for form in self._backward}

    def spans(self, text: str) -> Iterator[Span]:
        """Where pieces stand; blanks between a piece and the mark are looked through."""
        for cut in islice(_CUT.finditer(text), _MOST_CUTS):
            before = text[max(0, cut.start() - _LONGEST_PIECE) : cut.start()]
            end = cut.start() - len(before) + len(before.rstrip())
            if length := _piece(before.rstrip(), self._first, self._forward):
                yield end - length, end
            behind = text[cut.end() : cut.end() + _LONGEST_PIECE]
            start = cut.end() + len(behind) - len(behind.lstrip())
            if length := _piece(behind.lstrip()[::-1], self._last, self._backward):
                yield start, start + length


def _piece(text: str, first: set[str], forms: list[str]) -> int:
    """How many characters at the end of the text are the beginning of a form."""
    for start in range(len(text) - _SHORTEST_PIECE + 1):
        if text[start : start + _SHORTEST_PIECE] in first:
            piece = text[start:]
            at = bisect_left(forms, piece)
            if at < len(forms) and forms[at].startswith(piece):
                return len(piece)
    return 0


def _indexes(forms: Iterable[str]) -> Iterator[_Index]:
    """The short forms and the others apart: each index looks as seldom as its shortest form allows."""
    ordered = sorted(forms, key=len)
    start = 0
    for least in (_WINDOW, _SHORT):
        stop = bisect_left(ordered, least, key=len)
        if ordered[start:stop]:
            yield _Index(ordered[start:stop])
        start = stop
    if ordered[start:]:
        yield _Index(ordered[start:])


def _shapes(form: str) -> Iterator[str]:
    """A form as given, as `defuse` shows it, and without what is looked through, as far as it is a secret still."""
    yield form
    yield visible(form)
    yield from (bare for bare, _ in looked_through(form) if len(bare) >= _WINDOW)


def _places(text: str, pattern: re.Pattern[str]) -> list[int]:
    """Where each character of the text without what the pattern finds stands in the text."""
    places, end = list[int](), 0
    for hidden in pattern.finditer(text):
        places.extend(range(end, hidden.start()))
        end = hidden.end()
    places.extend(range(end, len(text)))
    return places


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
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
