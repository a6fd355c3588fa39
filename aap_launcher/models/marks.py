"""render -> ci: what is shown, in no CI's syntax."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a line is, so that an adapter can choose how it looks."""

    OUTPUT = "output"  # the job's own words, colours and all
    NOTE = "note"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Level(StrEnum):
    """An annotation's level, in GitHub's spelling."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class GroupStart:
    """A collapsible group begins. Groups do not nest."""

    title: str


@dataclass(frozen=True, slots=True)
class GroupEnd:
    """The open group ends."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, or several joined by newlines. `label` stands in the left column of our own."""

    text: str
    tone: Tone = Tone.OUTPUT
    label: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding that the CI shows beside the log."""

    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The live last line of a terminal; adapters without one ignore it."""

    text: str


Mark = GroupStart | GroupEnd | Line | Annotation | Progress
