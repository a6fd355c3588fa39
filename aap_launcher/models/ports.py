"""What is passed in: time and signals."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Clock(Protocol):
    """Time, injected: tests live an hour in milliseconds."""

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a signal ends the wait by raising `Interrupted`."""
        ...


class Signals(Protocol):
    """SIGINT and SIGTERM, injected: heard only inside these two, so no state is ever half-changed."""

    def listening(self) -> AbstractContextManager[None]:
        """Inside, and on entry for one that came before, a signal raises `Interrupted` at once."""
        ...

    def finishing(self, seconds: float) -> AbstractContextManager[None]:
        """Inside, a signal gives the block `seconds` more, then raises `Interrupted`."""
        ...
