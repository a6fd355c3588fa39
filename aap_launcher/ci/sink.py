"""Where text goes: a stream. It never stops the launcher, and never makes it deaf."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections import deque
from collections.abc import Callable
from typing import BinaryIO, cast

# Lone surrogates become their escape; the locale is never asked, so LC_ALL=C changes nothing.
ENCODING, ERRORS = "utf-8", "backslashreplace"
# So much is written at once: a pipe that is said to be ready takes it without making us wait (POSIX, `select`).
_ROOM = getattr(select, "PIPE_BUF", 512)
_HELD = 64 * 1024  # characters that wait at most while a page of events is shown
_LOOK = 100  # ms between two looks whether the writer is still to wait
UNREAD = "nobody reads it"
_MOST_KEPT = 4 * 1024 * 1024  # bytes for a reader that does not read while there is no time to wait for it


class Sink:
    """A stream written as UTF-8. After the first failed write it stays silent; `fault` tells why.

    A reader that does not read is waited for, until one of `pressed` says that there is no time (a signal came, the
    timeout is over). From then on, what cannot be written at once is kept, and tried again with the next text.
    """

    def __init__(self, stream: object, *pressed: Callable[[], bool]) -> None:
        self.binary = cast(
            "BinaryIO | None", getattr(stream, "buffer", stream)
        )  # None: closed from the beginning
        self.pressed = list(pressed)
        self._kept: deque[memoryview] = deque()
        self._held: list[str] = []
        self._holding, self._length = False, 0
        self.fault = "" if self.binary is not None else "it was closed from the beginning"
        self.unread = False  # the fault is that the reader went away
        self._poll = _poll(self.binary)
        _make_blocking(self.binary)

    def hold(self, *, on: bool) -> None:
        """While it is on, texts are written together: 64 KiB at a time, and the rest when it goes off."""
        self._holding = on
        if not on and self._held:
            self.write("")

    def write(self, text: str) -> None:
        """Write and flush: a follower sees a line when it is emitted, not when a buffer is full (but see `hold`)."""
        if self.fault or self.binary is None:
            return
        if self._holding or self._held:
            self._held.append(text)
            self._length += len(text)
            if self._holding and self._length < _HELD:
                return
            text, self._length = "".join(self._held), 0
            self._held.clear()
        try:
            data = text.encode(ENCODING, ERRORS)
            if self._poll is None:
                self.binary.write(data)
                self.binary.flush()
                return
            if data:
                self._kept.append(memoryview(data))
            self._drain(self.binary.fileno())
        except (OSError, ValueError) as fault:  # ValueError: the stream was closed
            self._broke(fault)

    def wait(self, seconds: float) -> None:
        """The last moment for what is kept: a reader that has not taken it by then does not get it."""
        self.pressed.append(lambda: True)
        self.hold(on=False)
        for _ in range(round(seconds * 1000 / _LOOK)):
            if not self._kept or self._poll is None:
                return
            self._poll.poll(_LOOK)
            self.write("")
        if self._kept:
            self._broke(OSError(UNREAD))

    def is_terminal(self) -> bool:
        """Whether a person looks at it live."""
        try:
            return self.binary is not None and self.binary.isatty()
        except ValueError:
            return False

    def columns(self) -> int:
        """The terminal's width; 80 where it is not told."""
        try:
            return (os.get_terminal_size(self.binary.fileno()).columns if self.binary else 0) or 80
        except (OSError, ValueError):
            return 80

    def drop(self) -> None:
        """Write nothing more, not even what waits in the buffer."""
        self._kept.clear()
        self._held.clear()
        # When Python exits it would fail again, and turn the exit code into 120 (docs.python.org, signal: "Note
        # on SIGPIPE"), or wait for a reader that does not read.
        with contextlib.suppress(OSError, ValueError):
            ours = self.binary.fileno() if self.binary is not None else -1
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, ours)
            os.close(null)

    def _drain(self, descriptor: int) -> None:
        """Write what is kept, in pieces that do not wait."""
        while self._kept:
            if not self._ready():
                if sum(map(len, self._kept)) > _MOST_KEPT:
                    raise OSError(UNREAD)
                return
            piece = self._kept[0]
            written = os.write(descriptor, piece[:_ROOM])
            if written == len(piece):
                self._kept.popleft()
            else:
                self._kept[0] = piece[written:]

    def _ready(self) -> bool:
        """Whether the stream takes something; False only where there is no time to wait for it."""
        assert self._poll is not None  # noqa: S101 - only such streams are drained
        while True:
            pressed = any(there_is_none() for there_is_none in self.pressed)
            if self._poll.poll(0 if pressed else _LOOK):
                return True
            if pressed:
                return False

    def _broke(self, fault: OSError | ValueError) -> None:
        self.fault = str(fault) or type(fault).__name__
        self.unread = isinstance(fault, BrokenPipeError)
        self.drop()


def _poll(stream: BinaryIO | None) -> select.poll | None:
    """What tells whether the stream takes something; None where a write is all there is (memory, Windows)."""
    try:
        if stream is None or sys.platform == "win32":
            return None
        found = select.poll()
        found.register(stream.fileno(), select.POLLOUT)
    except (OSError, ValueError, AttributeError):
        return None
    return found


def _make_blocking(stream: BinaryIO | None) -> None:
    # Node hands its children pipes that do not block: a full one would look like a broken one.
    if stream is not None and sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            os.set_blocking(stream.fileno(), True)
