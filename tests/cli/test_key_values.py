"""Words of the command line that become JSON."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from aap_launcher.cli.key_values import as_text, file_content, nested, objects, pairs, typed
from aap_launcher.errors import InvalidInput


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["name=web"], {"name": "web"}),
        (["a=", "b= x "], {"a": "", "b": " x "}),
        (["a=b=c"], {"a": "b=c"}),
        (["inputs[username]=root", "inputs[port]=22"], {"inputs": {"username": "root", "port": 22}}),
        (["ids[]=1", "ids[]=2"], {"ids": [1, 2]}),
        (["a[b][c]=1", "a[b][d]=2"], {"a": {"b": {"c": 1, "d": 2}}}),
        (
            ["hosts[][name]=a", "hosts[][enabled]=true", "hosts[][name]=b"],
            {"hosts": [{"name": "a", "enabled": True}, {"name": "b"}]},
        ),
        (["x=true", "y=false", "z=null", "n=-7"], {"x": True, "y": False, "z": None, "n": -7}),
        (
            ["x=True", "n=007", "f=1.5", "e=1e3", "u=\u0664"],
            {"x": "True", "n": "007", "f": "1.5", "e": "1e3", "u": "\u0664"},
        ),
        (["m=@@home"], {"m": "@home"}),
    ],
)
def test_words_are_read_as_they_stand(words: list[str], wanted: dict[str, object]) -> None:
    assert nested(pairs(words, typed)) == wanted


def test_text_stays_text() -> None:
    assert nested(pairs(["x=true", "n=5", "f=@file"], as_text)) == {"x": "true", "n": "5", "f": "@file"}


@pytest.mark.parametrize("word", ["name", "=x", "a[b=1", "a]=1", "[a]=1", "a[b]c=1", "--x", ""])
def test_a_word_that_is_no_pair_is_refused_and_named(word: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        pairs(["fine=1", word], typed)
    assert [problem.field for problem in refused.value.problems] == [f'"{word}"']


@pytest.mark.parametrize(
    "words",
    [
        ["a=1", "a=2"],
        ["a=1", "a[b]=2"],
        ["a[]=1", "a[b]=2"],
        ["a[b]=1", "a[]=2"],
        ["a[b]=1", "a[b]=2"],
        ["a[]=1", "a=2"],
    ],
)
def test_a_key_that_is_two_things_is_refused(words: list[str]) -> None:
    with pytest.raises(InvalidInput):
        nested(pairs(words, typed))


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "v.yml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: \xc3\xa4\n")
    assert file_content(f"@{file}") == "a: 1\r\nb: ä\n"


@pytest.mark.parametrize(("make", "told"), [(None, "No such file"), (b"\xff", "is not UTF-8")])
def test_a_file_that_cannot_be_used_is_told_by_its_name(
    tmp_path: Path, make: bytes | None, told: str
) -> None:
    file = tmp_path / "v.yml"
    if make is not None:
        file.write_bytes(make)
    with pytest.raises(InvalidInput) as refused:
        file_content(f"@{file}")
    assert told in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '[{"b": {"a": 1, "a": 2}}]', '{"c": 1}\n{"a": 1, "a": 2}', "a: 1\na: 2"]
)
def test_a_key_that_stands_twice_is_refused_and_named(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"a.* twice"):
        objects(text, "stdin")


def test_stdin_is_read_by_one_field_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"once")))
    assert file_content("@-") == "once"
    with pytest.raises(InvalidInput, match="read already"):
        file_content("@-")
