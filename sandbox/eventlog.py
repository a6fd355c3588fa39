"""The events of one job and the moments at which each becomes visible.

A controller stores events through several callback workers. Each collects what it receives and inserts it
about once a second, independently of the others, so rows appear in batches and out of counter order.
"""

import random
import threading
import time
from collections.abc import Iterator, Sequence

from sandbox.plan import Plan
from sandbox.rows import EventRow

WORKERS = 4


class CallbackWorkers:
    """Decides when an event that arrives now is inserted, as the callback workers of a node would."""

    def __init__(self, period: float, seed: int) -> None:
        self._period = period
        self._random = random.Random(seed)
        self._phases = [self._random.random() * period for _ in range(WORKERS)]

    def inserted_at(self, arrival: float) -> float:
        if self._period <= 0:
            return arrival
        phase = self._random.choice(self._phases)
        flushes = (arrival - phase) // self._period + 1
        return phase + flushes * self._period


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

    def visible(self, above: int = 0) -> Iterator[EventRow]:
        """The rows that are stored by now with a counter above the given one, in counter order."""
        moment = time.monotonic()
        return (row for row in self.emitted()[above:] if row.visible_at <= moment)

    def emitted(self) -> Sequence[EventRow]:
        """All rows, stored or not. Counters have no gaps here: row N stands at N - 1."""
        return self._rows

    def complete(self) -> bool:
        return self._last_insert <= time.monotonic()
