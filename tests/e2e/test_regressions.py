"""The faults of other launchers, each a test named after the fault: here, or in the file that the table names.

Where they come from: launchers of jobs from CI that print half of the log, end green for a canceled job, launch
twice, or drop a limit; and traps of the controller's own API.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from sandbox import Sandbox
from sandbox.seeds import data
from tests.ci.parsers import Runner
from tests.e2e.conftest import LASTING, ROOT, Bench, Launcher, wait_for
from tests.e2e.logs import expected, job_lines

pytestmark = pytest.mark.sandbox

_E2E, _FOLLOW, _LAUNCH = "tests/e2e", "tests/follow/test_job.py", "tests/controller/test_launch.py"
_ENDINGS, _WHOLE, _PREFLIGHT = (
    f"{_E2E}/test_endings.py",
    f"{_E2E}/test_whole_log.py",
    f"{_E2E}/test_preflight.py",
)
PROVED_ELSEWHERE = {
    "canceled is green": f"{_ENDINGS}::test_a_job_canceled_on_the_controller_is_not_green",
    "canceled is spelled cancelled": f"{_ENDINGS}::test_a_job_canceled_on_the_controller_is_not_green",
    "a timeout is green": f"{_ENDINGS}::test_a_timeout_exits_5_and_cancels_the_job",
    "the job runs on when the CI job is canceled": f"{_ENDINGS}::test_a_signal_while_following_cancels_within_two_seconds",
    "no output on failure": f"{_ENDINGS}::test_a_failed_job_exits_1_and_names_task_host_and_message",
    "a signal during the launch leaves a job": f"{_ENDINGS}::test_a_signal_during_the_launch_cancels_the_job_that_it_made",
    "false is parsed as true": f"{_PREFLIGHT}::test_a_field_that_the_template_prompts_for_arrives_in_the_job",
    "verbosity 0 is dropped": f"{_PREFLIGHT}::test_labels_credentials_and_instance_groups_arrive_by_name",
    "a dropped limit runs everywhere": f"{_PREFLIGHT}::test_a_field_that_the_template_does_not_prompt_for_is_refused",
    "ignored_fields are ignored": "tests/launcher/test_endings.py::test_ignored_fields_cancel_the_job_and_exit_3",
    "survey variables are mixed up with others": f"{_PREFLIGHT}::test_all_survey_faults_are_told_at_once",
    "a survey's default is not sent": f"{_PREFLIGHT}::test_a_default_that_the_controller_would_not_take_is_sent_and_told",
    "stdout over 1 MiB is a sentence": f"{_WHOLE}::test_output_above_1_mib_is_shown_and_never_the_sentence_about_its_size",
    "stdout of an event is cut at 1024": f"{_WHOLE}::test_every_line_of_the_job_stands_in_the_log_once_and_in_order",
    "25 events a page, 231 of 8011 lines": f"{_WHOLE}::test_5_500_events_and_8_000_lines_are_all_shown",
    "a finished job shows two pages": f"{_E2E}/test_commands.py::test_a_finished_job_is_followed_by",
    "limit is unknown to old controllers": f"{_E2E}/test_layouts.py::test_an_old_controller_that_knows_no_limit_parameter_is_followed_all_the_same",
    "a missing event ends the log": f"{_FOLLOW}::test_a_missing_event_does_not_stop_the_log_and_is_reported",
    "event_processing_finished is never true": f"{_FOLLOW}::test_event_processing_finished_never_true_ends_in_bounded_time",
    "error jobs never finish their events": f"{_FOLLOW}::test_an_error_or_canceled_job_whose_events_never_finish_ends_soon",
    "events after the final status are lost": f"{_FOLLOW}::test_events_that_come_after_the_final_status_are_not_lost",
    "pending for more than 10 s is failed": f"{_FOLLOW}::test_a_job_that_queues_for_more_than_ten_seconds_is_not_taken_for_failed",
    "a sliced template's id is looked up among jobs": f"{_LAUNCH}::test_a_sliced_template_makes_a_workflow_job",
    "a lost answer launches twice": f"{_LAUNCH}::test_a_launch_whose_answer_is_lost_is_never_sent_again",
    "artifacts are empty right after the end": f"{_E2E}/test_commands.py::test_gitlab_gets_sections_and_a_dotenv_file",
    "a sub-path in the controller's URL is lost": f"{_E2E}/test_layouts.py::test_the_link_opens_the_job_in_the_right_user_interface_of",
    "the gateway's tokens and paths are unknown": f"{_E2E}/test_layouts.py::test_a_token_is_made_for_the_run_and_revoked_at_its_end_on",
}


@pytest.mark.parametrize("fault", PROVED_ELSEWHERE)
def test_the_fault_has_its_test(fault: str) -> None:
    path, _, name = PROVED_ELSEWHERE[fault].partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


# --- what the inputs become -----------------------------------------------------------------------------

QUOTES = """it's "quoted" $(touch {file}) `touch {file}` ; touch {file} # \\ %s"""


