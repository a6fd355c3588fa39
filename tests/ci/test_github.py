from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Level, Line, Mark, Tone
from tests.ci import hostile
from tests.ci.parsers import REGISTERED, Runner, commands_seen_by_culture, github_outputs
from tests.ci.support import adapter, written


def expected_commands(marks: list[Mark]) -> list[str]:
    """What the marks ask for: groups that never nest, at most ten annotations of a level."""
    commands: list[str] = []
    grouped, annotated = False, Counter[Level]()
    for mark in marks:
        if isinstance(mark, GroupStart):
            commands += ["endgroup", "group"] if grouped else ["group"]
            grouped = True
        elif isinstance(mark, GroupEnd) and grouped:
            commands.append("endgroup")
            grouped = False
        elif isinstance(mark, Annotation):
            annotated[mark.level] += 1
            if annotated[mark.level] <= 10:
                commands.append(mark.level)
    return [*commands, "endgroup"] if grouped else commands


@settings(max_examples=200)
@given(hostile.marks)
def test_only_our_own_commands_are_executed(marks: list[Mark]) -> None:
    runner = Runner().read(written("github", marks))
    assert runner.names() == expected_commands(marks)
    assert not runner.stopped


@settings(max_examples=200)
@given(hostile.marks)
def test_no_foreign_line_is_a_command_even_to_a_reader_that_knows_no_stopping(marks: list[Mark]) -> None:
    ours = [*expected_commands(marks)]
    seen = [name for name in commands_seen_by_culture(written("github", marks)) if name != "stop-commands"]
    assert seen == ours


@pytest.mark.parametrize("command", sorted(REGISTERED))
@pytest.mark.parametrize(
    "shape", ["::{}::x", " \t\u3000::{}::x", "a\r::{}::x", "text ##[{}]x", "::{} a=b::x"]
)
def test_every_command_in_every_shape_is_only_text(command: str, shape: str) -> None:
    text = shape.format(command)
    runner = Runner().read(
        written("github", [Line(text), GroupStart(text), Annotation(Level.ERROR, text, text)])
    )
    assert runner.names() == ["group", "error", "endgroup"]


def test_text_that_could_be_a_command_is_printed_while_commands_are_stopped() -> None:
    lines = written("github", [Line("fe80::1 is up"), GroupStart("next"), Line("a::b")]).decode().splitlines()
    first = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", lines[0])
    assert first
    assert lines[1:4] == ["fe80::1 is up", f"::{first[1]}::", "::group::next"]
    second = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", lines[4])
    assert second
    assert second[1] != first[1]
    assert lines[5:] == ["a::b", f"::{second[1]}::", "::endgroup::"]


def test_ordinary_text_brings_no_stop_lines_into_the_log() -> None:
    assert (
        written("github", [Line("ok: [web1] => changed\n# heading")]) == b"ok: [web1] => changed\n# heading\n"
    )


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" :#[]\t"), max_size=60))
def test_the_log_still_has_the_text(text: str) -> None:
    log = "\n".join(Runner().read(written("github", [Line(text)])).log)
    assert log.replace(" ", "").rstrip("\n") == text.replace(" ", "")


def test_a_secret_is_masked_before_anything_else_with_each_of_its_lines() -> None:
    stdout = written("github", [Line("key: line-one")], secrets=["line-one\nline%two\n}"])
    masks = Runner().read(stdout).executed
    assert [(mask.name, mask.data) for mask in masks] == [
        ("add-mask", "line%two"),
        ("add-mask", "line-one"),
        ("add-mask", "line-one\nline%two\n}"),
    ]
    assert stdout.endswith(b"key: ***\n")


def test_a_secret_that_comes_late_is_masked_although_commands_are_stopped() -> None:
    ci, stream = adapter("github")
    ci.emit(Line("a::b"))
    ci.mask(["hunter22"])
    ci.emit(Line("hunter22"))
    ci.close()
    runner = Runner().read(stream.getvalue())
    assert [command.data for command in runner.executed] == ["hunter22"]
    assert runner.log == ["a::b", "***", ""]


