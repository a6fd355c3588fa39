"""tally, launcher -> report: how it ended."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.templates import Template
from aap_launcher.models.updates import Log


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

    @property
    def bad(self) -> bool:
        """Whether this host failed or could not be reached."""
        return bool(self.failed or self.unreachable)


class Failure(msgspec.Struct, frozen=True):
    """A task that failed on one host. `kind`: failed, unreachable, ignored or rescued."""

    task: str  # as Ansible prints it: "web : Restart service"
    host: str
    message: str
    kind: str = "failed"
    play: str = ""
    path: str = ""  # file:line of the task on the controller
    counter: int = 0
    node: str = ""  # the node of a workflow: "release > deploy"

    @property
    def where(self) -> str:
        """The task as a report names it: `TASK [web : Restart]`, of a workflow with its node before it."""
        return f"{self.node} > TASK [{self.task}]" if self.node else f"TASK [{self.task}]"


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
    kind: str = ""
    node: str = ""  # the node of a workflow


class Case(msgspec.Struct, frozen=True):
    """One task on one host, for the JUnit report. `kind`: ok, changed, skipped, or a Failure's kind."""

    play: str
    task: str
    host: str
    kind: str
    seconds: float = 0.0
    message: str = ""
    output: str = ""


class NodeOutcome(msgspec.Struct, frozen=True):
    """How one node of a workflow ended; `node.job` is its job as last seen."""

    node: Node
    path: tuple[str, ...] = ()  # labels of the nodes that it is nested in, from the outside
    approval: Approval | None = None
    explanation: str = ""
    log: Log = Log()
    hosts: tuple[HostSummary, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def name(self) -> str:
        """The node with the nodes around it: `release > deploy`."""
        return " > ".join([*self.path, self.node.label])

    @property
    def state(self) -> str:
        """A word or two: the job's status, or skipped, not run, waiting, approved, denied, timed out ..."""
        job = self.node.job
        if self.node.orphaned:
            return "template deleted"
        if job is None:
            return "skipped" if self.node.do_not_run else "not run"
        if job.type != JobType.WORKFLOW_APPROVAL:
            return str(job.status)
        if self.approval is not None and self.approval.timed_out:
            return "timed out"
        words = {Status.SUCCESSFUL: "approved", Status.FAILED: "denied", Status.PENDING: "waiting"}
        return words.get(job.status, str(job.status))


class Verdict(StrEnum):
    """The launcher's word for how it ended; `exit_code` is the process's."""

    SUCCESSFUL = "successful"
    LAUNCHED = "launched"  # and not followed
    CHECKED = "checked"  # a dry run
    FAILED = "failed"
    ERROR = "error"
    CANCELED = "canceled"
    INVALID = "invalid"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"
    INTERNAL = "internal"
    INTERRUPTED = "interrupted"

    @property
    def good(self) -> bool:
        """Whether it ended as asked."""
        return self in (Verdict.SUCCESSFUL, Verdict.LAUNCHED, Verdict.CHECKED)


class CIContext(msgspec.Struct, frozen=True):
    """Who runs us: read from the CI's own variables; empty where it does not tell."""

    provider: str = ""  # github, gitlab, jenkins; "" on a terminal
    repository: str = ""
    commit: str = ""
    ref: str = ""
    actor: str = ""
    run_url: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """How it ended, with everything that a report can tell. Pure data: reports are functions of it."""

    verdict: Verdict
    exit_code: int
    job: Job | None = None
    template: Template | None = None
    explanation: str = ""  # one or several plain sentences: why it ended so
    log: Log = Log()
    hosts: tuple[HostSummary, ...] = ()
    failures: tuple[Failure, ...] = ()
    slowest: tuple[TaskTime, ...] = ()
    cases: tuple[Case, ...] = ()  # only where a JUnit report was asked for
    shown: tuple[tuple[str, str], ...] = ()  # what was launched with, secrets replaced
    seconds: float = 0.0  # wall time of the launcher, for endings without a job
    ci: CIContext = CIContext()
    platform: str = ""  # "AAP 2.6 (controller 4.7.3)"
    nodes: tuple[NodeOutcome, ...] = ()  # of a workflow job; a nested workflow's stand after its own node
    retried: tuple[Retried, ...] = ()
    outages: tuple[float, ...] = ()  # how long the controller was away each time, in seconds
