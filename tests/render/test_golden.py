"""What a user sees of each recorded job. After a wanted change: UPDATE_GOLDEN=1 pytest tests/render, and read the diff."""

from __future__ import annotations

import os

import pytest

from aap_launcher.models.marks import Line, Tone
from aap_launcher.render.job import Style
from tests.render.streams import ENDINGS, GOLDEN, events, render, updates, view

STYLES = {
    "mixed.changed": Style(show="changed"),
    "mixed.failed": Style(show="failed"),
    "mixed.play": Style(group_by="play"),
    "loop.none": Style(group_by="none", show="failed", annotations=False),
}


@pytest.mark.parametrize("name", [*ENDINGS, *STYLES])
def test_the_log_of_a_recorded_job_reads_well(name: str) -> None:
    seen = view(render(updates(name.partition(".")[0]), STYLES.get(name)))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(seen, encoding="utf-8")
    assert seen == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("group_by", ["task", "play", "none"])
@pytest.mark.parametrize("name", list(ENDINGS))
def test_every_line_of_a_recorded_job_is_printed_once_and_in_order(name: str, group_by: str) -> None:
    marks = render(updates(name), Style(group_by=group_by))
    printed = [mark.text for mark in marks if isinstance(mark, Line) and mark.tone is Tone.OUTPUT]
    told = [event.stdout.replace("\r\n", "\n") for event in events(name) if event.stdout]
    assert "\n".join(printed) == "\n".join(told)
