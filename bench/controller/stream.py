"""A job's events: which there are, and when each becomes visible, by formula.

Four workers store what they collected once a second, each at a moment of its own, so rows appear in batches and out
of counter order, and row ids follow the storing and not the counter (as seen on a real controller).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.controller import corpus
from bench.controller.corpus import Mould, Shape

_PHASES = (0.11, 0.87, 0.42, 0.63)  # of a second: when each worker stores
_FIRST_TASK = 3  # counter


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next job is like. `rate`: events a second, 0 for all at once; times in seconds."""

    events: int = 430
    rate: float = 0.0
    pending: float = 0.0
    late: float = 0.0  # share of the events that come up to four seconds late
    gap: float = 0.4  # from the last event to the final status
    processing: float = 0.9  # from the final status to event_processing_finished
    nodes: int = 0  # a workflow of so many nodes instead of a job
    at_once: int = 10  # of them
    speed: float = 1.0  # the job's clock beside the machine's: five minutes in a queue need not take them
    shape: Shape = field(default_factory=Shape)


class Stream:
    """The events of one plan; times are seconds since the job began to run."""

    def __init__(self, plan: Plan, job: int) -> None:
        self.plan, self._job = plan, job
        self._block = 2 * plan.shape.hosts + 1
        self._seen_at = [self._stored(counter) for counter in range(plan.events + 1)] if plan.rate else []
        self.last = max(self._seen_at, default=0.0)  # when everything is stored
        self._ids = self._by_storing()
        self._starts = self._lines()

    @property
    def emitted(self) -> float:
        """When the last event was made."""
        return self.plan.events / self.plan.rate if self.plan.rate else 0.0

    def seen_at(self, counter: int) -> float:
        """When the event becomes visible."""
        return self._seen_at[counter] if self._seen_at else 0.0

    def after(self, counter: int, now: float, limit: int) -> list[int]:
        """The visible counters above `counter`, at most `limit`."""
        most = self.plan.events
        if not self._seen_at:
            return list(range(counter + 1, min(counter + limit, most) + 1)) if now >= 0 else []
        found = []
        for candidate in range(counter + 1, min(most, int(now * self.plan.rate) + 1) + 1):
            if self._seen_at[candidate] <= now:
                found.append(candidate)
                if len(found) == limit:
                    break
        return found

    def since_line(self, line: int, now: float, limit: int) -> list[int]:
        """The visible counters whose first line is `line` or later."""
        return self.after(bisect_left(self._starts, line, 1) - 1, now, limit)

    def since_id(self, row: int, now: float) -> Sequence[int]:
        """The visible counters whose row id is above `row`, by counter."""
        if not self._seen_at:
            return range(
                bisect_right(range(self.plan.events + 1), row), self.plan.events + 1 if now >= 0 else 0
            )
        return [one for one in self.after(0, now, self.plan.events) if self._ids[one] > row]

    def json(self, counters: Sequence[int]) -> bytes:
        """A list of events."""
        return b"[" + b",".join([self._event(counter) for counter in counters]) + b"]"

    def printing(self) -> list[int]:
        """The counters of the events that print something."""
        return [n for n in range(1, self.plan.events + 1) if self._starts[n + 1] > self._starts[n]]

    def _event(self, counter: int) -> bytes:
        mould, number, host = self._place(counter)
        start = self._starts[counter]
        gaps: dict[bytes, object] = {
            b"id": self._ids[counter] if self._ids else counter,
            b"job": self._job,
            b"counter": counter,
            b"uuid": _uuid(counter),
            b"parent": _uuid(_FIRST_TASK + number * self._block),
            b"host": host.encode(),
            b"task": corpus.task(number).encode(),
            b"start": start,
            b"end": start + mould.lines,
        }
        return mould.fill(gaps)

    def _place(self, counter: int) -> tuple[Mould, int, str]:
        """The event's mould, its task's number and its host."""
        shape = self.plan.shape
        number, place = divmod(max(counter - _FIRST_TASK, 0), self._block)
        if counter == self.plan.events:
            return corpus.stats(shape), number, ""
        if counter < _FIRST_TASK:
            return corpus.opening(counter), 0, ""
        if place == 0:
            return corpus.start_of_task(), number, ""
        host = corpus.host((place - 1) % shape.hosts)
        if place <= shape.hosts:
            return corpus.start_of_host(), number, host
        return corpus.result(number, shape), number, host

    def _lines(self) -> array[int]:
        """The first line of each event, by counter; one more at the end."""
        starts = array("q", [0, 0])
        for counter in range(1, self.plan.events + 1):
            starts.append(starts[-1] + self._place(counter)[0].lines)
        return starts

    def _stored(self, counter: int) -> float:
        worker = (counter * 2_654_435_761 >> 7) % 4
        made = counter / self.plan.rate
        stored = made - (made - _PHASES[worker]) % 1.0 + 1.0
        pick = (counter * 40_503 & 0xFFFF) / 0x10000
        late = counter < self.plan.events and pick < self.plan.late
        return stored + (4.0 * pick / self.plan.late if late else 0.0)

    def _by_storing(self) -> list[int]:
        if not self._seen_at:
            return []
        ids = [0] * (self.plan.events + 1)
        order = sorted(range(1, self.plan.events + 1), key=lambda one: (self._seen_at[one], -one))
        for number, counter in enumerate(order, 1):
            ids[counter] = number
        return ids


def _uuid(counter: int) -> bytes:
    return b"%08x-0000-4000-8000-000000000000" % counter
