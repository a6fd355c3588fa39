"""Jobs and project updates."""

from typing import Any

from sandbox.clock import seconds_between, stamp
from sandbox.links import Links
from sandbox.models import Job, User, now
from sandbox.shapes import summaries
from sandbox.shapes.outcome import host_status_counts, playbook_counts, stats_of
from sandbox.shapes.templates import extra_vars_text
from sandbox.state import State

Shape = dict[str, Any]
HIDDEN = "$encrypted$"
_FAILED = frozenset({"failed", "error", "canceled"})
# A list does not show these, nor the counts.
DETAIL_ONLY = ("job_args", "job_cwd", "job_env", "result_traceback", "event_processing_finished")


def elapsed(job: Job) -> float:
    return seconds_between(job.started, job.finished or now()) if job.started else 0.0


def short(job: Job) -> Shape:
    """The job as it stands in the summary of its events and hosts."""
    shape: Shape = {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "status": job.status,
        "failed": job.status in _FAILED,
    }
    if job.template:
        shape["elapsed"] = elapsed(job)
        shape["type"] = "job"
        if job.canceled_on:
            shape["canceled_on"] = stamp(job.canceled_on)
        shape["job_template_id"] = job.template.id
        shape["job_template_name"] = job.template.name
    return shape


def brief(job: Job) -> Shape:
    """The run in the summary of another one."""
    shape: Shape = {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "status": job.status,
        "failed": job.status in _FAILED,
        "elapsed": elapsed(job) if job.finished else 0.0,
    }
    return {**shape, "canceled_on": stamp(job.canceled_on)} if job.canceled_on else shape


def source_link(links: Links, job: Job) -> Shape:
    return {"source_workflow_job": links("workflow_jobs", job.node.workflow_job.id)} if job.node else {}


def source_summary(job: Job) -> Shape:
    return {"source_workflow_job": brief(job.node.workflow_job)} if job.node else {}


def ancestor_summary(links: Links, job: Job) -> Shape:
    """The outermost of the workflows in which the run stands."""
    if job.node is None:
        return {}
    top = job.node.workflow_job
    while top.node:
        top = top.node.workflow_job
    url = links("workflow_jobs", top.id)
    return {"ancestor_job": {"id": top.id, "name": top.name, "type": "workflow_job", "url": url}}


def _related(links: Links, job: Job) -> Shape:
    assert job.template
    who = job.created_by
    shape: Shape = {}
    if who:
        shape["created_by"] = links("users", who.id)
    if who and job.status == "pending":
        shape["modified_by"] = links("users", who.id)
    shape["labels"] = links("jobs", job.id, "labels")
    if job.prompts.inventory:
        shape["inventory"] = links("inventories", job.prompts.inventory.id)
    if job.project:
        shape["project"] = links("projects", job.project.id)
    template = links("job_templates", job.template.id)
    shape |= {
        "organization": links("organizations", job.organization.id),
        "credentials": links("jobs", job.id, "credentials"),
        "unified_job_template": template,
        "stdout": links("jobs", job.id, "stdout"),
        **source_link(links, job),
    }
    if job.prompts.execution_environment:
        environment = job.prompts.execution_environment
        shape["execution_environment"] = links("execution_environments", environment.id)
    names = ("job_events", "job_host_summaries", "activity_stream", "notifications", "create_schedule")
    return {
        **shape,
        **links.below("jobs", job.id, *names),
        "job_template": template,
        **links.below("jobs", job.id, "cancel", "relaunch"),
    }


def _summary_fields(state: State, job: Job, user: User) -> Shape:
    assert job.template
    shape: Shape = {"organization": summaries.organization(job.organization)}
    if job.prompts.inventory:
        shape["inventory"] = summaries.inventory(job.prompts.inventory)
    if job.prompts.execution_environment:
        shape["execution_environment"] = summaries.execution_environment(job.prompts.execution_environment)
    if job.project:
        shape["project"] = summaries.project(job.project)
    shape["job_template"] = summaries.template(job.template)
    shape["unified_job_template"] = {**summaries.template(job.template), "unified_job_type": "job"}
    if job.execution_node:
        shape["instance_group"] = summaries.instance_group(state.catalog.instance_groups[1])
    if job.created_by:
        shape["created_by"] = summaries.user(job.created_by)
    if job.created_by and job.status == "pending":
        shape["modified_by"] = summaries.user(job.created_by)
    return {
        **shape,
        "user_capabilities": {
            "delete": user.is_superuser,
            "start": user.is_superuser or user.username in job.template.executors,
        },
        "labels": summaries.labels(job.prompts.labels),
        **source_summary(job),
        "credentials": [summaries.credential(credential) for credential in job.prompts.credentials],
    }


