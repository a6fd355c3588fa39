"""The end of a job as people read it: its verdict, in lines or in annotations, which only format the findings.

A reason stands once in the verdict. Where the CI's log shows annotations as lines (GitHub's: without their titles),
they are the verdict's lines: a line of ours names the hosts and the task, and the annotation below it says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from aap_launcher.findings.failures import headline, no_host, one_line_reason, reason_lines
from aap_launcher.models.findings import FailedTask, FailureKind, Findings, HostState, HostSummary
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.marks import BELOW, Annotation, Level, Line, Tone
from aap_launcher.models.updates import Log
from aap_launcher.text.words import count, duration, number, one_line, some_of

GOES_ON = "the workflow goes on by its failure path"
_MOST = 10  # annotations of a kind that GitHub shows for a step, and tasks that the verdict names
_MOST_WARNINGS = 8  # of tasks: two more are for plays without a host and for the log
_CORRECTED: frozenset[FailureKind] = frozenset({"rescued", "handled", "cleared", "ignored", "unknown"})


class Role(msgspec.Struct, frozen=True):
    """What a job is in a workflow: its node's name, and whether the workflow goes on when it fails."""

    name: str = ""
    handled: bool = False


def verdict(
    job: Job, log: Log, found: Findings, role: Role | None = None, *, annotate: bool = False
) -> Iterator[Line | Annotation]:
    """How it ended, after how long, on which hosts, how whole the log is; then why: reasons, failed tasks.

    With `annotate` annotations say why, and what is not known. A node's failed tasks stand above, where they failed,
    and in the verdict of its workflow: not here as well.
    """
    name, handled = (
        (role.name, role.handled and job.status in (Status.FAILED, Status.ERROR)) if role else ("", False)
    )
    good = job.status is Status.SUCCESSFUL
    lines = [" · ".join(filter(None, [name, *_headline(job, log, found.hosts, found.warnings)]))]
    if not annotate:
        lines += [*reason_lines(found.causes), *(() if role else failed_lines(found))]
        lines += reason_lines(found.unexplained)
    lines += [GOES_ON] if handled else []
    tone = Tone.GOOD if good else Tone.WARN if handled else Tone.BAD
    yield Line("\n".join(lines), tone, str(job.status))
    if annotate:
        yield from annotated(found, job, log)
        return
    if good and found.no_host_plays:
        yield Line(no_host(found.no_host_plays, job.limit), Tone.WARN, "warning")
    if not log.whole:
        yield Line(gaps(log), Tone.WARN, "warning")


def _headline(job: Job, log: Log, hosts: Sequence[HostSummary], warnings: int) -> Iterator[str]:
    yield after(job)
    yield _hosts(hosts, good=job.status is Status.SUCCESSFUL)
    if log.state == "complete":
        yield f"log complete: {count(log.received, 'event')}"
    if warnings:
        yield count(warnings, "warning")


def after(job: Job) -> str:
    """`job 423 after 4 min 02 s`."""
    return job.label + (f" after {duration(job.elapsed)}" if job.elapsed else "")


def _hosts(hosts: Sequence[HostSummary], *, good: bool) -> str:
    if not hosts:
        return ""
    states = Counter(host.state for host in hosts)
    if states["ok"] == len(hosts):
        return count(len(hosts), "host") + (" ok" if good else "")
    words: dict[HostState, str] = {
        "ok": "ok",
        "failed": "failed",
        "unreachable": "unreachable",
        "unknown": "not known",
    }
    told = ", ".join(f"{number(states[state])} {word}" for state, word in words.items() if states[state])
    return f"{told} of {count(len(hosts), 'host')}"


def failed_lines(found: Findings) -> Iterator[str]:
    """`web2  TASK [web : Restart]  Unable to start ...`: each task that counts, its hosts with one reason together."""
    rows = [(some_of(hosts, 5), first) for task in found.errors for first, hosts in task.messages]
    width = min(max((len(hosts) for hosts, _ in rows[:_MOST]), default=0), 20)
    for hosts, first in rows[:_MOST]:
        yield f"{hosts:<{width}}  {first.where}  {one_line_reason(first, 200)}"
    rest = len(rows) - _MOST + found.more_failures
    if rest > 0:
        yield f"and {number(rest)} more"


