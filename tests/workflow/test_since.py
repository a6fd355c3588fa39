"""Attaching in the middle: what came before a time is not shown again, and counts all the same."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from aap_launcher.errors import InvalidValue
from aap_launcher.findings.job import Tally
from aap_launcher.inputs.values import moment
from aap_launcher.models.marks import Line, Tone
from aap_launcher.models.updates import JobUpdate, Logged
from aap_launcher.render.job import Style
from tests.render.streams import ended, events, render

NOW = datetime(2026, 11, 22, 18, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-22T17:57:49Z", "2026-11-22T17:57:49"),
        ("2026-11-22T17:57:49.914457Z", "2026-11-22T17:57:49"),
        ("2026-11-22 17:57", "2026-11-22T17:57:00"),
        ("2026-11-22T18:57:49+01:00", "2026-11-22T17:57:49"),
        (" 15m ", "2026-11-22T17:45:30"),
        ("90", "2026-11-22T17:59:00"),
        ("1d", "2026-11-21T18:00:30"),
    ],
)
def test_a_time_or_how_long_ago(text: str, meant: str) -> None:
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["yesterday", "-5m", "10:00", "0001-01-01T00:00:00+10:00", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="neither a time nor how long ago"):
        moment(text, NOW)


@given(st.text())
def test_no_text_is_a_fault_of_ours(text: str) -> None:
    with suppress(InvalidValue):
        assert len(moment(text, NOW)) == 19


def test_earlier_events_are_not_shown_but_counted() -> None:
    rows = [changed(row, created=f"2026-11-22T17:57:{row.counter:02}.5Z") for row in events("fail")[:50]]
    stream: list[JobUpdate] = [*map(Logged, rows), ended("fail", len(rows))]
    shown = [
        mark.text
        for mark in render(stream, Style(since="2026-11-22T17:57:12"))
        if isinstance(mark, Line) and mark.tone is Tone.OUTPUT
    ]
    later = [row.stdout.replace("\r\n", "\n") for row in rows if row.counter >= 12 and row.stdout]
    assert "\n".join(shown) == "\n".join(later)
    tally = Tally()
    for update in stream:
        tally.add(update)
    assert tally.findings().hosts
