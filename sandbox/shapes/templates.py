"""Job templates, and what their launch page says."""

import json
from typing import Any
from urllib.parse import quote

from sandbox.access import may_start
from sandbox.clock import stamp
from sandbox.data import ADMIN
from sandbox.links import Links
from sandbox.models import Job, Template, User
from sandbox.shapes import summaries
from sandbox.state import State
from sandbox.workflows import Workflow

Shape = dict[str, Any]

# switch of the template: field of a launch, in the order in which the API looks at them
ASKS: dict[str, str] = {
    "variables": "extra_vars",
    "inventory": "inventory",
    "limit": "limit",
    "scm_branch": "scm_branch",
    "tags": "job_tags",
    "skip_tags": "skip_tags",
    "job_type": "job_type",
    "verbosity": "verbosity",
    "diff_mode": "diff_mode",
    "credential": "credentials",
    "execution_environment": "execution_environment",
    "labels": "labels",
    "forks": "forks",
    "job_slice_count": "job_slice_count",
    "timeout": "timeout",
    "instance_groups": "instance_groups",
}
_SHOWN_IN_TEMPLATE = [
    "scm_branch",
    "diff_mode",
    "variables",
    "limit",
    "tags",
    "skip_tags",
    "job_type",
    "verbosity",
    "inventory",
    "credential",
    "execution_environment",
    "labels",
    "forks",
    "job_slice_count",
    "timeout",
    "instance_groups",
]
_SHOWN_IN_LAUNCH = [
    "scm_branch",
    "variables",
    "tags",
    "diff_mode",
    "skip_tags",
    "job_type",
    "limit",
    "verbosity",
    "inventory",
    "credential",
    "execution_environment",
    "labels",
    "forks",
    "job_slice_count",
    "timeout",
    "instance_groups",
]
_BELOW = [
    "notification_templates_started",
    "notification_templates_success",
    "notification_templates_error",
    "access_list",
    "survey_spec",
    "object_roles",
    "instance_groups",
    "slice_workflow_jobs",
    "copy",
]


def extra_vars_text(variables: dict[str, Any]) -> str:
    return json.dumps(variables)


def related(links: Links, template: Template) -> Shape:
    below = links.below("job_templates", template.id, *_BELOW)
    shape = {
        "created_by": links("users", ADMIN.id),
        "modified_by": links("users", ADMIN.id),
        "labels": links("job_templates", template.id, "labels"),
        "organization": links("organizations", template.organization.id),
        **links.below(
            "job_templates", template.id, "credentials", "jobs", "schedules", "activity_stream", "launch"
        ),
        "webhook_key": links("job_templates", template.id, "webhook_key"),
        "webhook_receiver": "",
        **below,
    }
    if template.values.inventory:
        shape["inventory"] = links("inventories", template.values.inventory.id)
    if template.project:
        shape["project"] = links("projects", template.project.id)
    return shape


def _run(job: Job) -> Shape:
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "finished": stamp(job.finished),
        "status": job.status,
        "failed": job.status in {"failed", "error", "canceled"},
    }


def summary_fields(state: State, template: Template, user: User) -> Shape:
    values = template.values
    jobs = sorted(state.jobs_of(template), key=lambda job: job.id, reverse=True)
    shape: Shape = {"organization": summaries.organization(template.organization)}
    if values.inventory:
        shape["inventory"] = summaries.inventory(values.inventory)
    if template.project:
        shape["project"] = summaries.project(template.project)
    if jobs:
        shape["last_job"] = _run(jobs[0])
        shape["last_update"] = {key: value for key, value in _run(jobs[0]).items() if key != "finished"}
    return {
        **shape,
        "created_by": summaries.user(ADMIN),
        "modified_by": summaries.user(ADMIN),
        "object_roles": summaries.roles(
            template.id * 3,
            admin="Can manage all aspects of the job template",
            execute="May run the job template",
            read="May view settings for the job template",
        ),
        "user_capabilities": _capabilities(template, user),
        "labels": summaries.labels(values.labels),
        "recent_jobs": [
            {
                "id": job.id,
                "status": job.status,
                "finished": stamp(job.finished),
                "canceled_on": stamp(job.canceled_on),
                "type": "job",
            }
            for job in jobs[:10]
        ],
        "credentials": [summaries.credential(credential) for credential in values.credentials],
    }


def _capabilities(template: Template, user: User) -> Shape:
    admin = user.is_superuser
    start = may_start(user, template)
    return {"edit": admin, "delete": admin, "start": start, "schedule": start, "copy": admin}


