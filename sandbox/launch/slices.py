"""Job templates whose hosts are split: a launch then makes a workflow job with a node for each slice."""

from dataclasses import replace
from typing import Any

from sandbox.models import Job, Node, Prompts, Template, WorkflowJob
from sandbox.state import State


def new_run(state: State, template: Template, prompts: Prompts, **values: Any) -> Job:
    """A job, or the workflow job of its slices. There are never more slices than hosts."""
    hosts = len(prompts.inventory.hosts) if prompts.inventory else prompts.job_slice_count
    count = min(prompts.job_slice_count, hosts)
    values = {
        "name": template.name,
        "description": template.description,
        "organization": template.organization,
        "project": template.project,
        "playbook": template.playbook,
        "template": template,
        **values,
    }
    if count <= 1:
        whole = replace(prompts, job_slice_count=1) if prompts.job_slice_count > 1 else prompts
        return state.new_job(kind="job", prompts=whole, **values)
    sliced = state.add_job(
        WorkflowJob, kind="workflow_job", prompts=replace(prompts, job_slice_count=count), **values
    )
    first = state.new_node_ids(count)
    sliced.nodes = [
        Node(id=first + offset, workflow_job=sliced, runs=template, slice_number=offset + 1)
        for offset in range(count)
    ]
    return sliced
