"""Every way to end, through the real process: its exit code, its outputs, what is left on the controller."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import sandbox
from tests.e2e.conftest import LASTING, ROOT, Bench, Launcher, wait_for
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox

STOPS = [pytest.param(signal.SIGINT, 130, id="SIGINT"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")]


@contextmanager
def following(
    launcher: Launcher, bench: Bench, **inputs: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A lasting job, launched as GitHub does and running: the process and the job's id; canceled at the end."""
    process = launcher.start(launcher.environment(**{**LASTING, **inputs}))
    job = ""
    try:
        job = launcher.launched(process)
        wait_for(lambda: bench.status(job) == "running", 30, "the job's run")
        yield process, job
    finally:
        process.kill()
        process.communicate()
        if job and bench.status(job) in {"pending", "waiting", "running"}:
            bench.cancel(job)


# --- the job's own endings ------------------------------------------------------------------------------


def test_a_failed_job_exits_1_and_names_task_host_and_message(launcher: Launcher) -> None:
    ended = launcher.launch("Broken deploy", limit="web")
    ended.ends(1, "failed", "failed", failed_hosts="web2", events="complete")
    assert "TASK [Start the web server] failed on web2" in ended.outputs["explanation"]
    assert "Address already in use" in ended.outputs["explanation"]
    assert ended.json("host_summary")["web2"]["failed"] == 1
    assert ended.log.count("\n::error title=") == 1
    assert "❌ Broken deploy failed" in ended.summary


def test_a_job_that_the_controller_cannot_run_exits_1_with_its_reason(launcher: Launcher) -> None:
    ended = launcher.launch("Erroring")
    assert ended.code == 1
    assert (ended.outputs["outcome"], ended.outputs["status"]) == ("error", "error")
    assert "FileNotFoundError" in ended.outputs["explanation"]
    assert "the controller's traceback" in ended.log


def test_a_failed_project_update_is_told_with_its_own_words(launcher: Launcher) -> None:
    ended = launcher.launch("Failing project")
    ended.ends(1, "failed", "failed", events="complete" if "log complete" in ended.log else "none")
    assert 'of "Broken checkout" failed before the job could start' in ended.outputs["explanation"]
    assert "does not appear to be a git repository" in ended.outputs["explanation"]


def test_a_job_canceled_on_the_controller_is_not_green(launcher: Launcher, bench: Bench) -> None:
    with following(launcher, bench) as (process, job):
        bench.cancel(job)
        ended = launcher.end(process)
    ended.ends(1, "canceled", "canceled")
    assert "canceled on the controller" in ended.outputs["explanation"]


# --- timeout --------------------------------------------------------------------------------------------


def test_a_timeout_exits_5_and_cancels_the_job(launcher: Launcher, bench: Bench) -> None:
    with following(launcher, bench, timeout="4s") as (process, job):
        ended = launcher.end(process)
        assert bench.status(job) == "canceled"
    ended.ends(5, "timed_out", "canceled")
    assert "the timeout of 4 s passed" in ended.outputs["explanation"]


def test_a_timeout_leaves_the_job_alone_when_asked_to(launcher: Launcher, bench: Bench) -> None:
    with following(launcher, bench, timeout="4s", on_timeout="leave") as (process, job):
        ended = launcher.end(process)
        assert bench.status(job) == "running"
        assert bench.job(job)["canceled_on"] is None
    ended.ends(5, "timed_out", "running")
    assert f"aap-launcher follow {job}" in ended.log


# --- signals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("signum", "code"), STOPS)
def test_a_signal_while_following_cancels_within_two_seconds(
    launcher: Launcher, bench: Bench, signum: int, code: int
) -> None:
    with following(launcher, bench) as (process, job):
        since = time.time()
        process.send_signal(signum)
        ended = launcher.end(process)
        assert time.time() - since < 10, "GitHub kills after ten seconds"
        assert bench.seconds_until_canceled(job, since) < 2
        wait_for(lambda: bench.status(job) == "canceled", 10, "the cancel")
    ended.ends(code, "interrupted", ended.outputs["status"])
    assert "was asked to cancel" in ended.log


@pytest.mark.parametrize(("signum", "code"), STOPS)
def test_a_signal_while_the_job_is_pending_cancels_it(
    launcher: Launcher, bench: Bench, signum: int, code: int
) -> None:
    bench.plan(pending_seconds=60)
    process = launcher.start(launcher.environment(template="Locked"))
    job = launcher.launched(process)
    time.sleep(1)
    since = time.time()
    process.send_signal(signum)
    launcher.end(process).ends(code, "interrupted", "canceled")
    assert bench.seconds_until_canceled(job, since) < 2


def test_a_second_signal_changes_nothing(launcher: Launcher, bench: Bench) -> None:
    with following(launcher, bench) as (process, job):
        process.send_signal(signal.SIGINT)
        for _ in range(5):
            time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
        ended = launcher.end(process)
        wait_for(lambda: bench.status(job) == "canceled", 10, "the cancel")
    ended.ends(130, "interrupted", ended.outputs["status"])


