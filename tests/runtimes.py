"""What a test needs besides Python: there, or the test is skipped with the reason; CI fails instead."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
NODE_MODULES = ROOT / ".ci" / "node_modules"
# Where Ansible is the subject: its work, once on a checkout.
REAL_RUNS = (ROOT / ".cache" / "runs",)
# Where it is not: what it has run for whoever recorded it (`make runs`), it need not run again.
RECORDED_RUNS = ROOT / "tests" / "runs"
KEPT_RUNS = (*REAL_RUNS, RECORDED_RUNS)


def missing(reason: str) -> NoReturn:
    """Skip, or fail where AAP_REQUIRE_RUNTIMES says that everything must be here (`.ci/run` does)."""
    if os.environ.get("AAP_REQUIRE_RUNTIMES"):
        pytest.fail(f"{reason} (AAP_REQUIRE_RUNTIMES is set)")
    pytest.skip(reason)


def program(name: str, where: str) -> str:
    """Path of a program, from this Python's environment first; `where` tells how to get it."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or missing(f"{name} is not installed: {where}")


def node(package: str) -> str:
    """Path of node, where this npm package of `.ci/package.json` is installed too."""
    if not (NODE_MODULES / package).exists():
        missing(f"the npm package {package} is not installed: .ci/install-runtimes")
    return program("node", "Node.js 20 or later")
