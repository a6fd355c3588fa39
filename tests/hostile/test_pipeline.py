"""Hostile text from the controller's answers to everything that is written: nothing acts, and all of it can be read.

The adapters and the reports have tests of their own; these drive the whole way, so that no path around them is left.
What reads the results are models of the CIs' own parsers, made from their documents and sources.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from aap_launcher.report.outputs import OUTPUTS
from tests.ci.parsers import Runner, commands_seen_by_culture, github_outputs, gitlab_dotenv, gitlab_sections
from tests.hostile.bait import mark, sites
from tests.report.test_summary import OURS, tokens
from tests.site import Ended, Site, run
from tests.workflow.test_reports import FLOW, GANTT, strict

SECRET = "s3cret-t0ken"
INPUTS = {
    "template": "12",
    "token": SECRET,
    "limit": "web",
    "junit": "junit.xml",
    "result_file": "result.json",
}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COLOUR = re.compile(r"\x1b\[(?!0*8[;m])[0-9;]*m")

whole = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def launched(site: Site, provider: str, *, terminal: bool = False) -> Ended:
    random.seed(5)  # the pace is jittered, and with it the times in the log
    with tempfile.TemporaryDirectory() as folder:
        ended = run(site, INPUTS, provider=provider, folder=Path(folder), terminal=terminal)
    assert ended.outcome.exit_code in {0, 1, 3}, ended.log
    return ended


def readable_in(site: Site, ended: Ended) -> list[str]:
    """The words of the events that were followed, in their order."""
    rows = site.answers["GET /api/v2/jobs/5/job_events/"][0].body["results"]
    return (
        [mark(row["counter"]) for row in rows if mark(row["counter"]) in row["stdout"]]
        if ended.outcome.log.received
        else []
    )


def in_order(words: list[str], lines: list[str]) -> bool:
    log = "\n".join(lines)
    places = [log.find(word) for word in words]
    return all(place >= 0 for place in places) and places == sorted(places)


@whole
@given(sites())
def test_github_executes_only_our_commands_and_shows_the_text(site: Site) -> None:
    ended = launched(site, "github")
    runner = Runner().read(ended.stdout)
    names = Counter(runner.names())
    assert set(names) <= {"add-mask", "group", "endgroup", "error", "warning", "notice"}
    assert names["group"] == names["endgroup"]
    assert not runner.stopped
    assert {command.data for command in runner.executed if command.name == "add-mask"} == {
        form for form in masked_forms(ended) if form
    }
    for command in runner.executed:
        assert set(command.properties) <= {"title"}, "an annotation points at no file of the repository"
    seen = [name for name in commands_seen_by_culture(ended.stdout) if name != "stop-commands"]
    assert Counter(seen) == names
    assert in_order(readable_in(site, ended), runner.log)
    outputs = github_outputs(ended.text("outputs"))
    assert_outputs(outputs, ended)
    assert set(outputs) == {output.name for output in OUTPUTS}
    assert_summary(ended)
    assert_reports(ended)


def masked_forms(ended: Ended) -> set[str]:
    """What the runner was told to mask, but only if it is a form of our secret."""
    found = {
        line.removeprefix("::add-mask::")
        for line in ended.log.splitlines()
        if line.startswith("::add-mask::")
    }
    return {form for form in found if form in {SECRET, "czNjcmV0LXQwa2Vu"}}


@whole
@given(sites())
def test_gitlab_finds_only_our_sections_and_variables(site: Site) -> None:
    ended = launched(site, "gitlab")
    open_section = ""
    for edge, _, name in gitlab_sections(ended.stdout):
        assert name.startswith("aap_")
        assert "evil" not in name
        assert bool(open_section) == (edge == "end")
        open_section = name if edge == "start" else ""
    assert not open_section
    assert_no_control(
        ended.log, r"\x1b\[0Ksection_(?:start|end):\d+:aap_[0-9a-f]{8}_\d+(?:\[collapsed=true\])?\r\x1b\[0K"
    )
    assert in_order(readable_in(site, ended), ended.log.splitlines())
    variables = gitlab_dotenv(ended.text("dotenv"))
    assert set(variables) <= {f"AAP_{output.name.upper()}" for output in OUTPUTS}
    assert_outputs({name.removeprefix("AAP_").lower(): value for name, value in variables.items()}, ended)
    if "annotations.json" in ended.files and ended.outcome.job is not None:
        [link] = json.loads(ended.text("annotations.json"))["aap-launcher"]
        assert link == {"external_link": {"label": ended.outcome.job.label, "url": ended.outcome.job.link}}
    assert_summary(ended)
    assert_reports(ended)


@whole
@given(sites())
def test_jenkins_finds_no_console_note(site: Site) -> None:
    ended = launched(site, "jenkins")
    assert b"\x1b[8m" not in ended.stdout  # hudson.console.ConsoleNote.PREAMBLE is this and ha:
    assert_no_control(ended.log, "(?!)")
    assert in_order(readable_in(site, ended), ended.log.splitlines())
    outputs = json.loads(ended.files["outputs.json"].decode("ascii"))
    assert set(outputs) == {output.name for output in OUTPUTS}
    assert_outputs(outputs, ended)
    assert_summary(ended)
    assert_reports(ended)


@whole
@given(sites())
def test_a_terminal_shows_at_the_end_what_a_file_would_hold(site: Site) -> None:
    first = {path: [*found] for path, found in site.answers.items()}
    live = launched(site, "plain", terminal=True)
    site.answers = first
    site.asked.clear()
    still = launched(site, "plain")
    assert unwrapped(screen(live.log)) == unwrapped(still.log.split("\n"))
    assert_no_control(still.log, "(?!)")
    assert in_order(readable_in(site, still), still.log.splitlines())


def unwrapped(lines: list[str]) -> str:
    """The text without its blanks and the launch's own marker: a terminal's width breaks the launcher's own lines."""
    return re.sub("aap_launcher_id=[0-9a-f]{16}", "", "".join("".join(line.split()) for line in lines))


