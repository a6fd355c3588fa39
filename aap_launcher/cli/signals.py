"""The process's time and signals: the one clock, and SIGINT and SIGTERM turned into `Interrupted`."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

from aap_launcher.cli import process
from aap_launcher.errors import Interrupted


def _alarm(seconds: float) -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def wall_clock() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class ProcessSignals:
    """Hears the first of SIGINT, SIGTERM and SIGHUP, and only where the program listens; later ones change nothing.

    Handlers stand for all three, so the process can also be PID 1 of a container: the kernel drops signals without
    a handler there, and Python has none for SIGTERM. What came before (`process.arrived`) is heard at the first wait.
    """

    def __init__(self) -> None:
        self._signum = 0
        self._at = 0.0
        self._told = False  # Interrupted was raised: from now on nothing is interrupted any more
        self._listening = False
        self._grace: float | None = None
        self.at_once: Callable[[int], None] | None = (
            None  # called when the first signal comes, wherever we are
        )

    def install(self) -> None:
        """Take the signals over."""
        process.handle(self._arrived)
        if sys.platform != "win32":
            signal.signal(signal.SIGALRM, self._grace_over)
        if process.arrived and not self._signum:
            self._signum, self._at = process.arrived[0]

    @property
    def heard(self) -> bool:
        """Whether a signal came: from then on there is no time to wait for whoever reads the log."""
        return bool(self._signum)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Inside, and on entry for one that came before, a signal raises `Interrupted` at once."""
        around, self._listening = self._listening, True
        try:
            if self._signum and not self._told:
                self._raise()
            yield
        finally:
            self._listening = around

    @contextmanager
    def finishing(self, seconds: float) -> Iterator[None]:
        """Inside, a signal gives the block `seconds` more, then raises `Interrupted`."""
        self._grace = seconds
        try:
            if self._signum and not self._told:  # it came a moment before
                _alarm(seconds)
            yield
        finally:
            self._grace = None
            _alarm(0)

    def _arrived(self, signum: int, _frame: FrameType | None) -> None:
        if self._signum:
            return
        self._signum, self._at = signum, time.monotonic()
        if self.at_once is not None:
            self.at_once(signum)
        if self._listening:
            self._raise()
        elif self._grace is not None:
            _alarm(self._grace)

    def _grace_over(self, _signum: int, _frame: FrameType | None) -> None:
        if self._grace is not None and not self._told:
            self._raise()

    def _raise(self) -> None:
        self._told = True
        raise Interrupted(self._signum, self._at)


class SystemClock:
    """The wall clock's seconds that only go forward; a signal ends a sleep."""

    def __init__(self, signals: ProcessSignals) -> None:
        self._signals = signals

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; raises `Interrupted` when a signal arrives."""
        with self._signals.listening():
            time.sleep(seconds)
