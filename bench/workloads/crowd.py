"""Many at once and long waits: workflows, a queue, a hundred launchers. Their clock is compressed, not their work."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.box import Box, controller
from bench.controller.stream import Plan
from bench.launchers import Launched, launch, many
from bench.results import Figure, Found, Section, exponent, shown

_SPEED = 20.0
_QUEUED = Plan(events=30, rate=10.0, pending=300.0, speed=_SPEED)
_NODE = Plan(events=300, rate=6.0, speed=_SPEED)
_STREAM = Plan(events=430, rate=20.0)
_LAUNCHERS = 100
_A_MINUTE = 120  # the most that README says of a workflow
_HEAD = ("load", "whole", "seconds", "requests", "a minute", "busiest minute while it runs")


def measure(*, quick: bool) -> Found:
    """The figures of crowds."""
    with tempfile.TemporaryDirectory() as folder, controller(Path(folder)) as box:
        queued = _one(box, _QUEUED)
        rows, figures = [_row("five minutes in a queue, then 30 events", [queued])], []
        figures.append(Figure("five minutes queued: requests a minute", queued.a_minute, 28))
        nodes = []
        for count in (20,) if quick else (20, 50, 100):
            one = _one(box, replace(_NODE, nodes=count))
            nodes.append((float(count), float(one.requests)))
            rows.append(_row(f"workflow of {count} nodes, ten at once", [one]))
            figures.append(
                Figure(f"{count} nodes, ten at once: busiest minute", one.busiest_minute, _A_MINUTE)
            )
        words = "The launcher's and the controller's clocks run twenty times as fast here."
        sections = [Section("Queues and workflows", words, _HEAD, rows)]
        if not quick:
            words += f" Requests grow with nodes^{exponent(nodes):.2f}."
            sections = [Section("Queues and workflows", words, _HEAD, rows), _crowd(box, figures)]
    return Found(figures, sections)


def _one(box: Box, plan: Plan) -> Launched:
    box.plan(plan)
    found = launch(box.url, plan.speed)
    return replace(found, ended=box.told(found.job).final_at * plan.speed)


def _crowd(box: Box, figures: list[Figure]) -> Section:
    box.plan(_STREAM)
    found = many(_LAUNCHERS, box.url)
    figures.append(
        Figure("100 launchers at once: logs that are not whole", sum(not one.whole for one in found), 0)
    )
    figures.append(
        Figure("100 launchers at once: requests a minute, the most", max(one.a_minute for one in found), 65)
    )
    rows = [_row(f"{_LAUNCHERS} launchers, 430 events at 20/s each", found)]
    words = "In threads of one process, so that they fit on a small machine: it and the controller share its cores."
    return Section("A hundred launchers at once", words, _HEAD, rows)


def _row(name: str, found: Sequence[Launched]) -> tuple[str, ...]:
    return (
        name,
        "all" if all(one.whole for one in found) else f"{sum(not one.whole for one in found)} not",
        shown(median(one.seconds for one in found)),
        shown(median(one.requests for one in found)),
        shown(median(one.a_minute for one in found)),
        str(max(one.busiest_minute for one in found)),
    )
