from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.text.words import count, duration, number, one_line, shortened, some_of, without_escapes


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (0.01, "0.1 s"),
        (0.44, "0.4 s"),
        (0.97, "1 s"),
        (12, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (242, "4 min 02 s"),
        (3599.7, "1 h 00 min"),
        (3900, "1 h 05 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 01 h"),
    ],
)
def test_a_duration_reads_as_people_say_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_numbers_have_thousands_separators() -> None:
    assert number(1204) == "1,204"
    assert count(1, "event") == "1 event"
    assert count(1204, "event") == "1,204 events"
    assert count(0, "reply", "replies") == "0 replies"


def test_a_long_list_of_names_is_cut_and_says_so() -> None:
    assert some_of(["a", "b"]) == "a, b"
    assert some_of([f"h{n}" for n in range(44)], 2) == "h0, h1 and 42 more"
    assert some_of(["a"], total=1000) == "a and 999 more"


def test_escapes_and_carriage_returns_are_not_words() -> None:
    assert (
        without_escapes("\x1b[0;31mred\x1b[0m\r\nnext \x1b]8;;http://x\x07link\x1b]8;;\x07")
        == "red\nnext link"
    )


def test_a_text_of_too_many_lines_is_cut() -> None:
    assert shortened("a\nb\nc", 100, 2) == "a\nb\n…"


@given(st.text(), st.integers(1, 300))
def test_one_line_is_one_line_and_bounded(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
