"""A long log that is there at once: CPU, memory and time beside reading the same pages and throwing them away."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench import plot
from bench.box import Box, controller
from bench.child import Measured
from bench.child import measure as measured
from bench.controller.stream import Plan
from bench.peers import commands
from bench.results import Figure, Found, Section, exponent, shown
from bench.run import Run, run

_FLOOR, _CURL = "requests reading the pages", "curl reading the pages"
_HEAD = ("peer", "log", "CPU s", "of requests", "wall s", "peak MiB", "requests", "MB printed", "exit code")
_POLLED = 20_000  # the largest burst that the pollers are given: theirs takes a request for each 25 events
_UP_TO_ONE_MILLION = (1_000, 10_000, 100_000, 1_000_000)


def measure(rounds: int, *, quick: bool) -> Found:
    """The figures of long logs."""
    with tempfile.TemporaryDirectory() as name, controller(Path(name)) as box:
        folder = Path(name)
        many = 10_000 if quick else 100_000
        side = _side_by_side(box, folder, many, rounds, peers=not quick)
        counts = [count for count in _UP_TO_ONE_MILLION if count <= many or not quick]
        growth = [_alone(box, folder, count) for count in counts]
    return Found([*_figures(side, many), *_growth(growth)], [_section(side, many), _growing(growth)])


Side = dict[str, list[tuple[Measured, str, int]]]  # peer -> (measured, how whole, requests)


def _side_by_side(box: Box, folder: Path, events: int, rounds: int, *, peers: bool) -> Side:
    """Ours and the floors in turn, round after round; the peers once, since theirs differ by far."""
    side: Side = {}
    plan = Plan(events=events)
    for _ in range(rounds):
        for peer in (commands.PLAIN, commands.GITHUB):
            one = run(peer, box, plan)
            side.setdefault(peer.name, []).append((one.measured, str(one.whole), one.requests))
            for name, measured_ in _floors(box, folder, one.job, events).items():
                side.setdefault(name, []).append((measured_, "thrown away", -(-events // 200)))
    if peers:
        fewer = min(events, _POLLED)
        others = [(commands.AWXKIT, plan), (commands.LOOP, plan), (commands.POLLER, Plan(events=fewer))]
        for peer, theirs in others:
            if peer.there:
                one = run(peer, box, theirs)
                name = peer.name if theirs is plan else f"{peer.name}, {fewer:,} events"
                side[name] = [(one.measured, str(one.whole), one.requests)]
    return side


def _floors(box: Box, folder: Path, job: int, events: int) -> dict[str, Measured]:
    """Both floors read the job that was followed last."""
    environment = commands.PLAIN.environment(box.url)
    url = box.events(job)
    return {
        _FLOOR: measured(commands.floor(url, events), environment, marks=False),
        _CURL: measured(commands.curl(url, events, folder), environment, marks=False),
    }


def _alone(box: Box, folder: Path, events: int) -> tuple[int, Run, Measured]:
    one = run(commands.PLAIN, box, Plan(events=events))
    return events, one, _floors(box, folder, one.job, events)[_FLOOR]


def _figures(side: Side, events: int) -> list[Figure]:
    floor = median(one.cpu for one, _, _ in side[_FLOOR])
    polled = next((found for name, found in side.items() if name.startswith(commands.POLLER.name)), None)
    best = ""
    if polled:
        share = polled[0][0].cpu / (floor * min(events, _POLLED) / events)
        best = f"{commands.POLLER.name} {share:.1f}, {polled[0][1]}"
    name = f"burst of {events:,}: CPU / `requests` reading the same pages"
    return [
        Figure(f"{name}, {peer}", median(one.cpu for one, _, _ in side[peer]) / floor, 2.3, best)
        for peer in (commands.PLAIN.name, commands.GITHUB.name)
    ]


def _growth(growth: Sequence[tuple[int, Run, Measured]]) -> list[Figure]:
    return [
        Figure(f"peak memory, {events:,} events", one.measured.peak, 38, "-", "MiB")
        for events, one, _ in growth
        if events >= 10_000
    ]


def _section(side: Side, events: int) -> Section:
    floor = median(one.cpu for one, _, _ in side[_FLOOR])
    rows = [
        (
            name,
            found[0][1],
            shown(median(one.cpu for one, _, _ in found)),
            "-" if "events" in name else shown(median(one.cpu for one, _, _ in found) / floor),
            shown(median(one.wall for one, _, _ in found)),
            shown(max(one.peak for one, _, _ in found)),
            f"{found[0][2]:,}",
            shown(found[0][0].printed / 1e6),
            str(found[0][0].code),
        )
        for name, found in side.items()
    ]
    words = (
        "A job whose events are all stored when it is first looked at. A peer that drops the log is not fast."
    )
    return Section(f"Burst of {events:,} events", words, _HEAD, rows)


def _growing(growth: Sequence[tuple[int, Run, Measured]]) -> Section:
    rows = [
        (
            f"{events:,}",
            str(one.whole),
            shown(one.measured.cpu),
            shown(floor.cpu),
            shown(one.measured.cpu / floor.cpu),
            shown(one.measured.peak),
            shown(one.measured.wall),
        )
        for events, one, floor in growth
    ]
    cpu = [(float(events), one.measured.cpu) for events, one, _ in growth]
    memory = [(float(events), one.measured.peak) for events, one, _ in growth]
    words = (
        f"From {growth[-2][0]:,} events on, CPU grows with events^{exponent(cpu[-2:]):.2f} and "
        f"memory with events^{exponent(memory[-2:]):.3f}."
    )
    head = ("events", "log", "CPU s", "CPU s, requests", "ratio", "peak MiB", "wall s")
    series = {"launcher": cpu, "requests": [(float(events), floor.cpu) for events, _, floor in growth]}
    plots = {
        "cpu.svg": plot.lines("CPU by length of the log", "events", "CPU s", series),
        "memory.svg": plot.lines("Peak memory by length of the log", "events", "MiB", {"launcher": memory}),
    }
    return Section("Growth with the log", words, head, rows, plots)
