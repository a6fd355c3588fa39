"""Every block of every page is run, linted or compared by a test, or it is named here with the reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client import test_docs as python_page
from tests.docs import test_readme_log as readme_log
from tests.e2e import test_cli_page as cli_page
from tests.export import test_page as export_page
from tests.front_ends.snippets import Snippet, blocks, snippets
from tests.guide import test_guide as guide_page
from tests.runtimes import ROOT

_NOT_OURS = {"node_modules", "build", "dist"}
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in _NOT_OURS for part in path.relative_to(ROOT).parts)
)
# What the tests take from the pages: the texts themselves, which are what they run, parse or compare.
SEEN = {
    *((one.where.partition(":")[0], one.text) for one in snippets()),
    *(("docs/python.md", text) for text in (*python_page.EXAMPLES, python_page.REFUSAL)),
    *(("docs/cli.md", text) for text in (*cli_page.CONSOLES, cli_page.PROFILES)),
    *(("docs/guide.md", text) for _, text in guide_page.BLOCKS),
    *(("docs/export.md", text) for text in (export_page.WRITE, export_page.FILE, export_page.DRIFT, export_page.FEED)),
    ("README.md", readme_log.LOG),
}  # fmt: skip
# The first line of a block: why no test looks at it.
NOT_SEEN = {
    "launch, follow, render, report": "a sentence",
    "cli -> export -> client": "a drawing of what `make imports` checks",
    "with sandbox.start(layout=": "a piece of a test, as hundreds of tests write it",
}


def _reason(block: Snippet) -> str:
    return next((why for first, why in NOT_SEEN.items() if block.text.startswith(first)), "")


def _commands(block: Snippet) -> list[str]:
    """What a block of commands with words beside them names, one a line."""
    return [line.split("  ")[0].strip() for line in block.text.splitlines()]


# Pages whose blocks are lists of targets and modules: each of them is there.
LISTS = {"CONTRIBUTING.md", "bench/README.md", "sandbox/README.md"}
BLOCKS = [block for page in PAGES for block in blocks(page)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.where)
def test_a_block_is_seen_by_a_test_or_is_named_with_a_reason(block: Snippet) -> None:
    page = block.where.partition(":")[0]
    if page in LISTS and not _reason(block):
        assert all(map(_exists, _commands(block))), block.text
    else:
        assert (page, block.text) in SEEN or _reason(block), f"{block.where}\n{block.text}"


def _exists(command: str) -> bool:
    """`make demo`, `python -m sandbox --help`: a target of the Makefile, a module."""
    program, *words = command.split()
    if program == "make":
        return f"\n{words[0]}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    module = Path(ROOT, *words[1].split("."))
    runs = (module / "__main__.py").is_file() or module.with_suffix(".py").is_file()
    return Path(program).name == "python" and words[0] == "-m" and runs


def test_every_page_with_blocks_is_looked_at_and_every_reason_is_needed() -> None:
    assert {"README.md", "docs/guide.md", "examples/servicenow/README.md"} <= set(PAGES)
    assert len(BLOCKS) >= 60
    assert {first for first in NOT_SEEN if not any(one.text.startswith(first) for one in BLOCKS)} == set()
