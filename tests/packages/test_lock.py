"""Time cannot break an install: whatever is released later, exactly the lock is installed."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.runtimes import ROOT

LOCKS = ("runtime.txt", "dev.txt", "frontends.txt")
LATER = "9999.1"
# Every file that installs a lock, and how often.
PLACES = {
    "Makefile": 2,  # and what the benchmark compares with
    "Dockerfile": 1,
    "composite/action.yml": 1,
    ".gitlab-ci.yml": 1,
    ".ci/install-runtimes": 1,
}


def locked(lock: str) -> dict[Requirement, list[str]]:
    """Each locked package, and the packages that need it."""
    text = re.sub(r" \\\n +--hash=\S+", "", (ROOT / "requirements" / lock).read_text(encoding="utf-8"))
    found: dict[Requirement, list[str]] = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        line, *comments = entry.splitlines()
        via = [word.strip("# ").removeprefix("via").strip() for word in comments]
        found[Requirement(line)] = [name for name in via if re.fullmatch(r"[A-Za-z0-9._-]+", name)]
    return found


def wheel(folder: Path, name: str, version: str, needs: Sequence[str]) -> str:
    """Make a wheel with nothing in it; its SHA-256."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: x\n{metadata}",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{info}/{file},{_digest(text)},{len(text)}\n" for file, text in files.items())
    path = folder / f"{info.removesuffix('.dist-info')}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, "RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(f"{info}/{file}", text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    raw = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return "sha256=" + raw.decode().rstrip("=")


def index(folder: Path, lock: str) -> tuple[Path, dict[str, str]]:
    """An index that holds each locked package and a later one; the lock of these, and what it installs."""
    packages = locked(lock)
    needs: dict[str, list[str]] = {}
    for requirement, dependents in packages.items():
        for dependent in dependents:  # an extra is what made pip look at the later ones (pypa/pip#9644)
            marker = f" ; {requirement.marker}" if requirement.marker else ""
            needs.setdefault(dependent, []).append(f"{requirement.name}[x] >=0{marker}")
    lines, installed = [], {}
    for requirement in packages:
        name, version = requirement.name, str(requirement.specifier).removeprefix("==")
        digest = wheel(folder, name, version, needs.get(name, []))
        wheel(folder, name, LATER, needs.get(name, []))
        marker = f" ; {requirement.marker}" if requirement.marker else ""
        lines.append(f"{name}=={version}{marker} --hash=sha256:{digest}\n")
        if requirement.marker is None or requirement.marker.evaluate():
            installed[name] = version
    path = folder / lock
    path.write_text("".join(lines), encoding="utf-8")
    return path, installed


def pip(folder: Path, age: str) -> Mapping[str, str]:
    """The environment in which `python -m pip` is the oldest, or the newest, that is supported."""
    target = folder / f"pip-{age}"
    lock = ROOT / "requirements" / f"pip-{age}.txt"
    command = [
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--target",
        str(target),
        "-r",
        str(lock),
    ]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, capture_output=True)
    return {"PYTHONPATH": str(target), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def flags(place: str) -> list[str]:
    """The options with which a file of the project installs a lock."""
    text = re.sub(r"\\\n\s+", "", (ROOT / place).read_text(encoding="utf-8"))
    found = re.findall(r"pip (?:--python \S+ )?install ([^\n]*--require-hashes[^\n&]*)", text)
    assert len(found) == PLACES[place], f"{place} installs a lock {len(found)} times"
    return [word for word in shlex.split(found[0].replace("$lock", "lock")) if word.startswith("-")]


@pytest.mark.parametrize("place", PLACES)
def test_a_lock_is_installed_as_it_is_and_then_checked(place: str) -> None:
    assert {"--no-deps", "--require-hashes"} <= set(flags(place))
    text = (ROOT / place).read_text(encoding="utf-8")
    after = text[text.index("--require-hashes") :]
    assert re.search(r"pip(?: --python \S+)? check", after), f"{place} does not check what it installed"


def test_no_other_file_installs_a_lock() -> None:
    found = subprocess.run(
        ["git", "grep", "-lE", "pip.* install.*require-hashes|--require-hashes.*--requirement"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {name for name in found if not name.startswith(("tests/", ".github/"))} <= set(PLACES)


@pytest.mark.packages
@pytest.mark.parametrize("age", ["oldest", "newest"])
def test_what_was_released_later_changes_no_install(age: str, tmp_path: Path) -> None:
    environ = pip(tmp_path, age)
    for lock in LOCKS:
        folder = tmp_path / lock.removesuffix(".txt")
        folder.mkdir()
        path, expected = index(folder, lock)
        venv = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        command = [str(venv / "bin/python"), "-m", "pip"]
        install = ["install", "--no-index", "--find-links", str(folder), "--require-hashes", "-r", str(path)]
        if age == "oldest" and lock == "dev.txt":  # the fault this guards against is still there
            refused = subprocess.run(
                [*command, *install], env=environ, capture_output=True, text=True, check=False
            )
            assert "must have their versions pinned" in refused.stderr
        subprocess.run([*command, *install, "--no-deps"], env=environ, check=True, capture_output=True)
        subprocess.run([*command, "check"], env=environ, check=True, capture_output=True)
        names = [p.name.removesuffix(".dist-info") for p in venv.rglob("*.dist-info")]
        got = dict(name.rsplit("-", 1) for name in names)
        assert got == {name.replace("-", "_"): version for name, version in expected.items()}