def template_in_list(state: State, template: Template, user: User) -> Shape:
    values = template.values
    jobs = state.jobs_of(template)
    last = max(jobs, key=lambda job: job.id) if jobs else None
    return {
        "id": template.id,
        "type": "job_template",
        "url": state.links("job_templates", template.id),
        "related": related(state.links, template),
        "summary_fields": summary_fields(state, template, user),
        "created": stamp(state.seeded),
        "modified": stamp(state.seeded),
        "name": template.name,
        "description": template.description,
        "job_type": values.job_type,
        "inventory": values.inventory.id if values.inventory else None,
        "project": template.project.id if template.project else None,
        "playbook": template.playbook,
        "scm_branch": values.scm_branch,
        "forks": values.forks,
        "limit": values.limit,
        "verbosity": values.verbosity,
        "extra_vars": extra_vars_text(values.extra_vars) if values.extra_vars else "",
        "job_tags": values.job_tags,
        "force_handlers": False,
        "skip_tags": values.skip_tags,
        "start_at_task": "",
        "timeout": values.timeout,
        "use_fact_cache": False,
        "organization": template.organization.id,
        "last_job_run": stamp(last.finished) if last else None,
        "last_job_failed": bool(last and last.status in {"failed", "error", "canceled"}),
        "next_job_run": None,
        "status": last.status if last else "never updated",
        "execution_environment": None,
        "host_config_key": "",
        **{f"ask_{name}_on_launch": name in template.asks for name in _SHOWN_IN_TEMPLATE},
        "survey_enabled": bool(template.survey),
        "become_enabled": False,
        "diff_mode": values.diff_mode,
        "allow_simultaneous": template.allow_simultaneous,
        "custom_virtualenv": None,
        "job_slice_count": values.job_slice_count,
        "webhook_service": "",
        "webhook_credential": None,
        "prevent_instance_group_fallback": False,
    }


def template_detail(state: State, template: Template, user: User) -> Shape:
    """A list leaves out the named URL and the environment that would be used."""
    shape = template_in_list(state, template, user)
    shape["related"]["named_url"] = state.links("job_templates", named_url(template))
    environment = summaries.execution_environment(state.catalog.execution_environments[0])
    shape["summary_fields"]["resolved_environment"] = environment
    return shape


def named_url(template: Template | Workflow) -> str:
    return f"{_escaped(template.name)}++{_escaped(template.organization.name)}"


def _escaped(name: str) -> str:
    """A part of a named URL: characters with a meaning of their own are put in brackets."""
    marked = "".join(f"[{char}]" if char in ";/?:@=&[]+" else char for char in name)
    return quote(marked, safe="[]:;@=&+")


def launch_page(template: Template) -> Shape:
    needed = [question["variable"] for question in template.survey if question["required"]]
    passwords = [name for credential in template.values.credentials for name in credential.passwords]
    return {
        "can_start_without_user_input": not (template.asks or needed or passwords),
        "passwords_needed_to_start": passwords,
        **{f"ask_{name}_on_launch": name in template.asks for name in _SHOWN_IN_LAUNCH},
        "survey_enabled": bool(template.survey),
        "variables_needed_to_start": needed,
        "credential_needed_to_start": False,
        "inventory_needed_to_start": template.values.inventory is None,
        "job_template_data": {"name": template.name, "id": template.id, "description": template.description},
        "defaults": _defaults(template),
    }


def _defaults(template: Template) -> Shape:
    values = template.values
    inventory = values.inventory
    environment = values.execution_environment
    credentials = [
        {
            "id": one.id,
            "name": one.name,
            "credential_type": one.type.id,
            "passwords_needed": list(one.passwords),
            **({"vault_id": one.vault_id} if one.vault_id else {}),
        }
        for one in values.credentials
    ]
    return {
        "inventory": {
            "name": inventory.name if inventory else None,
            "id": inventory.id if inventory else None,
        },
        "limit": values.limit,
        "scm_branch": values.scm_branch,
        "job_tags": values.job_tags,
        "skip_tags": values.skip_tags,
        "extra_vars": extra_vars_text(values.extra_vars) if values.extra_vars else "",
        "diff_mode": values.diff_mode,
        "job_type": values.job_type,
        "verbosity": values.verbosity,
        **({"credentials": credentials} if credentials else {}),
        "execution_environment": {"id": environment.id, "name": environment.name} if environment else {},
        "forks": values.forks,
        "job_slice_count": values.job_slice_count,
        "timeout": values.timeout,
        "instance_groups": [{"id": group.id, "name": group.name} for group in values.instance_groups],
    }


def survey_spec(template: Template | Workflow) -> Shape:
    if not template.survey:
        return {}
    spec = [
        {**question, "default": "$encrypted$"} if question["type"] == "password" else question
        for question in template.survey
    ]
    return {"name": "", "spec": spec, "description": ""}
