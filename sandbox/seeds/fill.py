"""The seeded objects of `data.py` as the first records of the store."""

import json
from collections.abc import Iterable
from typing import Any

from sandbox.models import (
    ApprovalTemplate,
    Credential,
    Inventory,
    InventorySource,
    Organization,
    Project,
    Prompts,
    Step,
    Template,
    Workflow,
)
from sandbox.seeds.data import CREDENTIAL_INPUTS, Seeds
from sandbox.store.definitions import create_definitions
from sandbox.store.kinds import kinds
from sandbox.store.roles import create_roles, grant
from sandbox.store.store import Record, Store

ADMIN_ID = 1


def filled(seeds: Seeds) -> Store:
    store = Store()
    create_definitions(store)
    _people(store, seeds)
    for inventory in seeds.inventories:
        _inventory(store, inventory)
    _credentials(store, seeds)
    for project in seeds.projects:
        _add(store, "projects", project, _project(project))
    _others(store, seeds)
    for template in seeds.templates:
        if template.project and not store.find("projects", template.project.id):
            _add(store, "projects", template.project, _project(template.project))
        _template(store, template)
    _workflows(store, seeds.workflows)
    _grants(store, seeds)
    return store


def _add(store: Store, path: str, seed: Any, values: dict[str, Any]) -> Record:
    common: dict[str, Any] = {
        "name": getattr(seed, "name", None),
        "description": getattr(seed, "description", ""),
    }
    organization: Organization | None = getattr(seed, "organization", None)
    if organization:
        common["organization"] = organization.id
    fields = {"name", "description", "organization"} & {*_names(path)}
    kept = {name: value for name, value in common.items() if name in fields}
    record = store.add(path, {**kept, **values}, number=seed.id, by=ADMIN_ID)
    record.hidden["seed"] = seed
    create_roles(store, record)
    return record


def _names(path: str) -> Iterable[str]:
    return kinds()[path].fields


def _people(store: Store, seeds: Seeds) -> None:
    for organization in seeds.organizations:
        _add(store, "organizations", organization, {})
    for user in seeds.users:
        values = {
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": f"{user.username}@example.test",
            "is_superuser": user.is_superuser,
            "password": user.password,
            "external_account": "social" if user.external else None,
        }
        _add(store, "users", user, values)


def _inventory(store: Store, inventory: Inventory) -> None:
    record = _add(store, "inventories", inventory, {})
    groups: dict[str, Record] = {}
    for host in inventory.hosts:
        made = _add(store, "hosts", host, {"inventory": record.id, "variables": json.dumps(host.variables)})
        for name in host.groups:
            if name not in groups:
                groups[name] = store.add("groups", {"name": name, "inventory": record.id}, by=ADMIN_ID)
            groups[name].links["hosts"][made.id] = None


def _credentials(store: Store, seeds: Seeds) -> None:
    for kind in seeds.credential_types:
        values = {"kind": kind.kind, "namespace": kind.namespace, "managed": True}
        record = _add(store, "credential_types", kind, values)
        record.values["inputs"] = CREDENTIAL_INPUTS.get(kind.namespace, {"fields": []})
    for credential in seeds.credentials:
        values = {"credential_type": credential.type.id, "inputs": _inputs(credential)}
        _add(store, "credentials", credential, values)


def _inputs(of: Credential) -> dict[str, Any]:
    names = (name.partition(".")[0] for name in of.passwords)
    asked = {"password" if name == "ssh_password" else name: "ASK" for name in names}
    return {**asked, **({"vault_id": of.vault_id} if of.vault_id else {})}


def _project(of: Project) -> dict[str, Any]:
    return {
        "local_path": of.local_path,
        "scm_type": of.scm_type,
        "scm_url": of.scm_url,
        "scm_branch": of.scm_branch,
        "scm_update_on_launch": of.update_on_launch,
        "allow_override": of.allow_override,
        "status": "successful" if of.scm_url else "ok",
    }