def test_annotations_carry_title_and_lines_and_stop_at_ten_of_a_level() -> None:
    title, message = "TASK [a, b: 100%3A] failed", "one\ntwo: 50%0D%25\r\nthree"
    marks = [Annotation(Level.ERROR, title, message) for _ in range(12)]
    runner = Runner().read(written("github", [*marks, Annotation(Level.WARNING, "", "w")]))
    assert runner.names() == ["error"] * 10 + ["warning"]
    assert runner.executed[0].properties == {"title": title}
    assert runner.executed[0].data == "one\ntwo: 50%0D%25\nthree"


def test_a_long_message_is_cut_where_the_runner_cuts() -> None:
    (command,) = Runner().read(written("github", [Annotation(Level.ERROR, "t" * 999, "x" * 9999)])).executed
    assert len(command.data) == 4096
    assert len(command.properties["title"]) == 250


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text() | hostile.text, max_size=5))
def test_outputs_parse_back_to_the_values(
    tmp_path_factory: pytest.TempPathFactory, outputs: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("outputs") / "output"
    ci, stream = adapter("github", {"GITHUB_OUTPUT": str(path)})
    ci.set_outputs(outputs)
    expected = {key: value.encode("utf-8", "backslashreplace").decode() for key, value in outputs.items()}
    assert github_outputs(path.read_bytes().decode("utf-8")) == expected
    assert stream.getvalue() == b""


def test_outputs_are_appended_so_that_the_first_survive(tmp_path: Path) -> None:
    ci, _ = adapter("github", {"GITHUB_OUTPUT": str(tmp_path / "output")})
    ci.set_outputs({"job_id": "423"})
    ci.set_outputs({"status": "failed", "explanation": "a\nb=c<<d"})
    assert github_outputs((tmp_path / "output").read_text()) == {
        "job_id": "423",
        "status": "failed",
        "explanation": "a\nb=c<<d",
    }


@pytest.mark.parametrize(
    "environ", [{}, {"GITHUB_OUTPUT": "/nowhere/x", "GITHUB_STEP_SUMMARY": "/nowhere/y"}]
)
def test_files_that_cannot_be_written_are_a_warning(environ: dict[str, str]) -> None:
    ci, stream = adapter("github", environ)
    ci.set_outputs({"a": "b"})
    ci.write_summary("text")
    log = stream.getvalue().decode()
    assert "the outputs could not be written" in log
    assert "the summary could not be written" in log


def test_a_summary_never_reaches_the_size_at_which_it_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("before\n")
    ci, _ = adapter("github", {"GITHUB_STEP_SUMMARY": str(path)})
    ci.write_summary("ä line of ten\n" * 200_000)
    kept = path.read_text("utf-8")
    assert path.stat().st_size < 1024 * 1024
    assert kept.startswith("before\nä line of ten\n")
    assert kept.endswith("ä line of ten\n\n\n_The summary was longer than GitHub takes; the end is cut._\n")
    ci.write_summary("more\n" * 1000)
    assert path.stat().st_size < 1024 * 1024


def test_a_summary_shows_no_secret(tmp_path: Path) -> None:
    ci, _ = adapter("github", {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary")})
    ci.mask(["hunter22"])
    ci.write_summary("limit hunter22\n")
    assert (tmp_path / "summary").read_text() == "limit ***\n"


def test_a_crash_in_a_group_leaves_nothing_open() -> None:
    ci, stream = adapter("github")
    ci.emit(GroupStart("TASK [x]"))
    ci.emit(Line("::", Tone.OUTPUT))
    ci.close()
    ci.close()
    runner = Runner().read(stream.getvalue())
    assert runner.names() == ["group", "endgroup"]
    assert not runner.stopped
