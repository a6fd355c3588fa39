"""The failures of a run, collected as its events come, and their words; which of them count is for `decisions`.

How Ansible tells them (seen on AWX 24.6.1, and in ansible-core's strategy and callback plugins):

* An ignored error is `runner_on_failed` with `failed` false. A rescued one has `failed` true, as a real one has.
* An unreachable host that is ignored (`ignore_unreachable`) is `runner_on_unreachable` with `failed` true; the default
  callback, and those made from it, end its output with a line `...ignoring`.
* A loop sends `runner_item_on_failed` and an asynchronous task `runner_on_async_failed` before the one
  `runner_on_failed` that ends the task on the host. Only that one counts; the first of the earlier ones lends its
  message where the controller dropped the result for its size, and stands for the failure where the last never came.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from aap_launcher.findings import messages
from aap_launcher.findings.decisions import Base, Decision, HostFailures, Recap, RunEnd, Seen, decide_failure
from aap_launcher.models.events import Event, EventData
from aap_launcher.models.findings import FailedTask, Failure, Findings, HostSummary, Reason
from aap_launcher.text.words import count, one_line, some_of, without_escapes

MOST = 1_000  # failures that are kept
_NAMED = 3  # tasks of an explanation
_IGNORED = "...ignoring"


class Failures:
    """The failures of one run, in bounded memory: the first 1,000 and the last 1,000."""

    def __init__(self) -> None:
        self.total = 0
        self.run = RunEnd()
        self._first: list[tuple[Failure, Seen]] = []
        self._last: deque[tuple[Failure, Seen]] = deque(maxlen=MOST)
        self._hosts: dict[str, HostFailures] = {}
        self.parts: dict[str, Event] = {}  # by host: the failure of a part of a task that has not ended there
        self._tasks: dict[
            str, tuple[str, int]
        ] = {}  # by host: the task that failed last on it, and the counter
        self._recap: Mapping[str, Recap] | None = None

    # --- collecting ---------------------------------------------------------------------------------

    def remember(self, event: Event) -> None:
        """A part of a task failed on a host; how the task ends there is yet to come."""
        if len(self.parts) < MOST:
            self.parts.setdefault(event.host_name, event)

    def unended(self, event: Event | None = None) -> list[Event]:
        """The failed parts of tasks of which no more can come after this event, or after the last (None)."""
        if event is None or event.event == "playbook_on_stats":
            hosts = list(self.parts)
        else:
            part = self.parts.get(event.host_name)
            hosts = [event.host_name] if part and part.parent_uuid != event.parent_uuid else []
        return [self.parts.pop(host) for host in hosts]

    def next_task(self, event: Event) -> None:
        """A task begins: `meta` may end a play."""
        if self._tasks and (event.data().task_action or "").endswith("meta"):
            for host in self._tasks:
                self._hosts[host].ended = True

    def went_on(self, event: Event) -> None:
        """Something of a host: it has not stopped at its last failure; late events are no sign of that."""
        task, counter = self._tasks.get(event.host_name, ("", 0))
        if task and event.parent_uuid != task and event.counter > counter:
            self._hosts[event.host_name].silent = False
            del self._tasks[event.host_name]

    def add(self, event: Event, base: Base, *, ended: bool = True) -> tuple[Failure, Seen]:
        """A task failed on a host (`base` failed) or could not reach it (unreachable); the kind as known by now.

        Without `ended` the event tells of a part of the task, and the one that ends it there never came.
        """
        data = event.data()
        part = self.parts.pop(event.host_name, None)
        told = messages.reason_of(part.data() if part and not data.res else data)
        seen = Seen("ignored")
        if not ended or (event.failed and not data.ignore_errors):
            self._tasks[event.host_name] = (event.parent_uuid or event.uuid or "?", event.counter)
            seen = self._seen(
                event.host_name, base, event.stdout if base == "unreachable" else "", ended=ended
            )
        ignored = seen.base == "ignored" or seen.passed
        failure = Failure(
            task=task_name(event.role, event.task),
            host=event.host_name,
            message=told.text,
            line=told.line,
            kind="ignored" if ignored else base,
            counts=not ignored,
            play=event.play,
            path=one_line(data.task_path or "", 300),
            counter=event.counter,
        )
        self.total += 1
        kept = self._first if len(self._first) < MOST else self._last
        kept.append((failure, seen))
        return failure, seen

    def _seen(self, host: str, base: Base, told: str, *, ended: bool) -> Seen:
        """`told`: what Ansible wrote of an unreachable host."""
        known = self._hosts.setdefault(host, HostFailures())
        known.silent, known.ended = True, False
        if base == "failed":
            known.failed += 1
            known.unended |= not ended
            known.last = Seen(base, known.failed - 1, ended=ended)
            return known.last
        text = without_escapes(told).rstrip()
        passed = text.endswith(_IGNORED)
        known.dark += 1
        known.passed += passed
        known.last = known.last_dark = Seen(base, known.dark - 1, passed, "UNREACHABLE!" in text)
        return known.last

    def count(self, stats: EventData) -> None:
        """Ansible's own count of each host's failures has come."""
        hosts = stats.hosts
        self._recap = {
            host: Recap(stats.failures.get(host, 0), stats.rescued.get(host, 0), stats.dark.get(host, 0))
            for host in hosts
        }

    # --- telling ------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        return bool(self._tasks)

    def decided(self, host: str, seen: Seen) -> Decision:
        """What is known by now of a failure."""
        recap = None if self._recap is None else self._recap.get(host, Recap())
        return decide_failure(seen, self._hosts.get(host) or HostFailures(), recap, self.run)

    def told(self) -> tuple[Failure, ...]:
        """At most 1,000: those that count first, what is certain before what is likely, by their place in the log."""
        found = [
            (decision, replace(failure, kind=decision.kind, counts=decision.counts, doubt=decision.doubt))
            for failure, seen in (*self._first, *self._last)
            for decision in (self.decided(failure.host, seen),)
        ]
        found.sort(key=lambda each: (not each[1].counts, each[0].rank, each[1].counter))
        return tuple(failure for _, failure in found[:MOST])

    def counted(self, host: HostSummary) -> HostSummary:
        """The host's numbers with those of its failures, where no recap came."""
        known = self._hosts.get(host.host)
        if known is None:
            return host
        numbers = Counter[str]()
        for seen, times in _each(known):
            kind = self.decided(host.host, seen).kind
            numbers["rescued" if kind in ("handled", "cleared") else kind] += times
        return replace(
            host,
            ok=host.ok + numbers["ignored"],
            ignored=host.ignored + numbers["ignored"],
            failed=numbers["failed"],
            unreachable=numbers["unreachable"],
            rescued=numbers["rescued"],
            unknown=numbers["unknown"],
        )


