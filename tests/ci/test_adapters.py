"""What all adapters share, and what a terminal and Jenkins show."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.ci import context, detect
from aap_launcher.errors import InvalidInput
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Level, Line, Mark, Progress, Tone
from aap_launcher.text.width import fitted
from tests.ci import hostile
from tests.ci.parsers import Runner
from tests.ci.support import Terminal, adapter, written

PROVIDERS = ("plain", "github", "gitlab", "jenkins")
SCENARIO: list[Mark] = [
    Line("aap-launcher 1.0 · AAP 2.6 at https://aap.example.com · as ci-bot", Tone.NOTE),
    Line("Deploy shop · job template 15 · Retail", Tone.NOTE, "Template"),
    Line("limit=web · db_password=hunter22", Tone.NOTE, "Prompts"),
    Progress("▸ pending · 12 s"),
    GroupStart("PLAY [Deploy shop] · TASK [Gather facts]"),
    Line("\x1b[0;32mok: [web1]\x1b[0m\r\n\x1b[0;32mok: [web2]\x1b[0m"),
    GroupEnd(),
    GroupStart("TASK [web : ##[error] ::error::x]"),
    Line(
        "\x1b[0;31mfatal: [web2]: FAILED! => hunter22\r\n::error::forged\rsection_start:1:x\r\x1b[0K\x1b[0m"
    ),
    Line("\x1b[8mha:AAAA\x1b[0m \u202eesrever"),
    GroupEnd(),
    Line("TASK [web : Restart] · web2\nUnable to start: hunter22", Tone.BAD, "FAILED"),
    Annotation(Level.ERROR, "TASK [web : Restart] failed on web2", "Unable to start: hunter22"),
    Line("job 423 after 4 min 02 s · 1 failed of 2 hosts", Tone.BAD, "failed"),
    Line("web2  TASK [web : Restart]  Unable to start", Tone.BAD),
    Line("log incomplete: 12 of 4,031 events missing", Tone.WARN),
    Line("successful", Tone.GOOD, "retry"),
]


@pytest.mark.parametrize("name", [*PROVIDERS, "terminal"])
def test_golden_log(name: str) -> None:
    """One run in every CI; `UPDATE_GOLDEN=1` writes the files again. `\\e` is ESC, `\\r` a carriage return."""
    live = name == "terminal"
    ci, stream = adapter("plain" if live else name, stream=Terminal() if live else None)
    ci.mask(["hunter22"])
    for mark in SCENARIO:
        ci.emit(mark)
    ci.close()
    log = stream.getvalue().decode().replace("\x1b", "\\e").replace("\r", "\\r")
    tokens = list(dict.fromkeys(re.findall(r"\b[0-9a-f]{32}\b|(?<=aap_)[0-9a-f]{8}", log)))
    for number, token in enumerate(tokens, 1):
        log = log.replace(token, f"RANDOM-{number}")
    path = Path(__file__).parent / "golden" / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(log, "utf-8")
    assert log == path.read_text("utf-8")


@pytest.mark.parametrize("name", PROVIDERS)
@settings(max_examples=50)
@given(marks=hostile.marks, colour=st.sampled_from(["0", "1"]))
def test_no_control_reaches_any_log_but_our_own(name: str, marks: list[Mark], colour: str) -> None:
    log = written(name, marks, {"FORCE_COLOR": colour}).decode("utf-8")
    log = re.sub(r"\x1b\[0Ksection_(?:start|end):\d+:aap_\w+(?:\[collapsed=true\])?\r\x1b\[0K", "", log)
    log = re.sub(r"\x1b\[[0-9;]*m", "", log) if colour == "1" else log
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", log)
    assert "\x1b[8m" not in log


@pytest.mark.parametrize("name", PROVIDERS)
@settings(max_examples=50)
@given(secret=st.text('abc:#[]"\\\n é%\r\x1b', max_size=12), before=hostile.text, after=hostile.text)
def test_a_secret_is_in_nothing_that_is_written(name: str, secret: str, before: str, after: str) -> None:
    secret = f"S3cret{secret}S3cret"
    text = f"{before}{secret}{after}"
    marks: list[Mark] = [
        Line(text),
        Line("x", Tone.BAD, text),
        GroupStart(text),
        Annotation(Level.ERROR, text, text),
    ]
    log = written(name, marks, secrets=[secret])
    if name == "github":
        runner = Runner().read(log)
        said = [
            text for command in runner.executed[1:] for text in (command.data, *command.properties.values())
        ]
        masks = [command.data for command in runner.executed if command.name == "add-mask"]
        assert secret in masks
        log = "\n".join([*runner.log, *(text for text in said if text not in masks)]).encode()
    assert b"***" in log
    assert b"S3cret" not in log


def test_secrets_that_overlap_leave_nothing_of_each_other() -> None:
    assert written("plain", [Line("xabcdex abc")], secrets=["abc", "cde"]) == b"x***x ***\n"


def test_a_secret_inside_json_is_masked_too() -> None:
    assert (
        written("plain", [Line(r'{"msg": "pass\"word\\n"}')], secrets=['pass"word\\n']) == b'{"msg": "***"}\n'
    )


def test_lone_surrogates_and_an_ascii_locale_do_not_matter() -> None:
    assert written("plain", [Line("é \udc80")]) == "é \\udc80\n".encode()


def test_labels_stand_in_a_column() -> None:
    marks: list[Mark] = [
        Line("one\ntwo", Tone.NOTE, "Prompts"),
        Line("a", Tone.NOTE, "a-label-so-long"),
        Line("", Tone.NOTE, "x"),
    ]
    assert written("jenkins", marks).decode().splitlines() == [
        "Prompts    one",
        "           two",
        "a-label-so-long a",
        "x",
    ]


# A terminal --------------------------------------------------------------------------------------------------


def test_the_live_line_gives_way_to_lines_and_comes_back() -> None:
    ci, stream = adapter("plain", {"NO_COLOR": "1"}, Terminal())
    for mark in (Progress("▸ 1 of 2"), Line("ok"), Progress("▸ 2 of 2")):
        ci.emit(mark)
    ci.close()
    erase = "\r\x1b[2K"
    assert stream.getvalue().decode() == f"{erase}▸ 1 of 2{erase}ok\n▸ 1 of 2{erase}▸ 2 of 2{erase}"


def test_a_terminal_is_left_without_colour_and_on_a_new_line_by_an_output_that_is_broken_off() -> None:
    ci, stream = adapter("plain", {}, Terminal())
    ci.emit(Line("\x1b[31mred"))
    before = stream.getvalue()
    ci.drop()
    ci.close()
    assert stream.getvalue() == before + b"\x1b[0m\n"


def test_on_a_terminal_of_60_columns_our_own_lines_hang_and_the_jobs_stay_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aap_launcher.ci.sink.Sink.columns", lambda _: 60)
    ci, stream = adapter("plain", {"NO_COLOR": "1"}, Terminal())
    url = "https://aap.example.com/execution/jobs/playbook/423/output"
    ci.emit(Line(f"inner > a · Deploy web · job 179 · {url}", Tone.NOTE, "running"))
    ci.emit(
        Line("job 423\nweb2  TASK [web : Restart service]  Unable to start service shop", Tone.BAD, "failed")
    )
    ci.emit(Line("word " * 20))
    assert stream.getvalue().decode().split("\n") == [
        "running    inner > a · Deploy web · job 179 ·",
        f"             {url}",
        "failed     job 423",
        "           web2  TASK [web : Restart service]  Unable to",
        "                 start service shop",
        "word " * 20,
        "",
    ]


def test_a_label_wider_than_its_column_takes_of_the_terminals_width_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aap_launcher.ci.sink.Sink.columns", lambda _: 60)
    ci, stream = adapter("plain", {"NO_COLOR": "1"}, Terminal())
    text = "this launch would not do what you asked; nothing was started.\n  limit  it is not prompted for, and ignored"
    ci.emit(Line(text, Tone.BAD, "aap-launcher:"))
    assert stream.getvalue().decode().split("\n") == [
        "aap-launcher: this launch would not do what you asked;",
        "             nothing was started.",
        "             limit  it is not prompted for, and ignored",
        "",
    ]


def test_there_is_no_live_line_without_a_terminal() -> None:
    assert written("plain", [Progress("▸ 1 of 2")]) == b""
    ci, stream = adapter("plain", {"TERM": "dumb"}, Terminal())
    ci.emit(Progress("▸ 1 of 2"))
    assert stream.getvalue() == b""


@pytest.mark.parametrize(
    ("text", "columns", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("漢字", 3, "漢"),
        ("e\u0301e\u0301e", 2, "e\u0301e\u0301"),
        ("", 0, ""),
    ],
)
def test_the_live_line_is_cut_by_columns(text: str, columns: int, kept: str) -> None:
    assert fitted(text, columns) == kept


# Colours and detection --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "environ", "terminal", "colours"),
    [
        ("plain", {}, True, True),
        ("plain", {}, False, False),
        ("plain", {"FORCE_COLOR": "1"}, False, True),
        ("plain", {"TERM": "dumb"}, True, False),
        ("github", {}, False, True),
        ("gitlab", {}, False, True),
        ("gitlab", {"FORCE_COLOR": "0"}, False, False),
        ("jenkins", {}, False, False),
        ("jenkins", {"TERM": "xterm"}, False, True),
        ("jenkins", {"TERM": "xterm-256color"}, False, False),
        ("github", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ("github", {"NO_COLOR": ""}, False, True),
    ],
)
def test_colours_are_where_they_are_shown(
    name: str,
    environ: dict[str, str],
    terminal: bool,  # noqa: FBT001 a table's column
    colours: bool,  # noqa: FBT001 a table's column
) -> None:
    ci, stream = adapter(name, environ, Terminal() if terminal else None)
    ci.emit(Line("\x1b[31mred\x1b[0m"))
    assert (b"\x1b[31m" in stream.getvalue()) is colours


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"GITHUB_ACTIONS": "true"}, "github"),
        ({"GITLAB_CI": "true"}, "gitlab"),
        ({"GITLAB_CI": "false"}, "plain"),
        ({"JENKINS_URL": "https://ci.example.com/"}, "jenkins"),
        ({"BUILD_TAG": "jenkins-shop-12"}, "jenkins"),
        ({"BUILD_ID": "12", "CI": "true"}, "plain"),
        ({}, "plain"),
    ],
)
def test_the_ci_is_known_by_its_variables(environ: dict[str, str], name: str) -> None:
    assert detect(environ, stream=io.BytesIO(), wall_clock=lambda: 0.0).name == name


def test_an_unknown_ci_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="plain, github, gitlab, jenkins"):
        adapter("azure")


def test_the_context_tells_who_runs_us() -> None:
    github = context({
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "3f2c1ab", "GITHUB_REF_NAME": "main",
        "GITHUB_ACTOR": "ann", "GITHUB_TRIGGERING_ACTOR": "bob", "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://git.example.com",
    })  # fmt: skip
    assert (github.repository, github.commit, github.ref, github.actor) == (
        "acme/shop",
        "3f2c1ab",
        "main",
        "bob",
    )
    assert github.run_url == "https://git.example.com/acme/shop/actions/runs/7"
    gitlab = context({"GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/shop", "CI_JOB_URL": "https://x/1"})
    assert (gitlab.provider, gitlab.repository, gitlab.run_url) == ("gitlab", "acme/shop", "https://x/1")
    assert context({}).provider == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://user:token@git.example.com/acme/shop.git",
        "git@git.example.com:acme/shop.git",
        "ssh://git@git.example.com:22/acme/shop/",
        "acme/shop",
    ],
)
def test_a_repository_is_told_without_the_password_in_its_address(url: str) -> None:
    assert context({"BUILD_TAG": "jenkins-x", "GIT_URL": url}).repository == "acme/shop"


# A log that breaks ------------------------------------------------------------------------------------------


def test_after_a_broken_pipe_the_adapter_is_silent_and_says_so_at_the_end() -> None:
    read, write = os.pipe()
    complaints = io.BytesIO()
    with open(write, "wb") as stream:  # noqa: PTH123 a descriptor has no path
        ci = detect({}, override="github", stream=stream, wall_clock=lambda: 0.0, complaints=complaints)
        os.close(read)
        for mark in SCENARIO:
            ci.emit(mark)
        ci.close()
        ci.close()
    assert complaints.getvalue().decode() == (
        "aap-launcher: the log could not be written any more ([Errno 32] Broken pipe); "
        "the job was followed all the same.\n"
    )


def test_a_broken_pipe_leaves_the_exit_code_alone() -> None:
    script = (
        "import sys\nfrom aap_launcher.ci import detect\nfrom aap_launcher.models.marks import Line\n"
        "ci = detect({}, stream=sys.stdout, wall_clock=lambda: 0.0, complaints=sys.stderr)\n"
        "sys.stdin.read()\n"
        "for n in range(9999): ci.emit(Line('x' * 99))\n"
        "ci.close()\nsys.exit(5)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(b"")
    assert (process.returncode, errors.count(b"Broken pipe")) == (5, 1)


def test_a_closed_stream_is_no_fault() -> None:
    stream = io.BytesIO()
    ci, _ = adapter("plain", stream=stream)
    stream.close()
    ci.emit(Line("x"))
    ci.close()


@given(st.text("abc ", min_size=6), st.text("xyz ", max_size=5), st.integers(3, 8))
def test_a_secret_that_was_cut_in_its_middle_is_masked_too(secret: str, before: str, kept: int) -> None:
    ci, stream = adapter("plain")
    secret = "hunter" + secret
    ci.mask([secret])
    ci.emit(Line(f"{before}{secret[:kept]}… said {before}{secret[:kept]}..."))
    ci.close()
    assert secret[:kept] not in stream.getvalue().decode()
