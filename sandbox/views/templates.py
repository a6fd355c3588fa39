"""Job templates and their launch."""

from flask import Blueprint, Response, request

from sandbox.launch.launch import check, create_job, ignored_as_given
from sandbox.models import WorkflowJob
from sandbox.models.access import may_start
from sandbox.replies import forbidden, json_reply
from sandbox.shapes.jobs import job_as_launched, job_in_list
from sandbox.shapes.templates import launch_page
from sandbox.shapes.workflow_jobs import workflow_job_detail
from sandbox.views.auth import here, me
from sandbox.views.common import find_template, list_reply, location, runs, unknown_name
from sandbox.views.jobs import JOBS
from sandbox.views.negotiation import body_of

blueprint = Blueprint("templates", __name__)


@blueprint.get("/job_templates/<ident>/jobs/")
def template_jobs(ident: str) -> Response:
    found = find_template(ident)
    rows = [job_in_list(here(), job, me()) for job in here().jobs_of(found)]
    # The links to other pages have the id, also when the list was reached by name.
    return list_reply(rows, JOBS, path=here().links("job_templates", found.id, "jobs"))


@blueprint.get("/job_templates/<ident>/launch/")
def launch_get(ident: str) -> Response:
    """Says nothing about permission: whoever may read the template may read this page."""
    return json_reply(launch_page(find_template(ident)))


@blueprint.post("/job_templates/<ident>/launch/")
def launch_post(ident: str) -> Response:
    found = find_template(ident)
    if not may_start(me(), found):
        raise forbidden() if ident.isdigit() else unknown_name()
    given = body_of(request)
    state = here()
    verdict = check(state, found, me(), given)
    job = create_job(state, found, me(), given, verdict)
    shape = (
        workflow_job_detail(state, job, me())
        if isinstance(job, WorkflowJob)
        else job_as_launched(state, job, me())
    )
    answer = {job.kind: job.id, "ignored_fields": ignored_as_given(verdict.ignored), **shape}
    runs().submit(job)
    runs().delay_answer(job)
    return json_reply(answer, 201, location(shape["url"]))
