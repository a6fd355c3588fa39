"""Follow one job: its status and events become a stream of updates, in order, each event exactly once.

What the controller does that decides the design (seen on AWX 24.6.1 over 109 jobs):

* Counters start at 1 and have no gaps at the end, but while a job runs its rows become visible out of order
  (four workers store batches of about a second each). So the cursor is the highest *contiguous* counter, and
  a hole is waited for. A cursor on the highest counter seen loses 1,345 of 5,507 events at one poll a second.
* The final status comes about a second before the last rows; `event_processing_finished` says that all are
  stored. It may stay false for ever (a crashed dispatcher), so it is waited for within a bound.
* An empty page of events costs the controller a third of a look at the job, so the job is looked at seldom.

A `Follower` does one step when it is due and never sleeps: several can be driven at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from aap_launcher.errors import NotFound, Refused, Unreachable
from aap_launcher.follow.cursor import Cursor
from aap_launcher.models import (
    Clock,
    Event,
    Finished,
    Job,
    JobUpdate,
    Log,
    Logged,
    Notice,
    Status,
    StatusChanged,
    Tick,
    Update,
)
from aap_launcher.text.words import count

PAGE = 200  # the controller's own cap of a page; a larger one is no faster and costs memory
QUEUED = frozenset({Status.NEW, Status.PENDING, Status.WAITING})
_QUEUED_LONG = 300.0


class JobSource(Protocol):
    """What following needs of the controller."""

    def job(self, job: Job) -> Job:
        """The job's detail as it is now."""
        ...

    def events(self, job: Job, after: int, limit: int = PAGE) -> Sequence[Event]:
        """Up to `limit` events with a counter above `after`, by counter, with their whole stdout."""
        ...

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        """The update that failed before the job began, and its last lines; None where there was none."""
        ...


class Pace(msgspec.Struct, frozen=True):
    """Seconds between requests, and how long to wait for what may never come."""

    busy: float = 1.0  # while events flow: rows become visible once a second
    idle: float = 4.0  # the slowest while nothing comes
    queued: float = 10.0  # the slowest after five minutes of queueing
    ending: float = 0.5  # after the last event of a playbook, or once a cancel was asked for
    look: float = 5.0  # between two looks at a running job; 10 when it has long been silent
    growth: float = 1.4
    hold: float = 90.0  # for a hole while the job runs: the controller stores a batch again after 60 s
    settle: float = 1.0  # for a hole once the controller says that everything is stored
    grace: float = 90.0  # for event_processing_finished after a final status
    short_grace: float = 20.0  # the same for error and canceled, where it often never comes


