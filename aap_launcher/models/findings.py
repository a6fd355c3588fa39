"""findings -> render, report: what happened in a run, decided once; everything else only formats it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

FailureKind = Literal["failed", "unreachable", "ignored", "rescued", "cleared", "handled", "unknown"]
CaseKind = FailureKind | Literal["ok", "changed", "skipped"]
HostState = Literal["unreachable", "failed", "unknown", "ok"]
Source = Literal["launcher", "controller", "ansible", "node", "log", "recap"]
REAL = frozenset({"failed", "unreachable"})  # kinds of which it is certain that they are errors


class HostSummary(msgspec.Struct, frozen=True):
    """One host's numbers, as `playbook_on_stats` counts them."""

    host: str
    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0
    unknown: int = 0  # failures of which nobody told whether they count: there was no recap

    @property
    def bad(self) -> bool:
        """Whether this host failed or could not be reached."""
        return bool(self.failed or self.unreachable)

    @property
    def state(self) -> HostState:
        """The worst that is known of it."""
        if self.unreachable:
            return "unreachable"
        if self.failed:
            return "failed"
        return "unknown" if self.unknown else "ok"


class Failure(msgspec.Struct, frozen=True):
    """A task that failed on one host.

    `kind`: failed, unreachable, ignored, rescued; cleared (failed by the recap, and the run went on to its success);
    handled (no recap came, but the host went on); unknown (nobody told whether it was rescued).
    """

    task: str  # as Ansible prints it: "web : Restart service"
    host: str
    message: str
    kind: FailureKind = "failed"
    play: str = ""
    path: str = ""  # file:line of the task on the controller
    counter: int = 0
    node: str = ""  # the node of a workflow: "release > deploy"
    line: str = ""  # the line of the message that tells the most
    counts: bool = True  # whether it is told as an error
    doubt: str = ""  # what is not certain of it, or why it does not count, in words

    @property
    def where(self) -> str:
        """The task as a report names it: `TASK [web : Restart]`, of a workflow with its node before it."""
        return f"{self.node} > TASK [{self.task}]" if self.node else f"TASK [{self.task}]"

    @property
    def said(self) -> str:
        """Its reason in one line."""
        return self.line or self.message.partition("\n")[0]


class FailedTask(msgspec.Struct, frozen=True):
    """The failures of one task that are of one kind and one certainty: never empty, by their place in the log."""

    failures: tuple[Failure, ...]

    @property
    def first(self) -> Failure:
        return self.failures[0]

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(failure.host for failure in self.failures)

    @property
    def messages(self) -> tuple[tuple[Failure, tuple[str, ...]], ...]:
        """Each different message once, as the first failure with it, and the hosts that told it."""
        told: dict[str, tuple[Failure, list[str]]] = {}
        for failure in self.failures:
            told.setdefault(failure.message, (failure, []))[1].append(failure.host)
        return tuple((failure, tuple(hosts)) for failure, hosts in told.values())


class Reason(msgspec.Struct, frozen=True):
    """Why a run did not succeed, where that is not a task's failure.

    `source`: launcher (we stopped it), controller, ansible (the playbook could not be run), node (of a workflow), log
    (a guess from the last lines), recap (of a host no more is known than that it failed). `quoted`: lines of
    somebody's output, with their indentation.
    """

    source: Source
    text: str
    quoted: tuple[str, ...] = ()


class TaskTime(msgspec.Struct, frozen=True):
    """How long a task took on its slowest host, in seconds."""

    task: str
    seconds: float
    host: str = ""
    node: str = ""  # the node of a workflow


class Retried(msgspec.Struct, frozen=True):
    """A task that was tried again (`until`) on one host. `kind`: as a Case's, "" where its result never came."""

    task: str
    host: str
    retries: int  # how often it was tried again, of a loop all items together
    kind: CaseKind | Literal[""] = ""
    node: str = ""  # the node of a workflow


class Case(msgspec.Struct, frozen=True):
    """One task on one host, for the JUnit report. `kind`: ok, changed, skipped, or a Failure's kind."""

    play: str
    task: str
    host: str
    kind: CaseKind
    seconds: float = 0.0
    message: str = ""
    output: str = ""
    counts: bool = False  # as a Failure's
    doubt: str = ""


class Findings(msgspec.Struct, frozen=True):
    """What happened in a run, as far as it is known: log, files and exit code only format it."""

    failures: tuple[Failure, ...] = ()  # at most 1,000; those that count first, by their place in the log
    more_failures: int = 0  # how many happened that `failures` does not hold
    hosts: tuple[HostSummary, ...] = ()
    recap: bool = False  # whether the numbers of the hosts are Ansible's own
    reasons: tuple[Reason, ...] = ()  # why it did not succeed, beside the failures; the root cause first
    no_host_plays: tuple[str, ...] = ()  # plays that matched no host, by name
    warnings: int = 0
    slowest: tuple[TaskTime, ...] = ()
    retried: tuple[Retried, ...] = ()
    cases: tuple[Case, ...] = ()  # only where a JUnit report was asked for

    @property
    def errors(self) -> tuple[FailedTask, ...]:
        """The tasks whose failure counts, in the order in which they failed first."""
        return by_task(failure for failure in self.failures if failure.counts)

    @property
    def causes(self) -> tuple[Reason, ...]:
        """The reasons that are told before the failed tasks."""
        return tuple(reason for reason in self.reasons if reason.source != "recap")

    @property
    def unexplained(self) -> tuple[Reason, ...]:
        """Those that are told after them: nothing tells why those hosts failed."""
        return tuple(reason for reason in self.reasons if reason.source == "recap")

    @property
    def others(self) -> tuple[FailedTask, ...]:
        """The tasks whose failure does not count, or is not known to."""
        return by_task(failure for failure in self.failures if not failure.counts)

    @property
    def failed_hosts(self) -> tuple[str, ...]:
        """Hosts that failed or could not be reached: never one of which that is not known."""
        return tuple(host.host for host in self.hosts if host.bad)


def by_task(failures: Iterable[Failure]) -> tuple[FailedTask, ...]:
    """The failures of each task together, in the order in which the tasks failed first."""
    tasks: dict[tuple[str, ...], list[Failure]] = {}
    for failure in failures:
        key = (failure.node, failure.kind, failure.play, failure.task, failure.path, failure.doubt)
        tasks.setdefault(key, []).append(failure)
    return tuple(FailedTask(tuple(group)) for group in tasks.values())
