"""Launchers in threads, as real as in processes but for signals: so 200 of them fit on a small machine at once.

python -m bench.launchers COUNT URL EVENTS RATE: prints one line of JSON for each.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from aap_launcher import ci
from aap_launcher.controller import connect
from aap_launcher.inputs.parsing import parse
from aap_launcher.launcher import main as launcher
from aap_launcher.models import CIContext

PAGE = 200
LAUNCH = 9  # requests before the first look at the job, and after its end


class _Clock:
    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


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
    """One launcher's run: what it asked, for how long, what it showed, how it ended; `came` is the machine's clock."""

    job: int
    code: int
    requests: int
    posts: int
    seconds: float
    lines: int
    whole: bool
    came: float

    def above(self, budget: float, events: int) -> bool:
        """Whether it asked more often than `budget` requests a minute, the launch and full pages aside."""
        return self.requests > LAUNCH + -(-events // PAGE) + budget * self.seconds / 60

    @property
    def a_minute(self) -> float:
        """Requests a minute."""
        return self.requests / self.seconds * 60


def launch(url: str, events: int, rate: float) -> Launched:
    """Launch the sandbox's replay and follow it to its end."""
    stream, asked, began = io.BytesIO(), [], time.monotonic()

    def trace(line: str) -> None:
        asked.append((time.monotonic(), line))

    tools = launcher.Tools(
        connect=connect,
        ci=ci.detect({}, stream=stream, wall_clock=time.time, override="plain"),
        clock=_Clock(),
        signals=_Unheard(),
        write=lambda _path, _text: None,
        context=CIContext(provider="github"),
        trace=trace,
    )
    inputs = {
        "url": url,
        "token": "ci-bot-token",
        "template": "Replay",
        "extra_vars": f"events: {events}\nrate: {rate}",
    }
    outcome = launcher.launch(parse(inputs), tools)
    log = stream.getvalue().decode()
    return Launched(
        job=outcome.job.id if outcome.job else 0,
        code=outcome.exit_code,
        requests=len(asked),
        posts=sum(line.startswith("POST") for _, line in asked),
        seconds=time.monotonic() - began,
        lines=log.count("\n"),
        whole=outcome.log.state == "complete" and outcome.log.received == events,
        came=asked[0][0],
    )


def many(count: int, url: str, events: int, rate: float) -> list[Launched]:
    """So many at once."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: launch(url, events, rate), range(count)))


def main() -> None:
    """Run them and tell how each ended."""
    count, url, events, rate = sys.argv[1:]
    for one in many(int(count), url, int(events), float(rate)):
        print(json.dumps(asdict(one)))


if __name__ == "__main__":
    main()