def test_quotes_in_limit_tags_and_variables_are_only_text(
    launcher: Launcher, bench: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "injected"
    text = QUOTES.replace("{file}", str(file))
    ended = launcher.launch(
        "Everything prompted",
        limit=f"web1:!it's'; touch {file}; echo '",
        job_tags="all,it's",
        extra_vars=json.dumps({"version": text}),
    )
    ended.ends(0, "successful", "successful")
    job = bench.job(ended.job)
    assert job["limit"] == f"web1:!it's'; touch {file}; echo '"
    assert job["job_tags"] == "all,it's"
    assert json.loads(job["extra_vars"])["version"] == text
    assert not file.exists()


def test_masks_are_the_secrets_and_never_the_literal_word(quiet_launcher: Launcher) -> None:
    ended = quiet_launcher.launch(
        "Needs passwords",
        username="ci-bot",
        password="ci-bot-password",
        token="",
        credential_passwords="ssh_password: one-pw\nbecome_password: two-pw\nvault_password.dev: three-pw",
        dry_run="true",
    )
    ended.ends(0, "checked", job_id="")
    masked = {line.removeprefix("::add-mask::") for line in ended.log.splitlines() if "::add-mask::" in line}
    assert {"ci-bot-password", "one-pw", "two-pw", "three-pw"} <= masked
    assert not masked & {
        "password",
        "token",
        "ssh_password",
        "become_password",
        "credential_passwords",
        "ci-bot",
    }
    assert "ssh_password=***" in ended.log


@pytest.mark.parametrize("template", ["Everything prompted", "Asks for credentials", "Asks for variables"])
def test_a_prompt_that_has_a_default_is_not_demanded(quiet_launcher: Launcher, template: str) -> None:
    """`can_start_without_user_input` is false as soon as anything is prompted for: it means nothing."""
    quiet_launcher.launch(template, dry_run="true").ends(0, "checked", job_id="")


# --- what the controller does ---------------------------------------------------------------------------


def test_a_late_event_with_a_lower_number_is_in_its_place_in_the_live_log(
    launcher: Launcher, bench: Bench
) -> None:
    bench.plan(late_events={"5": 2.0, "9": 3.0, "12": 1.0})
    ended = launcher.launch("Locked")
    ended.ends(0, "successful", "successful", events="complete")
    missing, strange = job_lines(ended.log, expected(bench.stdout(ended.job), "github"), "github")
    assert (missing, strange) == ([], [])


def test_a_launch_whose_answer_is_lost_is_found_by_its_marker_and_not_sent_twice(
    quiet_launcher: Launcher, quiet: Bench
) -> None:
    before = {one["id"] for one in quiet.control("GET", "jobs/")}
    quiet.plan(answer_seconds=8)
    ended = quiet_launcher.launch("Asks for variables", request_timeout="3s")
    ended.ends(0, "successful", "successful", events="complete")
    made = {one["id"] for one in quiet.control("GET", "jobs/")} - before
    assert made == {int(ended.job)}
    assert "was made by this launch; it is followed, nothing was sent again" in ended.words


def test_without_a_marker_a_lost_launch_is_not_sent_twice_and_the_job_that_may_be_it_is_named(
    quiet_launcher: Launcher, quiet: Bench
) -> None:
    """A twin of another pipeline with the same account would look the same."""
    before = {one["id"] for one in quiet.control("GET", "jobs/")}
    quiet.plan(answer_seconds=8)
    ended = quiet_launcher.launch("Locked", request_timeout="3s")
    (made,) = {one["id"] for one in quiet.control("GET", "jobs/")} - before
    assert ended.code == 6
    assert f"Candidates: job {made} (" in ended.outputs["explanation"]


def test_a_token_revoked_in_the_middle_names_the_job_and_how_to_attach(
    quiet_launcher: Launcher, quiet_box: Sandbox, quiet: Bench
) -> None:
    token = quiet_box.state.new_token(data.CI_BOT, value="revoked-in-the-middle")
    environment = quiet_launcher.environment(**LASTING, token=token.value, outage_tolerance="1s")
    process = quiet_launcher.start(environment)
    job = quiet_launcher.launched(process)
    quiet.control("DELETE", f"tokens/{token.value}/")
    try:
        ended = quiet_launcher.end(process)
        ended.ends(3, "refused", ended.outputs["status"], job_id=job)
        assert "The credential was revoked" in ended.outputs["explanation"]
        assert f"aap-launcher follow {job}" in ended.outputs["explanation"]
    finally:
        quiet.cancel(job)


def test_a_token_of_ours_that_dies_in_the_middle_is_made_anew(
    quiet_launcher: Launcher, quiet_box: Sandbox, quiet: Bench
) -> None:
    """Which takes 30 s of the launcher's clock, in case that it was a proxy that refused it."""
    before = quiet.tokens()
    environment = quiet_launcher.environment(
        template="Slow deploy",
        extra_vars="seconds: 4\nsteps: 4",
        token="",
        username="ci-bot",
        password="ci-bot-password",
        request_timeout="250s",
    )
    process = quiet_launcher.start(environment, program=("-m", "tests.faults.quick"))
    job = quiet_launcher.launched(process)
    wait_for(lambda: quiet.status(job) == "running", 30, "the job's run")
    (made,) = quiet.tokens() - before
    quiet.control("DELETE", f"tokens/{quiet_box.state.tokens[made].value}/")
    ended = quiet_launcher.end(process)
    ended.ends(0, "successful", "successful", events="complete")
    assert "the token was revoked; making a new one" in ended.words
    assert quiet.tokens() == before


def test_commands_in_the_jobs_output_are_only_text(launcher: Launcher) -> None:
    ended = launcher.launch("Hostile output")
    ended.ends(0, "successful", "successful", events="complete")
    runner = Runner().read(ended.stdout)
    assert set(runner.names()) == {"add-mask", "group", "endgroup"}
    masked = [command.data for command in runner.executed if command.name == "add-mask"]
    assert masked == [launcher.box.token], "none of the job's own"
    assert not runner.stopped
    assert ended.outputs["status"] == "successful"
    tokens = [
        inner
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(ended.summary)
        for inner in (token, *(token.children or ()))
    ]
    assert [
        token.content for token in tokens if "script" in token.content and token.type.startswith("html")
    ] == []
    assert [
        token.attrs["href"] for token in tokens if token.type == "link_open" and "evil" in str(token.attrs)
    ] == []


def test_a_job_that_matched_no_host_is_green_with_a_warning_in_log_and_summary(launcher: Launcher) -> None:
    ended = launcher.launch("No hosts")
    ended.ends(0, "successful", "successful", events="complete")
    assert "no host matched" in ended.log
    for told in (ended.outputs["explanation"], ended.summary):
        assert "no host matched" in told
    again = launcher.command("follow", ended.job, "--on-no-hosts", "fail")
    assert again.code == 1
    assert "on_no_hosts: fail" in again.log