def annotated(
    found: Findings, job: Job | None = None, log: Log | None = None, *, several: bool = False
) -> Iterator[Line | Annotation]:
    """An error for the job's own reasons and for each failed task, its hosts joined; warnings for what is not known.

    Of `several` jobs (a workflow's) the quoted lines stand above, where each node ended, and counters mean nothing.
    """
    tasks, last = found.errors, found.unexplained
    failed = job is not None and job.status is not Status.SUCCESSFUL
    room = _MOST - bool(last)
    if job is not None and failed and (found.causes or not (tasks or last)):
        room -= 1
        yield _reasons(job, reason_lines(found.causes, quoted=not several))
    kept = tasks if len(tasks) <= room else tasks[: room - 1]
    for task in kept:
        yield from _task(Level.ERROR, task)
    if rest := tasks[len(kept) :]:
        titles = [headline(task) for task in rest[:40]] + (
            [f"and {len(rest) - 40} more"] if len(rest) > 40 else []
        )
        yield Annotation(Level.ERROR, f"{len(rest)} more tasks failed", "\n".join(titles))
    if job is not None and failed and last:
        yield _reasons(job, reason_lines(last))
    if tasks or not any(reason.source == "log" for reason in found.reasons):  # which name them
        for task in _doubtful(found.others, recap=found.recap)[:_MOST_WARNINGS]:
            yield from _task(Level.WARNING, task)
    if job is not None and job.status is Status.SUCCESSFUL and found.no_host_plays:
        yield Annotation(
            Level.WARNING, f"{job.label} matched no host", no_host(found.no_host_plays, job.limit)
        )
    if log is not None and not log.whole:
        yield Annotation(Level.WARNING, "the log is not complete", gaps(log, counters=not several))


def _reasons(job: Job, lines: Iterable[str]) -> Annotation:
    return Annotation(Level.ERROR, f"{job.label} {job.status}", "\n".join(lines))


def _doubtful(others: Sequence[FailedTask], *, recap: bool) -> Sequence[FailedTask]:
    """Of which it is not known whether they count, or, by a recap, only likely that they do not."""
    kinds: tuple[FailureKind, ...] = ("unknown", "handled") if recap else ("unknown",)
    return [task for task in others if task.first.kind in kinds]


def _task(level: Level, task: FailedTask) -> Iterator[Line | Annotation]:
    """The task and its hosts, and the annotation below: of each different message the line that tells the most."""
    messages, path = task.messages, task.first.path.removeprefix("/runner/project/")
    if len(messages) == 1:
        lines = [one_line_reason(task.first)]
    else:
        lines = [f"{some_of(hosts, 5)}: {first.said}" for first, hosts in messages[:_MOST]]
        lines += [f"and {count(len(messages) - _MOST, 'more message')}"] if len(messages) > _MOST else []
        lines += [f"({task.first.doubt})"] if task.first.doubt else []
    text = "\n".join([*lines, *([f"({path})"] if path else [])])
    tone = Tone.BAD if level is Level.ERROR else Tone.WARN
    yield Line(f"{some_of(task.hosts, 5)}  {task.first.where}", tone, BELOW)
    yield Annotation(level, one_line(headline(task), 250), text)


def corrections(others: Sequence[FailedTask], told: set[int], prefix: str = "") -> Iterator[Line]:
    """What was told as FAILED when it happened, and is none, or not known to be one; each once (`told`)."""
    tasks = [task for task in others if _corrects(task) and task.first.counter not in told]
    for task in tasks[:_MOST]:
        why = task.first.doubt or "the recap counts it so"
        text = f"{prefix}TASK [{task.first.task}] · {some_of(task.hosts)}: {why}"
        tone = Tone.WARN if task.first.kind == "unknown" else Tone.NOTE
        yield Line(text, tone, task.first.kind)
    if len(tasks) > _MOST:
        yield Line(f"and {count(len(tasks) - _MOST, 'more task')}", Tone.NOTE, "rescued")
    told.update(task.first.counter for task in tasks)


def _corrects(task: FailedTask) -> bool:
    first = task.first
    return first.kind in _CORRECTED and (first.kind != "ignored" or bool(first.doubt))


def gaps(log: Log, *, counters: bool = True) -> str:
    """What is missing of the log; with `counters`, which mean nothing for several jobs together."""
    if not log.received:
        return "no log: none of its events could be read"
    if not log.lost:
        what = "the controller did not say that these are all"
        what = what if counters else "not every node's log could be read to its end"
        return f"log perhaps incomplete: {count(log.received, 'event')} came, and {what}"
    ranges = [str(first) if first == last else f"{first}-{last}" for first, last in log.missing]
    total = log.received + log.lost
    which = f" ({'counter' if log.lost == 1 else 'counters'} {some_of(ranges, 5)})" if counters else ""
    return f"log incomplete: {number(log.lost)} of {number(total)} events missing{which}"
