"""A list of 10,000 hosts, whole: beside reading the same pages with `requests`, and `awx`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.box import Box, controller
from bench.child import Measured
from bench.child import measure as measured
from bench.controller.stream import Plan
from bench.peers import commands
from bench.results import Figure, Found, Section, shown

_HOSTS, _FEW = 10_000, 1_000
_FLOOR, _OURS, _AWX = "requests reading the pages", "hosts list -o jsonl", "awx hosts list --all -f json"
_HEAD = ("peer", "wall s", "of requests", "CPU s", "of requests", "peak MiB", "MB printed", "exit code")


def measure(rounds: int) -> Found:
    """The figures of a list."""
    with tempfile.TemporaryDirectory() as folder, controller(Path(folder), slow=True) as box:
        real = _side_by_side(box, max(rounds // 2, 1))
    with tempfile.TemporaryDirectory() as folder, controller(Path(folder)) as box:
        instant = _side_by_side(box, rounds)
        few = _run(box, _ours("--limit", str(_FEW)))
        asked = _asked(box)
    sections = [
        _section(
            real, "as long in coming as a real controller's", "120 ms for a page of 200, as AWX 24.6.1 takes."
        ),
        _section(instant, "there at once", "What all but the controller costs: decoding, masking, writing."),
    ]
    return Found(_figures(real, instant, few, asked), sections)


Side = dict[str, list[Measured]]  # what was run -> its rounds


def _side_by_side(box: Box, rounds: int) -> Side:
    """Ours and the floor in turn; `awx` once, since it differs by far."""
    side: Side = {}
    for _ in range(rounds):
        for name, command in _commands(box).items():
            side.setdefault(name, []).append(_run(box, command))
    if commands.AWXKIT.there:
        side[_AWX] = [_run(box, [str(commands.AWX), "hosts", "list", "--all", "-f", "json"])]
    return side


def _ours(*options: str) -> list[str]:
    return [sys.executable, "-m", "aap_launcher", "hosts", "list", "-o", "jsonl", *options]


def _commands(box: Box) -> dict[str, list[str]]:
    floor = [sys.executable, "-m", "bench.peers.listed", f"{box.url}/api/v2/hosts/"]
    return {_OURS: _ours("--all"), _FLOOR: floor}


def _run(box: Box, command: list[str]) -> Measured:
    return measured(command, commands.AWXKIT.environment(box.url), marks=False)


def _asked(box: Box) -> int:
    """The requests of a list of one page, beside the one that finds the API."""
    job = box.plan(Plan())
    _run(box, _ours("--limit", "5"))
    return len(box.told(job).asked) - 1


def _middle(runs: list[Measured], name: str) -> float:
    return median(float(getattr(one, name)) for one in runs)


def _figures(real: Side, instant: Side, few: Measured, asked: int) -> list[Figure]:
    floor = _middle(real[_FLOOR], "wall")
    best = shown(real[_AWX][0].wall / floor) if _AWX in real else ""
    what = f"{_HOSTS:,} hosts listed as jsonl"
    return [
        Figure(
            f"{what}: time / `requests` reading the same pages",
            _middle(real[_OURS], "wall") / floor,
            1.3,
            f"awx {best}" if best else "-",
        ),
        Figure(
            f"{what}: peak memory / that of {_FEW:,} hosts",
            max(one.peak for one in instant[_OURS]) / few.peak,
            1.03,
        ),
        Figure("hosts list, one page: requests after discovery", asked, 2),
    ]


def _section(side: Side, pages: str, words: str) -> Section:
    wall, cpu = (_middle(side[_FLOOR], name) for name in ("wall", "cpu"))
    rows = [
        (
            name,
            shown(_middle(runs, "wall")),
            shown(_middle(runs, "wall") / wall),
            shown(_middle(runs, "cpu")),
            shown(_middle(runs, "cpu") / cpu),
            shown(max(one.peak for one in runs)),
            shown(runs[0].printed / 1e6),
            str(runs[0].code),
        )
        for name, runs in side.items()
    ]
    return Section(f"A list of {_HOSTS:,} hosts, its pages {pages}", words, _HEAD, rows)
