"""Workflow job templates and their launch."""

from flask import Blueprint, Response, request

from sandbox.launch.workflow import launch
from sandbox.models.access import may_start
from sandbox.replies import forbidden, json_reply
from sandbox.shapes.workflow_jobs import workflow_job_detail, workflow_job_in_list
from sandbox.shapes.workflows import workflow_launch_page
from sandbox.views.auth import here, me
from sandbox.views.common import find_workflow, list_reply, location, runs, unknown_name
from sandbox.views.negotiation import body_of
from sandbox.views.workflow_jobs import WORKFLOW_JOBS

blueprint = Blueprint("workflows", __name__)


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
