"""Profiles and logins, as a process against the sandbox: who is asked, by which credential, and what is kept where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import Sandbox
from tests.e2e.conftest import Bench, Ended, Launcher

pytestmark = pytest.mark.sandbox


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of the launcher's configuration."""
    folder = tmp_path / "aap-launcher"
    folder.mkdir()
    return folder


def run(launcher: Launcher, home: Path, *arguments: str, **variables: str) -> Ended:
    """Without a controller in the environment, unless one is given."""
    nothing = {"AAP_URL": "", "AAP_TOKEN": ""}
    ended = launcher.command(*arguments, **{**nothing, "XDG_CONFIG_HOME": str(home.parent), **variables})
    assert "Traceback" not in ended.log + ended.stderr
    assert "ci-bot-token" not in ended.log + ended.stderr
    return ended


def write(home: Path, text: str, mode: int = 0o600) -> None:
    (home / "config.toml").write_text(text, encoding="utf-8")
    (home / "config.toml").chmod(mode)


def test_a_profile_is_used_by_resources_and_by_the_launchers_own_commands(
    launcher: Launcher, box: Sandbox, home: Path
) -> None:
    command = json.dumps([sys.executable, "-c", f"print({box.token!r})"])
    write(home, f'[profile.box]\nurl = "{box.url}"\ntoken_command = {command}\n', 0o644)
    assert run(launcher, home, "hosts", "count", "name=web1", "--profile", "box").log == "1\n"
    assert run(launcher, home, "hosts", "count", "name=web1", AAP_PROFILE="box").log == "1\n"
    checked = run(launcher, home, "launch", "Locked", "--dry-run", "--profile", "box")
    assert (checked.code, "everything was checked" in checked.log) == (0, True)
    typo = run(launcher, home, "cancel", "1", "--profile", "bix")
    assert (typo.code, 'Did you mean "box"?' in typo.log + typo.stderr) == (2, True)


def test_a_file_with_secrets_that_others_can_read_is_refused_by_both(
    launcher: Launcher, box: Sandbox, home: Path
) -> None:
    write(home, f'[profile.default]\nurl = "{box.url}"\ntoken = "{box.token}"\n', 0o644)
    for arguments in (["hosts", "list"], ["launch", "Locked"]):
        ended = run(launcher, home, *arguments)
        assert ended.code == 2
        assert "can be read by other users" in ended.log + ended.stderr
    (home / "config.toml").chmod(0o600)
    assert run(launcher, home, "hosts", "count", "name=web1").log == "1\n"


def test_a_credential_of_the_environment_goes_to_no_other_url(
    launcher: Launcher, box: Sandbox, home: Path
) -> None:
    write(home, f'[profile.box]\nurl = "{box.url}"\n')
    elsewhere = {"AAP_URL": "https://other.example.com", "AAP_TOKEN": "t-for-other"}
    ended = run(launcher, home, "hosts", "list", "--profile", "box", **elsewhere)
    assert (ended.code, ended.log) == (2, "")
    assert "is not sent anywhere else" in ended.stderr


def test_login_keeps_a_token_of_its_own_and_logout_deletes_it_on_both_sides(
    launcher: Launcher, bench: Bench, box: Sandbox, home: Path
) -> None:
    before = bench.tokens()
    nobody = run(launcher, home, "login", box.url)
    assert (nobody.code, "nobody is here to ask" in nobody.stderr) == (2, True)
    wrong = run(launcher, home, "login", box.url, AAP_USERNAME="ci-bot", AAP_PASSWORD="wrong")
    assert wrong.code == 3
    ended = run(launcher, home, "login", box.url, AAP_USERNAME="ci-bot", AAP_PASSWORD="ci-bot-password")
    assert ended.code == 0, ended.stderr
    assert f"logged in to {box.url} as ci-bot" in ended.stderr
    assert "no keyring was found" in ended.stderr
    file = home / "logins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = json.loads(file.read_text())[box.url]
    assert kept["token"] not in ended.log + ended.stderr
    made = bench.tokens() - before
    assert len(made) == 1
    assert run(launcher, home, "hosts", "count", "name=web1").log == "1\n"
    assert run(launcher, home, "hosts", "count", "name=web1", AAP_URL=box.url).log == "1\n"
    out = run(launcher, home, "logout")
    assert (out.code, "The token is deleted." in out.stderr) == (0, True)
    assert bench.tokens() & made == set()
    assert run(launcher, home, "hosts", "list").code == 2
    assert run(launcher, home, "logout").code == 2


def test_a_token_that_exists_is_read_from_stdin_and_stays_on_the_controller(
    launcher: Launcher, box: Sandbox, home: Path
) -> None:
    import subprocess

    from tests.e2e.conftest import ROOT

    ended = subprocess.run(
        [sys.executable, "-m", "aap_launcher", "login", box.url, "--with-token"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(home.parent)},
        input=f"{box.token}\n".encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert b"as ci-bot" in ended.stderr
    out = run(launcher, home, "logout", box.url)
    assert "stays on the controller" in out.stderr


@pytest.mark.parametrize("words", [("hosts", "count"), ("output", "1")])
def test_a_signal_ends_the_wait_for_a_token_command(home: Path, words: tuple[str, ...]) -> None:
    started = home / "started"
    code = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)"
    command = json.dumps([sys.executable, "-c", code])
    write(home, f'[profile.box]\nurl = "http://127.0.0.1:9"\ntoken_command = {command}\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "aap_launcher", *words, "--profile", "box"],
        env={"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(home.parent)},
        stderr=subprocess.DEVNULL,
    )
    while not started.exists() and process.poll() is None:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=20) == 143
