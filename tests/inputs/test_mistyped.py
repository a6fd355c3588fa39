"""Variables that look like an input and are none: only a near miss is told, and never its value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aap_launcher
from aap_launcher.inputs.mistyped import _READ, mistyped_inputs, strange
from aap_launcher.report.outputs import OUTPUTS
from tests.fuzz.commands import home, ran

NAMES = [one.name for one in OUTPUTS]


def told(*names: str, value: str = "web") -> list[str]:
    return list(mistyped_inputs(strange(dict.fromkeys(names, value)), NAMES))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AAP_LIMTI", "AAP_LIMIT"),
        ("AAP_ULR", "AAP_URL"),
        ("AAP_TOKNE", "AAP_TOKEN"),
        ("AAP_EXTRAVARS", "AAP_EXTRA_VARS"),
        ("AAP_OUTAGE_TOLERENCE", "AAP_OUTAGE_TOLERANCE"),
        ("AAP_JOB_TAG", "AAP_JOB_TAGS"),
        ("AAP_PROFIL", "AAP_PROFILE"),
        ("AAP_WEBHOOK_KYE", "AAP_WEBHOOK_KEY"),
    ],
)
def test_a_near_miss_is_told_without_its_value(name: str, meant: str) -> None:
    assert told(name, value="s3cret") == [f"{name} is set, and nothing reads it. Did you mean {meant}?"]


@pytest.mark.parametrize(
    "name",
    [
        *("AAP_DEPLOY_STAGE", "AAP_TEMPLATE_ID", "AAP_ENV", "AAP_LIMIT", "AAP_VALIDATE_CERTS", "AAPLIMTI", "LIMTI"),
        *(f"{prefix}{name.upper()}" for name in NAMES for prefix in ("AAP_", "AAP_SHOP_", "AAP_1_", "SHOP_")),
    ],
)  # fmt: skip
def test_what_is_somebody_elses_is_not_told(name: str) -> None:
    assert told(name) == []


def test_an_empty_variable_is_absent() -> None:
    assert told("AAP_LIMTI", value="") == []


def test_every_variable_that_the_package_and_the_front_ends_name_is_known() -> None:
    root = Path(aap_launcher.__file__).parent
    files = [
        *root.rglob("*.py"),
        *(root.parent / "templates").glob("*.yml"),
        *(root.parent / "vars").glob("*"),
    ]
    named = {name for file in files for name in re.findall(r"\bAAP_[A-Z_]*[A-Z]\b", file.read_text("utf-8"))}
    assert {name for name in named if told(name)} <= {"AAP_LIMTI"}
    assert {"AAP_DOTENV_PREFIX", "AAP_PROFILE", "AAP_SUMMARY_FILE"} <= named & _READ


@pytest.mark.parametrize("command", [("launch", "7"), ("hosts", "list"), ("output", "7"), ("doctor",)])
def test_every_command_tells_it_before_it_refuses(command: tuple[str, ...], tmp_path: Path) -> None:
    """`AAP_LIMTI=web` was ignored without a word."""
    ended = ran(command, home(tmp_path) | {"AAP_ULR": "https://s3cret.example.com"})
    assert ended.code == 2, ended.told
    assert "AAP_ULR is set, and nothing reads it. Did you mean AAP_URL?" in ended.told
    assert "s3cret" not in ended.told
