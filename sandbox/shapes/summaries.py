"""The short forms of objects that stand in the `summary_fields` of others."""

from typing import Any

from sandbox.models import (
    Credential,
    ExecutionEnvironment,
    InstanceGroup,
    Inventory,
    Label,
    Organization,
    Project,
    Template,
    User,
    Workflow,
)

Summary = dict[str, Any]


def user(who: User) -> Summary:
    return {
        "id": who.id,
        "username": who.username,
        "first_name": who.first_name,
        "last_name": who.last_name,
    }


def organization(of: Organization) -> Summary:
    return {"id": of.id, "name": of.name, "description": of.description}


def inventory_numbers(of: Inventory) -> Summary:
    return {
        "has_active_failures": False,
        "total_hosts": len(of.hosts),
        "hosts_with_active_failures": 0,
        "total_groups": len({group for host in of.hosts for group in host.groups}),
        "has_inventory_sources": False,
        "total_inventory_sources": 0,
        "inventory_sources_with_failures": 0,
    }


def inventory(of: Inventory) -> Summary:
    return {
        "id": of.id,
        "name": of.name,
        "description": of.description,
        **inventory_numbers(of),
        "organization_id": of.organization.id,
        "kind": "",
    }


def project(of: Project) -> Summary:
    return {
        "id": of.id,
        "name": of.name,
        "description": of.description,
        "status": "successful" if of.scm_url else "ok",
        "scm_type": of.scm_type,
        "allow_override": of.allow_override,
    }


def template(of: Template | Workflow) -> Summary:
    return {"id": of.id, "name": of.name, "description": of.description}


def credential(of: Credential) -> Summary:
    return {
        "id": of.id,
        "name": of.name,
        "description": of.description,
        "kind": of.type.kind,
        "cloud": of.type.kind == "cloud",
    }


def labels(of: tuple[Label, ...]) -> Summary:
    return {"count": len(of), "results": [{"id": label.id, "name": label.name} for label in of]}


def execution_environment(of: ExecutionEnvironment) -> Summary:
    return {"id": of.id, "name": of.name, "description": "", "image": of.image}


def instance_group(of: InstanceGroup) -> Summary:
    return {"id": of.id, "name": of.name, "is_container_group": False}


def roles(first_id: int, **described: str) -> Summary:
    """`object_roles`: name of the role to what it allows."""
    return {
        f"{name}_role": {"description": text, "name": name.title(), "id": first_id + offset}
        for offset, (name, text) in enumerate(described.items())
    }
