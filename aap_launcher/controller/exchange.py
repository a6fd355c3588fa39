"""One request under way: how long and how much it may still take, and what is proven about it.

The sockets themselves ask before they block and tell what they did, so the limits hold for every part of a
request (name, connection, proxy, TLS, head, `100 Continue`, body, trailers), and whether it was sent is known
from what was handed over, never from the words of an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

from aap_launcher.models.ports import Clock

MIB = 1024 * 1024
LARGEST = 128 * MIB  # bytes of one answer, as received and as decompressed; 200 events are some MiB at worst
_SLICE = 1.0  # seconds that a socket blocks before whoever waits may say so


class Stage(Enum):
    """How far the request has come."""

    NAME = auto()
    CONNECTION = auto()
    PROXY = auto()
    GREETING = auto()  # of TLS
    ANSWER = auto()  # it is being sent, or its answer read


class TooLarge(OSError):
    """The answer does not end within the bytes that it may have."""


class Exchange:
    """The request under way on one wire. `waiting` is called about once a second while a socket blocks."""

    def __init__(self, clock: Clock) -> None:
        self.waiting: Callable[[], None] = lambda: None
        self.stage = Stage.ANSWER
        self.watched = False  # our own sockets carry it: what they did not do was not done
        self.handed_over = False  # a byte of it was given to the connection
        self.overdue = self.too_large = False
        self._clock = clock
        self._received = 0
        self._ends = float("inf")
        self._connecting = False

    @property
    def sent(self) -> bool:
        """Whether it may have been acted on: false only by proof."""
        return self.handed_over or not self.watched

    def begin(self, seconds: float) -> None:
        """A new request, which has `seconds` for all of it."""
        self.stage = Stage.ANSWER
        self.watched = self.handed_over = self.overdue = self.too_large = self._connecting = False
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        """What is streamed has brought enough to get `seconds` and as many bytes again."""
        self._received = 0
        self._ends = self._clock.now() + seconds

    def left(self, most: float = float("inf")) -> float:
        """Seconds until the deadline, at most `most`. Raises `TimeoutError` when there are none."""
        left = self._ends - self._clock.now()
        if left <= 0:
            self.overdue = True
            raise TimeoutError("the request's time is over")
        return min(left, most)

    def slice(self) -> float:
        """How long a socket may block before it asks again."""
        return self.left(_SLICE)

    def waited(self) -> None:
        """A slice passed without a byte. Raises `TimeoutError` at the deadline."""
        self.left()
        self.waiting()

    def took(self, size: int) -> int:
        """So many bytes came. Raises `TooLarge`."""
        self._received += size
        if self._received > LARGEST:
            raise self.burst()
        return size

    def burst(self) -> TooLarge:
        """The answer has become larger than it may be."""
        self.too_large = True
        return TooLarge("the answer is too large")

    def overran(self) -> TimeoutError:
        """The stage under way has a limit of its own, and it has passed."""
        self.overdue = True
        return TimeoutError("the connection's time is over")

    def hands_over(self) -> None:
        """Bytes are given to the connection; they are the request's unless it is being made."""
        if not self._connecting:
            self.handed_over = True
            self.stage = Stage.ANSWER

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Inside, what is sent is for the proxy's or TLS's ears."""
        self._connecting = True
        try:
            yield
        finally:
            self._connecting = False
