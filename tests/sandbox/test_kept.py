"""Runs that are kept: the same run again is emitted again, and nothing else is taken for it."""

import gzip
from pathlib import Path

import pytest

import sandbox
from sandbox.running import replayer
from sandbox.running.kept import KeptRuns, Recording
from tests.runtimes import REAL_RUNS, RECORDED_RUNS
from tests.sandbox.client import Client, client_of

pytestmark = pytest.mark.sandbox
HOSTILE, SLOW, VARIABLES, REPLAY = 16, 15, 38, 41


def _events(client: Client, number: int) -> list[tuple[int, str, str]]:
    client.finished(number)
    return [(row["counter"], row["event"], row["stdout"]) for row in client.events(number)]


def test_the_same_run_again_is_emitted_again_and_another_one_is_run(tmp_path: Path) -> None:
    with sandbox.start(speed=20, kept_runs=(tmp_path,)) as box:
        client = client_of(box)
        first = client.launch(HOSTILE)
        told = _events(client, first)
        [kept] = tmp_path.glob("*.gz")
        again = client.launch(HOSTILE)
        assert _events(client, again) == told
        pids = [box.state.jobs[number].process_ids for number in (first, again)]
        assert (len(pids[0]), pids[1]) == (1, ())
        stdout = [Path(str(box.state.jobs[number].runner_stdout)).read_bytes() for number in (first, again)]
        assert stdout[0] == stdout[1]
        one, other = (client.job(number) for number in (first, again))
        assert one["status"] == other["status"]
        assert other["host_status_counts"] == one["host_status_counts"]
        assert f"job_{again}" in other["job_cwd"]
        client.finished(client.launch(VARIABLES, extra_vars={"version": "1"}))
        client.finished(client.launch(VARIABLES, extra_vars={"version": "2"}))
        client.finished(client.launch(VARIABLES, extra_vars={"version": "2", "aap_launcher_id": "b7c0"}))
        assert len(list(tmp_path.glob("*.gz"))) == 3
        assert kept.exists()


def test_what_was_recorded_is_what_ansible_does(tmp_path: Path) -> None:
    """Where it fails, the project, Ansible or the sandbox has changed: `make runs`."""
    with sandbox.start(speed=20, kept_runs=(tmp_path,)) as box:
        client = client_of(box)
        client.finished(client.launch(HOSTILE))
    (made,) = tmp_path.glob("*.gz")
    today = KeptRuns(tmp_path).find(made.stem)
    recorded = KeptRuns(RECORDED_RUNS).find(made.stem)
    assert today is not None
    assert recorded is not None, "what is recorded is out of date: make runs"
    assert _told(recorded) == _told(today)
    assert recorded.return_code == today.return_code


def test_what_was_recorded_tells_of_no_machine() -> None:
    for path in RECORDED_RUNS.glob("*.gz"):
        text = gzip.decompress(path.read_bytes()).decode().replace("/home/runner", "")
        found = [word for word in ("/root", "/home/", "ansible_machine_id", "/pytest-of-") if word in text]
        assert not found, path


def _told(recording: Recording) -> list[tuple[str, str, str]]:
    """In any order: hosts take turns."""
    return sorted(
        (event["event"], event["event_data"].get("task", ""), event["event_data"].get("host", ""))
        for _, event in recording.events
    )


def test_a_canceled_run_is_not_kept_and_a_kept_one_can_be_canceled(tmp_path: Path) -> None:
    with sandbox.start(speed=20, kept_runs=(tmp_path,)) as box:
        client = client_of(box)
        variables = {"seconds": 2}
        canceled = client.launch(SLOW, extra_vars=variables)
        client.job_when(canceled, lambda job: job["playbook_counts"]["task_count"])
        client.post(f"jobs/{canceled}/cancel/")
        assert client.finished(canceled)["status"] == "canceled"
        assert not list(tmp_path.glob("*.gz"))
        assert client.finished(client.launch(SLOW, extra_vars=variables))["status"] == "successful"
        assert len(list(tmp_path.glob("*.gz"))) == 1
        again = client.launch(SLOW, extra_vars=variables)
        client.job_when(again, lambda job: job["playbook_counts"]["task_count"])
        client.post(f"jobs/{again}/cancel/")
        assert client.finished(again)["status"] == "canceled"
        assert box.state.jobs[again].process_ids == ()


def test_the_largest_run_of_all_is_kept_too(tmp_path: Path) -> None:
    """Large log: 5,500 events, half a minute of a core; of what is larger than all that is known, nothing is kept."""
    runs = KeptRuns(tmp_path)
    events = [[0.01, {"counter": number, "stdout": "x" * 2_000}] for number in range(6_000)]
    runs.keep("large", Recording(events, {}, "/tmp/place", 0, ""))
    found = runs.find("large")
    assert found is not None
    assert found.events == events
    runs.keep("larger", Recording(events * 5, {}, "/tmp/place", 0, ""))
    assert runs.find("larger") is None


def test_a_run_that_was_launched_to_last_is_not_kept_even_if_it_came_to_its_end(tmp_path: Path) -> None:
    """Kept, it would be no process that can be killed, and over in no time."""
    runs = KeptRuns(tmp_path)
    for seconds, kept in ((200, True), (600, False)):
        events = [[seconds / 100, {"counter": number}] for number in range(100)]
        runs.keep(str(seconds), Recording(events, {}, "/tmp/place", 0, ""))
        assert (runs.find(str(seconds)) is not None) is kept


def test_a_replay_takes_the_run_that_was_kept_and_records_none_again() -> None:
    """The one recording is Ansible's work of ten seconds; it is kept whatever part of it the launch replays."""
    made = []
    for variables in ({"events": 40}, {"events": 70}):
        replayer._EMITTED.clear()  # as another process would begin
        with sandbox.start(speed=20, kept_runs=REAL_RUNS) as box:
            client = client_of(box)
            number = client.launch(REPLAY, extra_vars=variables)
            assert len(_events(client, number)) == variables["events"]
            made.append(box.state.jobs[number].process_ids)
    assert made[1] == ()
