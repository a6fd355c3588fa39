"""What happened in a run, collected from its updates in bounded memory: failures, hosts, times, progress.

`playbook_on_stats`, Ansible's own count, is missing when a run was canceled, timed out or never began.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from aap_launcher.findings.failures import MOST, Failures, task_name
from aap_launcher.findings.retried_tasks import Retries
from aap_launcher.models import (
    Case,
    Event,
    EventData,
    Failure,
    Finished,
    HostSummary,
    JobType,
    JobUpdate,
    Logged,
    Retried,
    Status,
    TaskTime,
)
from aap_launcher.text.words import shortened, without_escapes

_SLOWEST = 10
_ERROR_LINES = 30
_OK, _CHANGED, _FAILED, _DARK, _SKIPPED, _RESCUED, _IGNORED = range(7)  # as in HostSummary
_RESULTS = {
    "runner_on_ok": "ok",
    "runner_on_skipped": "skipped",
    "runner_on_failed": "failed",
    "runner_on_error": "failed",
    "runner_on_unreachable": "unreachable",
}
_EARLY = frozenset({"runner_item_on_failed", "runner_on_async_failed"})
_WARNINGS = frozenset({"warning", "deprecated", "system_warning"})
_SPOKEN = frozenset({"verbose", "error"})


class _Timed(msgspec.Struct):
    duration: float | None = None


_duration = msgspec.json.Decoder(_Timed).decode  # reads past all else: a tenth of a full decode


class Tally:
    """What happened so far. Memory does not grow with the number of events, only with hosts.

    `keep_cases` keeps one `Case` for each task on each host, for a JUnit report: that does grow.
    """

    def __init__(self, *, keep_cases: bool = False) -> None:
        self.warnings = 0
        self.task = ""  # the current task as Ansible prints it: "web : Restart service"
        self.hosts_begun = 0  # hosts that have begun the current task
        self.hosts_done = 0  # hosts that have ended it
        self.latest: Failure | None = None  # the failure that the last update told of
        self._task_uuid = ""
        self._play_hosts: set[str] = set()
        self._hosts: dict[str, list[int]] = {}
        self._failures = Failures()
        self._retries = Retries()
        self._stats: EventData | None = None
        self._matched_none = False
        self._slowest: dict[str, TaskTime] = {}
        self._threshold = 0.0
        self._errors: list[str] = []
        self._in_error = False
        self._keep_cases = keep_cases
        self._cases: list[tuple[Case, int]] = []

    # --- collecting -----------------------------------------------------------------------------------

    def add(self, update: JobUpdate) -> None:
        """Take in the next update; call it before the update is rendered."""
        self.latest = None
        if isinstance(update, Logged):
            self._event(update.event)
        elif isinstance(update, Finished):
            if update.job.status is Status.SUCCESSFUL:
                self._failures.forgive()
            counts = update.job.host_status_counts
            # An inventory update has no hosts either, and nothing is wrong with it.
            self._matched_none = update.job.type == JobType.JOB and counts is not None and not counts

    def _event(self, event: Event) -> None:
        name = event.event
        kind = _RESULTS.get(name)
        if kind is not None:
            self._result(event, kind)
        elif name == "runner_retry":
            self._retries.again(event)
        elif name == "runner_on_start":
            self._play_hosts.add(event.host_name)
            self.hosts_begun += event.parent_uuid == self._task_uuid
        elif name in ("playbook_on_task_start", "playbook_on_handler_task_start"):
            self.task, self.hosts_begun, self.hosts_done = task_name(event), 0, 0
            self._task_uuid = event.uuid
            self._failures.next_task()
        elif name == "playbook_on_play_start":
            self.task, self.hosts_begun, self.hosts_done = "", 0, 0
            self._play_hosts.clear()
        elif name in _EARLY:
            self._failures.remember(event)
        elif name == "playbook_on_stats":
            self._stats = event.data()
            if self._stats.processed:
                self._failures.count(self._stats.failures)
        self._spoken(event)

    def _result(self, event: Event, kind: str) -> None:
        host = event.host_name
        self._play_hosts.add(host)
        if not event.parent_uuid or event.parent_uuid == self._task_uuid:
            self.hosts_done += 1
        seconds = self._time(event)
        place = 0
        if kind in ("failed", "unreachable"):
            self.latest, place = self._failures.add(event, kind)
            kind = self.latest.kind
        elif kind == "ok" and event.changed:
            kind = "changed"
        if self._retries:
            self._retries.end(event, kind, place)
        _count(self._hosts.setdefault(host, [0] * 7), kind, changed=event.changed)
        if self._keep_cases:
            self._keep(event, kind, seconds, place)

    def _time(self, event: Event) -> float:
        try:
            seconds = _duration(event.event_data).duration or 0.0
        except (msgspec.MsgspecError, RecursionError):
            return 0.0
        if seconds > self._threshold:
            self._rank(event, seconds)
        return seconds

    def _rank(self, event: Event, seconds: float) -> None:
        """Keep the ten slowest; a task that was pushed out comes back when a slower host of it ends."""
        key = event.parent_uuid or event.task
        known = self._slowest.get(key)
        if known is not None and known.seconds >= seconds:
            return
        self._slowest[key] = TaskTime(task_name(event), seconds, event.host_name)
        if len(self._slowest) > _SLOWEST:
            del self._slowest[min(self._slowest, key=lambda k: self._slowest[k].seconds)]
        if len(self._slowest) == _SLOWEST:
            self._threshold = min(task.seconds for task in self._slowest.values())

    def _spoken(self, event: Event) -> None:
        """Lines that Ansible prints outside of tasks: warnings, and why a playbook could not be run."""
        name = event.event
        if name not in _SPOKEN:
            self._in_error = False
            self.warnings += name in _WARNINGS
            return
        text = without_escapes(event.stdout)
        if "WARNING]" in text[:40]:
            self.warnings += 1
        if is_error(event, text):
            self._in_error = True
        if self._in_error and len(self._errors) < _ERROR_LINES:
            lines = [shortened(line.rstrip(), 500) for line in text.split("\n") if line.strip()]
            self._errors.extend(lines[: _ERROR_LINES - len(self._errors)])

    def _keep(self, event: Event, kind: str, seconds: float, place: int) -> None:
        failure = self.latest
        case = Case(
            play=event.play,
            task=task_name(event),
            host=event.host_name,
            kind=kind,
            seconds=seconds,
            message=failure.message if failure else "",
            output=shortened(without_escapes(event.stdout), 10_000) if failure else "",
        )
        self._cases.append((case, place))

    # --- telling --------------------------------------------------------------------------------------

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed, by its place in the log, at most 1,000: the real ones go first when there are more."""
        return self._failures.told()

    @property
    def more_failures(self) -> int:
        """How many failures happened that `failures` does not hold."""
        return max(0, self._failures.total - MOST)

    @property
    def hosts(self) -> tuple[HostSummary, ...]:
        """Each host's numbers by name: Ansible's own where it told them, else counted from the events."""
        stats = self._stats
        if stats is None or not stats.processed:
            return tuple(HostSummary(host, *self._hosts[host]) for host in sorted(self._hosts) if host)
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
            for host in sorted(stats.processed)
        )

    @property
    def slowest(self) -> tuple[TaskTime, ...]:
        """The ten slowest tasks, the slowest first."""
        return tuple(sorted(self._slowest.values(), key=lambda task: -task.seconds))

    @property
    def retried(self) -> tuple[Retried, ...]:
        """The twenty tasks, each on one host, that were retried most, those first."""
        return self._retries.told(self._failures)

    @property
    def cases(self) -> tuple[Case, ...]:
        """One case for each task on each host, where they were asked for."""
        kind = self._failures.kind
        return tuple(replace(case, kind=kind(case.kind, case.host, place)) for case, place in self._cases)

    @property
    def hosts_seen(self) -> int:
        """How many hosts have appeared in the current play."""
        return len(self._play_hosts)

    @property
    def matched_no_host(self) -> bool:
        """Whether the run is over and no host took part: the controller calls that successful."""
        if self._hosts:
            return False
        return self._matched_none or (self._stats is not None and not self._stats.processed)

    @property
    def error_lines(self) -> tuple[str, ...]:
        """What Ansible said when it could not run the playbook, from `ERROR!` on; at most 30 lines."""
        return tuple(self._errors)


def is_error(event: Event, text: str) -> bool:
    """Whether this is Ansible's word that it cannot go on; ansible-core 2.19 writes `[ERROR]: `."""
    return event.event in _SPOKEN and text.lstrip().startswith(("ERROR!", "[ERROR]"))


def _count(numbers: list[int], kind: str, *, changed: bool) -> None:
    """Count as ansible-core's strategy does: an ignored error is ok as well."""
    if kind in ("ok", "changed"):
        numbers[_OK] += 1
        numbers[_CHANGED] += changed
    elif kind == "skipped":
        numbers[_SKIPPED] += 1
    elif kind == "failed":
        numbers[_FAILED] += 1
    elif kind == "unreachable":
        numbers[_DARK] += 1
    elif kind == "ignored":
        numbers[_OK] += 1
        numbers[_IGNORED] += 1
        numbers[_CHANGED] += changed
