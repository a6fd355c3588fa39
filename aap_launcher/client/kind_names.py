"""From a name to its kind: plural, singular, alias, and what the objects of a field or a related list are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aap_launcher.client import arguments
from aap_launcher.client.kind import Kind
from aap_launcher.client.kinds import KINDS
from aap_launcher.errors import InvalidInput
from aap_launcher.text.near import near

# What the objects of a field or of a related list are, where its name is not their kind's.
FOREIGN: Mapping[str, str] = {
    "admins": "users",
    "all_groups": "groups",
    "all_hosts": "hosts",
    "always_nodes": "workflow_job_template_nodes",
    "children": "groups",
    "created_by": "users",
    "current_job": "unified_jobs",
    "default_environment": "execution_environments",
    "direct_members": "users",
    "failure_nodes": "workflow_job_template_nodes",
    "galaxy_credentials": "credentials",
    "input_inventories": "inventories",
    "input_sources": "credential_input_sources",
    "last_job": "unified_jobs",
    "last_update": "unified_jobs",
    "modified_by": "users",
    "next_schedule": "schedules",
    "notification_templates_approvals": "notification_templates",
    "notification_templates_error": "notification_templates",
    "notification_templates_started": "notification_templates",
    "notification_templates_success": "notification_templates",
    "object_roles": "roles",
    "parents": "groups",
    "peers_to": "instances",
    "personal_tokens": "tokens",
    "potential_children": "groups",
    "root_groups": "groups",
    "signature_validation_credential": "credentials",
    "smart_inventories": "inventories",
    "source_credential": "credentials",
    "source_project": "projects",
    "source_project_update": "project_updates",
    "success_nodes": "workflow_job_template_nodes",
    "target_credential": "credentials",
    "webhook_credential": "credentials",
    "workflow_nodes": "workflow_job_template_nodes",
}


def kind(name: str) -> Kind:
    """The kind of a resource's name: plural, singular, with dashes, or an alias. Raises `InvalidInput`."""
    plain = arguments.checked_text("resource", name).strip().lower().replace("-", "_").replace(" ", "_")
    found = _names().get(plain)
    if found is None:
        names = list(_names())
        raise InvalidInput(f'There is no resource "{name}". {near(plain, names) if plain else ""}'.rstrip())
    return found


def known(name: str) -> Kind | None:
    """The kind of a plural or singular name or alias; None where there is none."""
    return _names().get(name)


def foreign(name: str) -> Kind | None:
    """The kind of the objects that a field or a related list of this name holds; None where it is unknown."""
    target = FOREIGN.get(name, name)
    return _names().get(target)


@cache
def _names() -> Mapping[str, Kind]:
    found: dict[str, Kind] = {}
    for row in KINDS.values():
        for name in (row.name, row.singular, *row.aliases, row.path):
            if name:
                found.setdefault(name, row)
    return found
