"""What is told of a fault that nothing else caught: masked, with the job that may be running, and exit 70."""

from __future__ import annotations

import sys
import traceback
from pathlib import PurePath

from aap_launcher.errors import Interrupted, LauncherError

_known: list[str] = []  # the job that is being followed, and how to attach to it


def know(what: str) -> None:
    """Remember what a fault must not lose."""
    _known[:] = [what]


def report_fault(fault: BaseException) -> int:
    """Say on stderr what broke; the exit code."""
    if isinstance(fault, Interrupted):
        words, code = str(fault), fault.exit_code
    else:
        words, code = f"internal fault, please report it: {_where(fault)}", LauncherError.exit_code
    lines = [f"aap-launcher: {words}", *_known]
    for stream in (sys.stderr, sys.__stderr__):
        if stream is not None:
            stream.write("\n".join([*lines, ""]))
            stream.flush()
            break
    return code


def _where(fault: BaseException) -> str:
    """The fault in one line, with the last place of ours that it came through."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" ({PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(fault).__name__}: {fault}{place}"
