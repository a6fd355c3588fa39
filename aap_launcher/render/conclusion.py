"""The end of a job as people read it: the lines of its verdict, which only format the findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from aap_launcher.findings.explanation import no_host, reason_lines
from aap_launcher.models import (
    FailedTask,
    Findings,
    HostSummary,
    Job,
    Line,
    Log,
    Status,
    Tone,
)
from aap_launcher.text.words import count, duration, listed, number, one_line

GOES_ON = "the workflow goes on by its failure path"
_MOST = 10  # annotations of a kind that GitHub shows for a step, and tasks that the verdict names
_CORRECTED = frozenset({"rescued", "handled", "cleared", "ignored", "unknown"})


class Role(msgspec.Struct, frozen=True):
    """What a job is in a workflow: its node's name, and whether the workflow goes on when it fails."""

    name: str = ""
    handled: bool = False


_ALONE = Role()


def verdict(job: Job, log: Log, found: Findings, role: Role = _ALONE) -> Iterator[Line]:
    """How it ended, after how long, on which hosts, how whole the log is; then why: reasons, failed tasks.

    A node's failed tasks stand above, where they failed, and in the verdict of its workflow: not here as well.
    """
    good = job.status is Status.SUCCESSFUL
    lines = [" · ".join(filter(None, [role.name, *_headline(job, log, found)]))]
    lines += [*reason_lines(found), *(() if role.name else failed_lines(found))]
    handled = role.handled and job.status in (Status.FAILED, Status.ERROR)
    if handled:
        lines.append(GOES_ON)
    tone = Tone.GOOD if good else Tone.WARN if handled else Tone.BAD
    yield Line("\n".join(lines), tone, str(job.status))
    if good and found.no_host_plays:
        yield Line(no_host(found, job.limit), Tone.WARN, "warning")
    if not log.whole:
        yield Line(gaps(log), Tone.WARN, "warning")


def _headline(job: Job, log: Log, found: Findings) -> Iterator[str]:
    yield after(job)
    yield _hosts(found.hosts, good=job.status is Status.SUCCESSFUL)
    if log.state == "complete":
        yield f"log complete: {count(log.received, 'event')}"
    if found.warnings:
        yield count(found.warnings, "warning")


def after(job: Job) -> str:
    """`job 423 after 4 min 02 s`."""
    return job.label + (f" after {duration(job.elapsed)}" if job.elapsed else "")


def _hosts(hosts: Sequence[HostSummary], *, good: bool) -> str:
    if not hosts:
        return ""
    states = [host.state for host in hosts]
    if all(state == "ok" for state in states):
        return count(len(hosts), "host") + (" ok" if good else "")
    words = (("ok", "ok"), ("failed", "failed"), ("unreachable", "unreachable"), ("unknown", "not known"))
    told = ", ".join(f"{number(n)} {word}" for state, word in words if (n := states.count(state)))
    return f"{told} of {count(len(hosts), 'host')}"


def failed_lines(found: Findings) -> Iterator[str]:
    """`web2  TASK [web : Restart]  Unable to start ...`: each task that counts, its hosts with one reason together."""
    rows = [
        (listed(hosts, 5), first.where, first.said, first.doubt)
        for task in found.errors
        for first, hosts in task.messages
    ]
    width = min(max((len(hosts) for hosts, *_ in rows[:_MOST]), default=0), 20)
    for hosts, where, said, doubt in rows[:_MOST]:
        more = f" ({doubt})" if doubt else ""
        yield f"{hosts:<{width}}  {where}  {one_line(said, 200)}{more}"
    rest = len(rows) - _MOST + found.more_failures
    if rest > 0:
        yield f"and {number(rest)} more"


def corrections(found: Findings, told: set[int], prefix: str = "") -> Iterator[Line]:
    """What was told as FAILED when it happened, and is none, or not known to be one; each once (`told`)."""
    tasks = [task for task in found.others if _corrects(task) and task.first.counter not in told]
    for task in tasks[:_MOST]:
        why = task.first.doubt or "not an error"
        text = f"{prefix}TASK [{task.first.task}] · {listed(task.hosts)}: {why}"
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
    which = f" ({'counter' if log.lost == 1 else 'counters'} {listed(ranges, 5)})" if counters else ""
    return f"log incomplete: {number(log.lost)} of {number(total)} events missing{which}"
