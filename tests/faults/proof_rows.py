"""Who spoke is known by proof, every part of a request has its deadline, and the log never decides."""

from __future__ import annotations

import gzip
import threading
import time
from itertools import repeat

from sandbox import faults
from sandbox.faults import Exchange, Fault, Rule, gateway
from tests.faults.launch_rows import ADOPTED, canceled
from tests.faults.matrix import EVENTS, FOLLOWING, JOB, LAUNCH, Row, s

_COMPLETE = r"log complete: 60 events"
_NO_LOG = {"events": "none", "status": "successful"}
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
_SIGNED = {"X-API-Node": "awx-1", "X-API-Product-Name": "AWX"}


def _post(fault: Fault, count: int = 1) -> Rule:
    return Rule(LAUNCH, fault, method="POST", count=count)


def _dripping(beginning: bytes, drop: bytes, *, acted: bool = False) -> Fault:
    """An answer that never ends, and never stands still for long."""

    def fault(exchange: Exchange) -> None:
        if acted:
            exchange.ask()
        exchange.send(beginning)
        for _ in repeat(None, 600):
            if exchange.over:
                return
            exchange.send(drop)
            time.sleep(0.05)

    return fault


def _made_later(seconds: float) -> Fault:
    """The gateway gives up; the controller's workers come to it later."""

    def fault(exchange: Exchange) -> None:
        exchange.body()
        threading.Timer(s(seconds), exchange.ask).start()
        exchange.answer(gateway.TIMEOUT)

    return fault


def _interim(*heads: bytes) -> Fault:
    """The controller's own answer, others before it that are none yet (RFC 9110, 15.2)."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        for head in heads:
            exchange.send(head + b"\r\n\r\n")
        exchange.answer(reply)

    return fault


def _located(place: str, then: str) -> Fault:
    """The head of the launch's answer, cut within its Location or before its body."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        row = reply.json()
        signed = "".join(f"{name}: {value}\r\n" for name, value in _SIGNED.items())
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n{signed}Location: "
        exchange.send((head + place.format(url=row["url"]) + then).encode())
        exchange.hang_up()

    return fault


_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload"
_PROCESSING = b"HTTP/1.1 102 Processing"


def _bomb(exchange: Exchange) -> None:
    """300 kB that are 300 MB when they are unpacked."""
    reply = exchange.ask()
    packed = gzip.compress(b" " * 300_000_000, compresslevel=9)
    headers = (*reply.headers, ("Content-Encoding", "gzip"))
    exchange.answer(faults.Reply(200, packed, headers))


# --- a page in the place of the launch's answer ---------------------------------------------------------

_PAGES = {
    302: "302 to a log-in page",
    401: "401 of a proxy, as a page,",
    403: "403 of a firewall, as a page,",
    404: "404 of an ingress, as a page,",
    407: "407 of a proxy, as a page,",
    408: "408 of a proxy",
    410: "410, as a page,",
    413: "413 of nginx",
    421: "421 of a router",
    429: "429 of a rate limiter",
    451: "451, as a page,",
}
_JSON = {
    "404 with a proxy's JSON": gateway.json(404, {"message": "no Route matched with those values"}),
    "401 `JWT has expired` that lacks the controller's headers": gateway.json(
        401, {"detail": "JWT has expired"}
    ),
    "400 with a firewall's JSON": gateway.json(400, {"error": "request blocked"}),
}


def _page(status: int) -> faults.Reply:
    if status == 302:
        return gateway.redirect("/login/?next=/")
    return gateway.page(status, f"{status}", "<hr>proxy")


def _of_a_cache(body: dict[str, object]) -> dict[str, object]:
    return {**body, "id": 1, "job": 1, "url": "/api/controller/v2/jobs/1/"}


LAUNCHED = [
    *(
        Row(
            fault=f"{name} after the launch has happened",
            rules=[_post(faults.answer(_page(status), after="acted"))],
            says=ADOPTED,
        )
        for status, name in _PAGES.items()
    ),
    *(
        Row(
            fault=f"{name} after the launch has happened",
            rules=[_post(faults.answer(reply, after="acted"))],
            says=ADOPTED,
        )
        for name, reply in _JSON.items()
    ),
    Row(
        fault="102 and 103 come before the launch's answer",
        rules=[_post(_interim(_PROCESSING, _HINTS, _PROCESSING))],
        says=_COMPLETE,
    ),
    Row(
        fault="The connection ends within the Location of the launch's answer",
        rules=[_post(_located("{url:.16}", ""))],
        says=ADOPTED,
    ),
    Row(
        fault="The Location of the launch's answer is whole, and its body never comes",
        rules=[_post(_located("{url}", "\r\nContent-Length: 4000\r\n\r\n{"))],
        says=ADOPTED,
    ),
    Row(
        fault="The Location of the launch's answer names a job that there was before, and its body never comes",
        rules=[_post(_located("/api/controller/v2/jobs/1/", "\r\nContent-Length: 4000\r\n\r\n{"))],
        says=ADOPTED,
    ),
    *(
        Row(
            fault=f"{status} with the controller's headers, and no Location, after the launch has happened",
            rules=[
                _post(faults.answer(gateway.json(status, {"detail": "?"}, headers=_SIGNED), after="acted"))
            ],
            says=ADOPTED,
        )
        for status in (300, 304)
    ),
    Row(
        fault="204 with the controller's headers after the launch has happened",
        rules=[_post(faults.answer(faults.Reply(204, b"", tuple(_SIGNED.items())), after="acted"))],
        says=ADOPTED,
    ),
    Row(
        fault="404 of an ingress to the launch, nothing launched: three minutes on, still nobody can tell",
        rules=[_post(faults.answer(_page(404)))],
        exit=6,
        jobs=0,
        lost=None,
        says=r"No job of it has shown up within 180 s; it was not sent again",
    ),
    Row(
        fault="The launch is answered with an older job, out of a cache",
        rules=[_post(faults.changed(_of_a_cache))],
        says=ADOPTED,
    ),
    Row(
        fault="The head of the launch's answer drips for ever, after the launch has happened",
        rules=[_post(_dripping(b"HTTP/1.1 201 Created\r\nX-Slow: ", b"a", acted=True))],
        inputs={"request_timeout": "20s"},
        says=ADOPTED,
    ),
    Row(
        fault="504 to the launch, and the controller makes the job 75 s later",
        rules=[_post(_made_later(75))],
        says=ADOPTED,
    ),
    Row(
        fault="Of what was given the controller ignores a field, and does not hear the cancel for 20 s",
        rules=[
            _post(faults.changed(lambda body: {**body, "ignored_fields": {"limit": "web1"}})),
            Rule(r"/cancel/$", faults.answer(gateway.NO_UPSTREAM), method="POST", seconds=s(20)),
        ],
        inputs={"extra_vars": '{"events": 2000, "rate": 20}'},
        exit=3,
        lost=None,
        says=r"^ignored +limit: job \d+ would not do what you asked",
        after=canceled,
    ),
]

