"""Tables as an eye sees them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.cli.tables import cell, clipped, narrowed, record, text_table
from aap_launcher.text.width import width as columns_of

ROWS: list[dict[str, Any]] = [
    {
        "id": number,
        "name": f"web{number}" + "x" * 90 * (number == 2),
        "organization": 4,
        "summary_fields": {"organization": {"id": 4, "name": "Retail 東京"}},
        "created": "2026-01-31T12:00:00.123456Z",
    }
    for number in range(1, 4)
]
COLUMNS = ["id", "name", "organization", "created"]


def test_a_table_fits_the_terminal_and_shows_what_it_cut() -> None:
    lines = "".join(text_table(ROWS, COLUMNS, width=72)).splitlines()
    assert lines[0].split() == COLUMNS
    assert max(map(columns_of, lines)) <= 72
    assert lines[2].startswith("2   web2xxx")
    assert "…" in lines[2]
    assert "…" not in lines[1]
    assert lines[1].split() == ["1", "web1", "Retail", "東京", "2026-01-31T12:00:00Z"]


def test_a_table_in_a_pipe_cuts_nothing() -> None:
    text = "".join(text_table(ROWS, COLUMNS, width=None))
    assert "x" * 90 in text
    assert "…" not in text


def test_no_rows_are_no_table() -> None:
    assert list(text_table([], COLUMNS, width=80)) == []


def test_columns_stand_below_each_other_whatever_is_in_them() -> None:
    rows = [
        {"id": 1, "name": "東京", "x": "a"},
        {"id": 2, "name": "abcd", "x": "b"},
        {"id": 3, "name": "e\u0301", "x": "c"},
    ]
    lines = "".join(text_table(rows, ["id", "name", "x"], width=80)).splitlines()
    assert [columns_of(line[: line.rindex(last)]) for line, last in zip(lines, "xabc", strict=True)] == [
        10
    ] * 4


def test_a_value_never_leaves_its_line_and_never_acts() -> None:
    assert cell({"name": "a\nb\x1b[2J\tc"}, "name") == "a␊b␛[2J c"


def test_a_reference_is_told_by_its_name_and_by_its_id_where_it_has_none() -> None:
    row = {
        "organization": 4,
        "inventory": 5,
        "user": 6,
        "summary_fields": {"organization": {"name": "R"}, "user": {"username": "u"}},
    }
    assert [cell(row, name) for name in ("organization", "inventory", "user")] == ["R", "5", "u"]


def test_a_record_shows_every_field_whole_and_nested_ones_below() -> None:
    row = {
        **ROWS[1],
        "variables": "---\na: 1\nb: 2\n",
        "inputs": {"user": "x"},
        "labels": ["a", "b"],
        "on": None,
    }
    lines = "".join(record(row, ())).splitlines()
    assert "x" * 90 in lines[1]
    assert lines[2:] == [
        "organization  Retail 東京",
        "created       2026-01-31T12:00:00Z",
        "variables",
        "  ---",
        "  a: 1",
        "  b: 2",
        "inputs",
        "  user: x",
        "labels        a, b",
        "on",
    ]


def test_a_long_list_is_not_gathered_before_it_is_written() -> None:
    taken = 0

    def rows() -> Any:
        nonlocal taken
        for taken in range(1, 10_001):
            yield {"id": taken}

    pieces = text_table(rows(), ["id"], width=80)
    next(pieces)
    assert taken <= 201


@given(st.lists(st.integers(1, 300), min_size=1, max_size=9), st.integers(20, 200))
def test_widths_fit_wherever_that_is_possible(wanted: list[int], width: int) -> None:
    widths = narrowed(wanted, width)
    assert all(0 < got <= want for got, want in zip(widths, wanted, strict=True))
    room = width - 2 * (len(wanted) - 1)
    if sum(min(8, one) for one in wanted) <= room:
        assert sum(widths) <= room
        assert sum(wanted) > room or widths == wanted


@given(st.text(max_size=30), st.integers(1, 20))
def test_what_is_shortened_fits_and_says_so(text: str, most: int) -> None:
    short = clipped(text, most)
    assert columns_of(short) <= max(most, 1)
    assert short == text or short.endswith("…")
