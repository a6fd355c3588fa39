"""tally, launcher -> report: how it ended."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from aap_launcher.models.findings import Findings
from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.templates import Template
from aap_launcher.models.updates import Log


class NodeOutcome(msgspec.Struct, frozen=True):
    """How one node of a workflow ended; `node.job` is its job as last seen."""

    node: Node
    path: tuple[str, ...] = ()  # labels of the nodes that it is nested in, from the outside
    approval: Approval | None = None
    explanation: str = ""
    log: Log = Log()
    findings: Findings = Findings()

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
        match self:
            case Verdict.SUCCESSFUL | Verdict.LAUNCHED | Verdict.CHECKED:
                return True
            case Verdict.FAILED | Verdict.ERROR | Verdict.CANCELED | Verdict.TIMED_OUT | Verdict.INTERRUPTED:
                return False
            case Verdict.INVALID | Verdict.REFUSED | Verdict.UNREACHABLE | Verdict.UNKNOWN | Verdict.INTERNAL:
                return False


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
    own: str = ""  # of these, what the launcher itself has to say; the rest are the findings' words
    log: Log = Log()
    findings: Findings = Findings()
    next_step: str = ""  # the command that attaches to the job, or runs it again
    shown: tuple[tuple[str, str], ...] = ()  # what was launched with, secrets replaced
    seconds: float = 0.0  # wall time of the launcher, for endings without a job
    ci: CIContext = CIContext()
    platform: str = ""  # "AAP 2.6 (controller 4.7.3)"
    nodes: tuple[NodeOutcome, ...] = ()  # of a workflow job; a nested workflow's stand after its own node
    outages: tuple[float, ...] = ()  # how long the controller was away each time, in seconds


class Clean(Outcome, frozen=True):
    """An outcome in which secrets are replaced; the reports accept nothing else."""
