"""A module fits on a few screens, and a function does one thing; the decisions are numbered once each."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path
from statistics import median

import pytest

from tests.runtimes import ROOT

MODULES = sorted(
    path for room in ("aap_launcher", "sandbox", "tools", "bench") for path in (ROOT / room).rglob("*.py")
)
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 300, 45, 8


def spanned(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def lengths(module: Path) -> dict[str, int]:
    """Lines of each function, its docstring among them."""
    functions = [
        node
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    return {f"{module.name}:{node.lineno} {node.name}": spanned(node) for node in functions}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_on_a_few_screens(module: Path) -> None:
    assert module.read_text(encoding="utf-8").count("\n") <= LONGEST_MODULE
    assert not {name: length for name, length in lengths(module).items() if length > LONGEST_FUNCTION}


def test_a_function_is_usually_a_few_lines() -> None:
    every = [length for module in MODULES for length in lengths(module).values()]
    assert len(every) > 2000
    assert median(every) <= MEDIAN_FUNCTION


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for number, page in enumerate(pages, 1):
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. ")


def test_at_the_top_stand_only_folders_that_the_map_names() -> None:
    """What a test wrote into the folder it was started in was once committed from there."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    tops = {line.strip('"').split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    named = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [top for top in sorted(tops) if not top.startswith(".") and f"`{top}/" not in named] == []


# One thing each, in its room: the click command of each file, what a script and what the launcher calls so.
SHARED_NAMES = frozenset({"Controller", "Reference", "attach", "command", "launch"})


def test_no_two_public_functions_or_classes_share_a_name_and_mean_different_things() -> None:
    homes: dict[str, list[str]] = {}
    for module in (ROOT / "aap_launcher").rglob("*.py"):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(str(module))
    assert {
        name: places for name, places in homes.items() if len(places) > 1 and name not in SHARED_NAMES
    } == {}
