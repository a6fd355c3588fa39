"""Why a run did not succeed, beside the failures of its tasks: what we, the controller and Ansible say of it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from aap_launcher.findings.messages import meaningful
from aap_launcher.models.findings import FailedTask, Reason
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.updates import Finished
from aap_launcher.text.words import one_line, shortened, some_of

_UPDATE_LINES = 12
_ERROR = re.compile(r"\bERROR\b|^fatal:|FAILED!")
_PREVIOUS = re.compile(r"^Previous Task (Failed|Canceled): (\{.*\})\s*$", re.DOTALL)
_POLICY = re.compile(r"due to a policy violation or error[^\n]*\n(.*)", re.DOTALL)
_PLACES = (
    re.compile(r"appears to be in '(?P<path>[^']+)': line (?P<line>\d+)"),
    re.compile(r"^Origin: (?P<path>\S+)"),  # ansible-core 2.19
)
_RESCUED = "the recap counts it as rescued"
_ALL_THE_SAME = "but the run ended as failed all the same"
_HEADS = ("[ERROR]", "[WARNING]", "TASK [", "PLAY [", "ok: [", "changed: [", "skipping: [", "...ignoring")
NO_REASON = "the controller gives no reason"


class Facts(msgspec.Struct, frozen=True):
    """What a tally knows when a run has ended."""

    told: bool = False  # whether a task's failure that counts tells why
    suspects: tuple[FailedTask, ...] = ()  # where none does: the failures that may be the reason
    untold: tuple[str, ...] = ()  # hosts that count as failed, and no failure of which tells why
    task: str = ""  # the one that began last
    ours: str = ""  # why this launcher asked for the cancel
    error_lines: tuple[str, ...] = ()  # from Ansible's ERROR! on
    last_lines: tuple[str, ...] = ()  # the last that was printed outside of tasks


def reasons(end: Finished, facts: Facts) -> tuple[Reason, ...]:
    """Why it did not succeed, the root cause first; () where the failed tasks say it, or nothing has to be said."""
    job = end.job
    if job.status is Status.SUCCESSFUL or not job.status.final:
        return ()
    told = [*_stopped(job, facts), *_controllers(job, facts, end.update_lines)]
    if not facts.told and facts.error_lines:
        told.append(Reason("ansible", _playbook_error(facts.error_lines)))
    if facts.told or not told:
        told += _guessed(facts)
    return tuple(told)


def _stopped(job: Job, facts: Facts) -> Iterator[Reason]:
    if job.status is not Status.CANCELED:
        return
    if facts.ours:
        yield Reason("launcher", f"canceled by this launcher ({facts.ours}){_at_task(facts)}")
    elif not job.explanation.strip():
        yield Reason("controller", f"it was canceled on the controller{_at_task(facts)}")


def _controllers(job: Job, facts: Facts, update_lines: Sequence[str]) -> Iterator[Reason]:
    """The job's own explanation and traceback; what is meant for machines in them becomes words."""
    previous = _PREVIOUS.match(job.explanation)
    policy = _POLICY.search(job.explanation) or _POLICY.search(job.traceback)
    if previous:
        quoted = tuple(shortened(line.rstrip(), 300) for line in _telling(update_lines))
        told = _previous(previous[1].lower(), previous[2]) or one_line(job.explanation, 500)
        yield Reason("controller", told, quoted)
    elif policy:
        yield _policy(policy[1])
    elif job.explanation.startswith("Job terminated due to timeout"):
        yield Reason(
            "controller", f"the controller stopped it: the job's own timeout had passed{_at_task(facts)}"
        )
    else:
        if job.explanation.strip():
            yield Reason("controller", meaningful(job.explanation))
        if job.traceback.strip() and meaningful(job.traceback) not in job.explanation:
            yield Reason("controller", f"the controller could not run it: {meaningful(job.traceback)}")


