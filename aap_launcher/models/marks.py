"""render -> ci: what is shown, in no CI's syntax."""

from __future__ import annotations

from enum import StrEnum

import msgspec


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


BELOW = " "  # a label of blanks: the line stands below the one before it


class GroupStart(msgspec.Struct, frozen=True):
    """A collapsible group begins. Groups do not nest."""

    title: str


class GroupEnd(msgspec.Struct, frozen=True):
    """The open group ends."""


class Line(msgspec.Struct, frozen=True):
    """One line of the log, or several joined by newlines. `label` stands in the left column of our own."""

    text: str
    tone: Tone = Tone.OUTPUT
    label: str = ""


class Annotation(msgspec.Struct, frozen=True):
    """A finding that the CI shows beside the log."""

    level: Level
    title: str
    message: str


class Progress(msgspec.Struct, frozen=True):
    """The live last line of a terminal; adapters without one ignore it."""

    text: str


Mark = GroupStart | GroupEnd | Line | Annotation | Progress
