"""Follow one job: its status and events become a stream of updates, in order, each exactly once.

What the controller does that decides the design (seen on AWX 24.6.1 over 109 jobs):

* Counters start at 1 and have no gaps at the end, but while a job runs its rows become visible out of order
  (four workers store batches of about a second each). So the cursor is the highest *contiguous* counter, and
  a hole is waited for. A cursor on the highest counter seen loses 1,345 of 5,507 events at one poll a second.
* The final status comes about a second before the last rows; `event_processing_finished` says that all are
  stored. It may stay false for ever (a crashed dispatcher), so it is waited for within a bound.
* An empty page of events costs the controller a third of a look at the job, so the job is looked at seldom; but on
  a pace of its own, whether the log flows, drains, stands or cannot be read: the status is the verdict.

A `Follower` does one step when it is due and never sleeps: several can be driven at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Protocol

from aap_launcher.errors import Interrupted, LauncherError, NotFound, Refused, Unreachable
from aap_launcher.follow.log import LogReader
from aap_launcher.follow.pace import Pace
from aap_launcher.follow.source import PAGE, JobSource
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.notices import Notice
from aap_launcher.models.ports import Clock
from aap_launcher.models.updates import Finished, JobUpdate, Log, Logged, StatusChanged, Tick, Update
from aap_launcher.text.words import count

QUEUED = frozenset({Status.NEW, Status.PENDING, Status.WAITING})
_QUEUED_LONG = 300.0


class Follower:
    """Follows one job, one step at a time: call `step` when `due`, until `finished`.

    `due` is a time of the same clock as `now`. Errors of the source about the job itself pass through unchanged,
    and the follower can go on after them; what befalls the log is told, and costs lines. `essential`: the job's
    status is the verdict; that of a workflow's node is not, and is asked for again when it cannot be read.
    """

    counts = False

    def __init__(
        self,
        source: JobSource,
        job: Job,
        now: float,
        *,
        pace: Pace | None = None,
        jitter: Callable[[], float] = random.random,
        essential: bool = True,
    ) -> None:
        self.job = job
        self.due = now
        self.finished = False
        self._source = source
        self._pace = pace or Pace()
        self._jitter = jitter
        self._essential = essential
        self._began = now
        self._reader = LogReader(lambda after: source.events(self.job, after, PAGE))
        self._interval = self._pace.ending
        self._looked = now  # when the job was last read
        self._news = now  # when the last event or change came
        self._ended: float | None = None  # when a final status was first seen
        self._stored: float | None = None  # when event_processing_finished was first seen
        self._swept: float | None = None  # when what was given up was begun to be asked for once more
        self._late: list[Event] = []
        self._whole = False  # read to its end
        self._suspect = False  # the log could not be read: is the controller there, and the job?
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
        settled = (self._stored is not None and tail and self._whole) or not self.job.events_url
        return Log(self._reader.cursor.received, tuple(self._reader.cursor.missing), settled)

    def tick(self, now: float) -> Tick:
        """That time passes, also while an answer is waited for."""
        return Tick(self.job, now - self._began, now - self._news)

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
        moved = False
        if self._swept is None and self._readable(now):
            for event in self._reader.read(now, self._patience(now)):
                moved = True
                if event.event == "playbook_on_stats":
                    self._ending, self._totals = now, True
                yield Logged(event)
            self._suspect = self._reader.fault is not None
        yield from self._reader.notices()
        if not moved and self._done(now):
            yield from self._last(now)
            return
        if moved:
            self._news = now
        yield self.tick(now)
        self._plan(now, moved=moved)

    def conclude(self, now: float) -> Iterator[JobUpdate]:
        """The time is over: the end as it is known, without what of the log is still to be read. No end, nothing."""
        if self.finished or not self.job.status.final:
            return
        if not self._told:
            self._told = True
            yield StatusChanged(self.job, now - self._began)
        yield from self._finish()

    def _readable(self, now: float) -> bool:
        return bool(self.job.events_url) and self.job.status not in QUEUED and now >= self._reader.due

    def _wants_job(self, now: float) -> bool:
        pace, status, since = self._pace, self.job.status, now - self._looked
        if self._suspect:
            return True
        if self._reader.more:  # a long log drains: at its own pace all the same
            return self._stored is None and since >= (pace.busy if status.final else pace.look)
        if status.final:
            return self._stored is None
        if status in QUEUED or self._ending is not None or not self.job.events_url:
            return True
        wait = pace.look if now - self._news < 60 else 2 * pace.look
        return now - max(self._looked, self._news) >= wait or since >= pace.seldom

    def _look(self, now: float) -> None:
        before = self.job
        self._suspect = False
        try:
            job = self._source.job(before, once=not self._essential)
        except Interrupted:
            raise
        except LauncherError as fault:
            self._unseen(fault, now)
            return
        if (job.status, job.explanation) != (before.status, before.explanation):
            self._told = False
            self._news = now
            self._interval = self._pace.ending
        elif before.status in QUEUED and self._looked == self._began:
            self._told = False  # queued still at the first look: worth a line
        self._learn(job, now)

    def _unseen(self, fault: LauncherError, now: float) -> None:
        """The job could not be read. Raises, unless its end is known or the verdict does not hang on it."""
        self._looked = now
        if self.job.status.final:  # an end that is known stays the verdict
            self._ended = min(self._ended or now, now - self._grace())
        elif isinstance(fault, NotFound):
            gone = f"{self.job.label} was deleted on the controller while it was followed"
            raise NotFound(f"{gone}; its last known status was {self.job.status}") from fault
        elif self._essential or not isinstance(fault, Unreachable):
            raise fault

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
        if self._ended is None or self._reader.cursor.blocked or self._suspect:
            return False
        if self._reader.fault is not None:
            patience = self._pace.ending if self._reader.refused else self._pace.unread
            return now - self._ended >= patience
        return self._stored is not None or now - self._ended >= self._grace()

    def _last(self, now: float) -> Iterator[JobUpdate]:
        """What was given up is asked for once more, a page a second, within the grace; then the end."""
        if self._swept is None:
            self._swept = now
        self._whole = self._reader.fault is None
        over = not self._reader.unswept or now - self._swept >= self._pace.grace
        if over or (self._reader.fault is not None and now >= self._swept + self._pace.unread):
            yield from self._finish()
            return
        late = self._reader.sweep(now) if now >= self._reader.due else []
        self._late += late
        yield self.tick(now)
        self.due = now if late else max(now + self._pace.busy, self._reader.due)

    def _finish(self) -> Iterator[JobUpdate]:
        self.finished = True
        if self._late:
            told = f"{count(len(self._late), 'event')} came late, printed here out of place"
            yield Notice(told, warning=True)
            yield from map(Logged, self._late)
        if self._reader.fault is not None:
            why = str(self._reader.fault).rstrip(".")
            yield Notice(f"the log could not be read to its end: {why}", warning=True)
        lines: tuple[str, ...] = ()
        try:
            if self.job.status.final and self.job.status is not Status.SUCCESSFUL:
                update = self._source.failed_update(self.job)
                lines = tuple(update[1]) if update is not None else ()
        except (Refused, Unreachable) as error:
            yield Notice(f"the failed update's output could not be read: {error}", warning=True)
        yield Finished(self.job, self.log, lines)

    def _plan(self, now: float, *, moved: bool) -> None:
        pace, status = self._pace, self.job.status
        if self._reader.more or (moved and self._stored is not None):
            self.due = now
            return
        if self._reader.fault is not None:
            self.due = max(min(self._reader.due, now + pace.look), now + pace.ending)
            return
        if status in QUEUED:
            slowest = pace.queued if now - self._began > _QUEUED_LONG else pace.idle
            self._interval = min(self._interval * pace.growth, slowest)
        elif self._ending is not None or self._ended is not None:
            since = max(t for t in (self._ending, self._ended) if t is not None)
            quick = moved or now - since < 10
            self._interval = pace.ending if quick else min(self._interval * pace.growth, pace.idle)
        elif moved or self._reader.cursor.blocked:
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
    def conclude(self, now: float) -> Iterator[Update]: ...


def follow_job(follower: Steps, clock: Clock, *, until: float | None = None) -> Iterator[Update]:
    """Updates until the job's end, or until the clock reads `until`.

    Then `follower.finished` is false, unless the end is known and only lines are missing: they are let go.
    """
    while not follower.finished:
        now = clock.now()
        if until is not None and now >= until:
            yield from follower.conclude(now)
            return
        if follower.due > now:
            clock.sleep(min(follower.due, until if until is not None else follower.due) - now)
            continue
        yield from follower.step(now)
