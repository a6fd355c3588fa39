"""Where text goes: the log's stream, and files. Neither ever stops the launcher."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import BinaryIO, TextIO, cast

# Lone surrogates become their escape; the locale is never asked, so LC_ALL=C changes nothing.
_ENCODING, _ERRORS = "utf-8", "backslashreplace"


class Sink:
    """A stream written as UTF-8. After the first failed write it stays silent; `fault` tells why."""

    def __init__(self, stream: TextIO | BinaryIO) -> None:
        self._binary = cast("BinaryIO", getattr(stream, "buffer", stream))
        self.fault = ""
        self.unread = False  # the fault is that the reader went away
        _make_blocking(self._binary)

    def write(self, text: str) -> None:
        """Write and flush: a follower sees a line when it is emitted, not when a buffer is full."""
        if self.fault:
            return
        try:
            self._binary.write(text.encode(_ENCODING, _ERRORS))
            self._binary.flush()
        except (OSError, ValueError) as fault:  # ValueError: the stream was closed
            self.fault = str(fault) or type(fault).__name__
            self.unread = isinstance(fault, BrokenPipeError)
            self.drop()

    def is_terminal(self) -> bool:
        """Whether a person looks at it live."""
        try:
            return self._binary.isatty()
        except ValueError:
            return False

    def columns(self) -> int:
        """The terminal's width; 80 where it is not told."""
        try:
            return os.get_terminal_size(self._binary.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def drop(self) -> None:
        """Write nothing more, not even what waits in the buffer."""
        # When Python exits it would fail again, and turn the exit code into 120 (docs.python.org, signal: "Note
        # on SIGPIPE"), or wait for a reader that does not read.
        with contextlib.suppress(OSError, ValueError):
            ours = self._binary.fileno()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, ours)
            os.close(null)


def put(path: str, text: str, *, append: bool = False) -> str:
    """Write a file, or append to it; returns "" or why it could not be written."""
    try:
        with Path(path).open("ab" if append else "wb") as file:
            file.write(text.encode(_ENCODING, _ERRORS))
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        return f"{path}: {getattr(fault, 'strerror', None) or fault}"
    return ""


def _make_blocking(stream: BinaryIO) -> None:
    # Node hands its children pipes that do not block: a full one would look like a broken one.
    if sys.platform != "win32":
        with contextlib.suppress(OSError, ValueError):
            os.set_blocking(stream.fileno(), True)
