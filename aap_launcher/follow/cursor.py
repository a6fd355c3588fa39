"""Each event once and in order, although rows become visible out of order: the cursor of one job's events."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence

from aap_launcher.models.events import Event


class Cursor:
    """Hands out the contiguous part of what was fetched, and knows which holes were given up."""

    def __init__(self) -> None:
        self.at = 0  # every counter up to here was handed out or given up
        self.received = 0
        self.missing: list[tuple[int, int]] = []  # in order
        self.blocked = False  # the last page ended at a hole
        self._sightings: deque[tuple[int, float]] = deque()  # (highest counter, when it was first seen)

    def take(self, rows: Sequence[Event], now: float, patience: float) -> list[Event]:
        """The rows that follow on without a hole; a hole older than `patience` seconds is given up."""
        ready: list[Event] = []
        self.blocked = False
        rows = sorted(rows, key=lambda row: row.counter)
        if rows:
            self._sight(rows[-1].counter, now)
        for row in rows:
            if row.counter <= self.at:
                continue
            if row.counter > self.at + 1:
                if now - self._first_sight(row.counter, now) < patience:
                    self.blocked = True
                    break
                self.missing.append((self.at + 1, row.counter - 1))
            self.at = row.counter
            ready.append(row)
        self.received += len(ready)
        return ready

    def recover(self, rows: Sequence[Event]) -> list[Event]:
        """Rows of given-up holes that have come after all."""
        late = []
        for row in sorted(rows, key=lambda row: row.counter):
            place = bisect_left(self.missing, row.counter, key=lambda hole: hole[1])
            if place == len(self.missing) or self.missing[place][0] > row.counter:
                continue
            first, last = self.missing[place]
            parts = [(first, row.counter - 1), (row.counter + 1, last)]
            self.missing[place : place + 1] = [part for part in parts if part[0] <= part[1]]
            late.append(row)
        self.received += len(late)
        return late

    def _sight(self, counter: int, now: float) -> None:
        while self._sightings and self._sightings[0][0] <= self.at:
            self._sightings.popleft()
        if not self._sightings or counter > self._sightings[-1][0]:
            self._sightings.append((counter, now))

    def _first_sight(self, counter: int, now: float) -> float:
        """When a counter at least this high was first seen: the age of the hole before it."""
        return next((when for highest, when in self._sightings if highest >= counter), now)
