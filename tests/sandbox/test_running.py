"""What a job looks like while it runs and when it has ended."""

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

import sandbox
from sandbox import Sandbox
from sandbox.running.processes import descendants
from tests.sandbox.client import TIMEOUT, Client, alive, client_of
from tests.sandbox.jobs import LOCKED, LONG, ONE_AT_A_TIME, REPLAY, SLOW, Jobs

pytestmark = pytest.mark.sandbox


def test_a_deployment_ends_with_artifacts_and_counts(jobs: Jobs) -> None:
    job = jobs.finished("deployed")
    assert job["status"] == "successful"
    assert job["artifacts"]["app_version"] == "2.1.0"
    assert job["artifacts"]["release"] == {"url": "https://shop.example.test/releases/2.1.0", "healthy": True}
    assert sum(job["host_status_counts"].values()) == 5
    assert job["playbook_counts"]["play_count"] == 4


def test_counters_have_no_gaps_and_lines_follow_each_other(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("hostile")
    events = bot.events(job["id"])
    assert [event["counter"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["start_line"] == 0
    assert all(one["end_line"] == next_one["start_line"] for one, next_one in pairwise(events))


def test_the_events_hold_exactly_what_ansible_runner_wrote(bot: Client, box: Sandbox, jobs: Jobs) -> None:
    job = jobs.finished("hostile")
    raw = requests.get(f"{box.control}/jobs/{job['id']}/stdout/", timeout=10).content.decode()
    texts = [event["stdout"] for event in bot.events(job["id"]) if event["stdout"]]
    # Between events the file has a bare newline, within them the terminal's two characters.
    assert "".join(f"{text}\n" for text in texts).replace("\r\n", "\n") == raw.replace("\r\n", "\n")


def test_ids_do_not_follow_counters(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("ok")
    numbers = [event["id"] for event in bot.events(job["id"])]
    assert len(set(numbers)) == len(numbers)
    assert numbers != sorted(numbers)


def test_a_reader_of_the_highest_counter_loses_events_and_one_of_the_contiguous_does_not(
    bot: Client, jobs: Jobs
) -> None:
    jobs.finished("replayed")  # whose playbook is the source of every replay
    number = bot.launch(REPLAY, extra_vars={"events": 1_000, "rate": 500})
    naive, careful = set[int](), list[int]()
    over = False
    while not over:
        over = bot.job(number)["event_processing_finished"]
        naive |= {row["counter"] for row in bot.events(number, counter__gt=max(naive, default=0))}
        for row in bot.events(number, counter__gt=len(careful)):
            if row["counter"] != len(careful) + 1:
                break
            careful.append(row["counter"])
    assert careful == list(range(1, 1_001))
    assert len(naive) < 1_000


def test_the_status_is_final_before_the_last_events_are_stored() -> None:
    with sandbox.start(queue_delay=0, event_delay=5) as box:
        bot = client_of(box)
        number = bot.launch(LOCKED)
        job = bot.job_when(number, lambda job: job["status"] == "successful")
        assert not job["event_processing_finished"]
        before = len(bot.events(number))
        job = bot.finished(number)
        assert before < len(bot.events(number))
        assert job["host_status_counts"] == {"ok": 5}


def test_cancel_kills_every_process_and_keeps_the_events(bot: Client, box: Sandbox) -> None:
    number = bot.launch(SLOW, **LONG)
    bot.job_when(number, lambda job: job["playbook_counts"]["task_count"] >= 2)
    worker = box.state.jobs[number].process_ids[0]
    processes = descendants(worker)
    assert processes
    assert bot.post(f"jobs/{number}/cancel/").status_code == 202
    assert bot.job(number)["canceled_on"] is not None
    job = bot.finished(number)
    assert job["status"] == "canceled"
    assert job["failed"]
    assert job["host_status_counts"] is None
    assert bot.events(number)
    assert not [pid for pid in [worker, *processes] if alive(pid)]


def test_a_job_waits_for_the_other_of_its_template_and_says_so_after_a_while(bot: Client) -> None:
    first = bot.launch(ONE_AT_A_TIME, **LONG)
    second = bot.launch(ONE_AT_A_TIME, extra_vars={"seconds": 0})
    assert bot.job(second)["job_explanation"] == ""
    job = bot.job_when(second, lambda job: job["job_explanation"])
    assert job["status"] == "pending"
    assert job["job_explanation"] == f"waiting for job-{first} to finish"
    bot.post(f"jobs/{second}/cancel/")
    bot.post(f"jobs/{first}/cancel/")
    assert bot.finished(second)["started"] is None


def test_a_failed_project_update_fails_the_job_and_tells_why(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("dependency")
    update = str(job["job_explanation"]).rpartition('"job_id": "')[2].removesuffix('"}')
    assert job["job_explanation"] == (
        'Previous Task Failed: {"job_type": "project_update", "job_name": "Broken checkout", '
        f'"job_id": "{update}"}}'
    )
    text = bot.send(
        "GET", f"/api/v2/project_updates/{update}/stdout/?format=txt", headers={"Accept": "*/*"}
    ).text
    assert "TASK [Update project using git]" in text
    assert "fatal: [localhost]: FAILED!" in text
    assert bot.get(f"project_updates/{update}/")["status"] == "failed"


def test_an_error_has_a_traceback_and_no_events(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("error")
    assert job["status"] == "error"
    assert job["job_explanation"] == ""
    assert "FileNotFoundError" in job["result_traceback"]
    assert bot.events(job["id"]) == []


def test_ignored_and_rescued_failures_do_not_fail_the_job(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("rescued")
    assert job["status"] == "successful"
    failures = bot.events(job["id"], event="runner_on_failed")
    ignored = [event for event in failures if event["event_data"].get("ignore_errors")]
    rescued = [event for event in failures if not event["event_data"].get("ignore_errors")]
    assert ignored
    assert rescued
    assert not any(event["failed"] for event in ignored)
    assert all(event["failed"] for event in rescued)
    hosts = bot.get(f"jobs/{job['id']}/job_host_summaries/")["results"]
    assert {(host["rescued"], host["failed"]) for host in hosts} == {(1, False)}


def test_an_unreachable_host_fails_the_job_and_can_be_relaunched_alone(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("mixed")
    assert job["host_status_counts"] == {"ok": 4, "dark": 1}
    again = bot.post(f"jobs/{job['id']}/relaunch/", {"hosts": "failed"}).json()
    assert again["limit"] == "db1"
    assert again["launch_type"] == "relaunch"
    assert bot.finished(again["id"])["host_status_counts"] == {"dark": 1}


def test_hidden_results_are_hidden_everywhere(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("secret")
    everything = str(bot.events(job["id"]))
    assert "censored" in everything
    assert "hunter2" not in everything


def test_a_launched_variable_is_never_a_template(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("jinja")
    assert job["status"] == "successful"
    assert "version {{ lookup('pipe', 'id') }} on web1" in str(bot.events(job["id"]))


def test_prompts_reach_the_playbook(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("prompted")
    assert {event["host_name"] for event in bot.events(job["id"]) if event["host_name"]} == {"db1"}
    assert "--check" in job["job_args"]


def test_check_mode_shows_differences(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("checked")
    assert job["status"] == "successful"
    assert bot.events(job["id"], event="runner_on_file_diff")


def test_passwords_are_typed_in_when_ansible_asks(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("passwords")
    assert job["status"] == "successful"
    assert "Vault password (dev):" in str(bot.events(job["id"], event="verbose"))


def test_the_survey_fills_in_its_defaults_and_hides_secrets(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("survey")
    number = job["id"]
    assert job["status"] == "successful"
    assert job["extra_vars"].count("$encrypted$") == 1
    assert "open sesame" not in str(bot.events(number)) + str(job)
    assert "2 instances" in str(bot.events(number))


def test_lists_cut_long_output_unless_told_not_to(bot: Client, jobs: Jobs) -> None:
    number = jobs.finished("large")["id"]
    rows = bot.get(f"jobs/{number}/job_events/", limit=1000, order_by="counter")["results"]
    longest = max(rows, key=lambda row: len(row["stdout"]))
    assert len(longest["stdout"]) <= 1024 + len("\x1b[0m")
    assert longest["stdout"].endswith("\N{HORIZONTAL ELLIPSIS}\x1b[0m")
    assert len(bot.get(f"job_events/{longest['id']}/")["stdout"]) > 1024
    assert max(len(row["stdout"]) for row in bot.events(number)) > 250_000


def test_an_ad_hoc_command_runs_its_module_on_the_hosts_it_was_limited_to(tmp_path: Path) -> None:
    """Once by Ansible, once as it was kept."""
    told = []
    with sandbox.start(speed=20, kept_runs=(tmp_path,)) as box:
        for _ in range(2):
            command, text = _pinged(client_of(box, "admin"))
            assert command["status"] == "successful"
            assert ("web1" in text, "db1" in text) == (True, False)
            told.append(text)
    assert told[0] == told[1]
    assert len(list(tmp_path.glob("*.gz"))) == 1


def _pinged(admin: Client) -> tuple[dict[str, Any], str]:
    body = {"credential": 1, "module_name": "ping", "limit": "web"}
    number = admin.post("inventories/1/ad_hoc_commands/", body).json()["id"]
    deadline = time.monotonic() + TIMEOUT
    while (command := admin.get(f"ad_hoc_commands/{number}/"))["finished"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    while not admin.get(f"ad_hoc_commands/{number}/")["event_processing_finished"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return command, admin.get(f"ad_hoc_commands/{number}/stdout/", format="json")["content"]
