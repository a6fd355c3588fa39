"""The summary: the whole run on one page of Markdown, the worst first, never too large to be shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from aap_launcher.findings.failures import reason_lines
from aap_launcher.findings.retried_tasks import MOST_RETRIED
from aap_launcher.models.findings import FailedTask, FailureKind, Findings, HostSummary, Retried, TaskTime
from aap_launcher.models.jobs import Job
from aap_launcher.models.outcomes import CIContext, Clean, Outcome, Verdict
from aap_launcher.models.templates import Template
from aap_launcher.models.updates import Log
from aap_launcher.report.graph import graph, node_table, timeline
from aap_launcher.report.markdown import block, code, folded, link, markdown_table, running_text
from aap_launcher.report.outputs import counts, worst_first
from aap_launcher.text.words import count, duration, number, without_escapes

MOST_BYTES = 1_000_000  # GitHub drops a summary of more than 1 MiB whole
_ICONS = {
    Verdict.SUCCESSFUL: "✅",
    Verdict.LAUNCHED: "🚀",
    Verdict.CHECKED: "☑️",
    Verdict.CANCELED: "🚫",
    Verdict.INTERRUPTED: "🚫",
    Verdict.INVALID: "⛔",
    Verdict.REFUSED: "⛔",
    Verdict.TIMED_OUT: "⌛",
    Verdict.UNKNOWN: "❓",
}
_NAMED: frozenset[FailureKind] = frozenset(
    {"unknown", "handled"}
)  # not told as errors, and not known to be none
_LONG = 200  # characters of a message that stand open
_LINES = 20  # of the explanation


@dataclass(frozen=True, slots=True)
class _Room:
    """How much is shown. Each next one gives up what is worth least."""

    artifacts: int = 60_000  # characters
    timeline: bool = True
    times: bool = True  # the slowest and the retried tasks
    graph: bool = True
    hosts: int = 200
    message: int = 30_000  # characters of a folded message
    failures: int = 50


_ROOMS = (
    _Room(),
    _Room(artifacts=0),
    _Room(artifacts=0, timeline=False, times=False),
    _Room(artifacts=0, timeline=False, times=False, hosts=30),
    _Room(artifacts=0, timeline=False, times=False, hosts=30, message=3_000),
    _Room(artifacts=0, timeline=False, times=False, graph=False, hosts=30, message=0, failures=20),
)


def summary(outcome: Clean) -> str:
    """The page, less than 1 MB of UTF-8; parts are left out whole, and it says so."""
    for room in _ROOMS:
        note = "" if room is _ROOMS[0] else "_Shortened to fit; the result file has everything._"
        page = "\n\n".join([*(part for part in _parts(outcome, room) if part), *filter(None, [note])]) + "\n"
        if len(page.encode("utf-8", "replace")) <= MOST_BYTES:
            return page
    return next(_parts(outcome, _ROOMS[-1])) + "\n"


def _parts(outcome: Outcome, room: _Room) -> Iterator[str]:
    job, found = outcome.job, outcome.findings
    yield _title(job, outcome.template, outcome.verdict, outcome.seconds)
    yield _circumstances(job, outcome.ci, outcome.platform, outcome.shown)
    yield _why([*outcome.own.splitlines(), *reason_lines(found.causes)], job, room)
    yield from _failures(found, room)
    if room.graph:
        yield graph(outcome.nodes)
    yield node_table(outcome.nodes)
    if room.timeline:
        yield timeline(outcome.nodes)
    yield _hosts(found.hosts, room)
    if room.times:
        yield _slowest(found.slowest)
        yield _retried(found.retried)
    if room.artifacts and job is not None:
        yield _artifacts(job.artifacts, room)
    last = (_log(outcome.log), _away(outcome.outages), _next(job, outcome.next_step))
    yield " · ".join(filter(None, last))


def _title(job: Job | None, template: Template | None, verdict: Verdict, seconds: float) -> str:
    name = (job and (job.template or job.name)) or (template.name if template else "")
    words = str(verdict).replace("_", " ")
    parts = [f"{running_text(name) or 'aap-launcher'} {words}"]
    if job:
        parts.append(link(running_text(job.label), job.link))
    parts.append(duration(job.elapsed if job and job.elapsed else seconds))
    return f"### {_ICONS.get(verdict, '❌')} {' · '.join(parts)}"


def _circumstances(job: Job | None, ci: CIContext, platform: str, shown: Sequence[tuple[str, str]]) -> str:
    """Who launched it for what, on which controller, with what; without a job nobody is said to have launched one."""
    who = (job.launched_by if job else "") or ci.actor
    words = ["launched"] if job else []
    if who:
        words.append(f"by {code(who)}")
    if ci.repository:
        at = f"{ci.repository}@{ci.commit[:7]}" if ci.commit else ci.repository
        words.append(f"for {link(code(at), ci.run_url)}")
    if platform:
        words.append(f"on {running_text(platform)}")
    if job and job.project:
        words.append(f"from project {code(' @ '.join(filter(None, [job.project, job.scm_revision[:7]])))}")
    given = (f"{running_text(name)} {code(value, 500)}" for name, value in shown[:40])
    return " · ".join([" ".join(words), *given])


def _why(lines: Sequence[str], job: Job | None, room: _Room) -> str:
    """The root cause first; the failed tasks stand below, with their whole messages."""
    trace, explained = (job.traceback, job.explanation) if job else ("", "")
    said = []
    for quoted, run in groupby(lines[:_LINES], lambda line: line.startswith("  ")):
        told = list(run)
        if quoted:
            said.append(block("\n".join(line[2:] for line in told), 2_000))
        else:
            said.append(
                "\\\n".join(running_text(line, 2_000) for line in told)
            )  # a backslash at its end breaks a line
    if "\n" in trace.strip() and trace.strip() not in explained and room.message:
        said.append(folded("the controller's traceback", block(trace, room.message)))
    return "\n\n".join(filter(None, said))


def _failures(found: Findings, room: _Room) -> Iterator[str]:
    tasks = found.errors
    for task in tasks[: room.failures]:
        yield "\n\n".join(_failed_task(task, room))
    if len(tasks) > room.failures:
        yield f"and {count(len(tasks) - room.failures, 'more failed task')}"
    yield "\n".join(running_text(line, 2_000) for line in reason_lines(found.unexplained))
    doubtful = [task for task in found.others if task.first.kind in _NAMED]
    for task in doubtful[: room.failures]:
        yield "\n\n".join(_failed_task(task, room))
    # By the recap, unless it is not certain which of those that are named.
    hosts = () if any(failure.doubt for failure in found.failures) else found.hosts
    named = Counter(failure.kind for failure in found.failures)
    numbers = {
        kind: max(named[kind], sum(getattr(host, kind) for host in hosts)) for kind in ("ignored", "rescued")
    }
    if handled := [count(n, f"{kind} failure") for kind, n in numbers.items() if n > 0]:
        said = "not an error" if sum(numbers.values()) == 1 else "not errors"
        guessed = not tasks and any(
            reason.source == "log" for reason in found.reasons
        )  # it may be the reason
        yield ", ".join(handled) + ("" if guessed else f": {said}")


def _failed_task(task: FailedTask, room: _Room) -> Iterator[str]:
    """A task's head with its hosts, then each different message once: its line open, the whole folded."""
    first, hosts = task.first, task.hosts
    more = f" and {number(len(hosts) - 10)} more" if len(hosts) > 10 else ""
    word = "unreachable" if first.kind == "unreachable" else "failed"
    doubt = (
        f" ({'' if first.counts else f'{first.kind}: '}{running_text(first.doubt, 300)})"
        if first.doubt
        else ""
    )
    yield f"**{code(first.where)}** {word} on {', '.join(map(code, hosts[:10]))}{more}{doubt}"
    for failure, _ in task.messages[:5]:
        whole = without_escapes(failure.message).strip()
        yield code(failure.said, _LONG)
        if room.message and (len(whole) > _LONG or "\n" in whole):
            yield folded("the whole message", block(whole, room.message))
    if first.path:
        yield f"at {code(first.path)}"


