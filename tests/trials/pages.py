"""Pages, proxies and faults in the middle of everything else: a share of all answers is not the controller's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.trials.controller import API, Answer, Clock, Controller, Request, cut, http, page
from tests.trials.trial import LONGEST, Ended, run

_PROXY = {"Content-Type": "application/json"}
_FAULTS: tuple[Callable[[], Answer], ...] = (
    lambda: None,
    lambda: b"HTTP/1.1 100 Continue\r\n\r\n",
    lambda: b"\x16\x03\x01 not http\r\n\r\n\0CUT\0",
    lambda: (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\0\0"
    ),
    lambda: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\0CUT\0",
    lambda: http(200, {"detail": "An error occurred."}),
    lambda: http(200, []),
    lambda: http(200, {"results": None}),
    lambda: http(200, {"id": 999, "type": "job", "status": "failed", "url": API + "jobs/999/"}),
    lambda: http(404, {"message": "no Route matched"}, headers=_PROXY),
    lambda: http(401, {"detail": "JWT has expired"}),
    lambda: http(429, {"detail": "slow down"}, headers={**_PROXY, "Retry-After": "7"}),
    lambda: http(500, {"detail": "oops"}),
)
_STATUSES = (
    200,
    204,
    301,
    302,
    307,
    401,
    403,
    404,
    405,
    407,
    408,
    410,
    413,
    421,
    429,
    451,
    500,
    502,
    503,
    504,
)


class Weather:
    """A share of the answers to one kind of path, or to all, for some time or for ever."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(seed)
        self.clock = Clock()
        status = dice.choice(["successful", "successful", "failed", "error", "canceled"])
        self.controller = Controller(
            self.clock, self.hook, variables=True, cap=dice.choice([5, 200]), status=status
        )
        self.path = dice.choice(["/job_events/", "/jobs/", "/jobs/101/", "", "", "/job_templates/"])
        self.share = dice.choice([0.1, 0.3, 0.6, 1.0])
        self.lasts = dice.choice([5.0, 20.0, 40.0, 1e9])
        self.cut = dice.random() < 0.3
        self.since: float | None = None
        self.controller.duration = dice.choice([0.0, 3.0, 30.0])

    def hook(self, request: Request) -> Answer | bool:
        path = self.path
        here = request.path.endswith(path) if path == "/jobs/101/" else path in request.path
        launching = request.method == "POST"  # those are another trial's
        if launching or not here or self.dice.random() > self.share:
            return False
        now = self.clock.now()
        self.since = now if self.since is None else self.since
        if now - self.since > self.lasts:
            return False
        if self.cut:
            return cut(self.controller.honest(request), self.dice.choice([0, 0.4, 0.9]))
        if self.dice.random() < 0.5:
            return page(self.dice.choice(_STATUSES), self.dice.choice(["", "<html>proxy</html>", '{"a": 1}']))
        return self.dice.choice(_FAULTS)()


def trial(seed: int) -> list[str]:
    """What went wrong."""
    weather = Weather(seed)
    try:
        ended = run(weather.controller, weather.clock, request_timeout="1s", outage_tolerance="60s")
    finally:
        weather.controller.close()
    return list(_judged(weather, ended))


def _judged(weather: Weather, ended: Ended) -> list[str]:
    controller, wrong = weather.controller, list[Any]()
    if len(controller.jobs) > 1:
        wrong.append("doubled")
    if ended.job not in (None, 101):
        wrong.append("foreign")
    if controller.jobs and ended.exit not in (0, 1) and "aap-launcher follow 101" not in ended.log:
        wrong.append("orphaned")
    if ended.seconds > LONGEST:
        wrong.append("hung")
    verdict = 0 if controller.status == "successful" else 1
    lasting = weather.lasts > 60 and weather.share == 1.0
    right = {verdict} if controller.jobs else {2, 3, 4}
    if controller.jobs and (weather.path != "/job_events/"):
        right |= {3, 4, 6} if lasting or weather.lasts > 60 else set()
    if ended.exit not in right:
        wrong.append(f"exit {ended.exit}")
    if ended.exit in (0, 1) and "log complete: 12 events" in ended.log:
        lost = [n for n in range(1, 13) if f"line {n}." not in ended.log]
        wrong += ["lost"] if lost else []
    return wrong