def controllers_word(job: Job) -> str:
    """The controller's own explanation in one line, "" where it gives none."""
    return next((reason.text for reason in _controllers(job, Facts(), ())), "")


def _guessed(facts: Facts) -> Iterator[Reason]:
    """Nobody tells why: what most likely is the reason, told as a guess."""
    for task in list(reversed(facts.suspects))[:3]:
        first = task.first
        doubt = first.doubt or _RESCUED
        doubt = f"{doubt}, {_ALL_THE_SAME}" if first.kind == "rescued" else doubt
        yield Reason("log", f"most likely {first.where} on {some_of(task.hosts, 5)}: {first.said} ({doubt})")
    if facts.untold:
        what = "the event that tells why is" if len(facts.untold) == 1 else "the events that tell why are"
        yield Reason("recap", f"{some_of(facts.untold, 5)} failed by the recap; {what} missing")
    elif not facts.told and not facts.suspects:
        last = f"; its last words were: {one_line(facts.last_lines[-1], 300)}" if facts.last_lines else ""
        yield Reason("log", f"{NO_REASON}{last}")


def _telling(lines: Sequence[str]) -> Sequence[str]:
    """The lines that tell why: from the first error on, without the recap; else the last ones."""
    recap = next((at for at, line in enumerate(lines) if line.startswith("PLAY RECAP")), len(lines))
    first = next((at for at, line in enumerate(lines[:recap]) if _ERROR.search(line)), None)
    if first is None:
        return lines[:recap][-_UPDATE_LINES:]
    return list(_once(lines[first:recap]))[:_UPDATE_LINES]


def _once(lines: Sequence[str]) -> Iterator[str]:
    """Without what ansible-core 2.19 tells below an [ERROR]: its place, the task's source, the same words as JSON."""
    below = False
    for line in lines:
        if line.startswith("Origin: "):
            below = True
        elif below and line.startswith(("fatal: [", "failed: [")):
            below = False
            continue
        elif line.startswith(_HEADS):
            below = False
        if not below:
            yield line


def _previous(verb: str, told: str) -> str:
    try:
        before = json.loads(told)
        kind, name, job = (str(before[key]) for key in ("job_type", "job_name", "job_id"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    what = f'the {one_line(kind.replace("_", " "), 50)} {one_line(job, 20)} of "{one_line(name)}"'
    return f"{what} {'failed' if verb == 'failed' else 'was canceled'} before the job could start"


def _policy(details: str) -> Reason:
    """AAP's policy enforcement says which object's policy objected, as a mapping that Python printed."""
    try:
        found = ast.literal_eval(details.strip()[:20_000])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        found = None
    told = list(_objections(found)) if isinstance(found, Mapping) else []
    if not told:
        return Reason("controller", f"a policy of the controller refused it: {meaningful(details)}")
    first, *more = told
    return Reason("controller", f"refused by the policy of the {first}", tuple(more[:10]))


def _objections(found: Mapping[object, object]) -> Iterator[str]:
    """`Job template: the message`, one for each that objects, violations before errors."""
    for sort, owners in sorted(found.items(), key=lambda item: item[0] != "Violations"):
        for owner, said in owners.items() if isinstance(owners, Mapping) else ():
            words = " (error)" if sort == "Errors" else ""
            for message in said if isinstance(said, list) else [said]:
                yield f"{one_line(str(owner), 60).lower()}{words}: {one_line(str(message), 500)}"


def _at_task(facts: Facts) -> str:
    return f" while TASK [{facts.task}] was running" if facts.task else ""


def _playbook_error(lines: Sequence[str]) -> str:
    said = one_line(re.sub(r"^\s*(ERROR!|\[ERROR\]:?)\s*", "", lines[0]), 500)
    places = (pattern.search(line) for line in lines for pattern in _PLACES)
    place = next((match for match in places if match), None)
    return said + (f" ({':'.join(place.groupdict().values())})" if place else "")