def _hosts(found: Sequence[HostSummary], room: _Room) -> str:
    hosts = worst_first(found)
    if not hosts:
        return ""
    names = tuple(counts(hosts[0]))
    rows = [
        (code(host.host) or "?", *(number(n) if n else "" for n in counts(host).values()))
        for host in hosts[: room.hosts]
    ]
    shown = markdown_table(("host", *names), rows)
    if len(hosts) > room.hosts:
        shown += f"\n\nand {count(len(hosts) - room.hosts, 'more host')}"
    return shown if len(hosts) <= 20 else folded(count(len(hosts), "host"), shown)


def _slowest(found: Sequence[TaskTime]) -> str:
    rows = [(_task(task), code(task.host), duration(task.seconds)) for task in found[:10]]
    return folded("slowest tasks", markdown_table(("task", "host", "time"), rows)) if rows else ""


def _retried(found: Sequence[Retried]) -> str:
    rows = [(_task(task), code(task.host), number(task.retries), task.kind or "no result") for task in found]
    title = f"the {MOST_RETRIED} most retried tasks" if len(rows) == MOST_RETRIED else "retried tasks"
    return folded(title, markdown_table(("task", "host", "retries", "ended"), rows)) if rows else ""


def _task(task: TaskTime | Retried) -> str:
    return code(" > ".join(filter(None, [task.node, task.task])))


def _artifacts(artifacts: Mapping[str, Any], room: _Room) -> str:
    if not artifacts:
        return ""
    shown = json.dumps(artifacts, indent=2, ensure_ascii=False)
    return folded("artifacts", block(shown, room.artifacts))


def _log(log: Log) -> str:
    if log.lost:
        return f"log incomplete: {number(log.lost)} of {count(log.received + log.lost, 'event')} missing"
    if not log.whole:
        return f"log perhaps incomplete: {count(log.received, 'event')}"
    return f"log complete: {count(log.received, 'event')}" if log.received else ""


def _away(outages: Sequence[float]) -> str:
    if not outages:
        return ""
    lasted = duration(sum(outages))
    if len(outages) == 1:
        return f"the controller was away for {lasted}"
    return f"the controller was away {number(len(outages))} times, {lasted} in all"


def _next(job: Job | None, step: str) -> str:
    """The command that attaches again while the job runs, or runs it again where it failed."""
    if job is None or not step:
        return ""
    return f"{'run it' if job.status.final else 'attach'} again: `{step}`"
