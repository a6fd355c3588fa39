"""Runs of every kind, and the nodes of workflow jobs, as plain data."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from sandbox.events.eventlog import Log
from sandbox.events.plan import Plan
from sandbox.models.objects import Host, Organization, Project, Prompts, Template, User, now
from sandbox.models.workflows import ApprovalTemplate, InventorySource, Runnable, SystemTemplate, Workflow

FINAL_STATUSES = frozenset({"successful", "failed", "error", "canceled"})


@dataclass(slots=True, kw_only=True)
class Job:
    """A job, or a run of another kind (`kind` is the `type` of the API)."""

    id: int
    kind: str
    name: str
    prompts: Prompts
    organization: Organization
    project: Project | None
    playbook: str
    log: Log
    template: Template | None = None
    created_by: User | None = None
    launch_type: str = "manual"
    description: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    """What the launch was asked for, word by word, for the control API."""
    passwords: dict[str, str] = field(default_factory=dict)
    secret_vars: frozenset[str] = frozenset()
    plan: Plan = field(default_factory=Plan)
    created: datetime = field(default_factory=now)
    status: str = "pending"
    started: datetime | None = None
    finished: datetime | None = None
    canceled_on: datetime | None = None
    job_explanation: str = ""
    result_traceback: str = ""
    job_args: str = ""
    job_cwd: str = ""
    job_env: dict[str, str] = field(default_factory=dict)
    execution_node: str = ""
    cancel_asked: threading.Event = field(default_factory=threading.Event)
    runner_stdout: str | None = None
    """Path of the file in which ansible-runner itself keeps the whole output."""
    process_ids: tuple[int, ...] = ()
    node: "Node | None" = None
    """The node of a workflow that started it."""
    slice_number: int = 0
    """From 1; 0 for a job that is not a slice."""
    webhook_service: str = ""
    webhook_guid: str = ""

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Those of its inventory; a slice has every n-th of them."""
        hosts = self.prompts.inventory.hosts if self.prompts.inventory else ()
        if not self.slice_number:
            return hosts
        by_name = sorted(hosts, key=lambda host: host.name)
        return tuple(by_name[self.slice_number - 1 :: self.prompts.job_slice_count])

    @property
    def active(self) -> bool:
        return self.status not in FINAL_STATUSES

    @property
    def processed(self) -> bool:
        """`event_processing_finished`: the status is final and every emitted row is stored."""
        return not self.active and not self.plan.never_processed and self.log.complete()


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A node of a workflow job: a step on its way."""

    id: int
    workflow_job: "WorkflowJob"
    runs: Runnable | None
    identifier: str = ""
    success: list[Self] = field(default_factory=list)
    failure: list[Self] = field(default_factory=list)
    always: list[Self] = field(default_factory=list)
    parents: list[Self] = field(default_factory=list)
    all_parents: bool = False
    limit: str | None = None
    extra_vars: dict[str, Any] = field(default_factory=dict)
    slice_number: int = 0
    job: Job | None = None
    do_not_run: bool = False
    inherited: dict[str, Any] = field(default_factory=dict)
    """Artifacts of all nodes before this one."""
    modified: datetime = field(default_factory=now)


@dataclass(slots=True, kw_only=True, eq=False)
class WorkflowJob(Job):
    """A run of a workflow template, or of a job template in slices: then it has `template` instead of `workflow`."""

    workflow: Workflow | None = None
    nodes: list[Node] = field(default_factory=list)

    @property
    def processed(self) -> bool:
        return not self.active


@dataclass(slots=True, kw_only=True, eq=False)
class ApprovalJob(Job):
    approval: ApprovalTemplate
    decided_by: User | None = None
    timed_out: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class InventoryUpdateJob(Job):
    source: InventorySource


@dataclass(slots=True, kw_only=True, eq=False)
class SystemJob(Job):
    system: SystemTemplate


@dataclass(slots=True, kw_only=True, eq=False)
class AdHocJob(Job):
    module_name: str
    module_args: str = ""
    become_enabled: bool = False
    given: dict[str, Any] = field(default_factory=dict)
    """What it was asked for, to ask for it again."""


def nodes_of(workflow_job: WorkflowJob, first_id: int) -> list[Node]:
    """The nodes of a new run, connected as the steps of its template are."""
    steps = workflow_job.workflow.steps if workflow_job.workflow else ()
    nodes = {
        step.identifier: Node(
            id=first_id + offset,
            workflow_job=workflow_job,
            runs=step.runs,
            identifier=step.identifier,
            all_parents=step.all_parents,
            limit=step.limit,
            extra_vars=step.extra_vars,
        )
        for offset, step in enumerate(steps)
    }
    for step in steps:
        node = nodes[step.identifier]
        node.success = [nodes[name] for name in step.success]
        node.failure = [nodes[name] for name in step.failure]
        node.always = [nodes[name] for name in step.always]
        for child in (*node.success, *node.failure, *node.always):
            child.parents.append(node)
    return list(nodes.values())
