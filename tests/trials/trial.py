"""One trial: the launcher in this process, against a controller of its own, and what came of it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from aap_launcher import ci
from aap_launcher.controller import controller as http
from aap_launcher.controller.connect import connect
from aap_launcher.inputs.parsing import parse_inputs
from aap_launcher.launcher import main as launcher
from tests.fakes import FakeSignals
from tests.trials.controller import Clock, Controller

LONGEST = 90.0  # real seconds of one trial, on a machine that others use as well; its own waits cost none


@dataclass(frozen=True)
class Ended:
    """How the launcher ended."""

    exit: int
    log: str
    job: int | None
    seconds: float


def run(controller: Controller, clock: Clock, **inputs: str) -> Ended:
    """Launch template 7, and follow it."""
    stream, written = io.BytesIO(), dict[str, str]()
    adapter = ci.detect({}, stream=stream, wall_clock=lambda: 1_700_000_000.5, override="plain")
    tools = launcher.Tools(
        connect=partial(connect, http.Controller),
        ci=adapter,
        clock=clock,
        signals=FakeSignals(),
        write=written.__setitem__,
        context=ci.context({}),
        version="0",
    )
    given: Mapping[str, str] = {"url": controller.url, "token": "t0ken-t0ken", "template": "7", **inputs}
    began = time.monotonic()
    outcome = launcher.launch(parse_inputs(dict(given)), tools)
    took = time.monotonic() - began
    return Ended(outcome.exit_code, stream.getvalue().decode(), outcome.job.id if outcome.job else None, took)


Trial = Callable[[int], list[str]]
"""A seed -> what went wrong: doubled, foreign, orphaned, hung, exit."""
