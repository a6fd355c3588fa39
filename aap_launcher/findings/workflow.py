"""What happened in a workflow, collected from its updates: one tally for each node, and all of them together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from aap_launcher.findings.failures import MOST, explanation
from aap_launcher.findings.job import Tally
from aap_launcher.findings.reasons import NO_REASON, controllers_word
from aap_launcher.findings.retried_tasks import most_retried
from aap_launcher.findings.slowest import slowest
from aap_launcher.models.findings import Case, Failure, Findings, HostSummary, Reason
from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.outcomes import NodeOutcome
from aap_launcher.models.updates import (
    Finished,
    JobUpdate,
    Log,
    NodeChanged,
    NodeUpdate,
    StatusChanged,
    Tick,
    Update,
)
from aap_launcher.text.words import one_line

_MOST_NAMED = 10
_BAD = frozenset({Status.FAILED, Status.ERROR, Status.CANCELED})
_COUNTED = ("ok", "changed", "failed", "unreachable", "skipped", "rescued", "ignored", "unknown")
_NOT_THE_CAUSE = re.compile(r"^No error handling paths?\b")  # what the nodes have done says more
_WENT_ON = "the workflow went on by its failure path"
_SUCCEEDED = "the workflow was successful all the same"


class NodeTally:
    """One node: what is known of it, and the tally of its job."""

    def __init__(self, node: Node, path: tuple[str, ...], *, keep_cases: bool) -> None:
        self.node, self.path = node, path
        self.tally = Tally(keep_cases=keep_cases)
        self.approval: Approval | None = None
        self.log = Log()
        self._found: Findings | None = None

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

    @property
    def findings(self) -> Findings:
        """What happened in its job; of a nested workflow nothing, since its nodes tell it."""
        if self.nested:
            return Findings()
        return self._found or self.tally.findings()

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
            self._found = self.tally.findings()

    def outcome(self) -> NodeOutcome:
        """How it ended, or stands."""
        found = self.findings
        return NodeOutcome(self.node, self.path, self.approval, explanation(found), self.log, found)

    @property
    def state(self) -> str:
        """How it stands in a word or two."""
        return NodeOutcome(self.node, self.path, self.approval).state


class WorkflowTally:
    """What happened so far in a workflow job and all that is nested in it.

    Its findings tell of all nodes together what those of a `Tally` tell of one job: a host's numbers are added up
    over the nodes, since it is one host; failures, times and cases carry the name of their node.
    """

    def __init__(self, *, keep_cases: bool = False) -> None:
        self.ours = ""  # why this launcher asked for the cancel, once it has
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
            node = self.of(update.node, update.path)
            node.tally.ours = self.ours
            node.add(update.update)
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

    @property
    def artifacts(self) -> Mapping[str, Any]:
        """What the nodes' playbooks returned with set_stats; of two nodes the one that ended later wins."""
        jobs = [known.node.job for known in self._nodes.values() if known.node.job is not None]
        merged: dict[str, Any] = {}
        for job in sorted(jobs, key=lambda job: (job.finished, job.id)):
            merged.update(job.artifacts)
        return merged

    # --- all nodes together ---------------------------------------------------------------------------

    def findings(self) -> Findings:
        """What happened in all nodes, as far as it is known by now."""
        found = [(known, known.findings) for known in self.all]
        failures = [failure for known, one in found for failure in self._failures(known, one)]
        failures.sort(key=lambda failure: not failure.counts)
        more = sum(one.more_failures for _, one in found) + max(0, len(failures) - MOST)
        return Findings(
            failures=tuple(failures[:MOST]),
            more_failures=more,
            hosts=_together(one for _, one in found),
            recap=all(one.recap for _, one in found if one.hosts),
            reasons=tuple(self._reasons(found)),
            no_host_plays=tuple(
                f"{known.name} > {play}" for known, one in found for play in one.no_host_plays
            ),
            warnings=sum(one.warnings for _, one in found),
            slowest=slowest(replace(task, node=known.name) for known, one in found for task in one.slowest),
            retried=most_retried(
                replace(each, node=known.name) for known, one in found for each in one.retried
            ),
            cases=tuple(case for known, one in found for case in self._cases(known, one)),
        )

    def _forgiven(self, known: NodeTally) -> str:
        """Why what failed in a node does not count, "" where it does."""
        if self.job is not None and self.job.status is Status.SUCCESSFUL:
            return _SUCCEEDED
        around = (
            one
            for one in self._nodes.values()
            if known.path[: len(one.path) + 1] == (*one.path, one.node.label)
        )
        return _WENT_ON if any(one.handled for one in (known, *around)) else ""

    def _failures(self, known: NodeTally, found: Findings) -> Iterator[Failure]:
        why = self._forgiven(known)
        for failure in found.failures:
            counts, doubt = failure.counts and not why, (failure.counts and why) or failure.doubt
            yield replace(failure, node=known.name, counts=counts, doubt=doubt)

    def _cases(self, known: NodeTally, found: Findings) -> Iterator[Case]:
        """One case for each task on each host; a failed node without a failed task is a case of its own."""
        why, told = self._forgiven(known), False
        for case in found.cases:
            told = told or case.counts
            counts, doubt = case.counts and not why, (case.counts and why) or case.doubt
            yield replace(case, play=f"{known.name} > {case.play}", counts=counts, doubt=doubt)
        job = known.node.job
        if self._keep_cases and known.failed and not told and job is not None and not known.nested:
            words = explanation(found) or known.state
            yield Case(known.name, job.label, "", "failed", job.elapsed, words, counts=not why, doubt=why)

    def _reasons(self, found: Sequence[tuple[NodeTally, Findings]]) -> Iterator[Reason]:
        """Why the workflow did not succeed: its failed nodes in which no task's failure says it."""
        job = self.job
        if job is None or job.status is Status.SUCCESSFUL or not job.status.final:
            return
        if job.status is Status.CANCELED:
            ours = f"canceled by this launcher ({self.ours})" if self.ours else ""
            word = ours or controllers_word(job) or "it was canceled on the controller"
            yield Reason("launcher" if ours else "controller", word)
            return
        word = controllers_word(job)
        tasks = any(failure.counts for known, one in found for failure in self._failures(known, one))
        nodes = list(self._bad_nodes(found))
        if word and not (_NOT_THE_CAUSE.match(word) and (nodes or tasks)):
            yield Reason("controller", word)
        yield from nodes
        yield from self._unexplained(found)
        if not (word or nodes or tasks):
            yield Reason("log", f"{NO_REASON}, and no node that could be read has failed")

    def _unexplained(self, found: Iterable[tuple[NodeTally, Findings]]) -> Iterator[Reason]:
        """Of nodes whose failed tasks count: the hosts of which only the recap tells that they failed."""
        for known, one in found:
            if not self._forgiven(known) and any(failure.counts for failure in one.failures):
                for reason in one.unexplained:
                    yield replace(reason, text=f"{known.name}: {reason.text}")

    def bad_nodes(self) -> Iterator[Reason]:
        """The nodes that failed without an error of their own: handled, or no task tells why."""
        return self._bad_nodes([(known, known.findings) for known in self.all])

    def _bad_nodes(self, found: Iterable[tuple[NodeTally, Findings]]) -> Iterator[Reason]:
        """A reason for each failed node: its name, how it ended and why; a nested workflow's nodes stand for it."""
        failed = [
            (known, one)
            for known, one in found
            if known.failed
            and not self._told_inside(known)
            and (self._forgiven(known) or not any(failure.counts for failure in one.failures))
        ]
        failed.sort(key=lambda each: bool(self._forgiven(each[0])))
        for known, one in failed[:_MOST_NAMED]:
            why = explanation(one).partition("\n")[0]
            state = known.state
            if known.node.orphaned:
                state, why = "could not run", "its template was deleted"
            path = f" ({_WENT_ON})" if self._forgiven(known) else ""
            quoted = one.reasons[0].quoted if one.reasons else ()
            yield Reason("node", f"{known.name} {state}{path}" + (f": {why}" if why else ""), quoted)
        if len(failed) > _MOST_NAMED:
            yield Reason("node", f"and {len(failed) - _MOST_NAMED} more failed nodes")

    def _told_inside(self, known: NodeTally) -> bool:
        """Whether a nested workflow's own nodes tell why it failed."""
        inside = (*known.path, known.node.label)
        return known.nested and any(one.failed and one.path == inside for one in self._nodes.values())


def _together(found: Iterable[Findings]) -> tuple[HostSummary, ...]:
    """Each host's numbers, added up."""
    total: dict[str, list[int]] = {}
    for one in found:
        for host in one.hosts:
            numbers = total.setdefault(host.host, [0] * len(_COUNTED))
            for place, name in enumerate(_COUNTED):
                numbers[place] += getattr(host, name)
    return tuple(HostSummary(host, *total[host]) for host in sorted(total))
