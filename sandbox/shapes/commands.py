"""Inventory updates and system jobs."""

import json
from typing import Any

from sandbox.clock import stamp
from sandbox.models import InventoryUpdateJob, SystemJob, User
from sandbox.models.access import administers
from sandbox.shapes import stdout, summaries
from sandbox.shapes.jobs import DETAIL_ONLY, ancestor_summary, course, source_link, source_summary
from sandbox.state import State

Shape = dict[str, Any]


def command_detail(state: State, job: InventoryUpdateJob | SystemJob, user: User) -> Shape:
    shape = _common(state, job, user)
    own = _inventory_update(state, job) if isinstance(job, InventoryUpdateJob) else _system_job(state, job)
    for name in ("related", "summary_fields"):
        shape[name] |= own.pop(name)
    return {**shape, **own}


def command_in_list(state: State, job: InventoryUpdateJob | SystemJob, user: User) -> Shape:
    shape = command_detail(state, job, user)
    shape["summary_fields"].pop("ancestor_job", None)
    return {key: value for key, value in shape.items() if key not in (*DETAIL_ONLY, "source_project")}


def _common(state: State, job: InventoryUpdateJob | SystemJob, user: User) -> Shape:
    links = state.links
    admin = administers(user, job.organization)
    return {
        "id": job.id,
        "type": job.kind,
        "url": links(f"{job.kind}s", job.id),
        "related": {
            **({"created_by": links("users", job.created_by.id)} if job.created_by else {}),
            **source_link(links, job),
            **links.below(f"{job.kind}s", job.id, "cancel", "notifications", "events"),
        },
        "summary_fields": {
            **({"created_by": summaries.user(job.created_by)} if job.created_by else {}),
            "user_capabilities": {"delete": admin, "start": admin},
            **source_summary(job),
            **ancestor_summary(links, job),
        },
        "created": stamp(job.created),
        "modified": stamp(job.started or job.created),
        "name": job.name,
        "description": job.description,
        **course(links, job),
    }


# Of a source's file in a project, as the sandbox has them.
_SOURCE: Shape = {
    "source": "scm",
    "source_path": "hosts.ini",
    "source_vars": "",
    "scm_branch": "",
    "credential": None,
    "enabled_var": "",
    "enabled_value": "",
    "host_filter": "",
    "overwrite": True,
    "overwrite_vars": False,
    "custom_virtualenv": None,
    "timeout": 0,
    "verbosity": 1,
    "limit": "",
}


def _inventory_update(state: State, job: InventoryUpdateJob) -> Shape:
    links, source = state.links, job.source
    own = links("inventory_sources", source.id)
    return {
        "related": {
            "unified_job_template": own,
            "stdout": links("inventory_updates", job.id, "stdout"),
            "inventory_source": own,
            "inventory": links("inventories", source.inventory.id),
            "credentials": links("inventory_updates", job.id, "credentials"),
        },
        "summary_fields": _source_summary(job),
        **_SOURCE,
        "unified_job_template": source.id,
        "inventory": source.inventory.id,
        "inventory_source": source.id,
        "license_error": False,
        "org_host_limit_error": False,
        "source_project_update": None,
        "instance_group": state.catalog.instance_groups[1].id if job.execution_node else None,
        "scm_revision": "",
        "source_project": None,
    }


def _source_summary(job: InventoryUpdateJob) -> Shape:
    source = job.source
    named = {"id": source.id, "name": source.name}
    updated = {"source": "scm", "last_updated": stamp(job.finished), "status": job.status}
    described = {"description": source.description, "unified_job_type": "inventory_update"}
    return {
        "organization": summaries.organization(job.organization),
        "inventory": summaries.inventory(source.inventory),
        "unified_job_template": named | described,
        "inventory_source": named | updated,
        "credentials": [],
    }


def _system_job(state: State, job: SystemJob) -> Shape:
    """Its output stands in it: there is no `stdout/`."""
    template = state.links("system_job_templates", job.system.id)
    named = {"id": job.system.id, "name": job.system.name, "description": job.system.description}
    return {
        "related": {"unified_job_template": template, "system_job_template": template},
        "summary_fields": {"unified_job_template": {**named, "unified_job_type": "system_job"}},
        "unified_job_template": job.system.id,
        "system_job_template": job.system.id,
        "job_type": job.system.job_type,
        "extra_vars": json.dumps(job.prompts.extra_vars) if job.prompts.extra_vars else "",
        "result_stdout": stdout.whole(job),
    }
