"""Workflow templates with the steps of their graphs, and workflow jobs with their nodes, as plain data."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from sandbox.models import Inventory, Job, Organization, Project, Template, User, now


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalTemplate:
    id: int
    name: str
    description: str = ""
    timeout: int = 0
    """Seconds until it counts as denied; 0 waits without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySource:
    id: int
    name: str
    inventory: Inventory
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTemplate:
    id: int
    name: str
    job_type: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A node of a template's graph. Paths lead to identifiers of other steps."""

    id: int
    identifier: str
    runs: "Runnable | None"
    """None: the template that it ran was deleted."""
    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    all_parents: bool = False
    limit: str | None = None
    extra_vars: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A workflow job template."""

    id: int
    name: str
    organization: Organization
    steps: tuple[Step, ...] = ()
    description: str = ""
    asks: frozenset[str] = frozenset()
    """As in `Template`; a workflow knows fewer of them."""
    survey: tuple[dict[str, Any], ...] = ()
    extra_vars: dict[str, Any] = field(default_factory=dict)
    inventory: Inventory | None = None
    limit: str | None = None
    allow_simultaneous: bool = True
    readers: frozenset[str] = frozenset()
    executors: frozenset[str] = frozenset()


Runnable = Template | Workflow | ApprovalTemplate | Project | InventorySource | SystemTemplate


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
