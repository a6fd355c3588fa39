"""Many launchers at once, each in a thread of its own, against one sandbox; `python -m bench load` starts 200 processes."""

from __future__ import annotations

import io
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

import sandbox
from aap_launcher import ci, launcher
from aap_launcher.controller import connect
from aap_launcher.inputs import parse
from aap_launcher.models import CIContext, Outcome
from sandbox import Sandbox
from tests.fakes import FakeClock, FakeSignals
from tests.site import Site, answers

LAUNCHERS, EVENTS, RATE = 30, 120, 15
STREAMING = 62  # requests a minute, beside a page for every 200 events
LAUNCH = 9  # requests before the first look at the job, and after its end


class _RealClock:
    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class One:
    """One launcher's run."""

    outcome: Outcome
    seconds: float
    log: str
    requests: list[tuple[float, str]] = field(default_factory=list)


def launch(box: Sandbox, number: int) -> One:
    stream, asked, began = io.BytesIO(), [], time.monotonic()
    tools = launcher.Tools(
        connect=connect,
        ci=ci.detect({}, stream=stream, wall_clock=time.time, override="plain"),
        clock=_RealClock(),
        signals=FakeSignals(),
        write=lambda path, text: None,
        context=CIContext(provider="github"),
        trace=lambda line: asked.append((time.monotonic(), line)),
    )
    variables = f"events: {EVENTS}\nrate: {RATE}"
    outcome = launcher.launch(
        parse(
            {
                "url": box.url,
                "token": box.token,
                "template": "Replay",
                "extra_vars": variables,
                "summary": "false",
            }
        ),
        tools,
    )
    return One(outcome, time.monotonic() - began, stream.getvalue().decode(), asked)


@pytest.mark.sandbox
def test_many_launchers_at_once_are_each_whole_and_inside_their_budget() -> None:
    with sandbox.start(speed=10) as box, ThreadPoolExecutor(LAUNCHERS) as pool:
        launch(box, 0)  # the sandbox records the run that it replays
        ran = list(pool.map(lambda number: launch(box, number), range(LAUNCHERS)))
    jobs = {one.outcome.job.id for one in ran if one.outcome.job is not None}
    assert len(jobs) == LAUNCHERS
    for one in ran:
        assert one.outcome.exit_code == 0, one.log
        assert one.outcome.log.state == "complete"
        assert one.outcome.log.received == EVENTS
        pages = -(-EVENTS // 200)
        assert len(one.requests) <= LAUNCH + pages + STREAMING * one.seconds / 60, one.requests
        assert sum(line.startswith("POST") for _, line in one.requests) == 1


def first_request(provider: str, seed: int) -> float:
    """Seconds from the start to the first request, by a clock that jumps."""
    clock, asked = FakeClock(), []
    tools = launcher.Tools(
        connect=connect,
        ci=ci.detect({}, stream=io.BytesIO(), wall_clock=time.time, override="plain"),
        clock=clock,
        signals=FakeSignals(),
        write=lambda path, text: None,
        context=CIContext(provider=provider),
        trace=lambda line: asked.append(clock.now()),
    )
    random.seed(seed)
    began, site = clock.now(), Site(answers())
    with site.serving():
        launcher.launch(parse({"url": "https://aap.example.com", "token": "t0ken", "template": "12"}), tools)
    return asked[0] - began


def test_the_jobs_of_a_matrix_do_not_come_at_the_same_moment() -> None:
    starts = [first_request("github", seed) for seed in range(40)]
    assert max(starts) <= 0.5
    assert len({round(start, 1) for start in starts}) >= 5


def test_a_person_at_a_terminal_does_not_wait_for_a_matrix() -> None:
    assert first_request("", 1) == 0
