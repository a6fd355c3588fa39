"""Workflow jobs and their nodes, and the runs of nodes that have no views elsewhere."""

from flask import Blueprint, Response

from sandbox.launch.workflow import relaunch
from sandbox.models import InventoryUpdateJob, Node, SystemJob, WorkflowJob
from sandbox.models.access import may_read_job, may_start
from sandbox.replies import forbidden, json_reply, no_such
from sandbox.shapes.commands import command_detail, command_in_list
from sandbox.shapes.nodes import job_node
from sandbox.shapes.workflow_jobs import workflow_job_detail, workflow_job_in_list
from sandbox.store.kinds import kinds
from sandbox.views.auth import here, me
from sandbox.views.common import created, find_job, list_reply, runs
from sandbox.views.jobs import UNIFIED, cancel, readable

blueprint = Blueprint("workflow_jobs", __name__)
WORKFLOW_JOBS = kinds()["workflow_jobs"]
NODES = kinds()["workflow_job_nodes"]


def _found(number: int) -> WorkflowJob:
    job = find_job(number, "workflow_job")
    assert isinstance(job, WorkflowJob)
    return job


def _readable() -> list[WorkflowJob]:
    return [job for job in readable("workflow_job") if isinstance(job, WorkflowJob)]


@blueprint.get("/workflow_jobs/")
def workflow_job_list() -> Response:
    return list_reply([workflow_job_in_list(here(), job, me()) for job in _readable()], WORKFLOW_JOBS)


@blueprint.get("/workflow_jobs/<int:number>/")
def workflow_job(number: int) -> Response:
    return json_reply(workflow_job_detail(here(), _found(number), me()))


@blueprint.get("/workflow_jobs/<int:number>/workflow_nodes/")
def nodes(number: int) -> Response:
    return list_reply([job_node(here(), node) for node in _found(number).nodes], NODES)


def _visible_nodes() -> list[Node]:
    return [node for job in _readable() for node in job.nodes]


@blueprint.get("/workflow_job_nodes/")
def node_list() -> Response:
    return list_reply([job_node(here(), node) for node in _visible_nodes()], NODES)


@blueprint.get("/workflow_job_nodes/<int:number>/")
def node(number: int) -> Response:
    jobs = [job for job in list(here().jobs.values()) if isinstance(job, WorkflowJob)]
    found = next((one for job in jobs for one in job.nodes if one.id == number), None)
    if found is None:
        raise no_such("WorkflowJobNode")
    if not may_read_job(me(), found.workflow_job):
        raise forbidden()
    return json_reply(job_node(here(), found))


@blueprint.get("/workflow_jobs/<int:number>/cancel/")
def cancel_get(number: int) -> Response:
    found = _found(number)
    return json_reply({"can_cancel": found.active, "job_explanation": found.job_explanation})


@blueprint.post("/workflow_jobs/<int:number>/cancel/")
def cancel_post(number: int) -> Response:
    return cancel(_found(number))


@blueprint.get("/workflow_jobs/<int:number>/relaunch/")
def relaunch_get(number: int) -> Response:
    _found(number)
    return json_reply({})


@blueprint.post("/workflow_jobs/<int:number>/relaunch/")
def relaunch_post(number: int) -> Response:
    found = _found(number)
    template = found.workflow or found.template
    if template is None or not may_start(me(), template):
        raise forbidden()
    again = relaunch(here(), found, me())
    shape = workflow_job_detail(here(), again, me())
    runs().submit(again)
    return created(shape)


def _command(number: int, kind: str) -> InventoryUpdateJob | SystemJob:
    job = find_job(number, kind)
    assert isinstance(job, InventoryUpdateJob | SystemJob)
    return job


def _command_list(kind: str) -> Response:
    found = [job for job in readable(kind) if isinstance(job, InventoryUpdateJob | SystemJob)]
    return list_reply([command_in_list(here(), job, me()) for job in found], UNIFIED)


def _command_detail(number: int, kind: str) -> Response:
    return json_reply(command_detail(here(), _command(number, kind), me()))


def _update_cancel_get(number: int, kind: str) -> Response:
    return json_reply({"can_cancel": find_job(number, kind).active})


def _update_cancel(number: int, kind: str) -> Response:
    return cancel(find_job(number, kind))


for _kind in ("inventory_update", "system_job"):
    blueprint.add_url_rule(f"/{_kind}s/", f"{_kind}_list", _command_list, defaults={"kind": _kind})
    blueprint.add_url_rule(f"/{_kind}s/<int:number>/", _kind, _command_detail, defaults={"kind": _kind})
for _kind in ("inventory_update", "system_job", "project_update"):
    _path = f"/{_kind}s/<int:number>/cancel/"
    blueprint.add_url_rule(_path, f"{_kind}_cancel_get", _update_cancel_get, defaults={"kind": _kind})
    blueprint.add_url_rule(
        _path, f"{_kind}_cancel", _update_cancel, defaults={"kind": _kind}, methods=["POST"]
    )
