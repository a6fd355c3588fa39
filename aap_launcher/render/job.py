"""Updates become marks: what the user reads, without a CI's syntax and without colours of its own.

A `Line` of tone OUTPUT is the job's own stdout. A `Line` of any other tone is the launcher's word; its text
may have several lines, and the label stands beside the first. Text from the controller passes as it is (its
defusing is the adapter's business), except that titles and names are made one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from aap_launcher.findings.job import Tally
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.marks import GroupEnd, GroupStart, Line, Mark, Progress, Tone
from aap_launcher.models.notices import Notice
from aap_launcher.models.updates import Finished, JobUpdate, Logged, StatusChanged, Tick
from aap_launcher.render.conclusion import Role, annotated, corrections, verdict
from aap_launcher.render.groups import Grouping
from aap_launcher.render.notices import notice
from aap_launcher.text.words import count, duration, number, one_line


class Style(msgspec.Struct, frozen=True):
    """How the log looks. `heartbeat`: a line at least every so many seconds."""

    group_by: str = "task"  # task, play, none
    show: str = "all"  # all, changed, failed
    annotations: bool = (
        True  # whether they are made: where the CI's log shows them, which then are the verdict's lines
    )
    heartbeat: float = 30.0
    live: bool = False  # there is a live last line: with each line of the job it is told anew
    since: str = ""  # UTC, ISO 8601: earlier events are not shown, but count


class Renderer:
    """Renders one job. Give each update to the tally first; `close` belongs to every ending, also a crash.

    Of a workflow's node (`role`) each line tells the node's name, and findings and time are told elsewhere.
    """

    def __init__(self, tally: Tally, style: Style | None = None, role: Role | None = None) -> None:
        self._tally = tally
        self._style = style or Style()
        self._live = self._style.live and role is None  # a workflow has one line for all its nodes
        self._role = role or Role()
        self._prefix = f"{self._role.name} > " if role is not None else ""
        self._groups = Grouping(self._style.group_by, self._style.show, self._prefix)
        self._job: Job | None = None
        self._began: float | None = None  # when the job ran for 0 s, on the clock of `at`
        self._at = 0.0
        self._wrote_at = 0.0
        self._lines = 0  # how many lines of the job were written when the clock was last read
        self._unseen = role is not None  # what a node runs was not told yet
        self._corrected: set[int] = set()  # counters of failures that were told to be none
        self._annotated = role is not None or not self._style.annotations

    def marks(self, update: JobUpdate) -> Iterable[Mark]:
        """What the update adds to the log; take all of it before the next update."""
        if isinstance(update, Logged):
            event = update.event
            if not event.stdout and event.event == "runner_on_start":
                return ()  # nearly half of all events
            if self._style.since and event.created and event.created < self._style.since:
                return ()
            if event.event == "playbook_on_stats":
                return self._stats(event)
            marks = self._groups.event(event, self._tally.latest)
            return self._below_progress(marks) if self._live else marks
        if isinstance(update, Finished):
            return self._finished(update)
        return self._marks(update)

    def pause(self) -> Iterator[Mark]:
        """End the open group, so that something else may stand open; the job's next line opens one again."""
        return self._groups.close()

    def close(self) -> Iterator[Mark]:
        """End the open group, and tell the findings if the end of the job never came."""
        yield from self._groups.finish()
        if not self._annotated:
            self._annotated = True
            yield from annotated(self._tally.findings())

    def _marks(self, update: StatusChanged | Tick | Notice) -> Iterator[Mark]:
        match update:
            case StatusChanged(job, at):
                yield from self._status(job, at)
            case Tick(job, at, silent):
                yield from self._heartbeat(job, at, silent)
                yield self._progress()
            case Notice(text):
                yield from self._groups.close()
                yield notice(replace(update, text=" · ".join(filter(None, [self._role.name, text]))))

    # --- status and time --------------------------------------------------------------------------------

    def _status(self, job: Job, at: float) -> Iterator[Mark]:
        changed = self._job is None or self._job.status is not job.status
        self._job = job
        self._clock(at, at)
        self._wrote_at = at
        if job.status is Status.RUNNING and changed:
            self._began = at - job.elapsed
        if job.status.final:
            return  # the verdict waits until the log is whole
        yield from self._groups.close()
        yield Line(self._place(job, at, changed=changed), Tone.NOTE, str(job.status))

    def _place(self, job: Job, at: float, *, changed: bool) -> str:
        """Where it stands; of a workflow's node its name and, once it runs, what that is and where to see it."""
        if not self._role.name:
            return self._where(job, at, changed=changed)
        if job.status is Status.RUNNING and changed:
            return " · ".join(self._introduced(job))
        return " · ".join([self._role.name, job.label, self._where(job, at, changed=changed)])

    def _introduced(self, job: Job) -> Iterator[str]:
        """`inner > a · Deploy web · job 179 · <link>`, told once; a node may be called by its template."""
        yield self._role.name
        if self._unseen:
            self._unseen = False
            template = one_line(job.template or job.name, 100)
            yield from [template] if template and not self._role.name.endswith(template) else []
            yield from filter(None, [job.label, job.link])

    def _where(self, job: Job, at: float, *, changed: bool) -> str:
        if job.status is not Status.RUNNING:
            parts = [duration(at)] if at >= 1 else []
            return " · ".join([*parts, one_line(job.explanation) or (_waits(job.status) or job.label)])
        if not changed:
            return one_line(job.explanation) or job.label
        revision = f" @ {one_line(job.scm_revision[:7])}" if job.scm_revision else ""
        parts = [one_line(job.project or job.template or job.name or job.label) + revision]
        if job.scm_branch:
            parts.append(f"branch {one_line(job.scm_branch, 100)}")
        if job.execution_environment:
            parts.append(f"execution environment {one_line(job.execution_environment, 100)}")
        return " · ".join(parts)

    def _clock(self, at: float, last: float) -> None:
        """Learn the time; `last` is when the last thing happened, so a line since then is no older."""
        if self._groups.lines != self._lines:
            self._lines = self._groups.lines
            self._wrote_at = max(self._at, last)
        self._at = at

    def _heartbeat(self, job: Job, at: float, silent: float) -> Iterator[Mark]:
        self._job = job
        self._clock(at, at - silent)
        if at - self._wrote_at < self._style.heartbeat:
            return
        self._wrote_at = at
        yield from self._groups.close()  # a collapsed group would hide that it lives
        if job.status.final:
            what = ["waiting for the last events of its log"]
        else:
            what = [duration(self._elapsed()), one_line(job.explanation) or _waits(job.status)]
            what += ["a cancel was asked for" if job.canceled_on else "", self._task(), *self._hosts(" of ")]
        yield Line(" · ".join(filter(None, what)), Tone.NOTE, str(job.status))

    def _below_progress(self, marks: Iterable[Mark]) -> Iterator[Mark]:
        for place, mark in enumerate(marks):
            if place == 0:
                yield self._progress()
            yield mark

    def _progress(self) -> Progress:
        status = str(self._job.status) if self._job is not None else ""
        what = [self._task() or status, *self._hosts("/"), duration(self._elapsed())]
        return Progress("▸ " + " · ".join(what))

    def doing(self) -> str:
        """What it does now: `TASK [db : Migrate] · 1 of 2 hosts`; "" where no task runs."""
        return " · ".join(filter(None, [self._task(), *self._hosts(" of ")]))

    def _elapsed(self) -> float:
        return self._at - (self._began or 0.0)

    def _task(self) -> str:
        return f"TASK [{self._tally.task}]" if self._tally.task else ""

    def _hosts(self, of: str) -> list[str]:
        done, seen = self._tally.hosts_done, self._tally.hosts_seen
        if not self._tally.task or not seen:
            return []
        if seen > 1 and max(done, self._tally.hosts_begun) < 2:
            return []  # of a task with run_once the other hosts never come, and nothing else tells it
        return [f"{number(min(done, seen))}{of}{count(seen, 'host')}"]

    # --- the end ----------------------------------------------------------------------------------------

    def _stats(self, event: Event) -> Iterator[Mark]:
        yield from self._groups.close()
        # Only now is it known which of the failures that were told are none.
        yield from corrections(self._tally.findings().others, self._corrected, self._prefix)
        yield from self._groups.event(event, None)

    def _named(self, job: Job) -> Iterator[str]:
        """The node's name for its end, with what was not told of it because it ended so soon."""
        told = list(self._introduced(job)) if self._unseen else [self._role.name]
        return (part for part in told if part != job.label)

    def _finished(self, end: Finished) -> Iterator[Mark]:
        found = self._tally.findings()
        yield from self._groups.finish()
        yield from corrections(found.others, self._corrected, self._prefix)
        annotate, self._annotated = not self._annotated, True
        role = replace(self._role, name=" · ".join(self._named(end.job))) if self._prefix else None
        yield from verdict(end.job, end.log, found, role, annotate=annotate)
        trace = end.job.traceback.strip()
        if "\n" in trace and trace not in end.job.explanation:
            yield GroupStart(f"{self._prefix}the controller's traceback")
            yield Line(trace)
            yield GroupEnd()


def _waits(status: Status) -> str:
    """What a job that has not begun waits for; "" for every other."""
    match status:
        case Status.NEW:
            return "not yet submitted"
        case Status.PENDING:
            return "in the controller's queue"
        case Status.WAITING:
            return "placed on a node, about to start"
        case Status.RUNNING | Status.SUCCESSFUL | Status.FAILED | Status.ERROR | Status.CANCELED:
            return ""