# --- the log never decides ------------------------------------------------------------------------------

_UNREADABLE: dict[str, Fault] = {
    "500": faults.answer(gateway.ERROR_500),
    "403, the controller's own": faults.answer(gateway.json(403, {"detail": "no"}, headers=_SIGNED)),
    "a page": faults.answer(gateway.APOLOGY),
    "a redirect to a log-in page": faults.answer(gateway.redirect("/login/?next=/")),
    "a reset": faults.reset("read"),
    "JSON of another shape": faults.changed(lambda _: {"wrong": "shape"}),
}

LOGS = [
    *(
        Row(
            fault=f"Every page of events is {name}",
            rules=[Rule(EVENTS, fault, count=None)],
            lost=None,
            outputs=_NO_LOG,
            says=r"no log: none of its events could be read",
        )
        for name, fault in _UNREADABLE.items()
    ),
    Row(
        fault="The events cannot be read for 40 s, the job can",
        rules=[Rule(EVENTS, faults.answer(gateway.NO_UPSTREAM), seconds=s(40))],
        says=r"the log can be read again",
    ),
    Row(
        fault="The job has ended, and the timeout passes while its log drains slowly",
        rules=[Rule(EVENTS, faults.held(0.7), count=None)],
        inputs={"extra_vars": '{"events": 1000, "rate": 1000}', "timeout": "20s"},
        lost=None,
        outputs={"events": "partial", "status": "successful"},
        says=r"log perhaps incomplete",
    ),
    Row(
        fault="The events of a workflow's nodes cannot be read",
        rules=[Rule(EVENTS, faults.answer(gateway.ERROR_500), count=None)],
        inputs={"template": "Sliced deploy", "extra_vars": ""},
        lost=None,
        outputs=_NO_LOG,
        says=r"the log could not be read to its end",
    ),
]

# --- who tells how the job stands -----------------------------------------------------------------------

_NOT_THE_JOBS: dict[str, Fault] = {
    "404 with nothing in it (a gateway without its routes)": faults.answer(gateway.text(404, "")),
    "404 of an ingress, as a page,": faults.answer(_page(404)),
    "404, the controller's own,": faults.answer(gateway.json(404, {"detail": "Not found."}, headers=_SIGNED)),
    "Another job's page": faults.changed(lambda body: {**body, "id": 1, "status": "failed"}),
    "A page of another type": faults.changed(
        lambda body: {**body, "type": "project_update", "status": "failed"}
    ),
    "405 of a firewall, as a page,": faults.answer(_page(405)),
}
STATUSES = [
    *(
        Row(fault=f"{name} in the job's place, once", rules=[Rule(JOB, fault)], says=_COMPLETE)
        for name, fault in _NOT_THE_JOBS.items()
    ),
    Row(
        fault="103 comes before each answer",
        rules=[Rule(FOLLOWING, _interim(_HINTS), count=None)],
        says=_COMPLETE,
    ),
]

# --- one deadline for the whole of a request, and a bound for its size ----------------------------------

_ENDLESS: dict[str, Fault] = {
    "The head of the answer": _dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "`100 Continue`": _dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "A chunk's extension": _dripping(_CHUNKED + b"2;x=", b"y"),
    "The trailers": _dripping(_CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: 1\r\n"),
}
DEADLINES = [
    *(
        Row(
            fault=f"{name} of the job's page drips for ever, twice",
            rules=[Rule(JOB, fault, count=2)],
            inputs={"request_timeout": "20s"},
            says=r"controller back after",
        )
        for name, fault in _ENDLESS.items()
    ),
    Row(
        fault="The head of a page of events drips for ever, twice",
        rules=[Rule(EVENTS, _ENDLESS["The head of the answer"], count=2)],
        inputs={"request_timeout": "20s"},
        says=_COMPLETE,
    ),
    Row(
        fault="A page of events of 300 kB that is 300 MB when it is unpacked, twice",
        rules=[Rule(EVENTS, _bomb, count=2)],
        says=_COMPLETE,
    ),
]

ROWS = {
    "Who spoke, and what was sent": LAUNCHED,
    "The log never decides": [*LOGS, *STATUSES],
    "One deadline for the whole of a request": DEADLINES,
}
