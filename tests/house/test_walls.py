"""The walls hold: what the import contracts and the linter forbid is seen to be refused."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.runtimes import ROOT, program


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code and of the rules."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "aap_launcher", tmp_path / "aap_launcher", ignore=ignored)
    shutil.copytree(ROOT / "sandbox", tmp_path / "sandbox", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(house: Path, name: str, *arguments: str) -> str:
    """What a checker says when it refuses; "" when everything is as it should be."""
    command = [program(name, "make .venv/.ready"), *arguments]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def add(house: Path, module: str, line: str) -> None:
    path = house / "aap_launcher" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("text/words.py", "import requests", "Only the controller speaks HTTP"),
        ("text/words.py", "import click", "Only the command line knows click and signals"),
        ("ci/plain.py", "import signal", "Only the command line knows click and signals"),
        ("text/words.py", "import time", "Only the command line has the clock"),
        ("findings/job.py", "import os", "The middle is pure"),
        ("models/jobs.py", "from aap_launcher.report import summary", "Imports run downward only"),
        ("render/job.py", "from aap_launcher.ci import plain", "Imports run downward only"),
    ],
)
def test_an_import_in_the_wrong_room_is_refused(house: Path, module: str, line: str, contract: str) -> None:
    add(house, module, line)
    said = run(house, "lint-imports", "--no-cache")
    assert f"{contract}" in said.split("Broken contracts")[-1]


def test_a_new_room_has_to_say_where_it_stands(house: Path) -> None:
    room = house / "aap_launcher" / "attic"
    room.mkdir()
    (room / "__init__.py").write_text("", encoding="utf-8")
    assert "attic" in run(house, "lint-imports", "--no-cache")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("HOME = __import__('os') and os.environ", "TID251"),
        ("time.sleep(1)", "TID251"),
        ("NOW = time.time()", "TID251"),
        ("TODAY = datetime.now(UTC)", "TID251"),
        ("sys.exit(3)", "TID251"),
        ("print('here')", "T201"),
    ],
)
def test_what_has_one_place_is_refused_elsewhere(house: Path, line: str, code: str) -> None:
    path = house / "aap_launcher" / "report" / "outputs.py"
    imports = "import os\nimport sys\nimport time\nfrom datetime import UTC, datetime\n"
    path.write_text(f"{imports}{line}\n", encoding="utf-8")
    assert code in run(
        house, "ruff", "check", "--select", "TID251,T201", "--output-format", "concise", str(path)
    )


def test_no_room_is_without_a_word_on_what_it_is_for() -> None:
    for room in (ROOT / "aap_launcher").iterdir():
        if (room / "__init__.py").exists():
            assert (room / "__init__.py").read_text(encoding="utf-8").startswith('"""'), room.name


def test_the_rules_themselves_are_whole() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(each for each in rules["contracts"] if each["type"] == "layers")
    assert layers["exhaustive"]


def test_the_map_names_only_what_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.py)?)`", page))
    assert len(named) > 20
    missing = [
        name for name in named if not (ROOT / name).exists() and not (ROOT / "aap_launcher" / name).exists()
    ]
    assert missing == []
    rooms = {path.name for path in (ROOT / "aap_launcher").iterdir() if (path / "__init__.py").exists()}
    assert {name.strip("/") for name in named} >= rooms


@pytest.mark.parametrize(
    ("module", "member", "also"),
    [
        ("jobs", '    NEW = "new"\n', '    PAUSED = "paused"\n'),
        ("outcomes", '    CHECKED = "checked"  # a dry run\n', '    DENIED = "denied"\n'),
    ],
)
def test_a_member_that_nothing_decides_about_is_found_by_the_types(
    house: Path, module: str, member: str, also: str
) -> None:
    """Closed sets are matched exhaustively: a new status has to say whether it ends a job."""
    shutil.copytree(
        ROOT / "aap_launcher" / "models", house / "words", ignore=shutil.ignore_patterns("__pycache__")
    )
    path = house / "words" / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    assert member in text
    path.write_text(text.replace(member, member + also), encoding="utf-8")
    told = run(house, "mypy", "--strict", "--follow-imports=silent", str(path))
    assert f"{module}.py" in told
    assert "Missing return statement" in told
