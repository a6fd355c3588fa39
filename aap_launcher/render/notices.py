"""A notice as a line: also before there is a job to render."""

from __future__ import annotations

from aap_launcher.models.marks import Line, Tone
from aap_launcher.models.notices import Notice


def notice(update: Notice) -> Line:
    """The line of a notice."""
    tone, label = (Tone.WARN, "warning") if update.warning else (Tone.NOTE, "note")
    return Line(update.text, tone, label)
