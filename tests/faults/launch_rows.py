"""Launched once: every place where the answer of the launch can be lost."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from http.client import HTTPConnection

from sandbox import faults
from sandbox.faults import Exchange, Rule, gateway
from tests.e2e.conftest import Ended, wait_for
from tests.faults.matrix import ANYTHING, LAUNCH, RECENT, Row, Stage, s

ADOPTED = r"made by this launch; it is followed"
AGAIN = r"no job was made; the launch is sent again, once"
BACK = r"controller back after"
LONG = '{"events": 600, "rate": 20}'  # a job of half a minute


def _post(fault: faults.Fault, **others: object) -> Rule:
    return Rule(LAUNCH, fault, method="POST", **others)  # type: ignore[arg-type]


def _nameless(stage: Stage) -> list[Rule]:
    """The name stops resolving just before the POST, for five seconds."""
    file = stage.launcher.folder / "nameless"

    def begin(_: Exchange) -> None:
        file.touch()
        threading.Timer(s(5), lambda: file.unlink(missing_ok=True)).start()

    stage.extra["nameless"] = file
    return [Rule(LAUNCH, faults.whenever(begin))]


def _hidden(seconds: float) -> faults.Fault:
    """The new job is not in any list yet."""

    def fault(exchange: Exchange) -> None:
        since = exchange.memory.setdefault("since", time.monotonic())
        if time.monotonic() - since >= seconds:
            faults.honest(exchange)
            return
        faults.changed(lambda page: {**page, "count": 0, "results": []})(exchange)

    return fault


def _named(stage: Stage) -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({"FAULTS_NO_NAMES": str(stage.extra["nameless"])})


# --- known not to have launched, by the transport or by the controller itself: sent again -------------------------------------------------------------

REFUSED = [
    Row(
        fault="The launch's connection is refused for 5 s",
        rules=[Rule(LAUNCH, faults.leaving(s(5)))],
        says=BACK,
    ),
    Row(
        fault="The name stops resolving for 5 s when the launch is sent",
        rules=_nameless,
        around=_named,
        says=BACK,
    ),
    Row(
        fault="401 `JWT has expired` to the launch, once",
        rules=[_post(faults.answer(gateway.STALE_JWT))],
        says=BACK,
    ),
    Row(
        fault="A random 401 to the launch, once",
        rules=[_post(faults.answer(gateway.NOT_KNOWN))],
        says=BACK,
    ),
]

# --- lost before the controller acted: looked up, then sent again ---------------------------------------

_BEFORE = {
    "Reset before the launch was read": faults.reset("unread"),
    "Reset after the launch was read, before it was acted on": faults.reset("read"),
    "The connection ends after the launch was read, before it was acted on": faults.closed("read"),
    "500 to the launch, nothing launched": faults.answer(gateway.ERROR_500),
    "502 with nothing in it (the authorizer), nothing launched": faults.answer(gateway.EMPTY_502),
    "502 of nginx, as a page, nothing launched": faults.answer(gateway.BAD_GATEWAY),
    "503 `no healthy upstream` to the launch": faults.answer(gateway.NO_UPSTREAM),
    "504 `upstream request timeout`, nothing launched": faults.answer(gateway.TIMEOUT),
    "429 to the launch, nothing launched": faults.answer(gateway.text(429, "slow down", retry_after="7")),
    "403 with nothing in it (the authorizer) to the launch": faults.answer(gateway.EMPTY_403),
    "403 `Unable to connect to database` to the launch": faults.answer(gateway.DATABASE_403),
    "A proxy's apology, 200 and HTML, instead of the launch": faults.answer(gateway.APOLOGY),
}

# --- lost after the controller acted: looked up, and followed -------------------------------------------

_AFTER = {
    "The answer is lost after the launch: reset": faults.reset("acted"),
    "The answer is lost after the launch: connection closed": faults.closed("acted"),
    "Half of the launch's answer": faults.cut(0.5),
    "The launch's answer, its Content-Length too long": faults.mislabeled(40),
    "The launch's answer, its Content-Length too short": faults.mislabeled(-40),
    "500 after the launch has happened": faults.answer(gateway.ERROR_500, after="acted"),
    "502 of nginx after the launch has happened": faults.answer(gateway.BAD_GATEWAY, after="acted"),
    "503 `upstream connect error ... connection termination` after the launch": faults.answer(
        gateway.TERMINATED, after="acted"
    ),
    "504 `upstream request timeout` after the launch has happened": faults.answer(
        gateway.TIMEOUT, after="acted"
    ),
    "504 of a router, as a page, after the launch has happened": faults.answer(
        gateway.ROUTER_504, after="acted"
    ),
    "200 and HTML after the launch has happened": faults.answer(gateway.APOLOGY, after="acted"),
    "JSON of the wrong shape after the launch": faults.changed(lambda body: {"result": body}),
    "A JSON list after the launch": faults.changed(lambda body: [body]),
}

LOST = [
    *(Row(fault=fault, rules=[_post(act)], says=AGAIN) for fault, act in _BEFORE.items()),
    *(Row(fault=fault, rules=[_post(act)], says=ADOPTED) for fault, act in _AFTER.items()),
    Row(
        fault="The launch's answer takes longer than request_timeout",
        rules=[_post(faults.held(3))],
        inputs={"request_timeout": "20s"},
        says=ADOPTED,
    ),
    Row(
        fault="The answer is lost, and the job shows in no list for 20 s",
        rules=[_post(faults.reset("acted")), Rule(RECENT, _hidden(s(20)), count=None)],
        says=ADOPTED,
    ),
    Row(
        fault="The answer is lost, and the controller is away for 20 s after it",
        rules=[
            _post(faults.reset("acted")),
            Rule(RECENT, faults.answer(gateway.NO_UPSTREAM), seconds=s(20)),
        ],
        says=ADOPTED,
    ),
    Row(
        fault="The answer is lost; every clock of the gateway is 10 minutes ahead",
        rules=[_post(faults.reset("acted"))],
        front={"skew": 600.0},
        says=ADOPTED,
    ),
    Row(
        fault="The answer is lost; every clock of the gateway is 10 minutes behind",
        rules=[_post(faults.reset("acted"))],
        front={"skew": -600.0},
        says=ADOPTED,
    ),
    Row(
        fault="Lost before the launch, and the second answer lost after it",
        rules=[_post(faults.reset("read")), _post(faults.reset("acted"))],
        says=ADOPTED,
    ),
]

# --- nobody can tell ------------------------------------------------------------------------------------


def _unknown(stage: Stage, ended: Ended) -> None:
    assert "aap-launcher follow" in ended.outputs["explanation"]
    assert ended.outputs["job_id"] == ""


UNKNOWN = [
    Row(
        fault="Both launches are lost before the controller acted",
        rules=[_post(faults.reset("read"), count=2)],
        exit=6,
        jobs=0,
        lost=None,
        says=r"was sent twice, both answers were lost",
        after=_unknown,
    ),
    Row(
        fault="The answer is lost, and the controller stays away",
        rules=[
            _post(faults.reset("acted")),
            Rule(RECENT, faults.answer(gateway.NO_UPSTREAM), count=None),
        ],
        inputs={"outage_tolerance": "20s"},
        exit=6,
        lost=None,
        says=r"could not be looked for",
        after=_unknown,
    ),
    Row(
        fault="The answer is lost, and this user may not list jobs",
        rules=[_post(faults.reset("acted")), Rule(RECENT, faults.answer(gateway.FORBIDDEN), count=None)],
        exit=6,
        lost=None,
        says=r"could not be looked for",
        after=_unknown,
    ),
    Row(
        fault="A redirect of the launch to another host",
        rules=lambda stage: [_post(faults.answer(gateway.redirect(witness(stage).url + "/launch/", 307)))],
        exit=6,
        jobs=0,
        lost=None,
        says=r"No job of it has shown up within 180 s; it was not sent again",
        after=lambda stage, _: untouched(stage),
    ),
]


def witness(stage: Stage) -> faults.Front:
    """Another host, which writes down who knocks."""
    if "witness" not in stage.extra:
        stage.extra["witness"] = faults.Front(
            stage.box, Rule(ANYTHING, faults.answer(gateway.LOGIN), "", count=None)
        )
    found: faults.Front = stage.extra["witness"]
    return found


def untouched(stage: Stage) -> None:
    assert not witness(stage).requests, "the token must not follow"
    witness(stage).close()


# --- templates that take no variables, so that there is no correlation value ----------------------------


def _stranger(token: str, then: faults.Fault) -> faults.Fault:
    """At the same moment somebody launches the same template past the front."""

    def launch(exchange: Exchange) -> None:
        link = HTTPConnection(*exchange.upstream)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        link.request("POST", exchange.request.target, b"{}", headers)
        assert link.getresponse().status == 201
        link.close()

    return faults.whenever(launch, then)


def _names_both(stage: Stage, ended: Ended) -> None:
    (mine,) = stage.front.launched
    named = {int(number) for number in re.findall(r"\bjob (\d+) \(", ended.outputs["explanation"])}
    assert mine in named
    assert len(named) == 2


def _plain(template: int) -> dict[str, str]:
    """A template of its own for each row: a row that runs beside it would be a stranger as well."""
    return {"template": str(template), "extra_vars": ""}


_UNPROVEN = r"(?:one job|several jobs) could be its own, which nothing proves; nothing was sent again"


def _names_mine(stage: Stage, ended: Ended) -> None:
    (mine,) = stage.front.launched
    assert f"job {mine} (" in ended.outputs["explanation"]
    assert len(re.findall(r"\bjob \d+ \(", ended.outputs["explanation"])) == 1


STRANGERS = [
    Row(
        fault="No variables; the answer is lost; another user launches the same at the same second",
        rules=[_post(_stranger("admin-token", faults.reset("acted")))],
        inputs=_plain(24),
        exit=6,
        lost=None,
        says=_UNPROVEN,
        after=_names_mine,
    ),
    Row(
        fault="No variables; lost before it was acted on; another user launches the same at the same second",
        rules=[_post(_stranger("admin-token", faults.reset("read")))],
        inputs=_plain(29),
        exit=6,
        jobs=0,
        lost=None,
        says=r"No job of it has shown up within 180 s; it was not sent again",
    ),
    Row(
        fault="No variables; lost before it was acted on; the same user launches the same at the same second",
        rules=[_post(_stranger("ci-bot-token", faults.reset("read")))],
        inputs=_plain(30),
        exit=6,
        jobs=0,
        lost=None,
        says=_UNPROVEN,
    ),
    Row(
        fault="No variables; the answer is lost; the same user launches the same at the same second",
        rules=[_post(_stranger("ci-bot-token", faults.reset("acted")))],
        inputs=_plain(37),
        exit=6,
        lost=None,
        says=r"several jobs could be its own, which nothing proves; nothing was sent again",
        after=_names_both,
    ),
    Row(
        fault="No variables; the body of the answer is lost, its head came",
        rules=[_post(faults.cut(0.5))],
        inputs=_plain(36),
        says=ADOPTED,
    ),
]


# --- a signal during the launch -------------------------------------------------------------------------


def canceled(stage: Stage, ended: Ended) -> None:
    """The job of this row was canceled on the controller."""
    (number,) = stage.front.launched
    wait_for(lambda: stage.box.state.jobs[number].status == "canceled", 10, f"the cancel of job {number}")


def _signal_at_post(stage: Stage) -> None:
    stage.asked(LAUNCH, "POST")
    time.sleep(0.1)
    stage.signal()


def _signal_at_search(stage: Stage) -> None:
    stage.asked(RECENT)
    time.sleep(0.1)
    stage.signal(signal.SIGTERM)


def _acted_and_silent(seconds: float) -> faults.Fault:
    """The launch happens; its answer is reset some time later."""

    def act(exchange: Exchange) -> None:
        exchange.ask()
        time.sleep(seconds)

    return faults.whenever(act, then=faults.reset("unread"))


_STOPPED = Row(
    fault="",
    says=r"was asked to cancel",
    exit=130,
    inputs={"extra_vars": LONG},
    real_time=True,
    lost=None,
    during=_signal_at_post,
    after=canceled,
)
SIGNALS = [
    replace(
        _STOPPED,
        fault="SIGINT during the launch, whose answer comes 1.5 s later",
        rules=[_post(faults.held(1.5))],
    ),
    replace(
        _STOPPED,
        fault="SIGINT during the launch, whose answer takes too long",
        rules=[_post(faults.held(6))],
    ),
    replace(
        _STOPPED,
        fault="SIGINT during the launch, whose answer is lost after it",
        rules=[_post(_acted_and_silent(1.5))],
    ),
    replace(
        _STOPPED,
        fault="SIGTERM while a lost launch is looked for",
        rules=[_post(faults.reset("acted")), Rule(RECENT, _hidden(1.5), count=None)],
        during=_signal_at_search,
        exit=143,
    ),
    replace(
        _STOPPED,
        fault="SIGINT during the launch, and no list ever shows its job",
        rules=[_post(faults.held(6)), Rule(RECENT, _hidden(60), count=None)],
        exit=6,
        says=r"interrupted while .* was being launched",
        after=_unknown,
    ),
    replace(
        _STOPPED,
        fault="SIGINT while the launch is repeated: the controller says that its own token is stale",
        rules=[_post(faults.answer(gateway.STALE_JWT), count=None)],
        jobs=0,
        says=r"before anything was launched",
        after=None,
    ),
]

ROWS = {"Launched once": [*REFUSED, *LOST, *UNKNOWN, *STRANGERS, *SIGNALS]}
