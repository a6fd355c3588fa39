"""docs/cli.md: every example is run as it is written, and shows what it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox
from aap_launcher.inputs import profiles
from sandbox import Sandbox
from tests import warm
from tests.e2e.conftest import ROOT
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
CONSOLES = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

(PROFILES,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as running:
        yield running


def shown(box: Sandbox, home: Path, command: str) -> str:
    """Both streams, as a terminal would mix them: one is empty, or a word follows the data."""
    program, *arguments = shlex.split(command)
    assert program == "aap-launcher"
    environ = {"AAP_URL": box.url, "AAP_TOKEN": "admin-token", "XDG_CONFIG_HOME": str(home)}
    ended = warm.run(*arguments, env=environ)
    return ended.stdout or ended.stderr


def test_every_example_shows_what_the_page_says(box: Sandbox, tmp_path: Path) -> None:
    told = [part for console in CONSOLES for part in re.split(r"^\$ ", console, flags=re.MULTILINE) if part]
    assert len(told) >= 20
    for example in told:
        command, _, wanted = example.partition("\n")
        assert shown(box, tmp_path, command) == wanted, command


def test_the_profiles_of_the_page_are_profiles() -> None:
    default, test = (profiles.read_profile(PROFILES, name, "config.toml") for name in ("default", "test"))
    assert default is not None
    assert default.values["url"] == "https://aap.example.com"
    assert default.token_command[:3] == ("vault", "kv", "get")
    assert test is not None
    assert test.values.keys() == {"url", "ca_bundle", "username"}
