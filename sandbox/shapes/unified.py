"""Runs of any kind, as the lists of all of them show them."""

from typing import Any

from sandbox.models import AdHocJob, InventoryUpdateJob, Job, SystemJob, User, WorkflowJob
from sandbox.shapes.ad_hoc import ad_hoc_in_list
from sandbox.shapes.commands import command_in_list
from sandbox.shapes.jobs import job_in_list
from sandbox.shapes.updates import update_in_list
from sandbox.shapes.workflow_jobs import workflow_job_in_list
from sandbox.state import State


def in_list(state: State, job: Job, user: User) -> dict[str, Any]:
    if isinstance(job, AdHocJob):
        return ad_hoc_in_list(state, job, user)
    if isinstance(job, WorkflowJob):
        return workflow_job_in_list(state, job, user)
    if isinstance(job, InventoryUpdateJob | SystemJob):
        return command_in_list(state, job, user)
    return (job_in_list if job.kind == "job" else update_in_list)(state, job, user)
