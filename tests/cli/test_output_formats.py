"""The forms of output, by what a program reads back from them and what an eye sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.cli import output_formats
from aap_launcher.cli.output_formats import Form, at, flat, many, masked_value, one
from aap_launcher.text.visible import ACTING

HOSTILE = "\x1b]0;owned\x07 a\x9b31m \u202egnp.exe\u2028next\x7f"
ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": HOSTILE, "variables": "---\na: 1\n", "inventory": None, "tags": ["x", {"y": 1.5}]},
    {"id": 2, "name": "on", "variables": "", "inventory": 7, "tags": []},
]
ACTS = {chr(code) for code in range(0x10000) if re.match(f"[{ACTING}]", chr(code))}
_TEXT = st.text(max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


def written(rows: list[dict[str, Any]], form: Form, *columns: str) -> str:
    return "".join(many(rows, form, columns))


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_every_machine_form_reads_back_as_what_the_controller_said(rows: list[dict[str, Any]]) -> None:
    assert json.loads(written(rows, Form.JSON)) == rows
    assert [json.loads(line) for line in written(rows, Form.JSONL).splitlines()] == rows
    assert yaml.safe_load(written(rows, Form.YAML)) == rows


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(_TEXT, _JSON, max_size=4), max_size=3))
def test_whatever_a_value_is_it_reads_back_and_nothing_in_it_acts_on_a_terminal(
    rows: list[dict[str, Any]],
) -> None:
    for form, read in ((Form.JSON, json.loads), (Form.YAML, yaml.safe_load)):
        text = written(rows, form)
        assert read(text) == rows, text
        assert not set(text) & ACTS, text
    for form in (Form.TSV, Form.NAME, Form.ID):
        assert not set(written(rows, form, "name")) & ACTS


def test_half_a_surrogate_pair_stops_no_form() -> None:
    row = {"id": 1, "name": "a\ud800"}
    assert json.loads("".join(one(row, Form.JSON))) == row
    assert json.loads(written([row], Form.JSONL)) == row
    assert yaml.safe_load(written([row], Form.YAML)) == [{"id": 1, "name": "a\\ud800"}]


def test_one_record_is_an_object_where_many_are_a_list() -> None:
    row = MappingProxyType(ROWS[1])
    assert json.loads("".join(one(row, Form.JSON))) == ROWS[1]
    assert yaml.safe_load("".join(one(row, Form.YAML))) == ROWS[1]
    assert "".join(one(row, Form.NAME)) == "on\n"
    assert "".join(one(row, Form.ID)) == "2\n"


def test_columns_choose_also_below_an_object_and_keep_their_order() -> None:
    row = {"id": 1, "summary_fields": {"organization": {"name": "Retail"}}, "name": "x"}
    assert "".join(
        one(row, Form.JSONL, ["name", "summary_fields.organization.name", "summary_fields.gone.name"])
    ) == ('{"name":"x","summary_fields.organization.name":"Retail","summary_fields.gone.name":null}\n')


def test_a_value_of_a_tsv_is_on_one_line_and_in_one_field() -> None:
    row = {"id": 1, "name": "a\tb\nc\\d", "on": True, "n": None, "list": [1, "x"]}
    lines = written([row], Form.TSV, "id", "name", "on", "n", "list").splitlines()
    assert lines == ["id\tname\ton\tn\tlist", '1\ta\\tb\\nc\\\\d\ttrue\t\t[1,"x"]']


def test_an_empty_list_is_an_empty_list_in_each_form() -> None:
    assert [written([], form, "id") for form in (Form.JSON, Form.JSONL, Form.YAML, Form.TSV, Form.ID)] == [
        "[]\n",
        "",
        "[]\n",
        "id\n",
        "",
    ]


def test_rows_are_written_as_they_come_and_never_gathered() -> None:
    def rows() -> Iterator[Mapping[str, Any]]:
        yield {"id": 1, "name": "first"}
        raise RuntimeError("the second row was asked for before the first was written")

    for form in Form:
        if form is not Form.TABLE:
            pieces = many(rows(), form, ["id", "name"])
            text = next(pieces)
            if form is Form.TSV:
                text = next(pieces)  # after its heading
            assert "1" in text or "first" in text


def test_secrets_are_hidden_in_texts_and_numbers_stay_numbers() -> None:
    hide = lambda text: text.replace("12", "***")  # noqa: E731
    row = {"id": 12, "name": "pin 12", "deep": [{"x": "12"}], "on": True}
    assert masked_value(row, hide) == {"id": 12, "name": "pin ***", "deep": [{"x": "***"}], "on": True}


@pytest.mark.parametrize(
    ("column", "value"), [("a.b", 1), ("a.c", None), ("a.b.c", None), ("x", None), ("a", {"b": 1})]
)
def test_a_column_is_a_path(column: str, value: object) -> None:
    assert at({"a": {"b": 1}}, column) == value


def test_plain_text_is_left_as_it_is() -> None:
    assert flat("Deploy shop, Ä 東京") == "Deploy shop, Ä 東京"
    assert output_formats.encoded({"a": "Ä"}) == '{"a":"Ä"}'
