"""The whole log: whatever happens to events and to the job's own detail on their way."""

from __future__ import annotations

import time

from sandbox import faults
from sandbox.faults import Exchange, Fault, Rule, gateway
from sandbox.models import FINAL_STATUSES
from tests.e2e.conftest import Ended
from tests.faults.matrix import EVENTS, JOB, Row, Stage, s

COMPLETE = r"log complete: 60 events"
_BIG = "\r\n".join(f"{number:06} " + "x" * 93 for number in range(10_486))  # 1 MiB
_ARTIFACTS = {"release": "2.4.1"}
_MANY = '{"events": 1000, "rate": 0}'


def _always(path: str, fault: Fault) -> list[Rule]:
    return [Rule(path, fault, count=None)]


def _ended(row: dict[str, object]) -> bool:
    return row.get("status") in FINAL_STATUSES


def _running(row: dict[str, object]) -> bool:
    return row.get("status") == "running"


def _both(one: Fault, other: Fault) -> list[Rule]:
    return [Rule(EVENTS, one, count=None), Rule(JOB, other, count=None)]


def _unprocessed(seconds: float) -> Fault:
    """As the controller says it: as long as an event is not stored, they are not all processed."""
    return faults.detail(when=_ended, seconds=s(seconds), event_processing_finished=False)


def _has_the_big_event(_: Stage, ended: Ended) -> None:
    assert ended.log.count("x" * 93) == 10_486


def _artifacts_came(_: Stage, ended: Ended) -> None:
    assert ended.json("artifacts") == _ARTIFACTS


def _late_artifacts(seconds: float) -> Fault:
    """Artifacts that the job has only some time after its final status."""

    def fault(exchange: Exchange) -> None:
        def edit(row: dict[str, object]) -> dict[str, object]:
            if not _ended(row):
                return row
            come = time.monotonic() - exchange.memory.setdefault("ended", time.monotonic()) >= seconds
            processed = come and row["event_processing_finished"]
            return {**row, "artifacts": _ARTIFACTS if come else {}, "event_processing_finished": processed}

        faults.changed(edit)(exchange)

    return fault


def _taken_back(seconds: float) -> Fault:
    """A final status, then for some time none, then the final one again."""

    def fault(exchange: Exchange) -> None:
        def edit(row: dict[str, object]) -> dict[str, object]:
            if not _ended(row):
                return row
            if "ended" not in exchange.memory:
                exchange.memory["ended"] = time.monotonic()
                return {**row, "event_processing_finished": False}
            if time.monotonic() - exchange.memory["ended"] < seconds:
                return {**row, "status": "running", "finished": None, "event_processing_finished": False}
            return row

        faults.changed(edit)(exchange)

    return fault


WHOLE = [
    Row(
        fault="Two events show 4 s late",
        rules=_both(faults.late({20, 41}, s(4)), _unprocessed(3)),
        says=COMPLETE,
    ),
    Row(
        fault="An event shows 60 s late: the controller stored its batch again",
        rules=_both(faults.late({31}, s(60)), _unprocessed(50)),
        says=COMPLETE,
    ),
    Row(
        fault="The last three events show 10 s late",
        rules=_both(
            faults.late({58, 59, 60}, s(10)),
            _unprocessed(11),
        ),
        says=COMPLETE,
    ),
    Row(
        fault="Every event stands in its page twice, and once more in the next",
        rules=_always(EVENTS, faults.doubled()),
        says=COMPLETE,
    ),
    Row(
        fault="The rows of each page stand in any order",
        rules=_always(EVENTS, faults.shuffled()),
        says=COMPLETE,
    ),
    Row(
        fault="Each page has holes, the next page has others",
        rules=_always(EVENTS, faults.gaps(5)),
        says=COMPLETE,
    ),
    Row(
        fault="One event of 1 MiB",
        rules=_always(EVENTS, faults.with_output(25, _BIG)),
        says=COMPLETE,
        after=_has_the_big_event,
    ),
    Row(
        fault="A page of events breaks off in the middle",
        rules=[Rule(EVENTS, faults.cut(0.6), skip=2, count=3)],
        says=COMPLETE,
    ),
    Row(
        fault="A page of events is reset in the middle, five pages full",
        rules=[Rule(EVENTS, faults.cut(0.9), skip=1), Rule(EVENTS, faults.reset("acted"), skip=2)],
        inputs={"extra_vars": _MANY},
        says=r"log complete: 1,000 events",
    ),
    Row(
        fault="Full pages of events take too long (504): smaller ones are asked for",
        rules=[Rule(r"/job_events/.*limit=(200|100)\b", faults.answer(gateway.TIMEOUT), count=None)],
        inputs={"extra_vars": _MANY},
        says=r"log complete: 1,000 events",
    ),
    Row(
        fault="Events in another shape: one page is a list, one is null, one has no results",
        rules=[
            Rule(EVENTS, faults.changed(lambda page: page["results"])),
            Rule(EVENTS, faults.changed(lambda _: None)),
            Rule(EVENTS, faults.changed(lambda page: {"rows": page["results"]})),
        ],
        says=COMPLETE,
    ),
    Row(
        fault="The job is reported ended 5 s before its last events are stored",
        rules=_always(JOB, _unprocessed(5)),
        says=COMPLETE,
    ),
    Row(
        fault="The status goes back from running to pending for 5 s",
        rules=_always(JOB, faults.detail(when=_running, seconds=s(5), status="pending")),
        says=COMPLETE,
    ),
    Row(
        fault="The status goes back from ended to running for 5 s",
        rules=_always(JOB, _taken_back(s(5))),
        says=COMPLETE,
    ),
    Row(
        fault="Artifacts come 5 s after the final status",
        rules=lambda _: _always(JOB, _late_artifacts(s(5))),
        says=COMPLETE,
        after=_artifacts_came,
    ),
]

LOSING = [
    Row(
        fault="Three events are missing for good",
        rules=_always(EVENTS, faults.missing({3, 14, 25})),
        lost=3,
        says=r"log incomplete: 3 of 60 events missing",
        outputs={"events": "partial", "status": "successful"},
    ),
    Row(
        fault="Three events never show, and `event_processing_finished` never turns true",
        rules=_both(faults.missing({3, 14, 25}), faults.detail(event_processing_finished=False)),
        lost=3,
        says=r"log incomplete",
        outputs={"events": "partial", "status": "successful"},
    ),
    Row(
        fault="`event_processing_finished` never turns true",
        rules=_always(JOB, faults.detail(event_processing_finished=False)),
        says=r"log perhaps incomplete: 60 events came",
        outputs={"events": "partial", "status": "successful"},
    ),
    Row(
        fault="The last event never shows, and the controller says that all are processed",
        rules=_always(EVENTS, faults.missing({60})),
        lost=6,
        says=r"log perhaps incomplete: 59 events came",
        outputs={"events": "partial", "status": "successful"},
    ),
    Row(
        fault="An event shows 200 s late, after it was given up",
        rules=_both(
            faults.late({14}, s(110)),
            _unprocessed(130),
        ),
        in_order=False,
        outputs={"events": "partial"},
        says=r"1 event came late, printed here out of place",
    ),
]

ROWS = {"The log is whole, or says so": [*WHOLE, *LOSING]}
