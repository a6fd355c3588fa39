"""A launcher that is forked warm is a process like the one that starts whole."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm
from tests.runtimes import ROOT

ALONE = {"AAP_URL": "http://127.0.0.1:9", "AAP_TOKEN": "t0ken-t0ken"}


@pytest.mark.parametrize(
    ("arguments", "env", "stdin"),
    [
        (("--version",), {}, ""),
        (("launch", "--help"), {"COLUMNS": "70"}, ""),
        (("lanch",), {}, ""),
        (("hosts", "list"), {}, ""),
        (("launch", "7", "-e", "-"), ALONE, "a: [ü"),
    ],
)
def test_it_ends_and_says_what_the_whole_one_does(
    arguments: tuple[str, ...], env: dict[str, str], stdin: str
) -> None:
    whole = subprocess.run(
        [sys.executable, "-m", "aap_launcher", *arguments],
        cwd=ROOT, env=env, input=stdin.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    forked = warm.run(*arguments, env=env, stdin=stdin)
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        whole.returncode,
        whole.stdout.decode(),
        whole.stderr.decode(),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each is started whole")
@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_it_is_our_child_hears_signals_and_has_no_file_of_ours(signum: int, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {"AAP_URL": f"http://127.0.0.1:{silent.getsockname()[1]}", "AAP_TOKEN": "t0ken-t0ken"}
        process = warm.Launched(
            [sys.executable, "entrypoint.py", "launch", "7"],
            cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with silent.accept()[0]:
            own = Path(f"/proc/{process.pid}")
            assert f"PPid:\t{os.getpid()}\n" in (own / "status").read_text(encoding="utf-8")
            assert (own / "exe").resolve() == Path(sys.executable).resolve()
            open_files = [str(one.readlink()) for one in (own / "fd").iterdir()]
            assert len([one for one in open_files if one.startswith("socket:")]) == 1, "to the controller"
            process.send_signal(signum)
        assert process.wait(20) == code


def test_what_the_interpreter_reads_as_it_starts_makes_it_start_whole() -> None:
    command = [sys.executable, "-m", "aap_launcher", "--version"]
    with warm.Launched(
        command, cwd=ROOT, env={"PYTHONVERBOSE": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert b"import 'site'" in process.communicate()[1]
