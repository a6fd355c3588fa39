"""One thing looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from aap_launcher.errors import LauncherError
from aap_launcher.models.marks import Line, Tone


class State(StrEnum):
    """How it is; the first that is `not ok` decides the exit code."""

    OK = "ok"
    WARNING = "warning"
    NOT_OK = "not ok"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and what to do. `exit_code`: what a launch would end with, 0 for none."""

    name: str
    state: State
    text: str
    advice: str = ""
    exit_code: int = 0


def failed(name: str, error: LauncherError, advice: str = "") -> Check:
    """The check that an error ended: its own words, problem by problem."""
    return Check(name, State.NOT_OK, str(error), advice, error.exit_code)


def exit_code(checks: Iterable[Check]) -> int:
    """What a launch would end with."""
    return next((check.exit_code or 4 for check in checks if check.state is State.NOT_OK), 0)


_TONES = {
    State.OK: Tone.GOOD,
    State.WARNING: Tone.WARN,
    State.NOT_OK: Tone.BAD,
    State.UNKNOWN: Tone.NOTE,
}


def check_line(check: Check) -> Line:
    """The check in the log, its advice below it."""
    text = f"{check.name:<11} {check.text}"
    below = " " * 12
    told = "\n".join([text.replace("\n", f"\n{below}"), *([below + check.advice] if check.advice else [])])
    return Line(told, _TONES[check.state], str(check.state))
