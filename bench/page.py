"""docs/performance.md and its plots, written from what a run found."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec

from bench.child import ROOT
from bench.peers import commands
from bench.results import Found, table

DOCS = ROOT / "docs"
_KEPT = DOCS / "performance" / "found.json"  # of the last run of each part
_HEAD = ("figure", "best peer", "launcher", "target", "")
_WORDS = """# Performance

Written by `make bench`; what is measured and how stands in [bench/README.md](../bench/README.md). Everything that is
compared ran in one pass on one machine, in turn or beside each other: believe ratios and orders, not milliseconds. A
peer that drops lines is not fast, so how whole its log was stands beside every time. What each part ran on:

{machines}
"""


def write(measured: Mapping[str, Found], order: Sequence[str]) -> None:
    """The page, and each plot as a file; parts that were not measured now stand as they were found last."""
    kept = msgspec.json.decode(_KEPT.read_bytes(), type=dict[str, Kept]) if _KEPT.exists() else {}
    kept |= {name: Kept(one, machine()) for name, one in measured.items()}
    _KEPT.parent.mkdir(exist_ok=True)
    _KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1))
    there = [kept[name] for name in order if name in kept]
    found = [one.found for one in there]
    machines = "\n".join(f"- {name}: {kept[name].machine}" for name in order if name in kept)
    parts = [_WORDS.format(machines=machines), "## Targets\n", table(_HEAD, _targets(found))]
    plots = DOCS / "performance"
    plots.mkdir(exist_ok=True)
    for section in (section for one in found for section in one.sections):
        parts += [f"## {section.title}\n", section.words + "\n", table(section.head, section.rows)]
        for name, drawn in section.plots.items():
            (plots / name).write_text(drawn, encoding="utf-8")
            parts.append(f"![{section.title}](performance/{name})\n")
    (DOCS / "performance.md").write_text("\n".join(parts), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a part found, and on which machine."""

    found: Found
    machine: str


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
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.uname().system} "
        f"{platform.release()}; Python {platform.python_version()}; {libraries}; {awx}; load {os.getloadavg()[1]:.1f}."
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _targets(found: Sequence[Found]) -> list[tuple[str, ...]]:
    return [figure.row() for one in found for figure in one.figures]
