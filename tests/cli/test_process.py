"""A fault of ours is 70, wherever it is: no traceback, no secret, the job's id where there is one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aap_launcher.cli import crash, main, process
from tests.fakes import make_job

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "tok-3n-S3CRET-1234567890"
COMMANDS = {
    "launch": ("launch", "7"),
    "follow": ("follow", "7"),
    "relaunch": ("relaunch", "7"),
    "cancel": ("cancel", "7"),
    "approve": ("approve", "7"),
    "deny": ("deny", "7"),
    "output": ("output", "7"),
}
PHASES = (
    "aap_launcher.cli.program.environment",
    "aap_launcher.cli.program.ProcessSignals",
    "aap_launcher.cli.program.cli",
    "aap_launcher.cli.wiring._merge",
    "aap_launcher.ci.adapters._colours",
    "aap_launcher.cli.wiring.parse_inputs",
    "aap_launcher.cli.wiring._connect",
    "aap_launcher.launcher.endings.broke_off",
)


@pytest.fixture(autouse=True)
def _process_as_it_was() -> Iterator[None]:
    """The handlers of this process, which is not the launcher's."""
    numbers = (*process.STOPS, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    process.arrived.clear()
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_breaks_in_whatever_command_is_70(
    name: str, phase: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError(f"of all things: {TOKEN}")

    for variable in [one for one in os.environ if one.startswith(("GITHUB_", "AAP_", "CI", "INPUT_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("AAP_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AAP_TOKEN", TOKEN)
    monkeypatch.setenv("AAP_OUTAGE_TOLERANCE", "0s")
    monkeypatch.setattr(phase, broken)
    with pytest.raises(SystemExit) as ended:
        main(list(COMMANDS[name]))
    told = capfd.readouterr()
    assert ended.value.code == 70, told
    assert "internal fault, please report it: KeyError" in told.err
    assert "Traceback" not in told.out + told.err
    assert TOKEN not in told.out + told.err
    assert [signal.getsignal(one) for one in process.STOPS] == [signal.SIG_IGN] * 3, (
        "the code is the last word"
    )


def test_a_fault_that_nothing_else_caught_names_the_job_that_may_be_running(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        crash.know(f"{make_job().label}: aap-launcher follow 423")
        raise ZeroDivisionError

    monkeypatch.setattr("aap_launcher.cli.program.cli", broken)
    with pytest.raises(SystemExit):
        main(["launch", "7"])
    assert "job 423: aap-launcher follow 423" in capfd.readouterr().err


@pytest.mark.parametrize(
    "fault", [MemoryError, RecursionError, KeyboardInterrupt, SystemError, GeneratorExit]
)
def test_no_kind_of_fault_gets_through(
    fault: type[BaseException], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise fault

    monkeypatch.setattr("aap_launcher.cli.program.cli", broken)
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 70
    assert fault.__name__ in capfd.readouterr().err


# --- the real process -----------------------------------------------------------------------------------

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "AAP_URL": "http://127.0.0.1:9", "AAP_TOKEN": TOKEN, "AAP_OUTAGE_TOLERANCE": "20s",
}  # fmt: skip


def started(*arguments: str, **named: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-Es", "entrypoint.py", *arguments],
        cwd=ROOT,
        env=named.pop("env", ENVIRONMENT),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        **named,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_everything_is_imported_is_heard(number: signal.Signals) -> None:
    """The handlers stand in the first lines; what is imported after them takes ten times as long."""
    process = started("launch", "7", stdout=subprocess.PIPE)
    _until(process, "SigCgt:\t0000000000004003")
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert b"Traceback" not in errors


@pytest.mark.skipif(not Path("/usr/bin/env").exists(), reason="the image's own way")
def test_what_comes_before_python_runs_is_kept_as_the_image_starts_it() -> None:
    entry = json.loads(
        next(
            line
            for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
            if line.startswith("ENTRYPOINT")
        ).removeprefix("ENTRYPOINT ")
    )
    command = [
        *entry[: entry.index("/opt/venv/bin/python")],
        sys.executable,
        "-Es",
        "entrypoint.py",
        "launch",
        "7",
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    _until(process, "SigBlk:\t0000000000004003")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 143, "the launcher's own end, not the kernel's"


def _until(process: subprocess.Popen[bytes], state: str) -> None:
    """Wait for the moment at which SIGHUP, SIGINT and SIGTERM are caught (SigCgt) or blocked (SigBlk)."""
    while process.poll() is None and state not in Path(f"/proc/{process.pid}/status").read_text():
        time.sleep(0.0005)


def test_a_hangup_that_we_were_started_deaf_to_stays_unheard() -> None:
    process = subprocess.Popen(
        ["nohup", sys.executable, "-Es", "entrypoint.py", "launch", "7"],
        cwd=ROOT,
        env={**ENVIRONMENT, "AAP_OUTAGE_TOLERANCE": "1s"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(0.3)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 4


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code(closed: str) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -Es entrypoint.py launch 7 --outage-tolerance 0s {closed}"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 4
    assert b"Traceback" not in ended.stdout + ended.stderr


def test_a_signal_is_heard_while_a_file_is_a_pipe_that_nobody_writes_to(tmp_path: Path) -> None:
    pipe = tmp_path / "variables"
    os.mkfifo(pipe)
    process = started("launch", "7", "--extra-vars-file", str(pipe), stdout=subprocess.PIPE)
    time.sleep(1.0)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert (process.returncode, time.monotonic() - began < 2.0) == (143, True)


def test_what_is_printed_by_whoever_prints_is_masked_and_no_command(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("AAP_TOKEN", TOKEN)
    with pytest.raises(SystemExit) as ended:
        main(["launch", "7", f"\n::error::{TOKEN}", "\x1b]0;x\x07##[error]"])
    told = capfd.readouterr().err
    assert ended.value.code == 2
    assert TOKEN not in told
    assert "\x1b]" not in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::") or "##[" in line]
