from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.ci.gitlab import dotenv
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Level, Line, Mark
from aap_launcher.report.outputs import OUTPUTS
from tests.ci import hostile
from tests.ci.parsers import gitlab_dotenv, gitlab_sections
from tests.ci.support import adapter, written


@given(hostile.marks)
def test_only_our_own_sections_exist_and_each_one_ends(marks: list[Mark]) -> None:
    sections = gitlab_sections(written("gitlab", marks))
    starts = [name for edge, _, name in sections if edge == "start"]
    assert len(starts) == sum(isinstance(mark, GroupStart) for mark in marks) == len(set(starts))
    assert [edge for edge, _, _ in sections] == ["start", "end"] * len(starts)
    assert [name for _, _, name in sections] == [name for name in starts for _ in range(2)]


def test_two_launches_in_one_job_share_no_section() -> None:
    one, other = (gitlab_sections(written("gitlab", [GroupStart("a"), GroupEnd()]))[0] for _ in range(2))
    assert one[2] != other[2]
    assert one[1] == 1_700_000_000


def test_an_annotation_is_not_repeated_in_the_log() -> None:
    assert written("gitlab", [Annotation(Level.ERROR, "TASK [x] failed", "m")]) == b""


@given(
    st.dictionaries(
        st.sampled_from([output.name for output in OUTPUTS]) | hostile.text, hostile.text | st.text()
    )
)
def test_a_variable_of_the_dotenv_report_is_exactly_the_output(outputs: dict[str, str]) -> None:
    variables = gitlab_dotenv(dotenv(outputs))
    by_name = {
        f"AAP_{name.upper()}": value for name, value in outputs.items() if f"AAP_{name.upper()}" in variables
    }
    assert variables == by_name


def test_what_a_dotenv_report_cannot_hold_is_left_out_and_the_rest_stays() -> None:
    held = dotenv({
        "job_id": "423",
        "explanation": "two\nlines",
        "artifacts": '{"price":"$HOME"}',
        "host_summary": "x" * 6_000,
        "status": " failed",
        "outcome": "failed",
    })  # fmt: skip
    assert held == "AAP_JOB_ID=423\nAAP_OUTCOME=failed\n"


def test_outputs_are_written_as_soon_as_they_are_known(tmp_path: Path) -> None:
    path, links = tmp_path / "x.env", tmp_path / "links.json"
    ci, _ = adapter("gitlab", {"AAP_DOTENV": str(path), "AAP_GITLAB_ANNOTATIONS": str(links)})
    ci.set_outputs({"job_id": "423", "job_type": "workflow_job", "job_url": "https://aap.example.com/423"})
    assert path.read_text().startswith("AAP_JOB_ID=423\n")
    ci.set_outputs({"status": "failed"})
    assert gitlab_dotenv(path.read_text())["AAP_STATUS"] == "failed"
    assert json.loads(links.read_text()) == {
        "aap-launcher": [
            {"external_link": {"label": "workflow job 423", "url": "https://aap.example.com/423"}},
        ]
    }


def test_the_dotenv_report_lies_in_the_working_directory_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    adapter("gitlab")[0].set_outputs({"job_id": "423"})
    assert (tmp_path / "aap-outputs.env").read_text() == "AAP_JOB_ID=423\n"


def test_a_dotenv_report_that_cannot_be_written_is_a_warning() -> None:
    ci, stream = adapter("gitlab", {"AAP_DOTENV": "/nowhere/x"})
    ci.set_outputs({"job_id": "423"})
    assert b"the outputs could not be written: /nowhere/x: No such file or directory" in stream.getvalue()


def test_a_summary_is_written_only_where_it_is_asked_for(tmp_path: Path) -> None:
    ci, stream = adapter("gitlab")
    ci.write_summary("# text")
    ci, stream = adapter("gitlab", {"AAP_SUMMARY_FILE": str(tmp_path / "summary.md")})
    ci.mask(["hunter22"])
    ci.write_summary("# hunter22")
    assert (tmp_path / "summary.md").read_text() == "# ***"
    assert stream.getvalue() == b""


def test_a_group_that_is_open_at_a_crash_is_ended() -> None:
    sections = gitlab_sections(written("gitlab", [GroupStart("a"), Line("b")]))
    assert [edge for edge, _, _ in sections] == ["start", "end"]


def test_no_output_becomes_an_input_of_the_next_launch() -> None:
    assert dotenv({"job_type": "workflow_job", "job_id": "423"}) == "AAP_JOB_ID=423\n"
    assert dotenv({"job_type": "workflow_job"}, "INPUT_") == ""
    assert dotenv({"job_type": "workflow_job"}, "DEPLOY_") == "DEPLOY_JOB_TYPE=workflow_job\n"


def test_two_launches_tell_their_outputs_apart_by_a_prefix(tmp_path: Path) -> None:
    path = tmp_path / "x.env"
    ci, _ = adapter("gitlab", {"AAP_DOTENV": str(path), "AAP_DOTENV_PREFIX": "DEPLOY_"})
    ci.set_outputs({"job_id": "423"})
    assert path.read_text() == "DEPLOY_JOB_ID=423\n"


def test_a_prefix_that_makes_no_variable_writes_none() -> None:
    assert dotenv({"job_id": "423"}, "1 ") == ""
