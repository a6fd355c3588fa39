"""Workflow job templates and their launch."""

from flask import Blueprint, Response, request

from sandbox.access import may_read, may_start
from sandbox.auth import here, me
from sandbox.filters import Filters
from sandbox.negotiation import body_of
from sandbox.replies import forbidden, json_reply
from sandbox.shapes.nodes import template_node
from sandbox.shapes.templates import survey_spec
from sandbox.shapes.workflow_jobs import workflow_job_detail, workflow_job_in_list
from sandbox.shapes.workflows import workflow_detail, workflow_in_list, workflow_launch_page
from sandbox.views.common import find_workflow, list_reply, location, runs, unknown_name
from sandbox.views.workflow_jobs import NODES, WORKFLOW_JOBS
from sandbox.workflow_launch import launch

blueprint = Blueprint("workflows", __name__)
_RELATIONS = frozenset({"organization", "inventory", "created_by", "modified_by", "last_job"})
WORKFLOWS = Filters(
    "WorkflowJobTemplate",
    frozenset(
        [
            "id",
            "type",
            "name",
            "description",
            "created",
            "modified",
            "status",
            "last_job_run",
            "organization",
            "survey_enabled",
            "allow_simultaneous",
            "limit",
            "scm_branch",
        ]
    ),
    _RELATIONS,
)


@blueprint.get("/workflow_job_templates/")
def workflow_list() -> Response:
    readable = [one for one in here().catalog.workflows if may_read(me(), one)]
    return list_reply([workflow_in_list(here(), one, me()) for one in readable], WORKFLOWS, order="name")


@blueprint.get("/workflow_job_templates/<ident>/")
def workflow(ident: str) -> Response:
    return json_reply(workflow_detail(here(), find_workflow(ident), me()))


@blueprint.get("/workflow_job_templates/<ident>/survey_spec/")
def survey(ident: str) -> Response:
    return json_reply(survey_spec(find_workflow(ident)))


@blueprint.get("/workflow_job_templates/<ident>/workflow_nodes/")
def steps(ident: str) -> Response:
    found = find_workflow(ident)
    path = here().links("workflow_job_templates", found.id, "workflow_nodes")
    return list_reply([template_node(here(), found, step) for step in found.steps], NODES, path=path)


@blueprint.get("/workflow_job_templates/<ident>/workflow_jobs/")
def workflow_runs(ident: str) -> Response:
    found = find_workflow(ident)
    rows = [workflow_job_in_list(here(), job, me()) for job in here().workflow_jobs(found)]
    path = here().links("workflow_job_templates", found.id, "workflow_jobs")
    return list_reply(rows, WORKFLOW_JOBS, path=path)


@blueprint.get("/workflow_job_templates/<ident>/launch/")
def launch_get(ident: str) -> Response:
    return json_reply(workflow_launch_page(find_workflow(ident)))


@blueprint.post("/workflow_job_templates/<ident>/launch/")
def launch_post(ident: str) -> Response:
    found = find_workflow(ident)
    if not may_start(me(), found):
        raise forbidden() if ident.isdigit() else unknown_name()
    job = launch(here(), found, me(), body_of(request))
    shape = workflow_job_detail(here(), job, me())
    runs().submit(job)
    runs().delay_answer(job)
    return json_reply({"workflow_job": job.id, "ignored_fields": {}, **shape}, 201, location(shape["url"]))