def test_an_interrupt_leaves_the_job_alone_when_asked_to(launcher: Launcher, bench: Bench) -> None:
    with following(launcher, bench, on_interrupt="leave") as (process, job):
        process.send_signal(signal.SIGTERM)
        ended = launcher.end(process)
        assert bench.job(job)["canceled_on"] is None
    ended.ends(143, "interrupted", ended.outputs["status"])
    assert "on_interrupt: leave" in ended.outputs["explanation"]


@pytest.mark.parametrize(("signum", "code"), STOPS)
def test_a_signal_before_the_launch_stops_at_once_and_launches_nothing(
    launcher: Launcher, signum: int, code: int
) -> None:
    with silent_server() as (url, connected):
        process = launcher.start(launcher.environment(url=url, template="Locked"))
        assert connected.wait(30)
        time.sleep(0.2)  # let it wait for the answer
        since = time.monotonic()
        process.send_signal(signum)
        ended = launcher.end(process)
        assert time.monotonic() - since < 4
    ended.ends(code, "interrupted", job_id="", events="none")
    assert ended.outputs["explanation"] == "interrupted before anything was launched"


@pytest.mark.parametrize("answer_seconds", [1.0, 6.0], ids=["answered in time", "answer given up"])
def test_a_signal_during_the_launch_cancels_the_job_that_it_made(
    quiet_launcher: Launcher, quiet: Bench, answer_seconds: float
) -> None:
    quiet.plan(answer_seconds=answer_seconds, pending_seconds=60)
    before = {one["id"] for one in quiet.control("GET", "jobs/")}

    def made() -> set[int]:
        return {one["id"] for one in quiet.control("GET", "jobs/")} - before

    process = quiet_launcher.start(quiet_launcher.environment(template="Asks for variables"))
    wait_for(made, 30, "the launch")
    since = time.monotonic()
    process.send_signal(signal.SIGINT)
    ended = quiet_launcher.end(process)
    assert time.monotonic() - since < 10, "GitHub kills after ten seconds"
    ended.ends(130, "interrupted", "canceled")
    assert [int(ended.job)] == list(made())
    assert quiet.status(ended.job) == "canceled"


@contextmanager
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """A server that takes connections and never answers; the event is set by the first one."""
    connected = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []

        def accept() -> None:
            try:
                kept.append(server.accept()[0])
            except OSError:
                return
            connected.set()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", connected
        finally:
            for connection in kept:
                connection.close()


# --- no controller --------------------------------------------------------------------------------------


def test_a_port_where_nothing_listens_is_unreachable(launcher: Launcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    ended = launcher.launch("Locked", url=f"http://127.0.0.1:{free}", outage_tolerance="1s")
    ended.ends(4, "unreachable", job_id="")
    assert f"no connection to 127.0.0.1:{free}" in ended.outputs["explanation"]


def test_a_controller_that_goes_away_leaves_id_url_and_the_command_that_attaches(tmp_path: Path) -> None:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as away:
        launcher = Launcher(away, tmp_path)
        environment = launcher.environment(**LASTING, outage_tolerance="2s")
        process = launcher.start(environment)
        job = launcher.launched(process)
        bench = Bench(away)
        wait_for(lambda: bench.status(job) == "running", 30, "the job's run")
        away.close()
        ended = launcher.end(process)
    ended.ends(4, "unreachable", ended.outputs["status"], job_id=job)
    assert ended.outputs["status"] in {"pending", "waiting", "running"}
    assert "controller away" in ended.log
    for told in (f"job {job}", f"aap-launcher follow {job}", ended.outputs["job_url"]):
        assert told in ended.outputs["explanation"]
        assert told in ended.log


# --- a fault of our own ---------------------------------------------------------------------------------

BROKEN = '''
from aap_launcher.controller.controller import Controller

class Pages:
    """Reads events as it should, until one page is the fault of a programmer."""
    read, events = 0, Controller.events

def events(self, *given, **named):
    Pages.read += 1
    if Pages.read > 2:
        raise ZeroDivisionError("division by zero")
    return Pages.events(self, *given, **named)

Controller.events = events
from aap_launcher.cli import container
container()
'''


def test_an_internal_fault_exits_70_closes_groups_and_names_the_job(launcher: Launcher, bench: Bench) -> None:
    environment = launcher.environment(**LASTING)
    ended = launcher.end(launcher.start({**environment, "PYTHONPATH": str(ROOT)}, program=("-c", BROKEN)))
    ended.ends(70, "internal", "running")
    bench.cancel(ended.job)
    said = ended.outputs["explanation"]
    assert "internal fault, please report it: ZeroDivisionError: division by zero (<string>:" in said
    assert f"aap-launcher follow {ended.job}" in said
    assert ended.outputs["job_url"] in said


# --- where the log goes ---------------------------------------------------------------------------------


def test_a_reader_that_goes_away_changes_neither_the_job_nor_the_exit_code(launcher: Launcher) -> None:
    """`aap-launcher ... | head`: the log cannot be written any more, the verdict can."""
    process = launcher.start(launcher.environment(template="Erroring"))
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read().decode()
    assert process.wait(60) == 1
    assert "the log could not be written any more" in complaint
    assert "Traceback" not in complaint
