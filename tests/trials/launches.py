"""Launched once, in any weather: what becomes of the POST, of its answer and of the list is drawn by the seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.trials.controller import ME, OTHER, Answer, Clock, Controller, Made, Request, cut, http, page
from tests.trials.trial import LONGEST, Ended, run

_PROXY = {"Content-Type": "application/json"}
# What comes in the place of the controller's answer to the launch.
_ANSWERS: dict[str, Callable[[], Answer]] = {
    "reset": lambda: None,
    "silence": lambda: b"HTTP/1.1 100 Continue\r\n\r\n",
    "500": lambda: http(500, {"detail": "oops"}),
    "502": lambda: page(502, ""),
    "503": lambda: page(503, "no healthy upstream"),
    "504": lambda: page(504, "upstream request timeout"),
    **{str(status): partial(page, status) for status in (200, 301, 302, 307, 400, 401, 402, 403, 404)},
    **{str(status): partial(page, status) for status in (405, 407, 408, 410, 413, 418, 421, 429, 451)},
    "403 empty": lambda: page(403, ""),
    "401 JWT": lambda: http(401, {"detail": "JWT has expired"}, headers=_PROXY),
    "404 JSON": lambda: http(404, {"message": "no Route matched"}, headers=_PROXY),
    "200 JSON": lambda: http(200, {"status": "ok"}),
    "garbage": lambda: b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n\0CUT\0",
}
_REFUSALS: dict[str, Callable[[], Answer]] = {
    "403 own": lambda: http(403, {"detail": "You do not have permission to perform this action."}),
    "400 own": lambda: http(400, {"variables_needed_to_start": ["'a' value missing"]}),
}


class Weather:
    """What happens to each launch that is sent, and to the list in which it is looked for."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(seed)
        self.clock = Clock()
        self.variables = dice.random() < 0.6
        self.posts = 0
        self.controller = Controller(
            self.clock, self.hook, variables=self.variables, cap=dice.choice([2, 25, 200])
        )
        self.lag = dice.choice([0, 0, 5, 20])
        self.blind = dice.choice([0, 0, 0, 1, 3])  # so many looks at the list fail
        self.hidden = dice.choice(
            [(), (), ("extra_vars",), ("launched_by",), ("launch_type", "unified_job_template")]
        )
        self.controller.spared = lambda row: {
            key: value for key, value in row.items() if key not in self.hidden
        }
        for _ in range(dice.choice([0, 0, 3, 40])):
            self._stranger()

    def hook(self, request: Request) -> Answer | bool:
        if request.path.endswith("/unified_jobs/") and self.posts and self.blind:
            self.blind -= 1
            return self.dice.choice(
                [page(503, "away"), page(200), http(200, {"results": None}, headers=_PROXY)]
            )
        if request.method == "POST" and request.path.endswith("/launch/"):
            return self._post(request)
        return False

    def _post(self, request: Request) -> Answer | bool:
        self.posts += 1
        dice = self.dice
        for _ in range(dice.choice([0, 0, 1, 2])):
            self._stranger(request)
        chance = dice.random()
        if chance < 0.1:
            return False  # all is well
        if chance < 0.18:
            return dice.choice(list(_REFUSALS.values()))()
        answer = self._acted(request) if chance < 0.75 else None
        if answer is not None and dice.random() < 0.15:
            return cut(answer, dice.choice([0, 0.3, 0.9]))
        return dice.choice(list(_ANSWERS.values()))()

    def _acted(self, request: Request) -> bytes | None:
        """The controller makes the job now, or later; its answer, which nobody need get."""
        delay = self.dice.choice([0, 0, 0, 10, 40, 75, 140])
        if delay:
            self.controller.later.append((self.clock.now() + delay, partial(self._made, request)))
            return None
        answer = self.controller.launched(self._made(request))
        if self.dice.random() < 0.2:
            self._copy()
        return answer

    def _made(self, request: Request) -> Made:
        return self.controller.make(request.body, ours=True, lag=self.lag)

    def _stranger(self, request: Request | None = None) -> None:
        """Another pipeline launches the same, perhaps with our account; or something else launches it."""
        dice, fields = self.dice, dict[str, Any]()
        fields["launched_by"] = {"id": dice.choice([ME, ME, OTHER]), "type": "user"}
        fields["launch_type"] = dice.choice(["manual", "manual", "relaunch", "scheduled", "workflow"])
        variables = (
            {"aap_launcher_id": f"{dice.random()}"} if dice.random() < 0.5 and request is not None else {}
        )
        self.controller.make({"extra_vars": variables}, ours=False, **fields)

    def _copy(self) -> None:
        """Somebody relaunches our job at once: it has our marker as well."""
        mine = self.controller.jobs[-1]
        fields = {**mine.fields, "launch_type": "relaunch", "launched_by": {"id": OTHER, "type": "user"}}
        self.controller.make({}, ours=False, **fields)


def trial(seed: int) -> list[str]:
    """What went wrong."""
    weather = Weather(seed)
    try:
        ended = run(weather.controller, weather.clock, request_timeout="1s", outage_tolerance="60s")
    finally:
        weather.controller.close()
    return list(_judged(weather, ended))


def _judged(weather: Weather, ended: Ended) -> list[str]:
    ours = [made.id for made in weather.controller.jobs if made.ours]
    number = len(ours) + len(weather.controller.later)
    wrong = []
    if number > 1:
        wrong.append("doubled")
    if ended.job is not None and ended.job not in ours:
        wrong.append("foreign")
    if number and ended.job is None and "aap-launcher follow" not in ended.log:
        wrong.append("orphaned")
    if ended.seconds > LONGEST:
        wrong.append("hung")
    right = {0} if ended.job is not None else {3, 4} if not number else {6}
    if not number:
        right.add(6)  # nobody can tell
    if ended.exit not in right:
        wrong.append(f"exit {ended.exit}")
    return wrong
