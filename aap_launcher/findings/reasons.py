"""Why a job did not succeed, in a few plain sentences, from what the controller and its log tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from aap_launcher.findings.failures import REAL, by_task
from aap_launcher.findings.job import Tally
from aap_launcher.models import Failure, Job, Status
from aap_launcher.text.words import count, listed, one_line, without_escapes

_UPDATE_LINES = 10
_ERROR = re.compile(r"\bERROR\b|^fatal:|FAILED!")
_PREVIOUS = re.compile(r"^Previous Task (Failed|Canceled): (\{.*\})\s*$", re.DOTALL)
_PLACES = (
    re.compile(r"appears to be in '(?P<path>[^']+)': line (?P<line>\d+)"),
    re.compile(r"^Origin: (?P<path>\S+)"),  # ansible-core 2.19
)


def explain_failure(job: Job, tally: Tally, update_lines: Sequence[str] = ()) -> str:
    """Why the job did not succeed, in one or a few lines; "" where there is nothing to explain.

    `update_lines` is the end of the log of the project or inventory update that failed before the job.
    """
    if job.status is Status.SUCCESSFUL:
        return "no host matched: nothing was done" if tally.matched_no_host else ""
    if not job.status.final:
        return ""
    return "\n".join(_reasons(job, tally, update_lines))


def _reasons(job: Job, tally: Tally, update_lines: Sequence[str]) -> Iterator[str]:
    told = controllers_word(job, tally)
    if told:
        yield told
    yield from (f"  {one_line(line, 300)}" for line in _telling(update_lines))
    if job.status is Status.CANCELED and not told:
        yield "it was canceled on the controller" + _at_task(tally)
    tasks = by_task(real_failures(tally))
    for failures in tasks[:3]:
        yield f"{headline(failures)}: {one_line(failures[0].message, 300)}"
    if len(tasks) > 3:
        yield f"and {count(len(tasks) - 3, 'more failed task', 'more failed tasks')}"
    if not tasks and tally.error_lines:
        yield _playbook_error(tally.error_lines)
    if job.traceback.strip() and not _PREVIOUS.match(job.explanation):
        yield f"the controller could not run it: {_last_line(job.traceback)}"
    elif not told and not tasks and not tally.error_lines and job.status is not Status.CANCELED:
        yield "the controller gives no reason"


def _telling(lines: Sequence[str]) -> Sequence[str]:
    """The lines that tell why: from the first error on, without the recap; else the last ones."""
    recap = next((at for at, line in enumerate(lines) if line.startswith("PLAY RECAP")), len(lines))
    first = next((at for at, line in enumerate(lines[:recap]) if _ERROR.search(line)), None)
    if first is None:
        return lines[:recap][-_UPDATE_LINES:]
    return lines[first : min(recap, first + _UPDATE_LINES)]


def controllers_word(job: Job, tally: Tally) -> str:
    """The job's own explanation; what is meant for machines in it becomes words."""
    previous = _PREVIOUS.match(job.explanation)
    if previous:
        return _previous(previous[1].lower(), previous[2]) or one_line(job.explanation, 500)
    if job.explanation.startswith("Job terminated due to timeout"):
        return "the controller stopped it: the job's own timeout had passed" + _at_task(tally)
    return one_line(job.explanation, 500)


def _previous(verb: str, told: str) -> str:
    try:
        before = json.loads(told)
        kind, name, job = (str(before[key]) for key in ("job_type", "job_name", "job_id"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    what = f'the {one_line(kind.replace("_", " "), 50)} {one_line(job, 20)} of "{one_line(name)}"'
    return f"{what} {'failed' if verb == 'failed' else 'was canceled'} before the job could start"


def _at_task(tally: Tally) -> str:
    return f" while TASK [{tally.task}] was running" if tally.task else ""


def _playbook_error(lines: Sequence[str]) -> str:
    said = one_line(re.sub(r"^\s*(ERROR!|\[ERROR\]:?)\s*", "", lines[0]), 500)
    places = (pattern.search(line) for line in lines for pattern in _PLACES)
    place = next((match for match in places if match), None)
    return said + (f" ({':'.join(place.groupdict().values())})" if place else "")


def _last_line(text: str) -> str:
    return one_line(without_escapes(text).strip().rpartition("\n")[2], 500)


class Failed(Protocol):
    """What is told of failures: by the tally of a job, and by that of a workflow."""

    @property
    def failures(self) -> tuple[Failure, ...]: ...


def real_failures(tally: Failed) -> tuple[Failure, ...]:
    """The failures that count: neither ignored nor rescued."""
    return tuple(failure for failure in tally.failures if failure.kind in REAL)


def headline(failures: Sequence[Failure]) -> str:
    """One task's failures: `TASK [web : Restart service] failed on web2`."""
    hosts = listed([failure.host for failure in failures], 5)
    what = "unreachable for" if failures[0].kind == "unreachable" else ""
    task = failures[0].where
    return f"{hosts} {what} {task}" if what else f"{task} failed on {hosts}"
