"""The controller itself: its time, who asks, what the credential may do, and how long an answer takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from statistics import median

from aap_launcher.controller.controller import Controller
from aap_launcher.controller.discovery import GATEWAY
from aap_launcher.controller.requests import Requests
from aap_launcher.doctor.check import Check, State
from aap_launcher.errors import InvalidInput, Refused, Unreachable
from aap_launcher.inputs.definitions import Connection
from aap_launcher.models import shapes
from aap_launcher.models.ports import Clock
from aap_launcher.models.shapes import Row
from aap_launcher.text.words import count, duration

_SKEW = 120.0  # seconds by which the clocks may differ before times in logs mislead
_ASKED = 5
# A rule that means nothing: the preview of a schedule is the one POST that changes nothing.
_RULE = {"rrule": "DTSTART:20300101T000000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=1"}


def access(
    controller: Controller, requests: Requests, connection: Connection, clock: Clock, today: datetime
) -> Iterator[Check]:
    """What the controller tells of itself and of who asks."""
    yield _skew(requests, today)
    yield _round_trip(requests, clock)
    who = controller.username or "somebody whose name the controller does not tell"
    yield Check("user", State.OK, f"{who} ({'token' if connection.token else 'user name and password'})")
    yield _scope(requests)
    if connection.token:
        yield _expiry(requests, gateway=controller.platform.gateway)


def _skew(requests: Requests, today: datetime) -> Check:
    try:
        seen = parsedate_to_datetime(requests.raw("GET", "ping/").headers.get("Date", ""))
        off = (seen - today).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return Check("clock", State.UNKNOWN, "no Date in the controller's answer")
    except (Refused, Unreachable) as error:
        return Check("clock", State.UNKNOWN, f"not told: {error}")
    if abs(off) > _SKEW:
        word = "ahead of" if off > 0 else "behind"
        told = f"the controller's clock is {duration(abs(off))} {word} this machine's"
        return Check(
            "clock", State.WARNING, told, "Times in logs and --since will not fit; look at NTP on both."
        )
    return Check("clock", State.OK, "within two minutes of this machine's")


def _round_trip(requests: Requests, clock: Clock) -> Check:
    took = []
    for _ in range(_ASKED):
        began = clock.now()
        try:
            requests.raw("GET", "ping/")
        except (Refused, Unreachable) as error:
            return Check("round trip", State.UNKNOWN, f"not told: {error}")
        took.append(clock.now() - began)
    told = f"{median(took) * 1000:.0f} ms for a ping (median of {_ASKED})"
    if median(took) > 2:
        return Check(
            "round trip", State.WARNING, told, "The log will lag behind; raise request_timeout if reads fail."
        )
    return Check("round trip", State.OK, told)


def _scope(requests: Requests) -> Check:
    """Whether it may write, without writing: a read-only token is refused every POST (SAW auth/readonly_*)."""
    try:
        answer = requests.raw("POST", "schedules/preview/", body=_RULE)
    except (Refused, Unreachable) as error:
        return Check("scope", State.UNKNOWN, f"not told: {error}")
    if answer.status == 403:
        advice = "Make a token with the scope write: a launch needs it."
        return Check("scope", State.NOT_OK, "the token is read-only", advice, 3)
    if answer.status == 200:
        return Check("scope", State.OK, "may write")
    return Check("scope", State.UNKNOWN, f"the controller answers {answer.status} where it was tried")


def _expiry(requests: Requests, *, gateway: bool) -> Check:
    """A token does not tell which one it is; with a single one of this user it is known all the same.

    Behind a gateway it may be one of the platform's, or (until AAP 2.7) one of the controller's.
    """
    rows = [*(_tokens(requests, GATEWAY) if gateway else ()), *_tokens(requests, "")]
    ends = sorted(shapes.text_at(row, "expires")[:10] for row in rows)
    if not rows:
        return Check("token", State.UNKNOWN, "its end is not told by this controller")
    if len(rows) == 1:
        return Check("token", State.OK, f"until {ends[0]}")
    told = f"one of {count(len(rows), 'token')} of this user; the first ends {ends[0]}"
    return Check("token", State.UNKNOWN, told)


def _tokens(requests: Requests, root: str) -> Sequence[Row]:
    """The user's tokens below this root; a gateway's administrator is told those of all."""
    try:
        mine = shapes.rows(requests.read(f"{root}me/", what="the user's own page"), "results")
        query = (("page_size", "200"),)
        rows = shapes.rows(requests.read(f"{root}tokens/", query, what="the user's tokens"), "results")
    except (InvalidInput, Refused, Unreachable):
        return ()
    return [row for row in rows if mine and row.get("user") == mine[0].get("id")]
