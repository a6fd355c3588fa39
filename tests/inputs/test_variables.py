from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.file_text import LARGEST, decode
from aap_launcher.inputs.variables import read_variables
from aap_launcher.models.as_written import Unquoted


def refused(text: str) -> InvalidValue:
    with pytest.raises(InvalidValue) as wrong:
        read_variables(text)
    return wrong.value


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": "two", "c": [true, null], "d": {"e": 0.5}}',
        '\ufeff{"a": 1, "b": "two", "c": [true, null], "d": {"e": 0.5}}',
        "a: 1\nb: two\nc: [yes, ~]\nd:\n  e: 0.5\n",
        "---\n# a comment\na: 1\nb: 'two'\nc:\n- true\n-\nd: {e: 0.5}\n...\n",
        "{a: 1, b: two, c: [true, null], d: {e: 0.5},}",
    ],
)
def test_json_and_yaml_say_the_same(text: str) -> None:
    assert read_variables(text) == {"a": 1, "b": "two", "c": [True, None], "d": {"e": 0.5}}


@pytest.mark.parametrize("text", ["", " \n", "---\n", "# only a comment\n", "{}", "null"])
def test_nothing_is_no_variables(text: str) -> None:
    assert read_variables(text) == {}


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("1.10", 1.1), ("2.50", 2.5), (".5", 0.5), ("1.", 1.0), ("1.5e3", None), ("1.5e+3", 1500.0), ("1e3", None),
        ("12e4567", None), ("+5", 5), ("-0", 0), ("007", 7), ("0644", 420), ("0123456", 42798), ("0123489", None),
        ("0o17", None), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("12:30", 750), ("1:30:00", 5400),
        ("2024-01-01", None), ("2024-01-01 10:00:00", None), ("=", None), ("<<", None),
        ("0.1000000000000000055", 0.1), ("0x" + "F" * 5000, None), ("1" + ":59" * 200, None),
    ],
)  # fmt: skip
def test_a_word_that_would_arrive_otherwise_than_it_is_written_is_known_as_one(
    written: str, arrives: float | None
) -> None:
    assert read_variables(f"a: {written}") == {"a": Unquoted(written, arrives)}
    for quoted in (f'a: "{written}"', f"a: '{written}'", f'{{"a": "{written}"}}', f"a={written}"):
        assert read_variables(quoted) == {"a": written}


@pytest.mark.parametrize("written", ["1.10", "1e3", "-0", "1E-2", "100.00"])
def test_json_has_the_same_rule(written: str) -> None:
    found = read_variables(f'{{"a": {written}}}')["a"]
    assert isinstance(found, Unquoted)
    assert found.value == json.loads(written)


@pytest.mark.parametrize(
    "written", ["1", "-3", "0", "12345678901234567890123", "1.5", "0.1", "-2.0", "1e+22", "1e-05"]
)
def test_a_number_in_the_spelling_in_which_it_arrives_is_one(written: str) -> None:
    value = json.loads(written)
    texts = [f'{{"a": {written}}}'] + ([] if "e-" in written or "e+" in written else [f"a: {written}"])
    for text in texts:
        found = read_variables(text)
        assert found == {"a": value}
        assert json.dumps(found) == f'{{"a": {written}}}'


@pytest.mark.parametrize(
    ("written", "value"),
    [("yes", True), ("No", False), ("ON", True), ("off", False), ("true", True), ("~", None), ("", None)],
)
def test_the_words_for_three_values_are_what_they_are_to_the_controller(written: str, value: object) -> None:
    assert read_variables(f"a: {written}")["a"] is value


@pytest.mark.parametrize("quoted", ["'yes'", '"12"', "!!str 12", "|-\n  yes", '"\\u00e9"'])
def test_quotes_make_text(quoted: str) -> None:
    assert isinstance(read_variables(f"a: {quoted}")["a"], str)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1, /* x */ "b": 2}', "line 1, column 10"),
        ('{\n  "replicas": 3 /* per zone */,\n  "debug": true // for now\n}', "line 2, column 17"),
        ('{\n  "debug": true // for now\n}', "line 2, column 17"),
        ('// settings\n{"a": 1}', "line 1, column 1"),
        ('/* x */ {"a": 1}', "line 1, column 1"),
        ('{"a": "b // c", // d\n}', "line 1, column 17"),
    ],
)
def test_a_comment_in_json_never_becomes_text(text: str, place: str) -> None:
    with pytest.raises(InvalidValue, match="is not valid JSON: it has a comment") as wrong:
        read_variables(text)
    assert f"({place})" in wrong.value.fault
    assert "no comments" in wrong.value.advice