def _launched_by(links: Links, job: Job) -> Shape:
    who = job.created_by
    if job.kind == "project_update" and job.project and job.node is None:
        url = links("projects", job.project.id)
        return {"id": job.project.id, "name": job.project.name, "type": "project", "url": url}
    if who is None and job.launch_type == "webhook" and job.template:
        url = links("job_templates", job.template.id)
        return {"id": job.template.id, "name": job.template.name, "type": "job_template", "url": url}
    if who is None:
        return {}
    return {"id": who.id, "name": who.username, "type": "user", "url": links("users", who.id)}


def course(links: Links, job: Job) -> Shape:
    """How the run goes; the same for all kinds of jobs."""
    environment = job.prompts.execution_environment
    return {
        "launch_type": job.launch_type,
        "status": job.status,
        "execution_environment": environment.id if environment else None,
        "failed": job.status in _FAILED,
        "started": stamp(job.started),
        "finished": stamp(job.finished),
        "canceled_on": stamp(job.canceled_on),
        "elapsed": elapsed(job),
        "job_args": job.job_args,
        "job_cwd": job.job_cwd,
        "job_env": job.job_env,
        "job_explanation": job.job_explanation,
        "execution_node": job.execution_node,
        "controller_node": job.execution_node,
        "result_traceback": job.result_traceback,
        "event_processing_finished": job.processed,
        "launched_by": _launched_by(links, job),
        "work_unit_id": f"sandbox{job.id}" if job.started else None,
    }


def _prompted(job: Job) -> Shape:
    """With what it was launched, of the template or of the launch."""
    prompts = job.prompts
    shown_vars = {
        key: HIDDEN if key in job.secret_vars else value for key, value in prompts.extra_vars.items()
    }
    return {
        "job_type": prompts.job_type,
        "inventory": prompts.inventory.id if prompts.inventory else None,
        "project": job.project.id if job.project else None,
        "playbook": job.playbook,
        "scm_branch": prompts.scm_branch,
        "forks": prompts.forks,
        "limit": prompts.limit,
        "verbosity": prompts.verbosity,
        "extra_vars": extra_vars_text(shown_vars),
        "job_tags": prompts.job_tags,
        "force_handlers": False,
        "skip_tags": prompts.skip_tags,
        "start_at_task": "",
        "timeout": prompts.timeout,
        "use_fact_cache": False,
    }


def job_as_launched(state: State, job: Job, user: User) -> Shape:
    """The answer to a launch; a later GET adds the counts."""
    prompts = job.prompts
    template = job.template
    assert template
    return {
        "id": job.id,
        "type": "job",
        "url": state.links("jobs", job.id),
        "related": _related(state.links, job),
        "summary_fields": _summary_fields(state, job, user),
        "created": stamp(job.created),
        "modified": stamp(job.created),
        "name": job.name,
        "description": job.description,
        **_prompted(job),
        "organization": job.organization.id,
        "unified_job_template": template.id,
        **course(state.links, job),
        "job_template": template.id,
        "passwords_needed_to_start": [name for one in prompts.credentials for name in one.passwords],
        "allow_simultaneous": template.allow_simultaneous,
        "artifacts": stats_of(job).get("artifact_data") or {},
        "scm_revision": "",
        "instance_group": state.catalog.instance_groups[1].id if job.execution_node else None,
        "diff_mode": prompts.diff_mode,
        "job_slice_number": job.slice_number,
        "job_slice_count": prompts.job_slice_count,
        "webhook_service": job.webhook_service,
        "webhook_credential": None,
        "webhook_guid": job.webhook_guid,
    }


def job_detail(state: State, job: Job, user: User) -> Shape:
    shape = job_as_launched(state, job, user)
    shape["summary_fields"] |= ancestor_summary(state.links, job)
    return {
        **shape,
        "host_status_counts": host_status_counts(job),
        "playbook_counts": playbook_counts(job),
        "custom_virtualenv": None,
    }


def job_in_list(state: State, job: Job, user: User) -> Shape:
    shape = job_as_launched(state, job, user)
    return {key: value for key, value in shape.items() if key not in DETAIL_ONLY}
