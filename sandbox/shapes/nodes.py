"""The nodes of workflow templates and of workflow jobs."""

from typing import Any

from sandbox.clock import stamp
from sandbox.links import Links
from sandbox.models import (
    ApprovalJob,
    ApprovalTemplate,
    InventorySource,
    Job,
    Node,
    Project,
    Runnable,
    SystemTemplate,
    Template,
    Workflow,
)
from sandbox.shapes.jobs import brief
from sandbox.state import State

Shape = dict[str, Any]
_PROMPTS = (
    "inventory",
    "scm_branch",
    "job_type",
    "job_tags",
    "skip_tags",
    "limit",
    "diff_mode",
    "verbosity",
    "execution_environment",
    "forks",
    "job_slice_count",
    "timeout",
)


def template_link(links: Links, thing: Runnable) -> str:
    """Approval templates, too, have an address of their own."""
    if isinstance(thing, Template):
        return links("job_templates", thing.id)
    if isinstance(thing, Workflow):
        return links("workflow_job_templates", thing.id)
    if isinstance(thing, ApprovalTemplate):
        return links("workflow_approval_templates", thing.id)
    if isinstance(thing, Project):
        return links("projects", thing.id)
    if isinstance(thing, InventorySource):
        return links("inventory_sources", thing.id)
    return links("system_job_templates", thing.id)


def template_summary(thing: Runnable) -> Shape:
    kind = {
        Template: "job",
        Workflow: "workflow_job",
        ApprovalTemplate: "workflow_approval",
        Project: "project_update",
        InventorySource: "inventory_update",
        SystemTemplate: "system_job",
    }[type(thing)]
    return {"id": thing.id, "name": thing.name, "description": thing.description, "unified_job_type": kind}


def _node_head(links: Links, kind: str, number: int, runs: Runnable | None) -> Shape:
    below = ("labels", "credentials", "instance_groups", "success_nodes", "failure_nodes", "always_nodes")
    return {
        "id": number,
        "type": kind,
        "url": links(f"{kind}s", number),
        "related": {
            **links.below(f"{kind}s", number, *below),
            **({"unified_job_template": template_link(links, runs)} if runs else {}),
        },
    }


def node_prompts(of: Node) -> Shape:
    return {"extra_data": of.extra_vars, **dict.fromkeys(_PROMPTS), "limit": of.limit}


def _run_summary(run: Job) -> Shape:
    shape = {**brief(run), "type": run.kind}
    return {**shape, "timed_out": run.timed_out} if isinstance(run, ApprovalJob) else shape


def job_node(state: State, node: Node) -> Shape:
    shape = _node_head(state.links, "workflow_job_node", node.id, node.runs)
    links, of, run = state.links, node.workflow_job, node.job
    # A deleted run leaves no trace in its node.
    run = run if run and run.id in state.jobs else None
    shape["related"] |= {
        **({"job": links(f"{run.kind}s", run.id)} if run else {}),
        "workflow_job": links("workflow_jobs", of.id),
    }
    summary: Shape = {"job": _run_summary(run)} if run else {}
    summary["workflow_job"] = {"id": of.id, "name": of.name, "description": of.description}
    if node.runs:
        summary["unified_job_template"] = template_summary(node.runs)
    return {
        **shape,
        "summary_fields": summary,
        "created": stamp(of.created),
        "modified": stamp(node.modified),
        **node_prompts(node),
        "job": run.id if run else None,
        "workflow_job": of.id,
        "unified_job_template": node.runs.id if node.runs else None,
        "success_nodes": [child.id for child in node.success],
        "failure_nodes": [child.id for child in node.failure],
        "always_nodes": [child.id for child in node.always],
        "all_parents_must_converge": node.all_parents,
        "do_not_run": node.do_not_run,
        "identifier": node.identifier,
    }
