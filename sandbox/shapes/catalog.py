"""Organizations, inventories, credentials and the other objects that a launch may name."""

from typing import Any

from sandbox.clock import stamp
from sandbox.data import ADMIN
from sandbox.models import (
    Credential,
    ExecutionEnvironment,
    InstanceGroup,
    Inventory,
    Label,
    Organization,
    Project,
    User,
)
from sandbox.shapes import summaries
from sandbox.state import State

Shape = dict[str, Any]


def _common(state: State, kind: str, resource: str, number: int, organization: Organization | None) -> Shape:
    made_by = state.links("users", ADMIN.id)
    related = {"created_by": made_by, "modified_by": made_by}
    summary: Shape = {}
    if organization:
        related["organization"] = state.links("organizations", organization.id)
        summary["organization"] = summaries.organization(organization)
    who = summaries.user(ADMIN)
    return {
        "id": number,
        "type": kind,
        "url": state.links(resource, number),
        "related": related,
        "summary_fields": {**summary, "created_by": who, "modified_by": who},
        "created": stamp(state.seeded),
        "modified": stamp(state.seeded),
    }


def _may(user: User, **capabilities: bool) -> Shape:
    return {name: user.is_superuser or always for name, always in capabilities.items()}


def organization(state: State, of: Organization, user: User) -> Shape:
    shape = _common(state, "organization", "organizations", of.id, None)
    below = (
        "projects",
        "inventories",
        "job_templates",
        "workflow_job_templates",
        "users",
        "teams",
        "credentials",
    )
    shape["related"] |= state.links.below("organizations", of.id, *below)
    shape["summary_fields"]["user_capabilities"] = _may(user, edit=False, delete=False)
    return {
        **shape,
        "name": of.name,
        "description": of.description,
        "max_hosts": 0,
        "custom_virtualenv": None,
        "default_environment": None,
    }


def inventory(state: State, of: Inventory, user: User) -> Shape:
    shape = _common(state, "inventory", "inventories", of.id, of.organization)
    below = ("hosts", "variable_data", "script", "job_templates", "access_list", "object_roles", "groups")
    shape["related"] |= state.links.below("inventories", of.id, *below)
    shape["summary_fields"]["user_capabilities"] = _may(
        user, edit=False, delete=False, copy=False, adhoc=False
    )
    shape["summary_fields"]["labels"] = summaries.labels(())
    return {
        **shape,
        "name": of.name,
        "description": of.description,
        "organization": of.organization.id,
        "kind": "",
        "host_filter": None,
        "variables": "",
        **summaries.inventory_numbers(of),
        "pending_deletion": False,
        "prevent_instance_group_fallback": False,
    }


def credential(state: State, of: Credential, user: User) -> Shape:
    shape = _common(state, "credential", "credentials", of.id, of.organization)
    shape["related"] |= state.links.below(
        "credentials", of.id, "access_list", "object_roles", "input_sources"
    )
    shape["related"]["credential_type"] = state.links("credential_types", of.type.id)
    shape["summary_fields"] |= {
        "credential_type": {"id": of.type.id, "name": of.type.name, "description": ""},
        "user_capabilities": _may(user, edit=False, delete=False, copy=False, use=user.username in of.users),
    }
    return {
        **shape,
        "name": of.name,
        "description": of.description,
        "organization": of.organization.id,
        "credential_type": of.type.id,
        "managed": False,
        "inputs": _inputs(of),
        "kind": of.type.kind,
        "cloud": of.type.kind == "cloud",
        "kubernetes": False,
    }


def _inputs(of: Credential) -> Shape:
    asked = {name.partition(".")[0]: "ASK" for name in of.passwords}
    return {**asked, **({"vault_id": of.vault_id} if of.vault_id else {})}


def project(state: State, of: Project, user: User) -> Shape:
    shape = _common(state, "project", "projects", of.id, of.organization)
    shape["related"] |= state.links.below(
        "projects", of.id, "playbooks", "update", "project_updates", "access_list"
    )
    shape["summary_fields"]["user_capabilities"] = _may(
        user, edit=False, delete=False, start=False, schedule=False, copy=False
    )
    return {
        **shape,
        "name": of.name,
        "description": of.description,
        "local_path": of.local_path,
        "scm_type": of.scm_type,
        "scm_url": of.scm_url,
        "scm_branch": of.scm_branch,
        "scm_revision": "",
        "status": "successful" if of.scm_url else "ok",
        "organization": of.organization.id,
        "scm_update_on_launch": of.update_on_launch,
        "allow_override": of.allow_override,
        "timeout": 0,
    }


def label(state: State, of: Label, _: User) -> Shape:
    shape = _common(state, "label", "labels", of.id, of.organization)
    return {**shape, "name": of.name, "organization": of.organization.id}


def execution_environment(state: State, of: ExecutionEnvironment, user: User) -> Shape:
    shape = _common(state, "execution_environment", "execution_environments", of.id, None)
    below = ("activity_stream", "unified_job_templates", "copy")
    shape["related"] = state.links.below("execution_environments", of.id, *below)
    shape["summary_fields"] = {"user_capabilities": _may(user, edit=False, delete=False, copy=False)}
    return {
        **shape,
        "name": of.name,
        "description": "",
        "organization": None,
        "image": of.image,
        "managed": of.managed,
        "credential": None,
        "pull": "",
    }


def instance_group(state: State, of: InstanceGroup, user: User) -> Shape:
    shape = _common(state, "instance_group", "instance_groups", of.id, None)
    shape["related"] = state.links.below(
        "instance_groups", of.id, "jobs", "instances", "access_list", "object_roles"
    )
    shape["summary_fields"] = {"user_capabilities": _may(user, edit=False, delete=False)}
    running = sum(1 for job in state.jobs.values() if job.status == "running")
    return {
        **shape,
        "name": of.name,
        "capacity": 220,
        "consumed_capacity": 0,
        "percent_capacity_remaining": 100.0,
        "jobs_running": running if of.name == "default" else 0,
        "jobs_total": len(state.jobs) if of.name == "default" else 0,
        "instances": 1,
        "is_container_group": False,
        "credential": None,
        "max_concurrent_jobs": 0,
        "max_forks": 0,
        "policy_instance_percentage": 100,
        "policy_instance_minimum": 0,
        "policy_instance_list": [],
        "pod_spec_override": "",
    }
