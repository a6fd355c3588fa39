"""Many launchers at once, each in a thread of its own, against one sandbox; `make bench` starts 100."""

from __future__ import annotations

import io
import random
import time
from functools import partial

import pytest

import sandbox
from aap_launcher import ci
from aap_launcher.controller.connect import connect
from aap_launcher.controller.controller import Controller
from aap_launcher.inputs.parsing import parse_inputs
from aap_launcher.launcher import main as launcher
from bench.launchers import STREAMING, launch, many
from tests.fakes import FakeClock, FakeSignals
from tests.runtimes import KEPT_RUNS
from tests.site import Site, answers

LAUNCHERS, EVENTS, RATE = 30, 120, 15


@pytest.mark.sandbox
def test_many_launchers_at_once_are_each_whole_and_inside_their_budget() -> None:
    with sandbox.start(speed=10, kept_runs=KEPT_RUNS) as box:
        launch(box.url, template="Replay", extra_vars="events: 100")  # the sandbox records what it replays
        ran = many(LAUNCHERS, box.url, template="Replay", extra_vars=f"events: {EVENTS}\nrate: {RATE}")
    assert len({one.job for one in ran}) == LAUNCHERS
    for one in ran:
        assert one.code == 0, one
        assert one.whole, one
        assert one.received == EVENTS, one
        assert one.posts == 1, one
        assert not one.above(STREAMING, EVENTS), one


def first_request(environ: dict[str, str], seed: int) -> float:
    """Seconds from the start to the first request, by a clock that jumps."""
    clock, asked = FakeClock(), []
    tools = launcher.Tools(
        connect=partial(connect, Controller),
        ci=ci.detect({}, stream=io.BytesIO(), wall_clock=time.time, override="plain"),
        clock=clock,
        signals=FakeSignals(),
        write=lambda path, text: None,
        spread=ci.spread(environ),
        trace=lambda line: asked.append(clock.now()),
    )
    random.seed(seed)
    began, site = clock.now(), Site(answers())
    with site.serving():
        launcher.launch(
            parse_inputs({"url": "https://aap.example.com", "token": "t0ken", "template": "12"}), tools
        )
    return asked[0] - began


def test_the_jobs_of_a_matrix_do_not_come_at_the_same_moment() -> None:
    matrix = {"GITLAB_CI": "true", "CI_NODE_TOTAL": "5"}
    starts = [first_request(matrix, seed) for seed in range(40)]
    assert max(starts) <= 0.25
    assert len({round(start / 5, 2) for start in starts}) >= 5


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"GITHUB_ACTIONS": "true"},
        {"GITLAB_CI": "true"},
        {"GITLAB_CI": "true", "CI_NODE_TOTAL": "1"},
        {"GITLAB_CI": "true", "CI_NODE_TOTAL": "many"},
        {"CI_NODE_TOTAL": "5"},
    ],
)
def test_nobody_waits_for_a_matrix_that_is_not_told(environ: dict[str, str]) -> None:
    assert first_request(environ, 1) == 0
