"""Runs that are kept: the same run again is emitted again, and nothing else is taken for it."""

from pathlib import Path

import pytest

import sandbox
from tests.sandbox.client import Client, client_of

pytestmark = pytest.mark.sandbox
HOSTILE, SLOW, VARIABLES = 16, 15, 38


def _events(client: Client, number: int) -> list[tuple[int, str, str]]:
    client.finished(number)
    return [(row["counter"], row["event"], row["stdout"]) for row in client.events(number)]


def test_the_same_run_again_is_emitted_again_and_another_one_is_run(tmp_path: Path) -> None:
    with sandbox.start(speed=20, kept_runs=tmp_path) as box:
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
        assert len(list(tmp_path.glob("*.gz"))) == 3
        assert kept.exists()


def test_a_canceled_run_is_not_kept_and_a_kept_one_can_be_canceled(tmp_path: Path) -> None:
    with sandbox.start(speed=20, kept_runs=tmp_path) as box:
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
