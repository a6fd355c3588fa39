"""Long streams of events for benchmarks: one real run, repeated as often as needed.

A row is put together from bytes when it is asked for; what differs between repetitions (counters, lines, ids)
is filled into the gaps of JSON that was written once. So a job of 100,000 events costs its readers' time only.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import msgspec

from sandbox.events.eventlog import CallbackWorkers
from sandbox.events.jsonbytes import encode
from sandbox.events.rows import EventRow, Row, shorten

# Stand-ins for the numbers that differ from row to row; no real value looks like them.
_COUNTER, _START, _END, ROW_ID, JOB_ID = (777_000_111_222_300 + number for number in range(5))
_GAPS = re.compile(rb"(77700011122230[0-4]|(?<![0-9a-f])[0-9a-f]{8}(?=(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))")


@dataclass(frozen=True, slots=True)
class Mould:
    """A recorded row with gaps. Every uuid begins with the number of the repetition, so that none occurs twice."""

    event: str
    start: int
    lines: int
    head: tuple[bytes, ...]
    whole: tuple[bytes, ...]
    short: tuple[bytes, ...]

    @classmethod
    def of(cls, row: EventRow) -> "Mould":
        fields = row.fields | {"counter": _COUNTER, "start_line": _START, "end_line": _END}
        start = row.fields["start_line"]
        return cls(
            row.event,
            start,
            row.fields["end_line"] - start,
            _cut(row.head),
            _cut(_tail(fields)),
            _cut(_tail(fields | {"stdout": shorten(fields["stdout"])})),
        )


def _tail(fields: dict[str, Any]) -> bytes:
    return b',"role":{}},' + encode(fields)[1:]


def _cut(text: bytes) -> tuple[bytes, ...]:
    """Text and gaps in turn."""
    return tuple(_GAPS.split(text))


@dataclass(frozen=True, slots=True)
class Stream:
    """A run which begins and ends once; what lies between is repeated until there are enough events."""

    opening: tuple[Mould, ...]
    cycle: tuple[Mould, ...]
    ending: Mould
    count: int
    job_id: int

    def place(self, counter: int) -> tuple[Mould, int, int]:
        """The row's mould, the repetition it belongs to, and its first line."""
        index = counter - 1
        if index < len(self.opening):
            return self.opening[index], 0, self.opening[index].start
        repeated = self.count if counter < self.count else self.count - 1
        cycles, offset = divmod(min(index, repeated) - len(self.opening), len(self.cycle))
        shift = cycles * self._cycle_lines()
        if counter == self.count:
            before = self.cycle[offset].start + shift
            return self.ending, cycles, before
        mould = self.cycle[offset]
        return mould, cycles, mould.start + shift

    def _cycle_lines(self) -> int:
        last = self.cycle[-1]
        return last.start + last.lines - self.cycle[0].start


@dataclass(frozen=True, slots=True)
class ReplayRow:
    stream: Stream
    counter: int
    first_id: int

    @property
    def id(self) -> int:
        # As with real rows, ids do not follow counters.
        return self.first_id + (self.counter ^ 5)

    @property
    def event(self) -> str:
        return self.stream.place(self.counter)[0].event

    @property
    def uuid(self) -> str:
        return str(self.fields["uuid"])

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.fields["event_data"]
        return found

    @property
    def fields(self) -> dict[str, Any]:
        mould, cycle, line = self.stream.place(self.counter)
        text = self._fill(mould.whole, mould, cycle, line)
        decoded: dict[str, Any] = msgspec.json.decode(b"{" + text.removeprefix(b',"role":{}},'))
        return decoded

    def json(self, job_summary: bytes, *, whole: bool) -> bytes:
        mould, cycle, line = self.stream.place(self.counter)
        head = self._fill(mould.head, mould, cycle, line)
        return head + job_summary + self._fill(mould.whole if whole else mould.short, mould, cycle, line)

    def _fill(self, pieces: tuple[bytes, ...], mould: Mould, cycle: int, line: int) -> bytes:
        values = {
            b"%d" % _COUNTER: b"%d" % self.counter,
            b"%d" % _START: b"%d" % line,
            b"%d" % _END: b"%d" % (line + mould.lines),
            b"%d" % ROW_ID: b"%d" % self.id,
            b"%d" % JOB_ID: b"%d" % self.stream.job_id,
        }
        repetition = b"%08x" % cycle
        filled = list(pieces)
        filled[1::2] = [values.get(gap, repetition) for gap in pieces[1::2]]
        return b"".join(filled)


class Rows(Sequence[Row]):
    """Rows of which only the counters are known until one is looked at."""

    def __init__(self, stream: Stream, counters: Sequence[int], first_id: int) -> None:
        self._stream = stream
        self._counters = counters
        self._first_id = first_id

    def __len__(self) -> int:
        return len(self._counters)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return Rows(self._stream, self._counters[index], self._first_id)
        return ReplayRow(self._stream, self._counters[index], self._first_id)

    def __iter__(self) -> Iterator[Row]:
        return (ReplayRow(self._stream, counter, self._first_id) for counter in self._counters)


class ReplayLog:
    """Events that are emitted at a steady rate, or all at once, and stored as late as others."""

    def __init__(self, stream: Stream, rate: float, workers: CallbackWorkers, first_id: int) -> None:
        self._stream = stream
        self._rate = rate
        self._workers = workers
        self._first_id = first_id
        self._began = time.monotonic()
        self._stopped: int | None = None

    def duration(self) -> float:
        return self._stream.count / self._rate if self._rate else 0.0

    def stop(self) -> None:
        """Nothing more is emitted."""
        self._stopped = self._emitted_count()

    def _emitted_count(self, seconds_ago: float = 0.0) -> int:
        elapsed = time.monotonic() - self._began - seconds_ago
        by_now = int(elapsed * self._rate) if self._rate else self._stream.count * (elapsed >= 0)
        return max(0, min(by_now, self._stream.count if self._stopped is None else self._stopped))

    def _visible_at(self, counter: int) -> float:
        emitted = self._began + (counter / self._rate if self._rate else 0.0)
        return self._workers.inserted_at(emitted, pick=counter * 2_654_435_761 >> 7)

    def visible(self, above: int = 0) -> Sequence[Row]:
        emitted = self._emitted_count()
        # What was emitted more than one round of inserts ago is stored for certain.
        settled = self._emitted_count(self._workers.period)
        if settled == emitted:
            return self._rows(range(above + 1, emitted + 1))
        moment = time.monotonic()
        recent = range(max(above, settled) + 1, emitted + 1)
        stored = [counter for counter in recent if self._visible_at(counter) <= moment]
        return self._rows([*range(above + 1, settled + 1), *stored])

    def emitted(self) -> Sequence[Row]:
        return self._rows(range(1, self._emitted_count() + 1))

    def _rows(self, counters: Sequence[int]) -> Rows:
        return Rows(self._stream, counters, self._first_id)

    def count(self, event: str) -> int:
        stored = len(self.visible())
        opening, cycle = self._stream.opening, self._stream.cycle
        cycles, rest = divmod(max(stored - len(opening), 0), len(cycle))
        of_cycle = [mould.event == event for mould in cycle]
        return sum(mould.event == event for mould in opening) + cycles * sum(of_cycle) + sum(of_cycle[:rest])

    def complete(self) -> bool:
        return self._emitted_count() == self._emitted_count(self._workers.period)
