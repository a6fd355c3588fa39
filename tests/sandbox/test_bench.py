"""The sandbox as a test bench: its controls, its knobs, and the process."""

import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
import requests

import sandbox
from sandbox import Sandbox
from sandbox.events.eventlog import CallbackWorkers, EventLog
from sandbox.events.plan import Plan
from sandbox.events.rows import EventRow
from sandbox.running.processes import descendants
from tests.sandbox.client import Client, Json, alive, client_of
from tests.sandbox.jobs import LOCKED, SLOW, Jobs

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).parents[2]


def plan(box: Sandbox, **wanted: object) -> None:
    response = requests.post(f"{box.control}/plans/", json=wanted, timeout=10)
    assert response.status_code == 204, response.text


def test_launches_can_be_counted_with_what_they_asked_for(bot: Client, box: Sandbox) -> None:
    before = len(requests.get(f"{box.control}/jobs/", timeout=10).json())
    number = bot.launch(LOCKED, limit="web1")
    launches = requests.get(f"{box.control}/jobs/", timeout=10).json()
    assert len(launches) == before + 1
    assert launches[-1]["id"] == number
    assert launches[-1]["payload"] == {"limit": "web1"}
    bot.post(f"jobs/{number}/cancel/")


def test_requests_are_remembered() -> None:
    with sandbox.start() as box:
        bot = client_of(box)
        for _ in range(3):
            bot.get("me/")
        seen = requests.get(f"{box.control}/requests/", timeout=10).json()
        assert seen["by_path"] == {"GET /api/v2/me/": 3}
        assert [one["status"] for one in seen["log"]] == [200, 200, 200]
        requests.delete(f"{box.control}/requests/", timeout=10)
        assert requests.get(f"{box.control}/requests/", timeout=10).json()["count"] == 0


def test_a_plan_applies_to_one_launch(bot: Client, box: Sandbox) -> None:
    plan(box, end_as_error=True)
    first, second = bot.launch(LOCKED), bot.launch(LOCKED)
    assert bot.finished(first)["status"] == "error"
    assert bot.finished(second)["status"] == "successful"


def test_a_plan_may_lose_and_delay_events(bot: Client, box: Sandbox) -> None:
    plan(box, missing_events=[3], late_events={"5": 3600})
    number = bot.launch(LOCKED)
    bot.job_when(number, lambda job: job["host_status_counts"])
    counters = [event["counter"] for event in bot.events(number)]
    assert counters[:4] == [1, 2, 4, 6]
    assert not bot.job(number)["event_processing_finished"]


def test_a_late_event_comes_after_its_delay() -> None:
    log = EventLog(CallbackWorkers(0, seed=1), Plan(late_events={1: 0.1}))
    for counter in (1, 2):
        log.add(EventRow(counter, counter, "verbose", "", {}, {}, b""))
    assert [row.counter for row in log.visible()] == [2]
    assert not log.complete()
    time.sleep(0.15)
    assert [row.counter for row in log.visible()] == [1, 2]
    assert log.complete()


def test_an_unknown_plan_is_refused(box: Sandbox) -> None:
    response = requests.post(f"{box.control}/plans/", json={"explode": True}, timeout=10)
    assert response.status_code == 400
    assert "explode" in response.json()["error"]


def test_a_token_can_be_revoked_and_a_job_removed() -> None:
    with sandbox.start(queue_delay=30) as box:
        bot = client_of(box)
        number = bot.launch(LOCKED)
        assert requests.delete(f"{box.control}/jobs/{number}/", timeout=10).status_code == 204
        assert bot.send("GET", f"/api/v2/jobs/{number}/").status_code == 404
        assert requests.delete(f"{box.control}/tokens/ci-bot-token/", timeout=10).status_code == 204
        assert bot.send("GET", "/api/v2/me/").status_code == 401


def test_an_old_controller_takes_limit_for_a_field() -> None:
    with sandbox.start(limit_parameter=False, queue_delay=30) as box:
        bot = client_of(box)
        number = bot.launch(LOCKED)
        response = bot.send("GET", f"/api/v2/jobs/{number}/job_events/?limit=10")
        assert response.status_code == 400
        assert response.json() == {"detail": "JobEvent has no field named 'limit'"}


def test_everything_moves_below_a_sub_path() -> None:
    with sandbox.start(prefix="/some/sub/path", queue_delay=30) as box:
        bot = client_of(box)
        assert box.url.endswith("/some/sub/path")
        root = requests.get(f"{box.url}/api/", timeout=10).json()
        assert root["current_version"] == "/some/sub/path/api/v2/"
        job = bot.post(f"job_templates/{LOCKED}/launch/").json()
        assert job["url"] == f"/some/sub/path/api/v2/jobs/{job['id']}/"
        assert requests.get(f"{box.origin}/api/", timeout=10).status_code == 404
        assert bot.send("GET", "/some/sub/path/api/v2/me").headers["Location"] == "/some/sub/path/api/v2/me/"


def test_tokens_and_passwords_can_be_switched_off() -> None:
    with sandbox.start(basic_auth=False, token_creation=False) as box:
        by_password = Client(box, None)
        by_password.session.auth = ("admin", "admin-password")
        assert by_password.send("GET", "/api/v2/me/").status_code == 401
        assert client_of(box).post("tokens/").status_code == 403


def test_a_replay_repeats_one_run_with_fresh_numbers(bot: Client, jobs: Jobs) -> None:
    job = jobs.finished("replayed")
    number = job["id"]
    events = bot.events(number)
    assert [event["counter"] for event in events] == list(range(1, 5_001))
    assert len({event["uuid"] for event in events}) == len({event["id"] for event in events}) == 5_000
    assert {event["summary_fields"]["job"]["id"] for event in events} == {number}
    assert {event["job"] for event in events} == {number}
    assert all(one["end_line"] == after["start_line"] for one, after in pairwise(events))
    assert events[-1]["event"] == "playbook_on_stats"
    assert job["host_status_counts"] == {"changed": 5}
    tasks = [event for event in events if event["event"] == "playbook_on_task_start"]
    assert job["playbook_counts"]["task_count"] == len(tasks)


def run(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_a_slow_job(process: subprocess.Popen[str]) -> list[int]:
    """The processes below the sandbox when its playbook is at work."""
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("sandbox listening on http://127.0.0.1:")
    assert line.endswith(" (awx layout)\n")
    api = f"{line.split()[3]}/api/v2"
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer ci-bot-token"
        job: Json = session.post(f"{api}/job_templates/{SLOW}/launch/", json={}, timeout=30).json()
        while not job.get("playbook_counts", {}).get("task_count"):
            time.sleep(0.05)
            job = session.get(f"{api}/jobs/{job['id']}/", timeout=30).json()
    return descendants(process.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_playbooks_end_with_the_sandbox(number: signal.Signals) -> None:
    with run("--queue-delay", "0", "--event-delay", "0.1") as process:
        children = start_a_slow_job(process)
        assert children
        process.send_signal(number)
        assert process.wait(timeout=30) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(alive(pid) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_another_s_pull_that_wakes_the_server_as_it_is_closed_hurts_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with sandbox.start() as box:
        trigger = box._server.trigger
        ours = trigger._physical_pull

        def pulled_late() -> None:
            ours()  # a worker's, which has just answered
            time.sleep(0.2)
            ours()

        monkeypatch.setattr(trigger, "_physical_pull", pulled_late)
        box.close()


def test_it_listens_on_this_machine_only() -> None:
    with run("--host", "0.0.0.0") as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "127.0.0.1" in errors