class Follower:
    """Follows one job, one step at a time: call `step` when `due`, until `finished`.

    `due` is a time of the same clock as `now`. Errors of the source pass through unchanged, and the
    follower can go on after them: it only moves on with an answer in its hands.
    """

    def __init__(
        self,
        source: JobSource,
        job: Job,
        now: float,
        *,
        pace: Pace | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.job = job
        self.due = now
        self.finished = False
        self._source = source
        self._pace = pace or Pace()
        self._jitter = jitter
        self._began = now
        self._cursor = Cursor()
        self._interval = self._pace.ending
        self._looked = now  # when the job was last read
        self._news = now  # when the last event or change came
        self._ended: float | None = None  # when a final status was first seen
        self._stored: float | None = None  # when event_processing_finished was first seen
        self._totals = False  # the event that sums up was handed out
        self._ending: float | None = None  # the last event has come, or a cancel was asked for
        self._told = job.status in QUEUED  # a queue that is left at once is not worth a line
        if job.status not in QUEUED:
            self._learn(job, now)
        else:
            # Spread over a whole interval: the jobs of a matrix begin together, and would go on together.
            self.due = now + self._interval * (0.5 + jitter())

    @property
    def log(self) -> Log:
        """How whole the log is so far."""
        # A job that has numbers of its hosts made the event that holds them, and it is the last.
        tail = self._totals or not self.job.host_status_counts
        settled = (self._stored is not None and tail) or not self.job.events_url
        return Log(self._cursor.received, tuple(self._cursor.missing), settled)

    def hurry(self, now: float) -> None:
        """A cancel was asked for: look often, the end is near."""
        self._ending = now
        self._interval = self._pace.ending
        self.due = now

    def step(self, now: float) -> Iterator[JobUpdate]:
        """Ask what is due, and tell what is new. Raises `NotFound` when the job was deleted."""
        if self._wants_job(now):
            self._look(now)
        if not self._told:
            self._told = True
            yield StatusChanged(self.job, now - self._began)
        moved, full = False, False
        if self.job.events_url and self.job.status not in QUEUED:
            rows = self._page()
            full = len(rows) >= PAGE
            for event in self._cursor.take(rows, now, self._patience(now)):
                moved = True
                if event.event == "playbook_on_stats":
                    self._ending, self._totals = now, True
                yield Logged(event)
        if not moved and self._done(now):
            yield from self._finish()
            return
        if moved:
            self._news = now
        yield Tick(self.job, now - self._began, now - self._news)
        # A full page of which nothing is new is a cache's: there may be more, but it is not told at once.
        self._plan(now, moved=moved, more=full and moved and not self._cursor.blocked)

    def _wants_job(self, now: float) -> bool:
        status = self.job.status
        if status.final:
            return self._stored is None
        if status in QUEUED or self._ending is not None or not self.job.events_url:
            return True
        wait = self._pace.look if now - self._news < 60 else 2 * self._pace.look
        return now - max(self._looked, self._news) >= wait

    def _look(self, now: float) -> None:
        before = self.job
        try:
            job = self._source.job(before)
        except NotFound as gone:
            raise self._deleted() from gone
        if (job.status, job.explanation) != (before.status, before.explanation):
            self._told = False
            self._news = now
            self._interval = self._pace.ending
        elif before.status in QUEUED and self._looked == self._began:
            self._told = False  # queued still at the first look: worth a line
        self._learn(job, now)

    def _learn(self, job: Job, now: float) -> None:
        self.job = job
        self._looked = now
        if not job.status.final:
            self._ended = self._stored = None  # also when the controller takes a final status back
            return
        if self._ended is None:
            self._ended = now
        if self._stored is None and (job.events_processed or not job.events_url):
            self._stored = now

    def _deleted(self) -> NotFound:
        return NotFound(
            f"{self.job.label} was deleted on the controller while it was followed; "
            f"its last known status was {self.job.status}"
        )

    def _page(self) -> Sequence[Event]:
        try:
            return self._source.events(self.job, self._cursor.at, PAGE)
        except NotFound:
            if self.job.status.final:  # the verdict is known: losing lines does not change it
                return ()
            raise self._deleted() from None

    def _patience(self, now: float) -> float:
        if self._stored is not None:
            return self._pace.settle
        if self._ended is not None and now - self._ended >= self._grace():
            return 0.0
        return self._pace.hold

    def _grace(self) -> float:
        short = self.job.status in (Status.ERROR, Status.CANCELED)
        return self._pace.short_grace if short else self._pace.grace

    def _done(self, now: float) -> bool:
        """Final, drained, and either everything is stored or it was waited for long enough."""
        if self._ended is None or self._cursor.blocked:
            return False
        return self._stored is not None or now - self._ended >= self._grace()

    def _finish(self) -> Iterator[JobUpdate]:
        self.finished = True
        late = [event for hole in tuple(self._cursor.missing) for event in self._refetch(*hole)]
        if late:
            yield Notice(f"{count(len(late), 'event')} came late, printed here out of place", warning=True)
            yield from map(Logged, late)
        lines: tuple[str, ...] = ()
        try:
            if self.job.status.final and self.job.status is not Status.SUCCESSFUL:
                update = self._source.failed_update(self.job)
                lines = tuple(update[1]) if update is not None else ()
        except (Refused, Unreachable) as error:
            yield Notice(f"the failed update's output could not be read: {error}", warning=True)
        yield Finished(self.job, self.log, lines)

    def _refetch(self, first: int, last: int) -> list[Event]:
        try:
            rows = self._source.events(self.job, first - 1, min(last - first + 1, PAGE))
        except NotFound:
            return []
        return self._cursor.recover([row for row in rows if row.counter <= last])

    def _plan(self, now: float, *, moved: bool, more: bool) -> None:
        pace, status = self._pace, self.job.status
        if more or (moved and self._stored is not None):
            self.due = now
            return
        if status in QUEUED:
            slowest = pace.queued if now - self._began > _QUEUED_LONG else pace.idle
            self._interval = min(self._interval * pace.growth, slowest)
        elif self._ending is not None or self._ended is not None:
            since = max(t for t in (self._ending, self._ended) if t is not None)
            quick = moved or now - since < 10
            self._interval = pace.ending if quick else min(self._interval * pace.growth, pace.idle)
        elif moved or self._cursor.blocked:
            self._interval = pace.busy
        else:
            self._interval = min(max(self._interval, pace.busy / pace.growth) * pace.growth, pace.idle)
        self.due = now + self._interval * (0.9 + 0.2 * self._jitter())


class Steps(Protocol):
    """What is followed in steps: one job, or a workflow job with all of its nodes."""

    @property
    def due(self) -> float: ...
    @property
    def finished(self) -> bool: ...
    def step(self, now: float) -> Iterator[Update]: ...


def follow(follower: Steps, clock: Clock, *, until: float | None = None) -> Iterator[Update]:
    """Updates until the job's end, or until the clock reads `until`: then `follower.finished` is false."""
    while not follower.finished:
        now = clock.now()
        if until is not None and now >= until:
            return
        if follower.due > now:
            clock.sleep(min(follower.due, until if until is not None else follower.due) - now)
            continue
        yield from follower.step(now)
