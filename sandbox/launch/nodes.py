"""How a workflow's nodes start: each as the run that its template makes, with what the nodes before it left."""

import uuid
from dataclasses import replace
from typing import Any

from sandbox.launch import survey
from sandbox.launch.slices import new_run
from sandbox.models import (
    ApprovalJob,
    ApprovalTemplate,
    InventorySource,
    InventoryUpdateJob,
    Job,
    Node,
    Prompts,
    Runnable,
    SystemJob,
    SystemTemplate,
    Template,
    User,
    Workflow,
    WorkflowJob,
    nodes_of,
    now,
)
from sandbox.state import State
from sandbox.store.catalog import NOWHERE
from sandbox.store.store import Record

_NOT_STARTED = "Job spawned from workflow could not start because it was"
LACKS_RESOURCE = f"{_NOT_STARTED} missing a related resource such as project or inventory"
LACKS_PASSWORD = f"{_NOT_STARTED} not in the right state or required manual credentials"


def new_workflow_job(
    state: State, workflow: Workflow, prompts: Prompts, user: User | None, **values: Any
) -> WorkflowJob:
    job = state.add_job(
        WorkflowJob,
        kind="workflow_job",
        name=workflow.name,
        description=workflow.description,
        prompts=prompts,
        organization=workflow.organization,
        project=None,
        playbook="",
        workflow=workflow,
        created_by=user,
        secret_vars=survey.secret_names(workflow.survey),
        **values,
    )
    job.nodes = nodes_of(job, state.new_node_ids(len(workflow.steps)))
    return job


def new_bulk_job(
    state: State,
    body: dict[str, Any],
    rows: list[tuple[dict[str, Any], Runnable | None]],
    *,
    prompts: Prompts,
    user: User,
    organization: Record | None,
) -> WorkflowJob:
    """A workflow job without a template: a root for each of the jobs that were asked for."""
    number = organization.id if organization else 0
    home = next((one for one in state.catalog.organizations if one.id == number), NOWHERE)
    job = state.add_job(
        WorkflowJob,
        kind="workflow_job",
        name=body.get("name") or "Bulk Job Launch",
        description=body.get("description") or "",
        prompts=prompts,
        organization=home,
        project=None,
        playbook="",
        created_by=user,
        payload=body,
    )
    first = state.new_node_ids(len(rows))
    job.nodes = [
        Node(
            id=first + place,
            workflow_job=job,
            runs=runs,
            identifier=row.get("identifier") or str(uuid.uuid4()),
            limit=row.get("limit"),
            extra_vars=row.get("extra_data") or {},
        )
        for place, (row, runs) in enumerate(rows)
    ]
    return job


def spawn(state: State, node: Node) -> Job:
    """The node's run. It may have failed already, when something that it needs is missing."""
    node.inherited = _inherited(node)
    node.job = _new_run(state, node)
    node.modified = now()
    return node.job


def _inherited(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parent in node.parents:
        found |= parent.inherited
        if parent.job:
            found |= artifacts(parent.job)
    return found


def artifacts(job: Job) -> dict[str, Any]:
    """What `set_stats` left, stored or not; of a workflow what all of its runs left, the latest last."""
    if isinstance(job, WorkflowJob):
        runs = [node.job for node in job.nodes if node.job and node.job.status in {"successful", "failed"}]
        found: dict[str, Any] = {}
        for run in sorted(runs, key=lambda one: (one.finished or now(), one.id)):
            found |= artifacts(run)
        return found
    for row in reversed(job.log.emitted()[-3:]):
        if row.event == "playbook_on_stats":
            return row.data.get("artifact_data") or {}
    return {}


def _new_run(state: State, node: Node) -> Job:
    thing = node.runs
    started: dict[str, Any] = {
        "created_by": node.workflow_job.created_by,
        "launch_type": "workflow",
        "node": node,
    }
    if isinstance(thing, Template):
        return _job(state, node, thing, started)
    if isinstance(thing, Workflow):
        thing = state.catalog.workflow(thing.id) or thing  # one in a step has no steps itself
        variables = {**thing.extra_vars, **survey.defaults(thing.survey), **_given(node)}
        prompts = Prompts(inventory=thing.inventory, limit=thing.limit or "", extra_vars=variables)
        user = started.pop("created_by")
        return new_workflow_job(state, thing, _overridden(node, prompts, thing.asks), user, **started)
    started |= {"prompts": Prompts(), "organization": node.workflow_job.organization, "playbook": ""}
    if isinstance(thing, ApprovalTemplate):
        return _approval(state, thing, started)
    if isinstance(thing, InventorySource):
        started |= {"name": f"{thing.inventory.name} - {thing.name}", "project": None, "source": thing}
        return state.add_job(InventoryUpdateJob, kind="inventory_update", **started)
    if isinstance(thing, SystemTemplate):
        started |= {"prompts": Prompts(extra_vars={"days": "90"})}
        started |= {"name": thing.name, "description": thing.description, "project": None, "system": thing}
        return state.add_job(SystemJob, kind="system_job", **started)
    assert thing
    started |= {"name": thing.name, "project": thing, "playbook": thing.update_playbook}
    return state.new_job(kind="project_update", **started)


def _approval(state: State, approval: ApprovalTemplate, started: dict[str, Any]) -> ApprovalJob:
    job = state.add_job(
        ApprovalJob,
        kind="workflow_approval",
        name=approval.name,
        description=approval.description,
        project=None,
        approval=approval,
        **started,
    )
    job.started = job.created
    return job


def _job(state: State, node: Node, template: Template, started: dict[str, Any]) -> Job:
    if node.slice_number:
        slices = node.workflow_job
        values = {"secret_vars": slices.secret_vars, "passwords": slices.passwords, **started}
        return state.new_job(
            kind="job",
            name=template.name,
            description=template.description,
            prompts=slices.prompts,
            organization=template.organization,
            project=template.project,
            playbook=template.playbook,
            template=template,
            slice_number=node.slice_number,
            **values,
        )
    variables = {**template.values.extra_vars, **survey.defaults(template.survey), **_given(node)}
    prompts = _overridden(node, replace(template.values, extra_vars=variables), template.asks)
    job = new_run(state, template, prompts, secret_vars=survey.secret_names(template.survey), **started)
    if prompts.inventory is None or template.project is None:
        _refuse(job, LACKS_RESOURCE)
    elif any(credential.passwords for credential in prompts.credentials):
        _refuse(job, LACKS_PASSWORD)
    return job


def _given(node: Node) -> dict[str, Any]:
    """Variables reach a node's run whether its template asks for them or not; those of the workflow win."""
    return {**node.extra_vars, **node.inherited, **node.workflow_job.prompts.extra_vars}


def _overridden(node: Node, prompts: Prompts, asks: frozenset[str]) -> Prompts:
    """Prompts of the node, and those of the workflow before them, as far as the template asks for them."""
    given = node.workflow_job.prompts
    changes: dict[str, Any] = {}
    if "limit" in asks and (limit := given.limit or node.limit):
        changes["limit"] = limit
    if "inventory" in asks and given.inventory:
        changes["inventory"] = given.inventory
    return replace(prompts, **changes)


def _refuse(job: Job, explanation: str) -> None:
    job.status, job.job_explanation, job.finished = "failed", explanation, now()
