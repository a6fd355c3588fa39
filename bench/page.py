"""docs/performance.md and its plots, written from what a run found."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench.child import ROOT
from bench.peers import commands
from bench.results import Found, table

DOCS = ROOT / "docs"
_HEAD = ("figure", "best peer", "launcher", "target", "")
_WORDS = """# Performance

Written by `make bench`; what is measured and how stands in [bench/README.md](../bench/README.md). Everything that is
compared ran in one pass on one machine, in turn or beside each other: believe ratios and orders, not milliseconds. A
peer that drops lines is not fast, so how whole its log was stands beside every time.

{machine}
"""


def write(found: Sequence[Found]) -> None:
    """The page, and each plot as a file."""
    parts = [_WORDS.format(machine=machine()), "## Targets\n", table(_HEAD, _targets(found))]
    plots = DOCS / "performance"
    plots.mkdir(exist_ok=True)
    for section in (section for one in found for section in one.sections):
        parts += [f"## {section.title}\n", section.words + "\n", table(section.head, section.rows)]
        for name, drawn in section.plots.items():
            (plots / name).write_text(drawn, encoding="utf-8")
            parts.append(f"![{section.title}](performance/{name})\n")
    (DOCS / "performance.md").write_text("\n".join(parts), encoding="utf-8")


def show(found: Sequence[Found]) -> None:
    """The same on the terminal."""
    print(machine(), end="\n\n")
    for section in (section for one in found for section in one.sections):
        print(f"{section.title}\n{table(section.head, section.rows)}")
    print(table(_HEAD, _targets(found)))


def machine() -> str:
    """Where it ran: processor, cores, memory, Python, and the versions of what is compared."""
    names = ("requests", "urllib3", "click", "msgspec")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    awx = "with awxkit from requirements/bench.txt" if commands.AWXKIT.there else "without awxkit"
    return (
        f"Machine: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} "
        f"{platform.release()}; Python {platform.python_version()}; {libraries}; {awx}."
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _targets(found: Sequence[Found]) -> list[tuple[str, ...]]:
    return [figure.row() for one in found for figure in one.figures]
