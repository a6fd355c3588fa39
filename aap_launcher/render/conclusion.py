"""The end of a job as people read it: the verdict's lines, and the findings that a CI annotates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from aap_launcher.findings.failures import by_task
from aap_launcher.findings.job import Tally
from aap_launcher.findings.reasons import Failed, controllers_word, explain_failure, headline, real_failures
from aap_launcher.models import Annotation, Failure, HostSummary, Job, Level, Line, Log, Status, Tone
from aap_launcher.text.words import count, duration, listed, number, one_line, shortened

GOES_ON = "the workflow goes on by its failure path"
_MOST = 10  # annotations of a kind that GitHub shows for a step, and failures that the verdict names


@dataclass(frozen=True, slots=True)
class Role:
    """What a job is in a workflow: its node's name, and whether the workflow goes on when it fails."""

    name: str = ""
    handled: bool = False


_ALONE = Role()


def verdict(job: Job, log: Log, tally: Tally, why: str = "", role: Role = _ALONE) -> Iterator[Line]:
    """How it ended, after how long, on which hosts, how whole the log is; then each failed task and host.

    `why` is the explanation where more is known than job and tally tell.
    """
    good = job.status is Status.SUCCESSFUL
    lines = [" · ".join(filter(None, [role.name, *_headline(job, log, tally)]))]
    failures = real_failures(tally)
    lines += _failure_lines(failures, tally.more_failures)
    if failures:
        lines += filter(None, [controllers_word(job, tally)])
    elif not good:
        lines += filter(None, [why or explain_failure(job, tally)])
    handled = role.handled and job.status in (Status.FAILED, Status.ERROR)
    if handled:
        lines.append(GOES_ON)
    tone = Tone.GOOD if good else Tone.WARN if handled else Tone.BAD
    yield Line("\n".join(lines), tone, str(job.status))
    if good and tally.matched_no_host:
        yield Line(_no_host(job), Tone.WARN, "warning")
    if log.state == "partial":
        yield Line(gaps(log), Tone.WARN, "warning")


def _headline(job: Job, log: Log, tally: Tally) -> Iterator[str]:
    yield after(job)
    yield _hosts(tally.hosts, good=job.status is Status.SUCCESSFUL)
    if log.state == "complete":
        yield f"log complete: {count(log.received, 'event')}"
    if tally.warnings:
        yield count(tally.warnings, "warning")


def after(job: Job) -> str:
    """`job 423 after 4 min 02 s`."""
    return job.label + (f" after {duration(job.elapsed)}" if job.elapsed else "")


def _hosts(hosts: Sequence[HostSummary], *, good: bool) -> str:
    if not hosts:
        return ""
    dark = sum(1 for host in hosts if host.unreachable)
    failed = sum(1 for host in hosts if host.failed and not host.unreachable)
    if not dark and not failed:
        return count(len(hosts), "host") + (" ok" if good else "")
    counts = ((len(hosts) - dark - failed, "ok"), (failed, "failed"), (dark, "unreachable"))
    told = ", ".join(f"{number(n)} {word}" for n, word in counts if n)
    return f"{told} of {count(len(hosts), 'host')}"


def _failure_lines(failures: Sequence[Failure], unknown: int) -> Iterator[str]:
    width = min(max((len(failure.host) for failure in failures[:_MOST]), default=0), 30)
    for failure in failures[:_MOST]:
        host, message = one_line(failure.host, 60), one_line(failure.message.partition("\n")[0], 200)
        yield f"{host:<{width}}  TASK [{failure.task}]  {message}"
    more = len(failures) - _MOST + unknown
    if more > 0:
        yield f"and {number(more)} more"


def _no_host(job: Job) -> str:
    limit = f' (limit "{one_line(job.limit)}")' if job.limit else ""
    return f"no host matched{limit}: the controller calls that successful, but nothing was done"


def gaps(log: Log, *, counters: bool = True) -> str:
    """What is missing of the log; with `counters`, which mean nothing for several jobs together."""
    if not log.lost:
        what = "the controller did not say that these are all"
        what = what if counters else "not every node's log could be read to its end"
        return f"log perhaps incomplete: {count(log.received, 'event')} came, and {what}"
    ranges = [str(first) if first == last else f"{first}-{last}" for first, last in log.missing]
    total = log.received + log.lost
    which = f" ({'counter' if log.lost == 1 else 'counters'} {listed(ranges, 5)})" if counters else ""
    return f"log incomplete: {number(log.lost)} of {number(total)} events missing{which}"


class Told(Failed, Protocol):
    """What the findings are made of."""

    @property
    def matched_no_host(self) -> bool: ...


def findings(
    tally: Told, job: Job | None = None, log: Log | None = None, why: str = ""
) -> Iterator[Annotation]:
    """An error for each failed task, its hosts joined, or for a job that failed without one; warnings."""
    tasks = by_task(real_failures(tally))
    errors = [Annotation(Level.ERROR, one_line(headline(task), 250), _details(task)) for task in tasks]
    if job is not None and not tasks:
        errors += _of_job(job, tally, why)
    yield from _at_most(errors)
    if log is not None and log.state == "partial":
        yield Annotation(
            Level.WARNING, "the log is not complete", gaps(log, counters=isinstance(tally, Tally))
        )


def _of_job(job: Job, tally: Told, why: str) -> Iterator[Annotation]:
    if job.status is not Status.SUCCESSFUL:
        text = why or (explain_failure(job, tally) if isinstance(tally, Tally) else job.explanation)
        yield Annotation(Level.ERROR, f"{job.label} {job.status}", text)
    elif tally.matched_no_host:
        yield Annotation(Level.WARNING, f"{job.label} matched no host", _no_host(job))


def _details(failures: Sequence[Failure]) -> str:
    messages: dict[str, list[str]] = {}
    for failure in failures:
        messages.setdefault(failure.message, []).append(failure.host)
    if len(messages) == 1:
        lines = [failures[0].message]
    else:
        lines = [
            f"{listed(hosts, 5)}: {shortened(said, 500)}" for said, hosts in list(messages.items())[:_MOST]
        ]
        if len(messages) > _MOST:
            lines.append(f"and {len(messages) - _MOST} more messages")
    path = failures[0].path.removeprefix("/runner/project/")
    return "\n".join([*lines, f"({path})"] if path else lines)


def _at_most(found: Sequence[Annotation]) -> Sequence[Annotation]:
    """GitHub shows ten of a kind and drops the rest in silence, so the tenth sums them up."""
    if len(found) <= _MOST:
        return found
    rest = found[_MOST - 1 :]
    titles = "\n".join(finding.title for finding in rest[:40])
    more = f"\nand {len(rest) - 40} more" if len(rest) > 40 else ""
    return [*found[: _MOST - 1], Annotation(Level.ERROR, f"{len(rest)} more tasks failed", titles + more)]
