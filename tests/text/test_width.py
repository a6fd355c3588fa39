from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.text.width import fitted_progress, width, wrapped


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three four", ["one two", "  three", "  four"]),
        ("  one two three", ["  one two", "    three"]),
        ("https://aap.example.com/423 is it", ["https://aap.example.com/423", "  is it"]),
        ("web1  a message", ["web1  a", "  message"]),
        ("漢字漢字 漢字漢字", ["漢字漢字", "  漢字漢字"]),
    ],
)
def test_a_long_line_hangs_below_its_own_indentation_and_no_word_is_cut(line: str, pieces: list[str]) -> None:
    assert list(wrapped(line, 9)) == pieces


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("limit  it is ignored here", ["limit  it is", "       ignored", "       here"]),
        ("  a  b is ignored here", ["  a  b is", "     ignored", "     here"]),
        ("漢字  it is ignored here", ["漢字  it is", "      ignored", "      here"]),
        ("limit  it is https://aap.example.com", ["limit  it is", "  https://aap.example.com"]),
        ("three words first  then one", ["three words", "  first  then", "  one"]),
    ],
)
def test_a_line_of_columns_hangs_below_its_last_one_unless_that_is_far_right_or_too_narrow(
    line: str, pieces: list[str]
) -> None:
    assert list(wrapped(line, 14)) == pieces


@given(st.text(alphabet="ab  漢", max_size=80), st.integers(4, 30))
def test_every_word_stays_whole_and_in_order_and_no_piece_is_too_wide_that_has_two(
    line: str, most: int
) -> None:
    pieces = list(wrapped(line, most))
    assert " ".join(pieces).split() == line.split()
    assert all(width(piece) <= most for piece in pieces if len(piece.split()) > 1)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("▸ TASK [Roll out] · 1/5 hosts · 9 s", "▸ TASK [Roll out] · 1/5 hosts · 9 s"),
        ("▸ TASK [Take the host back in] · 1/5 hosts · 9 s", "▸ TASK [Take the ho… · 1/5 hosts · 9 s"),
        ("▸ TASK [漢字漢字漢字漢字漢字漢字] · 5/5 hosts · 9 s", "▸ TASK [漢字漢字漢… · 5/5 hosts · 9 s"),
        (
            "▸ build: TASK [Compile] · deploy: TASK [Wait for it] · 9 s",
            "▸ build: TASK [Compile] · deplo… · 9 s",
        ),
        ("x" * 50, "x" * 38),
    ],
)
def test_a_live_line_that_is_too_long_keeps_its_numbers_and_its_time(line: str, shown: str) -> None:
    assert fitted_progress(line, 38) == shown
