"""Events that flow at a rate: how soon each line is there, at how many requests, and whether all of them came.

The peers follow jobs of their own beside each other, each on a controller of its own that costs what a real one does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import plot
from bench.box import controller
from bench.controller.corpus import Shape
from bench.controller.stream import Plan
from bench.peers import commands
from bench.peers.commands import Peer
from bench.results import Figure, Found, Section, shown
from bench.run import Run, centile, run

STEADY = ("430 events at 20/s", Plan(events=430, rate=20))
FAST = ("20,000 events at 500/s", Plan(events=20_000, rate=500))
LATE = ("2,000 events at 50/s, 2 % of them late by up to 4 s", Plan(events=2_000, rate=50, late=0.02))
LARGE = ("40 events with lines of 1 MiB at 5/s", Plan(events=40, rate=5, shape=Shape(line=1 << 20)))
_HEAD = ("peer", "log", "p50 s", "p95 s", "requests", "a minute", "MB", "exit after processed s", "exit code")


def measure(rounds: int, *, quick: bool) -> Found:
    """The figures of live logs; `rounds` of the steady one."""
    steady = [one for _ in range(rounds) for one in beside(STEADY[1], commands.PEERS)]
    sections = [_section(STEADY[0], steady, plots=True)]
    figures = _steady(steady)
    if quick:
        return Found(figures, sections)
    fast = beside(FAST[1], (commands.PLAIN, commands.GITHUB, commands.POLLER))
    fast += beside(FAST[1], (commands.AWXKIT, commands.LOOP))
    sections.append(_section(FAST[0], fast))
    figures += _fast(fast)
    for name, plan in (LATE, LARGE):
        runs = beside(plan, commands.PEERS)
        sections.append(_section(name, runs))
        ours = [one.whole.lost + one.whole.twice for one in runs if one.peer.startswith("launcher")]
        figures.append(Figure(f"{name}: events lost or twice", sum(ours), 0, _lost(runs)))
    return Found(figures, sections)


def beside(plan: Plan, peers: Sequence[Peer]) -> list[Run]:
    """All of them at once."""
    there = [peer for peer in peers if peer.there]
    with (
        tempfile.TemporaryDirectory() as folder,
        ExitStack() as stack,
        ThreadPoolExecutor(len(there)) as pool,
    ):
        boxes = [stack.enter_context(controller(Path(folder), slow=True)) for _ in there]
        return list(pool.map(lambda pair: run(pair[0], pair[1], plan), zip(there, boxes, strict=True)))


def _steady(runs: Sequence[Run]) -> list[Figure]:
    best = _best(runs)
    figures = []
    for peer in (commands.PLAIN.name, commands.GITHUB.name):
        ours = [one for one in runs if one.peer == peer]
        figures += [
            Figure(f"{STEADY[0]}, {peer}: p50", _centile(ours, 0.5), 0.6, best, "s"),
            Figure(f"{STEADY[0]}, {peer}: p95", _centile(ours, 0.95), 1.3, best, "s"),
        ]
    ours = [one for one in runs if one.peer == commands.PLAIN.name]
    figures += [
        Figure(f"{STEADY[0]}: requests a minute", median(one.a_minute for one in ours), 65),
        Figure(
            "exit after the events are processed", median(one.after_processed for one in ours), 0.3, "-", "s"
        ),
    ]
    return figures


def _fast(runs: Sequence[Run]) -> list[Figure]:
    ours = [one for one in runs if one.peer == commands.PLAIN.name]
    pages = FAST[1].events / 200
    return [
        Figure(f"{FAST[0]}: p95", _centile(ours, 0.95), 1.5, _lost(runs), "s"),
        Figure(f"{FAST[0]}: requests / (events / 200)", ours[0].requests / pages, 1.25, _lost(runs)),
    ]


def _centile(runs: Sequence[Run], share: float) -> float:
    return median(centile(one.latencies(), share) for one in runs)


def _best(runs: Sequence[Run]) -> str:
    """The quickest peer whose log was whole, else what each lost."""
    whole = [one for one in runs if not one.peer.startswith("launcher") and not one.whole.lost]
    if not whole:
        return _lost(runs)
    quickest = min(whole, key=lambda one: centile(one.latencies(), 0.5))
    values = quickest.latencies()
    return f"{quickest.peer} {centile(values, 0.5):.1f} / {centile(values, 0.95):.1f}"


def _lost(runs: Sequence[Run]) -> str:
    told = {one.peer: str(one.whole) for one in runs if not one.peer.startswith("launcher")}
    return "; ".join(f"{name}: {what}" for name, what in told.items() if what != "all") or "-"


def _section(name: str, runs: Sequence[Run], *, plots: bool = False) -> Section:
    rows = []
    for peer in dict.fromkeys(one.peer for one in runs):
        mine = [one for one in runs if one.peer == peer]
        worst = max(mine, key=lambda one: one.whole.lost)
        rows.append(
            (
                peer,
                str(worst.whole),
                shown(_centile(mine, 0.5)),
                shown(_centile(mine, 0.95)),
                shown(median(one.requests for one in mine)),
                shown(median(one.a_minute for one in mine)),
                shown(median(one.megabytes for one in mine)),
                shown(median(one.after_processed for one in mine)),
                str(worst.measured.code),
            )
        )
    words = "Seconds from the moment that an event could be read from the controller to its line in the log."
    return Section(name, words, _HEAD, rows, {"latency.svg": _latency(runs)} if plots else {})


def _latency(runs: Sequence[Run]) -> str:
    shares = [at / 20 for at in range(1, 20)] + [0.99]
    series = {}
    for peer in dict.fromkeys(one.peer for one in runs):
        values = sorted(value for one in runs if one.peer == peer for value in one.latencies())
        if values:
            series[peer] = [(100 * share, max(centile(values, share), 0.01)) for share in shares]
    return plot.lines("Time to a line, 430 events at 20/s", "percent of the lines", "seconds", series)
