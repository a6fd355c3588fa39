"""A token command that takes its time: told, ended with its children, and no longer than a signal waits."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aap_launcher.client.token_command import token_of
from aap_launcher.errors import InvalidInput
from aap_launcher.inputs.profiles import Profile

SLEEPS = "sleep 100 & echo $! > {}; wait"


def profile(script: str) -> Profile:
    return Profile("prod", {}, ("sh", "-c", script))


def gone(file: Path) -> bool:
    """Whether the process whose number stands in the file ends, within two seconds."""
    number = int(file.read_text())
    for _ in range(40):
        stat = Path(f"/proc/{number}/stat")
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.05)
                continue
        return True
    return False


def test_it_is_told_while_it_is_waited_for() -> None:
    told: list[str] = []
    assert token_of(profile("sleep 0.6; echo t-1"), told.append, (0.2, 0.1, 30.0)) == "t-1"
    assert len(told) == 2
    assert "token_command of profile prod (sh ...) is waited for: 0.2 s of 30.3 s" in told[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_it_is_ended_with_its_children_when_its_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"did not end within 1 s, and was ended"):
        token_of(profile(SLEEPS.format(tmp_path / "child")), lambda _: None, (0.5, 0.5))
    assert gone(tmp_path / "child")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
@pytest.mark.parametrize("arguments", [("hosts", "list"), ("launch", "7"), ("doctor", "7")])
def test_a_signal_ends_it_and_its_children_at_once(arguments: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "aap-launcher"
    folder.mkdir()
    command = ["sh", "-c", SLEEPS.format(tmp_path / "child")]
    (folder / "config.toml").write_text(
        f"[profile.default]\nurl = 'https://aap.example.com'\ntoken_command = {command}", encoding="utf-8"
    )
    (folder / "config.toml").chmod(0o600)
    process = subprocess.Popen(
        [sys.executable, "-m", "aap_launcher", *arguments],
        env={"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    until = time.monotonic() + 60
    while not ((tmp_path / "child").exists() and (tmp_path / "child").read_text().strip()):
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    out = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 143, out
    assert gone(tmp_path / "child")
