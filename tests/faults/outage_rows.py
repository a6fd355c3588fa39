"""Outages: the job goes on while the controller, or something on the way to it, does not answer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate

from sandbox import faults
from sandbox.faults import Exchange, Rule, gateway
from sandbox.seeds.data import CI_BOT
from tests.e2e.conftest import Ended, wait_for
from tests.faults.matrix import FOLLOWING, JOB, Row, Stage, s

BACK = r"controller back after"
_LATER = {"skip": 3}  # the job is followed by then
LONG = '{"events": 2000, "rate": 20}'
USER = {"token": "", "username": "ci-bot", "password": "ci-bot-password"}


def _once(fault: faults.Fault, path: str = JOB) -> list[Rule]:
    """Of the requests for the job itself: what befalls its log alone is told by other rows."""
    return [Rule(path, fault, skip=1)]


def _for(seconds: float, fault: faults.Fault, path: str = FOLLOWING) -> list[Rule]:
    return [Rule(path, fault, skip=3, seconds=s(seconds))]


def _retry_after_date(seconds: float, reply: faults.Reply) -> faults.Fault:
    def fault(exchange: Exchange) -> None:
        now = time.time()
        dates = (
            ("Date", formatdate(now, usegmt=True)),
            ("Retry-After", formatdate(now + seconds, usegmt=True)),
        )
        exchange.answer(faults.Reply(reply.status, reply.body, (*reply.headers, *dates)))

    return fault


def _attachable(stage: Stage, ended: Ended) -> None:
    """After giving up: the id, the link and the command that attaches."""
    job = ended.outputs["job_id"]
    assert int(job) == stage.front.launched[0]
    for told in (f"job {job}", ended.outputs["job_url"], f"aap-launcher follow {job}"):
        assert told in ended.outputs["explanation"]
        assert told in ended.log


_ANSWERS = {
    "500": gateway.ERROR_500,
    "502 with nothing in it (the authorizer)": gateway.EMPTY_502,
    "502 of nginx, as a page": gateway.BAD_GATEWAY,
    "503 `no healthy upstream`": gateway.NO_UPSTREAM,
    "504 `upstream request timeout`": gateway.TIMEOUT,
    "403 with nothing in it (the authorizer)": gateway.EMPTY_403,
    "403 `Unable to connect to database`": gateway.DATABASE_403,
    "A proxy's apology, 200 and HTML": gateway.APOLOGY,
    "401 `JWT has expired`": gateway.STALE_JWT,
}
_ONCE_ONLY = {
    "A random 401": gateway.NOT_KNOWN,
    "503 `upstream connect error ... connection termination`": gateway.TERMINATED,
    "504 of a router, as a page": gateway.ROUTER_504,
}

SHORT = [
    *(
        Row(fault=f"{name}, once", rules=_once(faults.answer(reply)), says=BACK)
        for name, reply in (_ANSWERS | _ONCE_ONLY).items()
    ),
    *(
        Row(fault=f"{name} for 30 s", rules=_for(30, faults.answer(reply)), says=BACK)
        for name, reply in _ANSWERS.items()
    ),
    Row(
        fault="429, Retry-After in seconds",
        rules=_once(faults.answer(gateway.text(429, "slow down", retry_after="6"))),
        says=r"controller back after ([6-9]|\d\d+) s",
    ),
    Row(
        fault="429, Retry-After as a date",
        rules=_once(_retry_after_date(6, gateway.text(429, "slow down"))),
        says=r"controller back after ([5-9]|\d\d+) s",
    ),
    Row(
        fault="429 without Retry-After for 30 s",
        rules=_for(30, faults.answer(gateway.text(429, "slow down"))),
        says=BACK,
    ),
    Row(fault="Nothing listens for 30 s", rules=_once(faults.leaving(s(30))), says=BACK),
    Row(fault="Every connection is reset for 30 s", rules=_for(30, faults.reset("read")), says=BACK),
    Row(
        fault="Every connection ends without an answer for 30 s",
        rules=_for(30, faults.closed("read")),
        says=BACK,
    ),
    Row(fault="One reset", rules=_once(faults.reset("acted")), says=r"log complete"),
    Row(
        fault="One connection that ends without an answer",
        rules=_once(faults.closed("acted")),
        says=r"log complete",
    ),
    Row(
        fault="Half an answer, three times",
        rules=[Rule(FOLLOWING, faults.cut(0.5), skip=3, count=3)],
        says=r"log complete",
    ),
    Row(fault="A Content-Length that is too long", rules=_once(faults.mislabeled(40)), says=r"log complete"),
    Row(fault="A Content-Length that is too short", rules=_once(faults.mislabeled(-40)), says=BACK),
    Row(
        fault="A job's detail of the wrong shape: a list, a text, nothing, an error with status 200",
        rules=[
            Rule(JOB, faults.changed(lambda body: [body])),
            Rule(JOB, faults.changed(lambda _: "job")),
            Rule(JOB, faults.changed(lambda _: {})),
            Rule(JOB, faults.changed(lambda _: {"detail": "An error occurred."})),
        ],
        says=BACK,
    ),
    Row(
        fault="Slow bytes: an answer that drips for longer than request_timeout",
        rules=[Rule(JOB, faults.dripping(0.05), skip=1, count=2)],
        inputs={"request_timeout": "10s"},
        says=BACK,
    ),
    Row(
        fault="Silence: no answer within request_timeout, twice",
        rules=[Rule(JOB, faults.silent(4), skip=1, count=2)],
        inputs={"request_timeout": "20s"},
        says=BACK,
    ),
    Row(
        fault="Idle connections are closed after 0.1 s",
        front={"idle": 0.1},
        inputs={"extra_vars": '{"events": 40, "rate": 4}'},
        real_time=True,
        says=r"log complete",
    ),
    Row(
        fault="A flaky network: of all requests that follow the job, each third fails, by chance",
        rules=[
            Rule(FOLLOWING, faults.answer(gateway.TERMINATED), share=0.15, count=None),
            Rule(FOLLOWING, faults.reset("acted"), share=0.3, count=None),
        ],
        says=r"log complete",
    ),
    Row(
        fault="The clock of the gateway goes 10 minutes wrong",
        front={"skew": 600.0},
        rules=_for(10, faults.answer(gateway.NO_UPSTREAM)),
        says=BACK,
    ),
]

# --- for ever -------------------------------------------------------------------------------------------

_GIVEN_UP = {
    "503 `no healthy upstream`": gateway.NO_UPSTREAM,
    "500": gateway.ERROR_500,
    "HTML with status 200": gateway.APOLOGY,
}


def _for_ever(fault: str, rules: list[Rule], says: str, exit_code: int = 4, **inputs: str) -> Row:
    return Row(
        fault=fault,
        rules=rules,
        inputs={"extra_vars": LONG, "outage_tolerance": "40s", **inputs},
        exit=exit_code,
        lost=None,
        says=says,
        after=_attachable,
    )


def _ever(fault: faults.Fault, path: str = FOLLOWING) -> list[Rule]:
    return [Rule(path, fault, skip=3, count=None)]


def _revoke(stage: Stage, number: int) -> None:
    """Revoke the launcher's token, the first or the second that it made."""
    stage.asked(r"/tokens/$", "POST", times=number)
    wait_for(lambda: len(_tokens(stage)) >= number, 20, "the token")
    del stage.box.state.tokens[_tokens(stage)[number - 1]]


