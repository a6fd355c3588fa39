from __future__ import annotations

import re

import pytest
from hypothesis import given

from aap_launcher.ci.defuse import heading, readable
from tests.ci import hostile

# Written from ECMA-48 and the list in the design, not from the module.
COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\n]")


def codes(parameters: str) -> list[int]:
    """What a terminal acts on: 38 and 48 swallow their arguments."""
    numbers = [int(number or 0) for number in parameters.split(";")]
    acted = []
    while numbers:
        code = numbers.pop(0)
        acted.append(code)
        if code in {38, 48} and numbers:
            del numbers[: {5: 2, 2: 4}.get(numbers[0], 0)]
    return acted


@given(hostile.text)
def test_nothing_acts_but_colours_and_they_end_with_the_line(text: str) -> None:
    for line in readable(text, colours=True):
        assert not CONTROL.search(COLOUR.sub("", line))
        acted = [codes(match[1]) for match in COLOUR.finditer(line)]
        assert all(8 not in each for each in acted)
        assert not acted or acted[-1][-1] == 0


@given(hostile.text)
def test_without_colours_no_control_is_left(text: str) -> None:
    assert not any(CONTROL.search(line) for line in readable(text, colours=False))
    assert not CONTROL.search(heading(text))


@given(hostile.text)
def test_there_are_as_many_lines_as_line_feeds(text: str) -> None:
    assert len(readable(text, colours=True)) == text.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain\ttext é 漢 \U0001f600", "plain\ttext é 漢 \U0001f600"),
        ("a\r\nb", "a\nb"),
        ("a\r::error::b", "a␍::error::b"),
        ("\x1b[8mha:AAAA", "␛[8mha:AAAA"),
        ("\x1b[0;8mhidden", "␛[0;8mhidden"),
        ("\x1b[38;5;38;5;8mhidden", "␛[38;5;38;5;8mhidden"),
        ("\x1b[38;5;8mgrey\x1b[0m", "\x1b[38;5;8mgrey\x1b[0m"),
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("\x00\x7f\x85\x9b\u2028\u202e\udc80", "␀␡\\x85\\x9b\\u2028\\u202e\\udc80"),
        ("\x1b[31mred", "\x1b[31mred\x1b[0m"),
        ("\x1b[0;31mred\nstill\x1b[0m", "\x1b[0;31mred\x1b[0m\n\x1b[0;31mstill\x1b[0m"),
        ("\x1b[31mred\x1b[m off", "\x1b[31mred\x1b[m off"),
        ("\x1b[1m\x1b[31mboth\nboth", "\x1b[1m\x1b[31mboth\x1b[0m\n\x1b[1m\x1b[31mboth\x1b[0m"),
        ("\x1b[١m", "␛[١m"),
    ],
)
def test_text_is_shown_so(text: str, seen: str) -> None:
    assert "\n".join(readable(text, colours=True)) == seen


def test_a_flood_of_colours_does_not_grow_from_line_to_line() -> None:
    lines = readable("\x1b[31m" * 5_000 + "\n" * 1_000, colours=True)
    assert max(map(len, lines[1:])) < 100
