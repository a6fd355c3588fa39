"""What other launchers were seen to get wrong, and the traps of the controller's API that they fell into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sandbox import faults
from sandbox.faults import Rule, gateway
from tests.e2e.conftest import Ended, wait_for
from tests.faults.launch_rows import ADOPTED, AGAIN, LONG, canceled
from tests.faults.matrix import FOLLOWING, JOB, LAUNCH, Row, Stage

_BACK = r"controller back after"
_COMPLETE = r"log complete: 430 events"
_INJECTION = "web'; echo INJECTED; echo '"
_NOTHING: dict[str, Any] = {"jobs": 0, "lost": None}

# --- a job of 430 events at 60 a second, in real time: where others were measured -----------------------

_MEASURED = Row(
    fault="", says=_COMPLETE, inputs={"extra_vars": '{"events": 430, "rate": 60}'}, real_time=True
)
_DIES = "awxkit, curl and awx.awx die, the job goes on"

MEASURED = [
    replace(
        _MEASURED,
        fault="503 for 3.5 s (real time)",
        rules=[Rule(FOLLOWING, faults.answer(gateway.NO_UPSTREAM), skip=3, seconds=3.5)],
        says=_BACK,
        others=f"{_DIES}; Jenkins loses 12 lines of 237",
    ),
    replace(
        _MEASURED,
        fault="One 500 (real time)",
        rules=[Rule(JOB, faults.answer(gateway.ERROR_500), skip=1)],
        says=_BACK,
        others=f"{_DIES}; so do tower-cli and Jenkins",
    ),
    replace(
        _MEASURED,
        fault="One reset (real time)",
        rules=[Rule(FOLLOWING, faults.reset("acted"), skip=3)],
        others=f"{_DIES}; Jenkins loses 12 lines of 237",
    ),
    replace(
        _MEASURED,
        fault="429 with Retry-After: 2 (real time)",
        rules=[Rule(JOB, faults.answer(gateway.text(429, "slow down", retry_after="2")), skip=1)],
        says=_BACK,
        others=f"{_DIES}; so does Jenkins",
    ),
    replace(
        _MEASURED,
        fault="The launch is accepted, its answer lost (real time)",
        rules=[Rule(LAUNCH, faults.reset("acted"), "POST")],
        says=ADOPTED,
        others="all die, and leave an orphan",
    ),
    Row(
        fault="503 to the launch, once",
        rules=[Rule(LAUNCH, faults.answer(gateway.NO_UPSTREAM), "POST")],
        says=AGAIN,
        others="all die",
    ),
]

# --- inputs and endings ---------------------------------------------------------------------------------


def _nothing_injected(stage: Stage, ended: Ended) -> None:
    (number,) = stage.front.launched
    assert stage.box.state.jobs[number].prompts.limit == _INJECTION
    assert "INJECTED" not in ended.log.splitlines()


def _exactly_sent(stage: Stage, _: Ended) -> None:
    (number,) = stage.front.launched
    assert stage.box.state.jobs[number].prompts.extra_vars["note"] == 'it\'s "here"'


def _cancel_it(stage: Stage) -> None:
    job = stage.follows()
    events = f"jobs/{job}/job_events/?page_size=1"
    wait_for(lambda: stage.bench.api("GET", events)["count"], 60, "the first events")
    stage.bench.cancel(job)


def _was_canceled(stage: Stage, ended: Ended) -> None:
    canceled(stage, ended)
    assert ended.outputs["status"] == "canceled"


@contextmanager
def _finished_job(stage: Stage) -> Iterator[Mapping[str, str]]:
    number = stage.bench.run(41, extra_vars={"events": 1000, "rate": 0})
    yield {"INPUT_JOB": str(number), "INPUT_TEMPLATE": "", "INPUT_EXTRA_VARS": ""}


ENDINGS = [
    Row(
        fault="A quote and a command in `limit`",
        inputs={"template": "Everything prompted", "extra_vars": "", "limit": _INJECTION},
        exit=1,
        says=r"failed +job \d+",
        after=_nothing_injected,
        others="fitbeard runs the command",
    ),
    Row(
        fault="An apostrophe in `extra_vars`",
        inputs={"extra_vars": '{"events": 60, "rate": 20, "note": "it\'s \\"here\\""}'},
        says=r"log complete: 60 events",
        after=_exactly_sent,
        others="fitbeard ends with a shell's syntax error",
    ),
    Row(
        fault="The job fails",
        inputs={"template": "Broken deploy", "extra_vars": ""},
        exit=1,
        says=r"^FAILED +TASK",
        outputs={"job_id": r"\d+", "job_url": r"http.*", "status": "failed"},
        others="fitbeard writes no job id; awx jobs monitor and drone exit 0",
    ),
    Row(
        fault="The job is canceled on the controller",
        inputs={"extra_vars": LONG},
        during=_cancel_it,
        exit=1,
        says=r"it was canceled on the controller",
        outputs={"status": "canceled", "outcome": "canceled"},
        others="awxkit and fitbeard exit 0; three others wait for ever",
    ),
    Row(
        fault="The timeout passes while the job runs",
        inputs={"extra_vars": LONG, "timeout": "20s"},
        exit=5,
        lost=None,
        says=r"was asked to cancel",
        after=_was_canceled,
        outputs={"outcome": "timed_out"},
        others="awxkit and fitbeard exit 0; opt-nc says that it succeeded",
    ),
    Row(
        fault="The job has ended before it is followed: 1,000 events",
        inputs={"template": "", "extra_vars": "", "job": "later"},
        around=_finished_job,
        jobs=0,
        says=r"log complete: 1,000 events",
        others="awxkit prints 50 lines of 1,000, patched by fitbeard 400",
    ),
    Row(
        fault="A log of more than 1 MiB",
        inputs={"extra_vars": '{"events": 8000, "rate": 0}'},
        says=r"log complete: 8,000 events",
        others="whoever reads stdout/ shows one sentence instead of the log",
    ),
]


@contextmanager
def _old_address(stage: Stage) -> Iterator[Mapping[str, str]]:
    yield {"INPUT_URL": f"{stage.front.url}/api/v2/"}


# --- what the controller would ignore -------------------------------------------------------------------

PROMPTS = [
    Row(
        fault="A `limit` that the template does not prompt for",
        inputs={"template": "Locked", "extra_vars": "", "limit": "web1"},
        exit=3,
        says=r"limit +.*does not prompt",
        others="the controller ignores it, and runs everywhere",
        **_NOTHING,
    ),
    Row(
        fault="The controller ignores a field all the same (`ignored_fields`)",
        rules=[
            Rule(LAUNCH, faults.changed(lambda body: {**body, "ignored_fields": {"limit": "web1"}}), "POST")
        ],
        inputs={"extra_vars": LONG},
        exit=3,
        lost=None,
        says=r"the controller ignored what was given",
        after=canceled,
        others="nobody looks",
    ),
    Row(
        fault="Everything is prompted for, nothing given: the template's own values serve",
        inputs={"template": "Everything prompted", "extra_vars": ""},
        says=r"log complete",
        others="irunasroot and terraform demand every field",
    ),
    Row(
        fault="Variables that are not in the survey",
        inputs={"template": "Survey deploy", "extra_vars": '{"version": "2.4.1", "other": 1}'},
        exit=3,
        says=r"other +",
        others="the controller ignores them",
        **_NOTHING,
    ),
    Row(
        fault="A sliced template makes a workflow job",
        inputs={"template": "Sliced deploy", "extra_vars": ""},
        lost=None,
        says=r"successful +workflow job \d+",
        outputs={"job_type": "workflow_job", "events": "complete"},
        others="irunasroot and Jenkins ask for a job that is none: 404",
    ),
    Row(
        fault="The address of the controller's own API on a gateway (`/api/v2/`)",
        around=_old_address,
        exit=2,
        says=r"AAP 2\.5 or later",
        others="404 without a word",
        **_NOTHING,
    ),
]


ROWS = {"Where others were measured or seen to fail": [*MEASURED, *ENDINGS, *PROMPTS]}

# The traps of the controller's API that others fell into, and the rows (by their beginning) that step into each.
TRAPS = {
    "`stdout/` above 1 MiB answers 200 and a sentence": "A log of more than 1 MiB",
    "`stdout` of an event is cut at 1024 bytes": "One event of 1 MiB",
    "pages hold 25 events by default and 200 at most": "The job has ended before it is followed",
    "`finished` comes before the last events are stored": "The job is reported ended 5 s before",
    "`event_processing_finished` may never turn true": "`event_processing_finished` never turns true",
    "events come out of order": "Each page has holes",
    "an event with a lower id is stored late": "An event shows 60 s late",
    "an event is missing for good": "Three events are missing",
    "artifacts are empty right after the end": "Artifacts come 5 s after",
    "any prompt makes `can_start_without_user_input` false": "Everything is prompted for",
    "what is not prompted for goes into `ignored_fields`": "The controller ignores a field",
    "a sliced template makes a `workflow_job`": "A sliced template makes",
    "approvals are in no list of jobs": "SIGINT while a workflow waits for an approval",
    "a survey takes its own variables only": "Variables that are not in the survey",
    "`canceled` has one l, and `failed` is true for it": "The job is canceled on the controller",
    "a gateway has other paths": "The address of the controller's own API",
    "the launch is not idempotent; a GET that is slow and a naive retry make more jobs": "The launch's answer takes longer",
    "the runner kills ten seconds after it asked to stop": "SIGINT while the job runs",
    "a token is revoked in the middle": "The given token is revoked",
    "the launch's answer is lost": "The answer is lost after the launch: reset",
}
