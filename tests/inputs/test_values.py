from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs import values
from aap_launcher.inputs.choices import RunType
from aap_launcher.models.as_written import Number
from aap_launcher.text import quoting


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("15m", 900),
        ("1h30m", 5400),
        ("2h", 7200),
        ("1d", 86400),
        ("0", 0),
        (" 5M\n", 300),
    ],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert values.duration_seconds(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", " ", "-5", "1.5h", "30m1h", "five", "1e3", "٣", "h", "1h 30m", "999d", "9" * 5000, "+9", "1w"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        values.duration_seconds(text)


@pytest.mark.parametrize("text", ["true", "True", "YES", "on", "1", " true\n"])
def test_true_in_its_usual_spellings(text: str) -> None:
    assert values.boolean(text) is True


@pytest.mark.parametrize("text", ["false", "False", "NO", "off", "0"])
def test_false_is_never_true(text: str) -> None:
    assert values.boolean(text) is False


@pytest.mark.parametrize("text", ["", "maybe", "2", "t", "y", "truee", "null"])
def test_what_is_no_boolean_says_what_was_expected_and_given(text: str) -> None:
    with pytest.raises(InvalidValue) as wrong:
        values.boolean(text)
    assert f'"{text}"' in wrong.value.fault
    assert "true or false" in wrong.value.advice


@pytest.mark.parametrize(
    "text", ["", "3.0", "1e3", "+3", "--3", "0x1", "1_000", "٣", "３", "²", "nan", "9" * 5000, "1 2"]
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="not a whole number"):
        values.integer(text, 0)


def test_zero_is_a_number() -> None:
    assert values.integer("0", 0, 5) == 0


@pytest.mark.parametrize("text", ["-1", "6"])
def test_a_number_out_of_range_names_the_range(text: str) -> None:
    with pytest.raises(InvalidValue, match="out of range") as wrong:
        values.integer(text, 0, 5)
    assert "from 0 to 5" in wrong.value.advice


def test_a_choice_is_read_in_any_case_and_spelled_as_the_api_does() -> None:
    assert values.choice("Check", RunType) == "check"


def test_a_wrong_choice_lists_the_right_ones() -> None:
    with pytest.raises(InvalidValue, match='"explode" is not one of: run, check'):
        values.choice("explode", RunType)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("a, b ,,c", ("a", "b", "c")),
        ("a, b\nc\r\n\n d \n", ("a, b", "c", "d")),
        ('["a,b", 3, "x [y]"]', ("a,b", "3", "x [y]")),
        ("3,web,3", ("3", "web")),
        ("[]", ()),
        ("007", ("007",)),
        ("Übergang 🚀", ("Übergang 🚀",)),
    ],
)
def test_lists_come_as_json_lines_or_commas(text: str, names: tuple[str, ...]) -> None:
    assert values.reference_list(text) == names


@pytest.mark.parametrize(
    "text",
    ["[1, 2", "[true]", "[null]", '[["a"]]', '[{"a": 1}]', '[""]', "[1.5]", "[" * 100000, '["a\\u0000"]'],
)
def test_a_broken_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        values.reference_list(text)


@pytest.mark.parametrize(
    "text", ["web\x00", "web1\nweb2", "\x1b[31mred", "a\u2028b", "\ud800", "   ", "a\x85b"]
)
def test_names_without_control_characters(text: str) -> None:
    with pytest.raises(InvalidValue):
        values.single_line(text)


def test_the_empty_string_and_inner_spaces_are_plain() -> None:
    assert values.single_line("") == ""
    assert values.single_line(" web1:&prod \n") == "web1:&prod"


def test_paths_keep_their_zeros() -> None:
    assert values.paths('["007", "a,b.yml"]') == ("007", "a,b.yml")


def test_a_message_shows_nothing_invisible_and_nothing_endless() -> None:
    assert quoting.quoted("a\x1b[31m\n\u202eb") == '"a\\x1b[31m\\n\\u202eb"'
    assert len(quoting.quoted("x" * 1000)) < 70
    assert quoting.quoted([1, "é"]) == '[1, "é"]'


def test_a_long_list_of_names_is_cut() -> None:
    assert quoting.joined((str(n) for n in range(30)), limit=3) == "0, 1, 2 and 27 more"


def test_a_decimal_remembers_how_it_was_written() -> None:
    assert Number("2.10").text == "2.10"
    assert Number("2.10") == 2.1


@given(st.text())
def test_readers_raise_nothing_but_wrong(text: str) -> None:
    for read in (
        values.boolean,
        values.duration_seconds,
        values.reference_list,
        values.paths,
        values.single_line,
    ):
        with suppress(InvalidValue):
            read(text)
