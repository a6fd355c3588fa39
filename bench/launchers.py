"""Launchers in threads, as real as processes but for signals: a hundred of them fit on a small machine."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from aap_launcher import ci
from aap_launcher.controller.connect import connect
from aap_launcher.controller.controller import Controller
from aap_launcher.inputs.parsing import parse_inputs
from aap_launcher.launcher import main as launcher
from aap_launcher.models.outcomes import CIContext

PAGE = 200
LAUNCH = 10  # requests before the first look at the job, and after its end
STREAMING = 64.0  # requests a minute while events flow, beside a page for every 200 events


class _Clock:
    """The machine's clock, so many times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        return time.monotonic() * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)


class _Unheard:
    """Signals are the main thread's; none comes here."""

    @contextmanager
    def listening(self) -> Iterator[None]:
        yield

    @contextmanager
    def finishing(self, _seconds: float) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Launched:
    """One launcher's run: what it asked and when, for how long, how it ended; times by its own clock."""

    job: int
    code: int
    posts: int
    seconds: float
    whole: bool
    received: int  # events
    asked: tuple[float, ...] = field(repr=False)
    ended: float = float("inf")  # when the controller says that the job ended

    def above(self, budget: float, events: int) -> bool:
        """Whether it asked more often than `budget` requests a minute, the launch and full pages aside."""
        return self.requests > LAUNCH + -(-events // PAGE) + budget * self.seconds / 60

    @property
    def requests(self) -> int:
        """All of them."""
        return len(self.asked)

    @property
    def a_minute(self) -> float:
        """Requests a minute."""
        return self.requests / self.seconds * 60

    @property
    def busiest_minute(self) -> int:
        """The most requests of any sixty seconds while the job runs: what is stored at its end is read at once."""
        running = [when for when in self.asked if when < self.ended]
        return max(sum(start <= when < start + 60 for when in running) for start in running)


def launch(url: str, speed: float = 1.0, *, template: str = "7", extra_vars: str = "") -> Launched:
    """Launch a template and follow it to its end, with a clock that runs `speed` times as fast."""
    clock, asked = _Clock(speed), list[tuple[float, str]]()
    began = clock.now()
    tools = launcher.Tools(
        connect=partial(connect, Controller),
        ci=ci.detect({}, stream=io.BytesIO(), wall_clock=time.time, override="plain"),
        clock=clock,
        signals=_Unheard(),
        write=lambda _path, _text: None,
        context=CIContext(provider="github"),
        trace=lambda line: asked.append((clock.now(), line)),
    )
    inputs = {"url": url, "token": "ci-bot-token", "template": template, "extra_vars": extra_vars}
    outcome = launcher.launch(parse_inputs(inputs), tools)
    return Launched(
        job=outcome.job.id if outcome.job else 0,
        code=outcome.exit_code,
        posts=sum(line.startswith("POST") for _, line in asked),
        seconds=clock.now() - began,
        whole=outcome.log.state == "complete" or bool(outcome.nodes),
        received=outcome.log.received,
        asked=tuple(when for when, _ in asked),
    )


def many(
    count: int, url: str, speed: float = 1.0, *, template: str = "7", extra_vars: str = ""
) -> list[Launched]:
    """So many at once."""
    with ThreadPoolExecutor(count) as pool:
        one = lambda _: launch(url, speed, template=template, extra_vars=extra_vars)  # noqa: E731
        return list(pool.map(one, range(count)))
