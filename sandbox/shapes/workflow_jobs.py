"""Workflow jobs. They have no events, no output, no hosts and no artifacts of their own."""

from typing import Any

from sandbox.clock import stamp
from sandbox.links import Links
from sandbox.models import User, WorkflowJob
from sandbox.models.access import administers, may_start
from sandbox.shapes import summaries
from sandbox.shapes.jobs import DETAIL_ONLY, HIDDEN, ancestor_summary, course, source_link, source_summary
from sandbox.shapes.templates import extra_vars_text
from sandbox.state import State

Shape = dict[str, Any]
# What `course` says of runs that are placed on a node.
_NOT_PLACED = ("execution_environment", "execution_node", "controller_node", "event_processing_finished")


def _template_link(links: Links, job: WorkflowJob) -> Shape:
    if job.workflow:
        template = links("workflow_job_templates", job.workflow.id)
        notifications = links("workflow_jobs", job.id, "notifications")
        return {
            "unified_job_template": template,
            "workflow_job_template": template,
            "notifications": notifications,
        }
    if job.template is None:
        return {}  # of a bulk launch
    template = links("job_templates", job.template.id)
    return {"unified_job_template": template, "job_template": template}


def _related(links: Links, job: WorkflowJob) -> Shape:
    who = {
        name: links("users", job.created_by.id) for name in ("created_by", "modified_by") if job.created_by
    }
    below = ("workflow_nodes", "labels", "activity_stream", "relaunch", "cancel")
    return {
        **who,
        **_template_link(links, job),
        **source_link(links, job),
        **links.below("workflow_jobs", job.id, *below),
    }


def _summary_fields(job: WorkflowJob, user: User) -> Shape:
    template = job.workflow or job.template
    who = {name: summaries.user(job.created_by) for name in ("created_by", "modified_by") if job.created_by}
    inventory = job.prompts.inventory
    home = {"organization": summaries.organization(job.organization)} if job.organization.id else {}
    return {
        **home,
        **({"inventory": summaries.inventory(inventory)} if inventory else {}),
        **_template_summary(job),
        **who,
        "user_capabilities": {
            "delete": administers(user, job.organization),
            "start": template is None or may_start(user, template),
        },
        "labels": summaries.labels(job.prompts.labels),
        **source_summary(job),
    }


def _template_summary(job: WorkflowJob) -> Shape:
    """None of a bulk launch."""
    template = job.workflow or job.template
    if template is None:
        return {}
    named = summaries.template(template)
    kind = "workflow_job" if job.workflow else "job"
    return {f"{kind}_template": named, "unified_job_template": {**named, "unified_job_type": kind}}


def workflow_job_detail(state: State, job: WorkflowJob, user: User) -> Shape:
    prompts = job.prompts
    template = job.workflow or job.template
    run = {key: value for key, value in course(state.links, job).items() if key not in _NOT_PLACED}
    hidden = {key: HIDDEN if key in job.secret_vars else value for key, value in prompts.extra_vars.items()}
    # A workflow has no value for what nobody gave; slices have their template's.
    given = {name: getattr(prompts, name) for name in ("limit", "scm_branch", "skip_tags", "job_tags")}
    values = {name: value or (None if job.workflow else "") for name, value in given.items()}
    return {
        "id": job.id,
        "type": "workflow_job",
        "url": state.links("workflow_jobs", job.id),
        "related": _related(state.links, job),
        "summary_fields": {**_summary_fields(job, user), **ancestor_summary(state.links, job)},
        "created": stamp(job.created),
        "modified": stamp(job.started or job.created),
        "name": job.name,
        "description": job.description,
        "unified_job_template": template.id if template else None,
        **run,
        "work_unit_id": None,
        "workflow_job_template": job.workflow.id if job.workflow else None,
        "extra_vars": extra_vars_text(hidden),
        "allow_simultaneous": bool(job.workflow and job.workflow.allow_simultaneous),
        "job_template": job.template.id if job.template else None,
        "is_sliced_job": job.template is not None,
        "inventory": prompts.inventory.id if prompts.inventory else None,
        **values,
        "webhook_service": job.webhook_service,
        "webhook_credential": None,
        "webhook_guid": job.webhook_guid,
    }


def workflow_job_in_list(state: State, job: WorkflowJob, user: User) -> Shape:
    shape = workflow_job_detail(state, job, user)
    shape["summary_fields"].pop("ancestor_job", None)
    return {key: value for key, value in shape.items() if key not in DETAIL_ONLY}
