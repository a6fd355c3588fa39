"""One job's log, read beside its status: whatever happens here costs lines, and never the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aap_launcher.errors import Interrupted, LauncherError, Refused
from aap_launcher.follow.cursor import Cursor
from aap_launcher.follow.source import PAGE
from aap_launcher.models.events import Event
from aap_launcher.models.notices import Notice

_CAPPED = 10  # rows from which on two equal pages are taken for a smaller cap of the server's
_CREDULOUS = 30.0  # seconds without such a guess after one that was wrong
_FIRST, _SLOWEST = 0.5, 30.0  # seconds between two attempts while the log cannot be read
_TELL = 10.0  # seconds after which it is worth a line


class LogReader:
    """Reads pages of events, and outlives their failing; `due` is when it may be asked next."""

    def __init__(self, ask: Callable[[int], Sequence[Event]]) -> None:
        self.cursor = Cursor()
        self.due = 0.0
        self.more = False  # the last page was full: there is more to be had at once
        self.fault: LauncherError | None = None  # why the last attempt failed
        self._ask = ask
        self._failed_at = 0.0  # when the first of the failing attempts was
        self._delay = _FIRST
        self._told = False
        self._size = 0  # rows of the page before
        self._guessed = False  # that there is more, because two pages were equal
        self._doubts = 0.0  # until when no such guess is made
        self._notices: list[Notice] = []
        self._swept = 0  # counters up to here were asked for once more
        self._found = False  # something has come since the beginning of that

    @property
    def refused(self) -> bool:
        """Whether the controller said no, which waiting does not mend."""
        return isinstance(self.fault, Refused)

    def read(self, now: float, patience: float) -> list[Event]:
        """The events that follow on; a hole is waited for `patience` seconds. Never raises but `Interrupted`."""
        rows = self._rows(self.cursor.at, now)
        ready = self.cursor.take(rows, now, patience)
        # A server may give fewer rows than asked for: two equal pages in a row are full ones.
        capped = len(rows) == self._size >= _CAPPED
        if self._guessed and not capped:
            self._doubts = now + _CREDULOUS
        self._guessed = capped and now >= self._doubts and len(rows) < PAGE
        self.more = (len(rows) >= PAGE or self._guessed) and bool(ready) and not self.cursor.blocked
        self._size = len(rows)
        return ready

    @property
    def unswept(self) -> bool:
        """Whether something was given up and not asked for once more."""
        return bool(self.cursor.missing) and self.cursor.missing[-1][1] > self._swept

    def sweep(self, now: float) -> list[Event]:
        """Ask once more for what was given up, a page at a time: what has come after all."""
        hole = next(hole for hole in self.cursor.missing if hole[1] > self._swept)
        rows = self._rows(max(hole[0] - 1, self._swept), now)
        last = self.cursor.missing[-1][1]
        late = self.cursor.recover(rows)
        self._found = self._found or bool(late)
        if self.fault is None:
            self._swept = max((row.counter for row in rows), default=last)
        if self._found and self._swept >= last:  # where something has come, more may: from the beginning
            self._found, self._swept = False, 0
        return late

    def notices(self) -> Sequence[Notice]:
        """What is to be told of the log itself."""
        told, self._notices = self._notices, []
        return told

    def _rows(self, after: int, now: float) -> Sequence[Event]:
        try:
            rows = self._ask(after)
        except Interrupted:
            raise
        except LauncherError as fault:
            self._failed(fault, now)
            return ()
        if self._told:
            away = now - self._failed_at
            self._notices.append(Notice(f"the log can be read again, after {away:.0f} s", outage=away))
        self.fault, self._told, self._delay, self.due = None, False, _FIRST, now
        return rows

    def _failed(self, fault: LauncherError, now: float) -> None:
        if self.fault is None:
            self._failed_at = now
        self.fault, self.more = fault, False
        self.due = now + self._delay
        self._delay = min(self._delay * 2, _SLOWEST)
        if not self._told and now - self._failed_at >= _TELL:
            self._told = True
            words = f"the log cannot be read: {str(fault).rstrip('.')}; the job's status is followed on"
            self._notices.append(Notice(words, warning=True))
