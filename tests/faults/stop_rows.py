"""A clean stop in every phase, in real time: GitHub leaves ten seconds."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace

from sandbox import faults
from sandbox.faults import Rule, gateway
from sandbox.models import FINAL_STATUSES
from tests.e2e.conftest import Ended, wait_for
from tests.faults.launch_rows import LONG, canceled
from tests.faults.matrix import EVENTS, FOLLOWING, JOB, LAUNCH, Row, Stage
from tests.faults.outage_rows import USER

CANCEL = r"/cancel/$"
During = Callable[[Stage], None]
_GITHUB_KILLS = 10.0
_ASKED = r"was asked to cancel"


def _timed(stage: Stage, signum: int) -> None:
    """Send the signal; `in_time` then knows how long the end took."""
    stage.extra["signaled"] = time.monotonic()
    stage.signal(signum)


def _in_time(stage: Stage, _: Ended) -> None:
    assert stage.ended_at - stage.extra["signaled"] < _GITHUB_KILLS, "the runner would have killed it"


def _canceled_in_time(stage: Stage, ended: Ended) -> None:
    _in_time(stage, ended)
    canceled(stage, ended)


def _asked_once(stage: Stage, ended: Ended) -> None:
    _canceled_in_time(stage, ended)
    assert [one.method for one in stage.front.requests if re.search(CANCEL, one.target)] == ["POST"]


def _on_time(stage: Stage, ended: Ended) -> None:
    """`timeout` of 6 s, one second to notice it, and what the cancel takes."""
    canceled(stage, ended)
    followed = stage.ended_at - stage.extra["launched"]
    assert followed < 6 + 1 + 10, f"{followed:.1f} s"


def _launched(stage: Stage) -> None:
    stage.job()
    stage.extra["launched"] = time.monotonic()


def _runs_on(stage: Stage, ended: Ended) -> None:
    _in_time(stage, ended)
    (number,) = stage.front.launched
    assert stage.box.state.jobs[number].canceled_on is None


def _before(path: str) -> During:
    def during(stage: Stage) -> None:
        stage.asked(path)
        time.sleep(0.2)
        _timed(stage, signal.SIGINT)

    return during


def _while_following(*signums: int) -> During:
    def during(stage: Stage) -> None:
        stage.follows()
        time.sleep(0.5)
        for signum in signums:
            _timed(stage, signum)
            time.sleep(0.05)

    return during


def _while_pending(stage: Stage) -> None:
    stage.job()
    stage.asked(JOB, times=2)
    _timed(stage, signal.SIGTERM)


def _while_draining(stage: Stage) -> None:
    job = stage.job()
    wait_for(lambda: stage.box.state.jobs[job].status in FINAL_STATUSES, 30, "the job's end")
    asked = len(stage.front.requests)
    wait_for(lambda: len(stage.front.requests) > asked + 4, 30, "the draining")
    _timed(stage, signal.SIGINT)


def _while_reporting(stage: Stage) -> None:
    stage.asked(r"/tokens/\d+/$", "DELETE")
    _timed(stage, signal.SIGTERM)


def _away(seconds: float) -> During:
    def during(stage: Stage) -> None:
        stage.follows()
        time.sleep(0.5)
        stage.front.leave(seconds)
        time.sleep(0.3)
        _timed(stage, signal.SIGINT)

    return during


def _parent_dies(stage: Stage) -> None:
    """Nobody reads the log any more."""
    stage.follows()
    pipe = stage.running.stdout
    assert pipe is not None
    pipe.close()
    stage.running.stdout = open(os.devnull, "rb")  # noqa: SIM115, PTH123 - communicate() closes it


def _waiting_for_approval(stage: Stage) -> None:
    stage.job()
    stage.asked(r"/workflow_approvals/\d+/$")
    time.sleep(0.5)
    _timed(stage, signal.SIGINT)


_STOP = Row(
    fault="",
    says=_ASKED,
    exit=130,
    lost=None,
    real_time=True,
    inputs={"extra_vars": LONG},
    after=_canceled_in_time,
)
_NOT_YET = replace(_STOP, jobs=0, says=r"before anything was launched", after=_in_time)

STOPS = [
    replace(
        _NOT_YET,
        fault="SIGINT before the launch, while the controller is found",
        rules=[Rule(r"/api/$", faults.silent(20))],
        during=_before(r"/api/$"),
    ),
    replace(
        _NOT_YET,
        fault="SIGINT before the launch, while the template's prompts are read",
        rules=[Rule(LAUNCH, faults.held(20))],
        during=_before(LAUNCH),
    ),
    replace(
        _NOT_YET,
        fault="SIGINT before the launch, during an outage",
        rules=[Rule(LAUNCH, faults.answer(gateway.NO_UPSTREAM), count=None)],
        during=_before(LAUNCH),
    ),
    replace(
        _STOP,
        fault="SIGTERM while the job is pending",
        rules=[
            Rule(
                JOB,
                faults.detail(when=lambda row: row.get("status") == "running", status="pending"),
                count=None,
            )
        ],
        during=_while_pending,
        exit=143,
    ),
    replace(_STOP, fault="SIGINT while the job runs", during=_while_following(signal.SIGINT)),
    replace(_STOP, fault="SIGTERM while the job runs", during=_while_following(signal.SIGTERM), exit=143),
    replace(
        _STOP,
        fault="SIGHUP while the job runs: the session has ended",
        during=_while_following(signal.SIGHUP),
        exit=129,
    ),
    replace(
        _STOP,
        fault="SIGINT, SIGTERM, SIGINT, SIGTERM while the job runs",
        during=_while_following(signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGTERM),
    ),
    replace(
        _STOP,
        fault="SIGINT in the middle of an answer that does not come",
        rules=[Rule(EVENTS, faults.held(20), skip=1)],
        during=_while_following(signal.SIGINT),
    ),
    replace(
        _STOP,
        fault="SIGINT while a workflow waits for an approval",
        inputs={"template": "Quick approval", "extra_vars": ""},
        during=_waiting_for_approval,
    ),
    replace(
        _STOP,
        fault="SIGINT, on_interrupt: leave",
        inputs={"extra_vars": LONG, "on_interrupt": "leave"},
        during=_while_following(signal.SIGINT),
        says=r"goes on, as asked \(on_interrupt: leave\)",
        after=_runs_on,
    ),
    replace(
        _STOP,
        fault="SIGINT while the last events are waited for",
        rules=[Rule(JOB, faults.detail(event_processing_finished=False), count=None)],
        inputs={"extra_vars": '{"events": 20, "rate": 0}'},
        during=_while_draining,
        says=r"has already ended",
        after=_in_time,
        outputs={
            "status": "successful",
            "explanation": r"it was interrupted; job \d+ has ended successfully",
        },
    ),
    replace(
        _STOP,
        fault="SIGTERM after the verdict, while the token is given back: too late to change it",
        rules=[Rule(r"/tokens/\d+/$", faults.held(1.5), "DELETE")],
        inputs=USER | {"extra_vars": '{"events": 20, "rate": 0}'},
        during=_while_reporting,
        exit=0,
        lost=0,
        says=r"log complete",
        after=_in_time,
    ),
    replace(
        _STOP,
        fault="SIGINT while the controller is away for 3 s",
        during=_away(3),
    ),
    replace(
        _STOP,
        fault="SIGINT while the controller is away and stays so",
        during=_away(60),
        says=r"was last seen running; make sure with: aap-launcher cancel",
        outputs={
            "explanation": r"it was interrupted; job \d+ was last seen running; make sure with: aap-launcher cancel \d+"
        },
        after=_runs_on,
    ),
    replace(
        _STOP,
        fault="SIGINT during an outage of 3 s that has begun before",
        rules=[Rule(FOLLOWING, faults.answer(gateway.NO_UPSTREAM), "", skip=3, seconds=4)],
        during=_while_following(signal.SIGINT),
    ),
    replace(
        _STOP,
        fault="The cancel is answered by 503 once",
        rules=[Rule(CANCEL, faults.answer(gateway.NO_UPSTREAM), "POST")],
        during=_while_following(signal.SIGINT),
    ),
    replace(
        _STOP,
        fault="The cancel's answer is lost",
        rules=[Rule(CANCEL, faults.reset("acted"), "POST")],
        during=_while_following(signal.SIGINT),
    ),
    replace(
        _STOP,
        fault="The cancel's answer takes 4 s: a busy dispatcher",
        rules=[Rule(CANCEL, faults.held(4), "POST")],
        during=_while_following(signal.SIGINT),
        after=_asked_once,
    ),
    replace(
        _STOP,
        fault="`timeout` passes while the job's status hangs, and the cancel's answer takes 4 s",
        rules=[Rule(JOB, faults.silent(30)), Rule(CANCEL, faults.held(4), "POST")],
        inputs={"extra_vars": LONG, "timeout": "6s"},
        during=_launched,
        exit=5,
        after=_on_time,
    ),
    replace(
        _STOP,
        fault="The cancel's answer never comes",
        rules=[Rule(CANCEL, faults.silent(20), "POST")],
        during=_while_following(signal.SIGINT),
    ),
    replace(
        _STOP,
        fault="The reader of the log goes away (the parent died): the job is followed to its end",
        inputs={"extra_vars": '{"events": 60, "rate": 20}'},
        during=_parent_dies,
        exit=0,
        says=r"the log could not be written any more",
        after=None,
    ),
]

ROWS = {"A clean stop": STOPS}