def _others(store: Store, seeds: Seeds) -> None:
    for label in seeds.labels:
        _add(store, "labels", label, {})
    for environment in seeds.execution_environments:
        values = {"image": environment.image, "managed": environment.managed}
        _add(store, "execution_environments", environment, values)
    instance = store.add(
        "instances", {"hostname": "sandbox", "node_type": "hybrid", "node_state": "ready"}, by=ADMIN_ID
    )
    for group in seeds.instance_groups:
        _add(store, "instance_groups", group, {}).links["instances"][instance.id] = None
    for source in seeds.inventory_sources:
        _source(store, source)
    for system in seeds.system_templates:
        _add(store, "system_job_templates", system, {"job_type": system.job_type})


def _source(store: Store, source: InventorySource) -> None:
    _add(
        store,
        "inventory_sources",
        source,
        {"inventory": source.inventory.id, "source": "scm", "status": "never updated"},
    )


def _prompts(of: Prompts) -> dict[str, Any]:
    """The values of a template for what a launch may override, but for those that are attached."""
    return {
        "inventory": of.inventory.id if of.inventory else None,
        "scm_branch": of.scm_branch,
        "limit": of.limit,
        "job_tags": of.job_tags,
        "skip_tags": of.skip_tags,
        "job_type": of.job_type,
        "verbosity": of.verbosity,
        "diff_mode": of.diff_mode,
        "forks": of.forks,
        "timeout": of.timeout,
        "job_slice_count": of.job_slice_count,
        "extra_vars": json.dumps(of.extra_vars) if of.extra_vars else "",
    }


def _template(store: Store, of: Template) -> None:
    values = {
        **_prompts(of.values),
        "project": of.project.id if of.project else None,
        "playbook": of.playbook,
        "allow_simultaneous": of.allow_simultaneous,
        "survey_enabled": bool(of.survey),
        **{f"ask_{name}_on_launch": True for name in of.asks},
    }
    record = _add(store, "job_templates", of, values)
    record.hidden["survey"] = _survey(of.survey)
    for name in ("credentials", "labels", "instance_groups"):
        record.links[name] = {one.id: None for one in getattr(of.values, name)}


def _survey(questions: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {"name": "", "description": "", "spec": [*questions]} if questions else {}


def _workflows(store: Store, workflows: tuple[Workflow, ...]) -> None:
    for of in workflows:
        values = {
            "inventory": of.inventory.id if of.inventory else None,
            "limit": of.limit,
            "extra_vars": json.dumps(of.extra_vars) if of.extra_vars else "",
            "allow_simultaneous": of.allow_simultaneous,
            "survey_enabled": bool(of.survey),
            **{f"ask_{name}_on_launch": True for name in of.asks},
        }
        _add(store, "workflow_job_templates", of, values).hidden["survey"] = _survey(of.survey)
    for of in workflows:
        for step in of.steps:
            _step(store, of, step)


def _step(store: Store, workflow: Workflow, step: Step) -> None:
    if isinstance(step.runs, ApprovalTemplate) and not store.find("unified_job_templates", step.runs.id):
        _add(store, "workflow_approval_templates", step.runs, {"timeout": step.runs.timeout})
    values = {
        "workflow_job_template": workflow.id,
        "identifier": step.identifier,
        "unified_job_template": step.runs.id if step.runs else None,
        "all_parents_must_converge": step.all_parents,
        "limit": step.limit,
        "extra_data": step.extra_vars,
    }
    record = _add(store, "workflow_job_template_nodes", step, values)
    by_name = {one.identifier: one.id for one in workflow.steps}
    for kind in ("success", "failure", "always"):
        record.links[f"{kind}_nodes"] = {by_name[name]: None for name in getattr(step, kind)}


def _grants(store: Store, seeds: Seeds) -> None:
    for organization in seeds.organizations:
        _grant(store, "organizations", organization.id, "admin_role", organization.admins)
    for inventory in seeds.inventories:
        _grant(store, "inventories", inventory.id, "use_role", inventory.users)
    for credential in seeds.credentials:
        _grant(store, "credentials", credential.id, "use_role", credential.users)
    for path, templates in (("job_templates", seeds.templates), ("workflow_job_templates", seeds.workflows)):
        for template in templates:
            _grant(store, path, template.id, "read_role", template.readers)
            _grant(store, path, template.id, "execute_role", template.executors)


def _grant(store: Store, path: str, number: int, role: str, usernames: Iterable[str]) -> None:
    for username in sorted(usernames):
        user = next(one for one in store.all("users") if one.values["username"] == username)
        grant(store, store.get(path, number), role, user.id)
