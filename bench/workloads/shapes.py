"""Runs of unusual shape: many hosts, many failures, many tasks with a JUnit report."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from bench.box import controller
from bench.controller.corpus import Shape
from bench.controller.stream import Plan
from bench.peers import commands
from bench.results import Figure, Found, Section, exponent, shown
from bench.run import Run, run

_HEAD = ("run", "events", "log", "CPU s", "peak MiB", "wall s", "exit code")


def measure() -> Found:
    """The figures of shapes."""
    rows, hosts = [], []
    with tempfile.TemporaryDirectory() as folder, controller(Path(folder)) as box:
        for count in (100, 1_000, 10_000):
            one = run(commands.PLAIN, box, Plan(events=4 * count + 5, shape=Shape(hosts=count)))
            hosts.append((float(count), one.measured))
            rows.append(_row(f"{count:,} hosts, two tasks", one))
        failing = Plan(events=10_004, shape=Shape(hosts=5_000, failing=True))
        rows += [
            _row(f"5,000 hosts fail in one task, {peer.name}", run(peer, box, failing))
            for peer in (commands.PLAIN, commands.GITHUB)
        ]
        tasks = Plan(events=3_000 * 9 + 3, shape=Shape(hosts=4))
        rows.append(_row("3,000 tasks on 4 hosts", run(commands.PLAIN, box, tasks)))
        junit = commands.launcher("--ci", "plain", "--junit", f"{folder}/junit.xml")
        rows.append(
            _row("the same with a JUnit report", run(replace(commands.PLAIN, command=junit), box, tasks))
        )
    cpu = exponent([(count, one.cpu) for count, one in hosts[1:]])
    memory = exponent([(count, one.peak) for count, one in hosts[1:]])
    words = f"From 1,000 hosts on, CPU grows with hosts^{cpu:.2f} and memory with hosts^{memory:.2f}."
    figures = [Figure("10,000 hosts: CPU grows with hosts to the power of", cpu, 1.05)]
    return Found(figures, [Section("Shapes", words, _HEAD, rows)])


def _row(name: str, one: Run) -> tuple[str, ...]:
    numbers = (shown(one.measured.cpu), shown(one.measured.peak), shown(one.measured.wall))
    return (name, f"{one.told.plan.events:,}", str(one.whole), *numbers, str(one.measured.code))