def test_what_only_looks_like_a_comment_is_read_as_yaml_reads_it() -> None:
    text = "{url: http://x/y, 'note': '/* no */', glob: /etc/*, b: [a//b]} # // and this"
    assert read_variables(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("app:\n\u00a0\u00a0version: 2\nregion: eu\n", "line 2, column 1"),
        ("a:\u00a0b", "line 1, column 3"),
        ("a: b\nc: \u00a0d", "line 2, column 4"),
        ("a: b\u00a0", "line 1, column 4"),
        ("ENV\u00a0=prod", "line 1, column 4"),
        ('{\n\u00a0"a": 1}', "line 2, column 1"),
    ],
)
def test_a_blank_that_is_none_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(
        InvalidValue, match=r"has U\+00A0 \(NO-BREAK SPACE\) where a space should be"
    ) as wrong:
        read_variables(text)
    assert f"({place})" in wrong.value.fault


def test_a_blank_of_any_kind_inside_a_text_is_text() -> None:
    assert read_variables('a: 10\u00a0km\nb: "\u00a0"') == {"a": "10\u00a0km", "b": "\u00a0"}


def test_a_tab_that_indents_is_named() -> None:
    with pytest.raises(InvalidValue, match="line 2 is indented with a tab") as wrong:
        read_variables("app:\n\tversion: 2\n")
    assert "spaces" in wrong.value.advice


def test_an_anchor_is_set_once() -> None:
    with pytest.raises(InvalidValue, match="anchor of the same name twice"):
        read_variables("a: &x 1\nb: &x 2")


@pytest.mark.parametrize(
    "text", ['{"password": "\\ud800abcd"}', '{"\\udfff": 1}', '{"a": [{"b": "x\\ud83d"}]}']
)
def test_half_of_a_surrogate_pair_is_refused_and_a_whole_one_is_not(text: str) -> None:
    with pytest.raises(InvalidValue, match="half of a surrogate pair"):
        read_variables(text)
    assert read_variables('{"a": "\\ud83d\\ude80"}') == {"a": "🚀"}


def test_a_whole_vault_file_is_named_as_what_it_is() -> None:
    with pytest.raises(InvalidValue, match="is encrypted with ansible-vault"):
        read_variables("$ANSIBLE_VAULT;1.1;AES256\n33643863\n")


def test_key_value_lines_are_text() -> None:
    text = "# who\nversion=2.10\ncount=3\n\nflag=yes\nurl=https://x/?a=b&c=d\nname=\"O'Neill x=y\"\nempty=\nsingle='a b'\n"
    assert read_variables(text) == {
        "version": "2.10",
        "count": "3",
        "flag": "yes",
        "url": "https://x/?a=b&c=d",
        "name": "O'Neill x=y",
        "empty": "",
        "single": "a b",
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a=1 b=2", "two variables in line 1"),
        ("a=1\nb: 2", r"mixes name=value lines with other text \(line 2"),
        ("a=1\nb=2\na=3", "key a twice, again in line 3"),
        ('a="x', "quote in line 1"),
        ('a="x" y', "quote in line 1"),
        ("a='", "quote in line 1"),
    ],
)
def test_key_value_lines_that_say_something_else_are_refused(text: str, fault: str) -> None:
    with pytest.raises(InvalidValue, match=fault):
        read_variables(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1,\n "a": 2}', 2),
        ('{"x": ["a:", {"k": 1,\n\n"k": 2}], "k": 3}', 3),
        ('{"x": "\\"a\\":\\n", "y": {"x": 1},\n"\\u0078": 2}', 2),
        ("a: 1\na: 2", 2),
        ("x:\n  - k: 1\n    j: 2\n    k: 3", 4),
    ],
)
def test_a_key_given_twice_is_refused_with_its_line_at_any_depth(text: str, line: int) -> None:
    fault = refused(text).fault
    assert "twice" in fault
    assert f"line {line}" in fault


@pytest.mark.parametrize("key", ["1", "yes", "null", "~", "1.5", "? [a]\n", "? {a: b}\n"])
def test_keys_are_text(key: str) -> None:
    assert "key" in refused(f"{key}: x").fault


@pytest.mark.parametrize("text", ["[1]", "- a\n- b", "text", "5", '"x"', "'a=b'"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    assert "not variables" in refused(text).fault


@pytest.mark.parametrize(
    "text",
    [
        '{"a": NaN}',
        '{"a": -Infinity}',
        "a: .inf",
        "a: -.INF",
        "a: .nan",
        '{"a": 1e999}',
        '{"a": 1.5e999}',
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_numbers_that_json_cannot_carry_are_refused(text: str) -> None:
    assert "number" in refused(text).fault or "JSON cannot carry" in refused(text).fault


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['x']",
        "!!binary aGk=",
        "!!timestamp 2024-01-01",
        "!unsafe x",
        "!<x> y",
        "!!python/none",
        "!!set {a}",
    ],
)
def test_tags_are_refused(tag: str) -> None:
    assert "holds a YAML tag" in refused(f"a: {tag}").fault


def test_a_vault_value_is_refused_with_advice() -> None:
    wrong = refused("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6231")
    assert "ansible-vault" in wrong.fault
    assert "survey password" in wrong.advice


def test_anchors_aliases_and_merge_keys_are_read() -> None:
    text = "base: &b {x: 1, y: 1}\nother: &o {z: 0}\none:\n  <<: *b\n  y: 2\nmany: {<<: [*b, *o]}\nsame: *b\nquoted: {'<<': 1}\n"
    assert read_variables(text) == {
        "base": {"x": 1, "y": 1},
        "other": {"z": 0},
        "one": {"x": 1, "y": 2},
        "many": {"x": 1, "y": 1, "z": 0},
        "same": {"x": 1, "y": 1},
        "quoted": {"<<": 1},
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: &x [*x]", "inside its own anchor"),
        ("a: &x {b: *x}", "inside its own anchor"),
        ("a: *x", "alias without an anchor"),
        ("a: {<<: 1}", "merges"),
        ("a: 1\n---\nb: 2", "several YAML documents"),
    ],
)
def test_yaml_that_has_no_end_or_no_sense_is_refused(text: str, fault: str) -> None:
    assert fault in refused(text).fault


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 12))
    assert "too large" in refused("l0: &l0 xxxxxxxxxx\n" + levels).fault