def _each(host: HostFailures) -> Iterator[tuple[Seen, int]]:
    """Every failure of a host, and how many are decided like it: only the last one differs from the others."""
    if host.failed:
        yield Seen("failed", -1), host.failed - 1
        yield Seen("failed", host.failed - 1), 1
    if host.last_dark is not None:
        passed = host.passed - host.last_dark.passed
        yield Seen("unreachable", -1, passed=True), passed
        yield Seen("unreachable", -1), host.dark - 1 - passed
        yield host.last_dark, 1


def task_name(role: str, task: str) -> str:
    """A task as Ansible prints it, in one line: `web : Restart service`."""
    name = f"{role} : {task}" if role else task
    return name if len(name) < 200 and name.isprintable() else one_line(name)


def explanation(findings: Findings) -> str:
    """Why a run did not succeed, the root cause first; "" where nothing has to be explained."""
    tasks = findings.errors
    lines = [*reason_lines(findings.causes)]
    lines += [f"{headline(task)}: {one_line_reason(task.first, 300)}" for task in tasks[:_NAMED]]
    lines += [f"and {count(len(tasks) - _NAMED, 'more failed task')}"] if len(tasks) > _NAMED else []
    return "\n".join([*lines, *reason_lines(findings.unexplained)])


def reason_lines(reasons: Iterable[Reason], *, quoted: bool = True) -> Iterator[str]:
    """The reasons beside the failed tasks; what is quoted in them is indented."""
    for reason in reasons:
        yield reason.text
        yield from (f"  {line}" for line in (reason.quoted if quoted else ()))


def headline(task: FailedTask) -> str:
    """`TASK [web : Restart service] failed on web2`."""
    hosts = some_of(task.hosts, 5)
    if task.first.kind == "unreachable":
        return f"{hosts} unreachable for {task.first.where}"
    return f"{task.first.where} failed on {hosts}"


def one_line_reason(failure: Failure, most: int = 500) -> str:
    """Its reason in one line of at most so many characters, and what is not certain of it."""
    return one_line(failure.said, most) + (f" ({failure.doubt})" if failure.doubt else "")


def no_host(plays: Sequence[str], limit: str = "") -> str:
    """That plays matched no host, and which; "" where none did."""
    if not plays:
        return ""
    names = some_of([f'"{name}"' for name in plays], 5)
    what = f"play {names}" if len(plays) == 1 else f"plays {names}"
    within = f' (limit "{one_line(limit)}")' if limit else ""
    rest = "nothing was done in it" if len(plays) == 1 else "nothing was done in them"
    return f"no host matched {what}{within}: {rest}, and the controller calls that successful"
