"""Job templates and their launch."""

from flask import Blueprint, Response, request

from sandbox.access import may_read, may_start
from sandbox.auth import here, me
from sandbox.filters import Filters
from sandbox.launch import check, create_job, ignored_as_given
from sandbox.models import Template
from sandbox.negotiation import body_of
from sandbox.replies import forbidden, json_reply
from sandbox.shapes.jobs import job_as_launched, job_in_list
from sandbox.shapes.templates import launch_page, survey_spec, template_detail, template_in_list
from sandbox.shapes.workflow_jobs import workflow_job_detail
from sandbox.shapes.workflows import workflow_in_list
from sandbox.views.common import find_template, list_reply, location, runs, unknown_name
from sandbox.views.jobs import JOBS
from sandbox.workflows import WorkflowJob

blueprint = Blueprint("templates", __name__)
_FIELDS = frozenset(
    [
        "id",
        "type",
        "name",
        "description",
        "created",
        "modified",
        "job_type",
        "inventory",
        "project",
        "playbook",
        "scm_branch",
        "forks",
        "limit",
        "verbosity",
        "job_tags",
        "skip_tags",
        "timeout",
        "organization",
        "last_job_run",
        "status",
        "execution_environment",
        "survey_enabled",
        "allow_simultaneous",
        "job_slice_count",
        "webhook_service",
    ]
)
_RELATIONS = frozenset(["organization", "inventory", "project", "created_by", "modified_by", "last_job"])
JOB_TEMPLATES = Filters("JobTemplate", _FIELDS, _RELATIONS)
UNIFIED = Filters("UnifiedJobTemplate", _FIELDS, _RELATIONS)


def _visible() -> list[Template]:
    return [template for template in here().catalog.templates if may_read(me(), template)]


@blueprint.get("/job_templates/")
def template_list() -> Response:
    rows = [template_in_list(here(), template, me()) for template in _visible()]
    return list_reply(rows, JOB_TEMPLATES, order="name")


@blueprint.get("/unified_job_templates/")
def unified_list() -> Response:
    """Of those kinds which a launcher can start."""
    rows = [template_in_list(here(), template, me()) for template in _visible()]
    workflows = [one for one in here().catalog.workflows if may_read(me(), one)]
    rows += [workflow_in_list(here(), one, me()) for one in workflows]
    return list_reply(rows, UNIFIED, order="name")


@blueprint.get("/job_templates/<ident>/")
def template(ident: str) -> Response:
    return json_reply(template_detail(here(), find_template(ident), me()))


@blueprint.get("/job_templates/<ident>/survey_spec/")
def survey(ident: str) -> Response:
    return json_reply(survey_spec(find_template(ident)))


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