def screen(written: str) -> list[str]:
    """What stands on a terminal in the end: carriage return and `ESC [2K` begin a line again; blanks and colours are not seen."""
    lines = COLOUR.sub("", written).split("\n")
    shown = [line.rpartition("\r\x1b[2K")[2] for line in lines]
    assert not [line for line in shown if CONTROL.search(line)]
    return [line.rstrip(" ") for line in shown]


def assert_no_control(log: str, ours: str) -> None:
    rest = COLOUR.sub("", re.sub(ours, "", log))
    assert not CONTROL.search(rest), CONTROL.findall(rest)


def assert_outputs(outputs: dict[str, str], ended: Ended) -> None:
    """What later steps decide by is the launcher's own word, whatever the texts beside it are."""
    assert outputs["outcome"] == str(ended.outcome.verdict)
    if ended.outcome.job is not None:
        assert outputs["job_id"] == str(ended.outcome.job.id)
        assert outputs["status"] == str(ended.outcome.job.status)
        assert outputs["job_url"] == ended.outcome.job.link
        assert outputs["events"] == ended.outcome.log.state


def assert_summary(ended: Ended) -> None:
    """Read as GitHub's Markdown: our own structure, and a link to our own page only."""
    found = tokens(ended.text("summary"))
    kinds = Counter(token.type for token in found)
    assert kinds["heading_open"] == 1
    for kind in (
        "image",
        "em_open",
        "s_open",
        "code_block",
        "hr",
        "bullet_list_open",
        "blockquote_open",
        "html_inline",
    ):
        assert not kinds[kind], kind
    for drawn in (token for token in found if token.type == "fence"):
        assert drawn.info == "mermaid"
        strict(f"```mermaid\n{drawn.content}```", GANTT if drawn.content.startswith("gantt") else FLOW)
    job = ended.outcome.job
    jobs = [job, *(one.node.job for one in ended.outcome.nodes)]
    links = {str(token.attrGet("href")) for token in found if token.type == "link_open"}
    assert links <= {one.link for one in jobs if one}
    tags = Counter(
        tag for token in found if token.type == "html_block" for tag in re.findall(r"<[^>]*>", token.content)
    )
    assert set(tags) <= OURS
    assert tags["<details>"] == tags["</details>"]
    assert not CONTROL.search(ended.text("summary"))


def assert_reports(ended: Ended) -> None:
    root = ET.fromstring(ended.text("junit.xml"))
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out",
    }  # fmt: skip
    assert bool(root.findall(".//failure") + root.findall(".//error")) or ended.outcome.exit_code == 0
    result = json.loads(ended.text("result.json"))
    assert result["exit_code"] == ended.outcome.exit_code
    assert result["outcome"] == str(ended.outcome.verdict)


@pytest.mark.parametrize("provider", ["github", "gitlab", "jenkins", "plain"])
def test_what_steps_before_us_left_to_match_problems_is_not_baited_by_our_own_words(provider: str) -> None:
    """Problem matchers read each line of the log; ours must look like no compiler's."""
    from tests.site import answers

    ended = launched(Site(answers()), provider)
    ours = [line for line in ended.log.splitlines() if "line 1" not in line]
    for pattern in (r'^\s*File "', r"^.+\(\d+,\d+\): (?:error|warning)", r"^\s*\S+:\d+:\d+: "):
        assert not [line for line in ours if re.search(pattern, line)]
