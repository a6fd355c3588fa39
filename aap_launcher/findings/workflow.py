"""What happened in a workflow, collected from its updates: one tally for each node, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from aap_launcher.findings.failures import MOST, REAL
from aap_launcher.findings.job import Tally
from aap_launcher.findings.reasons import controllers_word, explain_failure
from aap_launcher.findings.retried_tasks import most_retried
from aap_launcher.models import (
    Approval,
    Case,
    Failure,
    Finished,
    HostSummary,
    Job,
    JobType,
    JobUpdate,
    Log,
    Node,
    NodeChanged,
    NodeOutcome,
    NodeUpdate,
    Retried,
    Status,
    StatusChanged,
    TaskTime,
    Tick,
    Update,
)
from aap_launcher.text.words import one_line

_SLOWEST = 10
_MOST_NAMED = 10
_BAD = frozenset({Status.FAILED, Status.ERROR, Status.CANCELED})
_COUNTED = ("ok", "changed", "failed", "unreachable", "skipped", "rescued", "ignored")


class NodeTally:
    """One node: what is known of it, and the tally of its job."""

    def __init__(self, node: Node, path: tuple[str, ...], *, keep_cases: bool) -> None:
        self.node, self.path = node, path
        self.tally = Tally(keep_cases=keep_cases)
        self.approval: Approval | None = None
        self.explanation = ""
        self.log = Log()

    @property
    def name(self) -> str:
        """The node with those around it in one line: `release > deploy`."""
        return one_line(" > ".join([*self.path, self.node.label]))

    @property
    def nested(self) -> bool:
        """Whether its job is a workflow job, whose nodes tell what happens."""
        job = self.node.job
        return JobType.WORKFLOW_JOB in (self.node.type, job.type if job is not None else "")

    @property
    def handled(self) -> bool:
        """Whether it failed, and the workflow goes on all the same; a canceled one may end with its workflow."""
        job = self.node.job
        return self.node.handled and job is not None and job.status in (Status.FAILED, Status.ERROR)

    @property
    def failed(self) -> bool:
        """Whether its job ended badly: failed, error or canceled, a denied approval as well; or none could be made."""
        return self.node.orphaned or (self.node.job is not None and self.node.job.status in _BAD)

    def learn(self, node: Node) -> None:
        """The list of nodes tells more; of the job only what its own detail does not tell better."""
        known, listed = self.node.job, node.job
        if known is not None and listed is not None and known.id == listed.id and known.created:
            listed = replace(known, status=listed.status)
        self.node = replace(node, job=listed)

    def add(self, update: JobUpdate) -> None:
        """Take in an update of its job."""
        self.tally.add(update)
        if isinstance(update, StatusChanged | Tick | Finished):
            self.node = replace(self.node, job=update.job)
        if isinstance(update, Finished):
            self.log = update.log
            if not self.nested:
                self.explanation = explain_failure(update.job, self.tally)

    def outcome(self, *, whole: bool = True) -> NodeOutcome:
        """How it ended, or stands; without hosts and failures unless `whole`."""
        return NodeOutcome(
            node=self.node,
            path=self.path,
            approval=self.approval,
            explanation=self.explanation,
            log=self.log,
            hosts=self.tally.hosts if whole else (),
            failures=self.tally.failures if whole else (),
        )


class WorkflowTally:
    """What happened so far in a workflow job and all that is nested in it.

    It tells of all nodes together what a `Tally` tells of one job: a host's numbers are added up over the
    nodes, since it is one host; failures, times and cases carry the name of their node.
    """

    def __init__(self, *, keep_cases: bool = False) -> None:
        self.job: Job | None = None
        self._keep_cases = keep_cases
        self._nodes: dict[int, NodeTally] = {}

    def add(self, update: Update) -> None:
        """Take in the next update; call it before the update is rendered."""
        if isinstance(update, NodeChanged):
            node = self.of(update.node, update.path)
            node.learn(update.node)
            node.approval = update.approval or node.approval
        elif isinstance(update, NodeUpdate):
            self.of(update.node, update.path).add(update.update)
        elif isinstance(update, StatusChanged | Tick | Finished):
            self.job = update.job

    def of(self, node: Node, path: tuple[str, ...] = ()) -> NodeTally:
        """What is known of the node."""
        known = self._nodes.get(node.id)
        if known is None:
            known = self._nodes[node.id] = NodeTally(node, path, keep_cases=self._keep_cases)
        return known

    @property
    def all(self) -> tuple[NodeTally, ...]:
        """Every node by id, those of a nested workflow after its own node."""
        return tuple(self._inside(()))

    def _inside(self, path: tuple[str, ...]) -> Iterator[NodeTally]:
        here = [known for known in self._nodes.values() if known.path == path]
        for known in sorted(here, key=lambda known: known.node.id):
            yield known
            if known.nested:
                yield from self._inside((*path, known.node.label))

    @property
    def nodes(self) -> tuple[NodeOutcome, ...]:
        """How each node ended."""
        return tuple(known.outcome() for known in self.all)

    # --- all nodes together ---------------------------------------------------------------------------

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What failed, node by node, at most 1,000. After a successful workflow none of it counts."""
        forgiven = self.job is not None and self.job.status is Status.SUCCESSFUL
        found = [
            replace(failure, node=known.name, kind=_forgiven(failure.kind) if forgiven else failure.kind)
            for known in self.all
            for failure in known.tally.failures
        ]
        return tuple(sorted(found, key=lambda failure: failure.kind not in REAL)[:MOST])

    @property
    def hosts(self) -> tuple[HostSummary, ...]:
        """Each host's numbers, added up over the nodes."""
        total: dict[str, list[int]] = {}
        for known in self._nodes.values():
            for host in known.tally.hosts:
                numbers = total.setdefault(host.host, [0] * len(_COUNTED))
                for place, name in enumerate(_COUNTED):
                    numbers[place] += getattr(host, name)
        return tuple(HostSummary(host, *total[host]) for host in sorted(total))

    @property
    def slowest(self) -> tuple[TaskTime, ...]:
        """The ten slowest tasks of all nodes."""
        found = [replace(task, node=known.name) for known in self.all for task in known.tally.slowest]
        return tuple(sorted(found, key=lambda task: -task.seconds)[:_SLOWEST])

    @property
    def retried(self) -> tuple[Retried, ...]:
        """The twenty tasks of all nodes, each on one host, that were retried most."""
        forgiven = self.job is not None and self.job.status is Status.SUCCESSFUL
        return most_retried(
            replace(each, node=known.name, kind=_forgiven(each.kind) if forgiven else each.kind)
            for known in self.all
            for each in known.tally.retried
        )

    @property
    def cases(self) -> tuple[Case, ...]:
        """One case for each task on each host; a failed node without a failed task is a case of its own."""
        return tuple(case for known in self.all for case in self._cases(known)) if self._keep_cases else ()

    def _cases(self, known: NodeTally) -> Iterator[Case]:
        forgiven = self.job is not None and self.job.status is Status.SUCCESSFUL
        told = False
        for case in known.tally.cases:
            told = told or case.kind in REAL
            kind = _forgiven(case.kind) if forgiven else case.kind
            yield replace(case, play=f"{known.name} > {case.play}", kind=kind)
        job = known.node.job
        if known.failed and not told and job is not None and not known.nested:
            words = known.explanation or known.outcome(whole=False).state
            kind = "rescued" if forgiven else "failed"
            yield Case(known.name, job.label, "", kind, job.elapsed, words)

    @property
    def artifacts(self) -> Mapping[str, Any]:
        """What the nodes' playbooks returned with set_stats; of two nodes the one that ended later wins."""
        jobs = [known.node.job for known in self._nodes.values() if known.node.job is not None]
        merged: dict[str, Any] = {}
        for job in sorted(jobs, key=lambda job: (job.finished, job.id)):
            merged.update(job.artifacts)
        return merged

    @property
    def matched_no_host(self) -> bool:
        """Whether a node's job is over and no host took part."""
        return any(known.tally.matched_no_host for known in self._nodes.values())

    @property
    def warnings(self) -> int:
        """How many warnings Ansible printed."""
        return sum(known.tally.warnings for known in self._nodes.values())

    @property
    def more_failures(self) -> int:
        """How many failures happened that `failures` does not hold."""
        kept = sum(len(known.tally.failures) for known in self._nodes.values())
        return sum(known.tally.more_failures for known in self._nodes.values()) + max(0, kept - MOST)

    def explain(self, job: Job) -> str:
        """Why the workflow did not succeed: its failed nodes, those without a failure path first."""
        if job.status is Status.SUCCESSFUL or not job.status.final:
            return ""
        if job.status is Status.CANCELED:
            return controllers_word(job, Tally()) or "it was canceled on the controller"
        known = [*self.bad_nodes(), *filter(None, [controllers_word(job, Tally())])]
        return "\n".join(known) or "the controller tells no reason, and no node that could be read has failed"

    def bad_nodes(self) -> Iterator[str]:
        """A line for each failed node: its name, how it ended and why; a nested workflow's nodes stand for it."""
        failed = [known for known in self.all if known.failed and not self._told_inside(known)]
        failed.sort(key=lambda known: known.handled)
        for known in failed[:_MOST_NAMED]:
            state = known.outcome(whole=False).state
            why = one_line(known.explanation.partition("\n")[0], 300)
            if known.node.orphaned:
                state, why = "could not run", "its template was deleted"
            path = " (the workflow went on by its failure path)" if known.handled else ""
            yield f"{known.name} {state}{path}" + (f": {why}" if why else "")
        if len(failed) > _MOST_NAMED:
            yield f"and {len(failed) - _MOST_NAMED} more failed nodes"

    def _told_inside(self, known: NodeTally) -> bool:
        """Whether a nested workflow's own nodes tell why it failed."""
        inside = (*known.path, known.node.label)
        return known.nested and any(one.failed and one.path == inside for one in self._nodes.values())


def _forgiven(kind: str) -> str:
    return "rescued" if kind in REAL else kind