def _tokens(stage: Stage) -> list[int]:
    return [number for path, number in stage.front.created if path.endswith("/tokens/")]


def _revoke_own(stage: Stage) -> None:
    stage.follows()
    _revoke(stage, 1)


def _revoke_all_own(stage: Stage) -> None:
    _revoke_own(stage)
    _revoke(stage, 2)


@contextmanager
def _own_token(stage: Stage) -> Iterator[Mapping[str, str]]:
    """A token for this row alone."""
    made = stage.extra["token"] = stage.box.state.new_token(CI_BOT, gateway=True)
    yield {"INPUT_TOKEN": made.value}


def _revoke_given(stage: Stage) -> None:
    stage.follows()
    del stage.box.state.tokens[stage.extra["token"].id]


def _delete(stage: Stage) -> None:
    job = stage.follows()
    time.sleep(0.5)
    stage.bench.control("DELETE", f"jobs/{job}/")


def _password_hidden(stage: Stage, ended: Ended) -> None:
    assert USER["password"] not in ended.without_masks


LONG_ONES = [
    *(
        _for_ever(
            f"{name} for ever",
            _ever(faults.answer(reply)),
            r"job \d+ was last seen \w+: http.*aap-launcher follow",
        )
        for name, reply in _GIVEN_UP.items()
    ),
    _for_ever(
        "Nothing listens any more",
        _once(faults.leaving(600)),
        r"job \d+ was last seen \w+: http.*aap-launcher follow",
    ),
    _for_ever("Silence for ever", _ever(faults.silent(2)), r"no answer within", request_timeout="10s"),
    _for_ever(
        "JSON of the wrong shape for ever",
        _ever(faults.changed(lambda _: {"wrong": "shape"})),
        r"a page that is not the controller's",
    ),
    _for_ever(
        "A redirect to a log-in page in the middle",
        _ever(faults.answer(gateway.redirect("/login/?next=/"))),
        r"302 that is not the controller's",
    ),
    _for_ever(
        "403 with nothing in it for ever",
        _ever(faults.answer(gateway.EMPTY_403)),
        r"the gateway answers 403 without a reason",
        3,
    ),
    Row(
        fault="The timeout passes during an outage",
        rules=_ever(faults.answer(gateway.NO_UPSTREAM)),
        inputs={"extra_vars": LONG, "timeout": "20s"},
        exit=5,
        lost=None,
        says=r"timed out",
    ),
]

CREDENTIALS = [
    Row(
        fault="The token is revoked in the middle; it was made from username and password",
        inputs=USER | {"extra_vars": '{"events": 200, "rate": 20}'},
        during=_revoke_own,
        says=r"the token was revoked; making a new one",
        after=_password_hidden,
    ),
    Row(
        fault="The token is revoked in the middle, and the new one as well",
        inputs=USER | {"extra_vars": LONG},
        during=_revoke_all_own,
        exit=3,
        lost=None,
        says=r"The credential was revoked",
        after=_attachable,
    ),
    Row(
        fault="The given token is revoked in the middle",
        inputs={"extra_vars": LONG},
        around=_own_token,
        during=_revoke_given,
        exit=3,
        lost=None,
        says=r"The credential was revoked",
        after=_attachable,
    ),
    Row(
        fault="The job is deleted in the middle",
        inputs={"extra_vars": LONG},
        during=_delete,
        exit=3,
        lost=None,
        says=r"was deleted on the controller while it was followed",
    ),
]

ROWS = {
    "Outages while the job runs": [*SHORT, *LONG_ONES],
    "Credentials and objects that go away": CREDENTIALS,
}
