"""Files: written whole or not at all, and never waited for."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import mkstemp

from aap_launcher.ci.sink import ENCODING, ERRORS, UNREAD, Sink

_PATIENCE = 2.0  # seconds for the reader of what is no file: a pipe, a terminal


def put(path: str, text: str) -> str:
    """Write a file: what was there stays until the whole text is on the disk. Returns "" or what went wrong."""
    return _told(path, lambda: _replace(path, text.encode(ENCODING, ERRORS), text))


def write(path: str, text: str) -> None:
    """Like `put`; raises OSError."""
    try:
        _replace(path, text.encode(ENCODING, ERRORS), text)
    except ValueError as fault:
        raise OSError(str(fault)) from None


def append(path: str, text: str) -> str:
    """Append to a file: the whole text or nothing of it. Returns "" or what went wrong."""
    return _told(path, lambda: _append(path, text.encode(ENCODING, ERRORS), text))


def _told(path: str, write: Callable[[], None]) -> str:
    try:
        write()
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the path
        return f"{path}: {getattr(fault, 'strerror', None) or fault}"
    return ""


def _replace(path: str, data: bytes, text: str) -> None:
    target = os.path.realpath(path)
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        _stream(path, text)
        return
    try:
        descriptor, fresh = mkstemp(dir=Path(target).parent, prefix=".aap-launcher-")
    except PermissionError:
        if mode is None:
            raise
        _overwrite(target, data)  # the folder may not be written, the file may
        return
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            _all(file.fileno(), data)
        _like(fresh, target, mode)
        Path(fresh).replace(target)
    except OSError as fault:
        Path(fresh).unlink(missing_ok=True)
        if fault.errno != errno.EBUSY:  # a file that is mounted by itself cannot be replaced
            raise
        _overwrite(target, data)


def _like(fresh: str, target: str, mode: int | None) -> None:
    """The new file's rights and owner: the old one's, or those that any new file gets."""
    Path(fresh).chmod(stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())
    if mode is not None and hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(fresh, Path(target).stat().st_uid, Path(target).stat().st_gid)


def _append(path: str, data: bytes, text: str) -> None:
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        _stream(path, text)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
    with open(descriptor, "ab") as file:  # noqa: PTH123 - a descriptor has no path
        before = os.fstat(file.fileno()).st_size
        try:
            _all(file.fileno(), data)
        except OSError:
            os.ftruncate(file.fileno(), before)  # half of an output is worse than none: it fails the step
            raise


def _overwrite(path: str, data: bytes) -> None:
    """In place, with what was there put back where the new does not fit."""
    with Path(path).open("r+b") as file:
        before = file.read()
        try:
            file.seek(0)
            _all(file.fileno(), data)
            file.truncate(len(data))
        except OSError:
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            _all(file.fileno(), before)
            file.truncate(len(before))
            raise


def _stream(path: str, text: str) -> None:
    """A pipe or a device: what nobody reads is told, not waited for."""
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as fault:
        raise OSError(UNREAD) if fault.errno == errno.ENXIO else fault from None
    with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor has no path
        sink = Sink(file, lambda: True)
        sink.write(text)
        sink.wait(_PATIENCE)
        if sink.fault:
            raise OSError(sink.fault)


def _all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _mode(path: str) -> int | None:
    try:
        return Path(path).stat().st_mode
    except FileNotFoundError:
        return None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
