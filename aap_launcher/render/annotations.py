"""What a CI annotates: an error for each failed task, warnings for what is not known; titles and details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aap_launcher.findings.explanation import headline, no_host
from aap_launcher.models import (
    Annotation,
    FailedTask,
    Findings,
    Job,
    Level,
    Log,
    Reason,
    Status,
)
from aap_launcher.render.conclusion import gaps
from aap_launcher.text.words import count, listed, one_line, shortened

_MOST = 10  # annotations of a kind that GitHub shows for a step
_MOST_QUOTED = 3  # lines


def annotated(
    found: Findings, job: Job | None = None, log: Log | None = None, *, counters: bool = True
) -> Iterator[Annotation]:
    """An error for the job's own reasons and for each failed task, its hosts joined; warnings for what is not known."""
    errors = list(_of_job(job, found)) if job is not None else []
    errors += [_task(Level.ERROR, task) for task in found.errors]
    yield from _at_most(errors)
    doubtful = [task for task in found.others if task.first.kind == "unknown" or _guessed(found, task)]
    yield from (_task(Level.WARNING, task) for task in doubtful[:_MOST])
    if job is not None and job.status is Status.SUCCESSFUL and found.no_host_plays:
        yield Annotation(Level.WARNING, f"{job.label} matched no host", no_host(found, job.limit))
    if log is not None and not log.whole:
        yield Annotation(Level.WARNING, "the log is not complete", gaps(log, counters=counters))


def _guessed(found: Findings, task: FailedTask) -> bool:
    """Whether it is only likely that it was rescued: the recap tells how many of the host's failures were."""
    return found.recap and task.first.kind == "handled"


def _of_job(job: Job, found: Findings) -> Iterator[Annotation]:
    if job.status is not Status.SUCCESSFUL and (found.reasons or not found.errors):
        lines = [line for reason in found.reasons for line in _in_short(reason)]
        yield Annotation(Level.ERROR, f"{job.label} {job.status}", "\n".join(lines))


def _in_short(reason: Reason) -> Iterator[str]:
    """With the first lines of what it quotes: the runner prints annotations into the log, where the verdict has all."""
    yield reason.text
    yield from (f"  {line}" for line in reason.quoted[:_MOST_QUOTED])
    if len(reason.quoted) > _MOST_QUOTED:
        yield f"  and {count(len(reason.quoted) - _MOST_QUOTED, 'more line')}"


def _task(level: Level, task: FailedTask) -> Annotation:
    return Annotation(level, one_line(headline(task), 250), _details(task))


def _details(task: FailedTask) -> str:
    messages = task.messages
    if len(messages) == 1:
        lines = [task.first.message]
    else:
        lines = [f"{listed(hosts, 5)}: {shortened(first.message, 500)}" for first, hosts in messages[:_MOST]]
        if len(messages) > _MOST:
            lines.append(f"and {len(messages) - _MOST} more messages")
    path = task.first.path.removeprefix("/runner/project/")
    lines += [f"({told})" for told in (task.first.doubt, path) if told]
    return "\n".join(lines)


def _at_most(found: Sequence[Annotation]) -> Sequence[Annotation]:
    """GitHub shows ten of a kind and drops the rest in silence, so the tenth sums them up."""
    if len(found) <= _MOST:
        return found
    rest = found[_MOST - 1 :]
    titles = "\n".join(finding.title for finding in rest[:40])
    more = f"\nand {len(rest) - 40} more" if len(rest) > 40 else ""
    return [*found[: _MOST - 1], Annotation(Level.ERROR, f"{len(rest)} more tasks failed", titles + more)]
