"""Several nodes write one log: which of them writes now, so that each line stands in a group of its own node.

One node, the owner, is written as it comes; what the others say waits. The turn goes on where a task of the
owner has ended, to the node that has waited the longest; or by force when one has waited for ten seconds or
holds a thousand marks: then the owner's group ends, and its later lines open `... · continued`.
A node that runs alone never waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from aap_launcher.models.marks import GroupEnd, GroupStart, Line, Mark, Tone

_PATIENCE = 10.0  # seconds
_MOST = 1_000  # marks of one node
_AGAIN = " · continued"


class _Stream:
    """One node's marks that wait, and where in its own log it stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[Mark] = deque()
        self.since = 0.0  # when the first of these came
        self.title = ""  # of the group that its last written mark stands in
        self.loose = False  # its last written mark is a line of its log outside of any group

    @property
    def inside(self) -> bool:
        """Whether it would be torn here: in a group, or among lines that have none."""
        return bool(self.title) or self.loose


class Interleave:
    """Puts the marks of several nodes in one order; every mark of a node once, and in its own order.

    Take all that a method yields before the next call. Times are of any clock that goes forward.
    """

    def __init__(self, patience: float = _PATIENCE, most: int = _MOST) -> None:
        self._patience, self._most = patience, most
        self._streams: dict[int, _Stream] = {}
        self._queue: dict[int, _Stream] = {}  # those that wait, the longest first
        self._owner: int | None = None
        self._open = False  # a group, the owner's, is open
        self._heading: int | None = None  # whose log the lines outside of groups are, as the reader sees it

    def feed(self, key: int, name: str, marks: Iterable[Mark], now: float) -> Iterator[Mark]:
        """The next marks of the node `key`: what is written of them, and of others, now."""
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = _Stream(name)
        for mark in marks:
            if self._owner is None and not self._queue:
                self._owner = key
            if self._owner != key:
                self._wait(key, stream, mark, now)
            elif self._queue and (isinstance(mark, GroupStart) or not stream.inside):
                self._wait(key, stream, mark, now)
                yield from self._pass_on()
            else:
                yield from self._write(key, stream, mark)
        yield from self.turn(now)

    def turn(self, now: float) -> Iterator[Mark]:
        """Time has passed: the turn goes on if it may, or if one has waited too long."""
        owner = self._streams[self._owner] if self._owner is not None else None
        if owner is not None and not owner.inside and not self._queue:
            self._owner = None
        elif self._queue and (owner is None or not owner.inside or self._urgent(now)):
            yield from self._pass_on()

    def pause(self) -> Iterator[Mark]:
        """End the open group, so that something else may stand open; its next line opens one again."""
        self._heading = None
        if self._open:
            self._open = False
            yield GroupEnd()

    def flush(self) -> Iterator[Mark]:
        """All that waits, and the end of what is open: nothing more comes for a while, or ever."""
        while self._queue:
            yield from self._pass_on()
        yield from self.pause()

    def _urgent(self, now: float) -> bool:
        first = next(iter(self._queue.values()))
        return now - first.since >= self._patience or any(
            len(stream.waiting) >= self._most for stream in self._queue.values()
        )

    def _wait(self, key: int, stream: _Stream, mark: Mark, now: float) -> None:
        if not stream.waiting:
            stream.since = now
            self._queue[key] = stream
        stream.waiting.append(mark)

    def _pass_on(self) -> Iterator[Mark]:
        """The turn goes to the one that has waited the longest, and on until one is inside its log."""
        while self._queue:
            yield from self.pause()
            key, stream = next(iter(self._queue.items()))
            del self._queue[key]
            self._owner = key
            while stream.waiting:
                yield from self._write(key, stream, stream.waiting.popleft())
            if stream.inside:
                return
        self._owner = None

    def _write(self, key: int, stream: _Stream, mark: Mark) -> Iterator[Mark]:
        if isinstance(mark, GroupStart):
            yield from self.pause()
            stream.title, stream.loose = mark.title, False
            self._open = True
        elif isinstance(mark, GroupEnd):
            stream.title = ""
            if not self._open:
                return  # it was ended before, for another node
            self._open = False
        elif isinstance(mark, Line):
            yield from self._place(key, stream, mark)
        yield mark

    def _place(self, key: int, stream: _Stream, line: Line) -> Iterator[Mark]:
        """What has to stand before a line, so that it is seen whose it is."""
        if stream.title:
            if not self._open:
                self._open = True
                yield GroupStart(stream.title.removesuffix(_AGAIN) + _AGAIN)
            return
        stream.loose = line.tone is Tone.OUTPUT
        if stream.loose and self._heading != key:
            self._heading = key
            yield Line(stream.name, Tone.NOTE)