def test_aliases_nested_deeper_than_the_text_looks_are_refused() -> None:
    levels = "".join(f"l{n}: &l{n} [*l{n - 1}]\n" for n in range(1, 200))
    assert "levels deep" in refused("l0: &l0 x\n" + levels).fault


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 100,
        '{"a":' * 100000,
        "a: " + "[" * 1000000,
        '{"a":' + "[" * 70 + "]" * 70 + "}",
        "a: " + "{b: " * 80,
    ],
)
def test_depth_is_bounded(text: str) -> None:
    assert "levels deep" in refused(text).fault


def test_size_is_bounded_by_what_a_controller_takes() -> None:
    assert "5 MiB" in refused("a: " + "é" * (LARGEST // 2)).fault


def test_broken_yaml_shows_the_line_and_the_place() -> None:
    wrong = refused("first: 1\nsecond: a: b\n")
    assert wrong.fault.splitlines()[0].endswith("(line 2, column 10):")
    assert wrong.fault.splitlines()[1:] == ["  second: a: b", "           ^"]
    assert "quotes" in wrong.advice


def test_broken_json_shows_the_line_and_the_place() -> None:
    wrong = refused('{"a": 1,\n "b": [}\n')
    assert wrong.fault.splitlines() == [
        "is not valid JSON: expecting value (line 2, column 8):",
        '   "b": [}',
        "         ^",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "db_password: hunter2: x\n",
        "ok: 1\nprivate_key: |\n  hunter2\n hunter2: x: y\n",
        '{"token": "hunter2",, }',
        "password: *hunter2",
        "password: !hunter2",
        "password: &hunter2",
        "password: %hunter2",
        "password: 'hunter2",
        "password: {hunter2",
        "password: hunter2\npassword: hunter2",
        "password=hunter2 hunter2=3",
        'password="hunter2',
        "password=a\nhunter2",
        "- password: hunter2",
    ],
)
def test_a_fault_near_a_secret_never_shows_its_value(text: str) -> None:
    wrong = refused(text)
    assert "hunter2" not in wrong.fault.replace("hunter2: ***", "") + wrong.advice


@pytest.mark.parametrize("text", ["\ud800", '{"a": "\udcff"}', "a: \x00", "a: \x07", "@vars.yml"])
def test_unfit_text_is_refused(text: str) -> None:
    assert refused(text).fault


def test_a_file_named_with_an_at_sign_is_pointed_to_its_input() -> None:
    assert "extra_vars_file" in refused("@vars.yml").advice


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"a: 1\nb: \xff\n", "line 2 has the byte 0xff"),
        ("a: 1".encode("utf-16"), "UTF-16"),
        (b"x" * (LARGEST + 1), "5 MiB"),
    ],
)
def test_a_file_that_is_not_utf8_is_refused(raw: bytes, fault: str) -> None:
    with pytest.raises(InvalidValue, match=fault):
        decode(raw)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(b"\xef\xbb\xbfa: 1") == "a: 1"


def test_json_does_not_load_yaml() -> None:
    code = "import sys; from aap_launcher.inputs.parsing import parse_inputs; parse_inputs({'url': 'x', 'token': 't', 'template': 'T', 'extra_vars': '{\"a\": 1}'}); assert 'yaml' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(texts, json_values, max_size=5))
def test_json_comes_through_unchanged(value: dict[str, Any]) -> None:
    assert read_variables(json.dumps(value)) == value


@given(st.text())
def test_any_text_is_variables_or_wrong(text: str) -> None:
    with suppress(InvalidValue):
        json.dumps(read_variables(text), allow_nan=False)


@given(st.text(alphabet="ab:=- \n{}[]\"'&*!|>#,?<%@`~\t0.eyn", max_size=60))
def test_any_yaml_like_text_is_variables_or_wrong(text: str) -> None:
    with suppress(InvalidValue):
        json.dumps(read_variables(text), allow_nan=False)


def test_json_with_a_forgotten_value_is_not_taken_for_yaml_with_a_null() -> None:
    assert "is not valid JSON" in refused('{"a": 1, "b": }').fault
