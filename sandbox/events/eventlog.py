"""The events of one job and the moments at which each becomes visible.

A controller stores events through several callback workers. Each collects what it receives and inserts it
about once a second, independently of the others, so rows appear in batches and out of counter order.
"""

import random
import threading
import time
from collections.abc import Sequence
from typing import Protocol

from sandbox.events.plan import Plan
from sandbox.events.rows import EventRow, Row

WORKERS = 4


class CallbackWorkers:
    """Decides when an event that arrives now is inserted, as the callback workers of a node would."""

    def __init__(self, period: float, seed: int) -> None:
        self.period = period
        self._random = random.Random(seed)
        self._phases = [self._random.random() * period for _ in range(WORKERS)]

    def inserted_at(self, arrival: float, pick: int | None = None) -> float:
        """Whichever worker is free takes it; a pick makes the choice repeatable."""
        if self.period <= 0:
            return arrival
        worker = self._random.randrange(WORKERS) if pick is None else pick % WORKERS
        phase = self._phases[worker]
        flushes = (arrival - phase) // self.period + 1
        return phase + flushes * self.period


class Log(Protocol):
    """What readers see of the events of a job, wherever these come from."""

    def visible(self, above: int = 0) -> Sequence[Row]: ...

    def emitted(self) -> Sequence[Row]: ...

    def count(self, event: str) -> int: ...

    def complete(self) -> bool: ...


class EventLog:
    """Rows in counter order. Reading never blocks writing for long: rows are only ever appended."""

    def __init__(self, workers: CallbackWorkers, plan: Plan) -> None:
        self._workers = workers
        self._plan = plan
        self._rows: list[EventRow] = []
        self._last_insert = 0.0
        self._lock = threading.Lock()

    def add(self, row: EventRow) -> None:
        with self._lock:
            row.visible_at = self._visible_at(row.counter)
            self._last_insert = max(self._last_insert, row.visible_at)
            self._rows.append(row)

    def _visible_at(self, counter: int) -> float:
        if counter in self._plan.missing_events:
            return float("inf")
        return self._workers.inserted_at(time.monotonic()) + self._plan.late_events.get(counter, 0.0)

    def visible(self, above: int = 0) -> Sequence[Row]:
        """The rows that are stored by now with a counter above the given one, in counter order."""
        rows = self._rows[above:]
        if self.complete():
            return rows
        moment = time.monotonic()
        return [row for row in rows if row.visible_at <= moment]

    def emitted(self) -> Sequence[Row]:
        """All rows, stored or not. Counters have no gaps here: row N stands at N - 1."""
        return self._rows

    def rows(self) -> Sequence[EventRow]:
        """The same, for who writes them."""
        return self._rows

    def count(self, event: str) -> int:
        """How many events of one kind are stored."""
        return sum(row.event == event for row in self.visible())

    def complete(self) -> bool:
        """Whether everything that was emitted is stored."""
        return self._last_insert <= time.monotonic()
