"""What happened in a run, collected from its updates in bounded memory; at its end one frozen value, the findings.

`playbook_on_stats`, Ansible's own count, is missing when a run was canceled, timed out or never began.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from aap_launcher.findings.decisions import RunEnd, Seen
from aap_launcher.findings.failures import MOST, Failures, task_name
from aap_launcher.findings.reasons import Facts, reasons
from aap_launcher.findings.retried_tasks import Retries
from aap_launcher.findings.slowest import Slowest
from aap_launcher.models.events import Event, EventData
from aap_launcher.models.findings import Case, CaseKind, Failure, FailureKind, Findings, HostSummary, by_task
from aap_launcher.models.jobs import Status
from aap_launcher.models.updates import Finished, JobUpdate, Logged
from aap_launcher.text.words import one_line, shortened, without_escapes

_ERROR_LINES, _LAST_LINES = 30, 5
_MOST_PLAYS = 100
_OK, _CHANGED, _SKIPPED, _IGNORED = range(4)
_RESULTS: Mapping[str, CaseKind] = {
    "runner_on_ok": "ok",
    "runner_on_skipped": "skipped",
    "runner_on_failed": "failed",
    "runner_on_error": "failed",
    "runner_on_unreachable": "unreachable",
}
_WARNINGS = frozenset({"warning", "deprecated", "system_warning"})
_SUSPECT: frozenset[FailureKind] = frozenset({"rescued", "handled", "unknown"})
_SPOKEN = frozenset({"verbose", "error"})


class Tally:
    """What happened so far. Memory does not grow with the number of events, only with hosts.

    `keep_cases` keeps one `Case` for each task on each host, for a JUnit report: that does grow.
    """

    def __init__(self, *, keep_cases: bool = False) -> None:
        self.ours = ""  # why this launcher asked for the cancel, once it has
        self.task = ""  # the current task as Ansible prints it: "web : Restart service"
        self.hosts_begun = 0  # hosts that have begun the current task
        self.hosts_done = 0  # hosts that have ended it
        self.latest: Failure | None = None  # the failure that the last update told of
        self._warnings = 0
        self._task_uuid = ""
        self._play_hosts: set[str] = set()
        self._hosts: dict[str, list[int]] = {}
        self._failures = Failures()
        self._retries = Retries()
        self._slowest = Slowest()
        self._stats: EventData | None = None
        self._no_host_plays: dict[str, None] = {}
        self._errors: list[str] = []
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._in_error = False
        self._keep_cases = keep_cases
        self._cases: list[tuple[Case, Seen | None]] = []
        self._end: Finished | None = None
        self._found: Findings | None = None  # once the run has ended
        self._takes: Mapping[str, Callable[[Event], None]] = {
            "runner_on_start": self._starts,
            "runner_retry": self._retries.again,
            "runner_item_on_failed": self._failures.remember,
            "runner_on_async_failed": self._failures.remember,
            "playbook_on_task_start": self._task_begins,
            "playbook_on_play_start": self._play_begins,
            "playbook_on_no_hosts_matched": self._no_host,
            "playbook_on_stats": self._recap,
        }

    # --- collecting -----------------------------------------------------------------------------------

    def add(self, update: JobUpdate) -> None:
        """Take in the next update; call it before the update is rendered."""
        self.latest = self._found = None
        if isinstance(update, Logged):
            self._event(update.event)
        elif isinstance(update, Finished):
            self._unended()
            self._end = update
            counts = update.job.host_status_counts
            bad = None if counts is None else counts.get("failures", 0) + counts.get("dark", 0)
            self._failures.run = RunEnd(
                ended=True, successful=update.job.status is Status.SUCCESSFUL, bad=bad
            )

    def _event(self, event: Event) -> None:
        name = event.event
        if self._failures.parts:
            self._unended(event)
        kind = _RESULTS.get(name)
        if kind is not None:
            self._in_error = False
            self._result(event, kind)
            return
        if event.host_name and self._failures:
            self._failures.went_on(event)
        take = self._takes.get(name)
        if take is not None:
            take(event)
        self._spoken(event)

    def _unended(self, event: Event | None = None) -> None:
        """Of a task only a failed part came: what became of it there is not known, and it is no less a failure."""
        for part in self._failures.unended(event):
            self._hosts.setdefault(part.host_name, [0] * 4)
            failure, seen = self._failures.add(part, "failed", ended=False)
            if self._keep_cases:
                self._keep(part, failure, "failed", 0.0, seen)

    def _starts(self, event: Event) -> None:
        self._play_hosts.add(event.host_name)
        self.hosts_begun += event.parent_uuid == self._task_uuid

    def _play_begins(self, _: Event) -> None:
        self.task, self.hosts_begun, self.hosts_done = "", 0, 0
        self._play_hosts.clear()

    def _no_host(self, event: Event) -> None:
        if len(self._no_host_plays) < _MOST_PLAYS:
            self._no_host_plays[one_line(event.play)] = None

    def _task_begins(self, event: Event) -> None:
        self.task, self.hosts_begun, self.hosts_done = task_name(event.role, event.task), 0, 0
        self._task_uuid = event.uuid
        self._last.clear()
        self._failures.next_task(event)

    def _recap(self, event: Event) -> None:
        stats = self._stats = event.data()
        if stats.hosts:
            self._failures.count(stats)

    def _result(self, event: Event, kind: CaseKind) -> None:
        host = event.host_name
        self._play_hosts.add(host)
        if not event.parent_uuid or event.parent_uuid == self._task_uuid:
            self.hosts_done += 1
        seconds = event.seconds()
        if seconds > self._slowest.threshold:
            self._slowest.add(
                event.parent_uuid or event.task, task_name(event.role, event.task), host, seconds
            )
        seen = None
        if kind in ("failed", "unreachable"):
            self.latest, seen = self._failures.add(event, kind)
            kind = self.latest.kind
        else:
            self._failures.parts.pop(host, None)
            if self._failures:
                self._failures.went_on(event)
            if kind == "ok" and event.changed:
                kind = "changed"
        if self._retries:
            self._retries.end(event, kind, seen)
        numbers = self._hosts.setdefault(host, [0] * 4)
        if seen is None or seen.base == "ignored":  # the other failures are counted once they are decided
            _count(numbers, kind, changed=event.changed)
        if self._keep_cases:
            self._keep(event, self.latest, kind, seconds, seen)

    def _spoken(self, event: Event) -> None:
        """Lines that Ansible prints outside of tasks: warnings, and why a playbook could not be run."""
        name = event.event
        if name not in _SPOKEN:
            self._in_error = False
            self._warnings += name in _WARNINGS
            return
        text = without_escapes(event.stdout)
        if "WARNING]" in text[:40]:
            self._warnings += 1
            return
        if is_error(event, text):
            self._in_error = True
        lines = [shortened(line.rstrip(), 500) for line in text.split("\n") if line.strip()]
        self._last.extend(lines)
        if self._in_error and len(self._errors) < _ERROR_LINES:
            self._errors.extend(lines[: _ERROR_LINES - len(self._errors)])

    def _keep(
        self, event: Event, failure: Failure | None, kind: CaseKind, seconds: float, seen: Seen | None
    ) -> None:
        case = Case(
            play=event.play,
            task=task_name(event.role, event.task),
            host=event.host_name,
            kind=kind,
            seconds=seconds,
            message=failure.message if failure else "",
            output=shortened(without_escapes(event.stdout), 10_000) if failure else "",
        )
        self._cases.append((case, seen))

    # --- telling --------------------------------------------------------------------------------------

    @property
    def hosts_seen(self) -> int:
        """How many hosts have appeared in the current play."""
        return len(self._play_hosts)

    def findings(self) -> Findings:
        """What happened, as far as it is known by now; after the end always the same value."""
        if self._found is not None:
            return self._found
        failures, hosts = self._failures.told(), self._host_summaries()
        told = {failure.host for failure in failures if failure.counts}
        facts = Facts(
            told=bool(told),
            suspects=() if told else by_task(each for each in failures if each.kind in _SUSPECT),
            untold=()
            if self._failures.total > MOST
            else tuple(host.host for host in hosts if host.bad and host.host not in told),
            task=self.task,
            ours=self.ours,
            error_lines=tuple(self._errors),
            last_lines=tuple(self._last),
        )
        found = Findings(
            failures=failures,
            more_failures=max(0, self._failures.total - MOST),
            hosts=hosts,
            recap=bool(self._stats and self._stats.hosts),
            reasons=reasons(self._end, facts) if self._end is not None else (),
            no_host_plays=tuple(self._no_host_plays),
            warnings=self._warnings,
            slowest=self._slowest.told(),
            retried=self._retries.told(self._failures),
            cases=tuple(
                replace(case, kind=one.kind, counts=one.counts, doubt=one.doubt)
                if seen is not None and (one := self._failures.decided(case.host, seen))
                else case
                for case, seen in self._cases
            ),
        )
        self._found = found if self._end is not None else None
        return found

    def _host_summaries(self) -> tuple[HostSummary, ...]:
        """Each host's numbers by name: Ansible's own where it told them, else counted from the events."""
        stats = self._stats
        if stats is None or not stats.hosts:
            names = ("ok", "changed", "skipped", "ignored")
            seen = ((host, self._hosts[host]) for host in sorted(self._hosts) if host)
            counted = (HostSummary(host, **dict(zip(names, numbers, strict=True))) for host, numbers in seen)
            return tuple(self._failures.counted(host) for host in counted)
        changed = stats.changed if isinstance(stats.changed, dict) else {}
        return tuple(
            HostSummary(
                host,
                ok=stats.ok.get(host, 0),
                changed=changed.get(host, 0),
                failed=stats.failures.get(host, 0),
                unreachable=stats.dark.get(host, 0),
                skipped=stats.skipped.get(host, 0),
                rescued=stats.rescued.get(host, 0),
                ignored=stats.ignored.get(host, 0),
            )
            for host in sorted(stats.hosts)
        )


def is_error(event: Event, text: str) -> bool:
    """Whether this is Ansible's word that it cannot go on; ansible-core 2.19 writes `[ERROR]: `."""
    return event.event in _SPOKEN and text.lstrip().startswith(("ERROR!", "[ERROR]"))


def _count(numbers: list[int], kind: CaseKind, *, changed: bool) -> None:
    """Count as ansible-core's strategy does: an ignored error is ok as well."""
    if kind in ("ok", "changed"):
        numbers[_OK] += 1
        numbers[_CHANGED] += changed
    elif kind == "skipped":
        numbers[_SKIPPED] += 1
    elif kind == "ignored":
        numbers[_OK] += 1
        numbers[_IGNORED] += 1
        numbers[_CHANGED] += changed
