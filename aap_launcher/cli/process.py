"""The process: its first moment, its last, and whatever breaks in between.

Nothing slow is imported here. Until a handler stands, the kernel drops what PID 1 of a container is sent, and Ctrl-C
is a bare traceback; after the last word, a signal must not replace the exit code.
"""

from __future__ import annotations

# The C module behind `signal`, which is there already: `signal` itself imports `enum` first, a few milliseconds.
import _signal  # type: ignore[import-not-found]
import os
import sys
from select import select
from time import monotonic

TYPE_CHECKING = False  # `typing` is slow as well
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

_INTERNAL = 70  # a fault of ours: never 1, which means a failed job

# Windows has neither hang-ups nor timers of a process; its runners send Ctrl-C and Ctrl-Break.
_THIRD = _signal.SIGBREAK if sys.platform == "win32" else _signal.SIGHUP
STOPS: tuple[int, ...] = (_signal.SIGINT, _signal.SIGTERM, _THIRD)

arrived: list[tuple[int, float]] = []  # the first signal, and when by the clock that only goes forward


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; exits by how it ended, with 70 for a fault of ours wherever it is."""
    code = _INTERNAL
    try:
        handle(_remember)
        _open_streams()
        from aap_launcher.cli.program import run

        code = run(sys.argv[1:] if arguments is None else arguments)
    except BaseException as fault:  # noqa: BLE001 - the promise: no fault of ours is a bare traceback, or another code
        code = _told(fault)
    ignore()
    sys.exit(code)


def container() -> NoReturn:
    """The container's entry: without arguments, launch by the environment (`INPUT_*`, `AAP_*`)."""
    main(sys.argv[1:] or ["launch"])


def handle(handler: Callable[[int, FrameType | None], None]) -> None:
    """Let a handler hear what asks us to stop; a hang-up that we were started deaf to (nohup) stays unheard.

    The image starts us with these signals blocked: so the kernel keeps what comes before Python runs this line.
    """
    for signum in STOPS:
        if signum != _THIRD or _signal.getsignal(signum) != _signal.SIG_IGN:
            _signal.signal(signum, handler)
    if sys.platform != "win32":
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, STOPS)


def ignore() -> None:
    """It is over: what comes now changes nothing, not even while the interpreter shuts down."""
    for signum in STOPS:
        _signal.signal(signum, _signal.SIG_IGN)


def say(words: str) -> None:
    """Write a line to stderr from a handler: past every buffer, and only if that needs no wait."""
    if select([], [2], [], 0)[1]:
        os.write(2, f"\n{words}\n".encode())


def _remember(signum: int, _frame: FrameType | None) -> None:
    if not arrived:
        arrived.append((signum, monotonic()))


def _open_streams() -> None:
    """Where stdin, stdout or stderr is closed, the next file or socket would become it, and be written to as such."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _told(fault: BaseException) -> int:
    """Where even what masks secrets broke: the fault's kind and nothing more."""
    words = f"aap-launcher: internal fault, please report it: {type(fault).__name__}\n"
    try:  # noqa: SIM105 - contextlib may be what is broken
        os.write(2, words.encode())
    except OSError:
        pass
    return _INTERNAL
