"""An object of the store as the API shows it: its fields, `related` and `summary_fields`."""

import uuid
from collections.abc import Callable
from typing import Any

from sandbox.clock import stamp
from sandbox.models import User
from sandbox.resources.computed import credential_kind, inventory_numbers, runs_of, values_of
from sandbox.resources.names import named_url
from sandbox.resources.rights import capabilities
from sandbox.state import State
from sandbox.store.definitions import object_of
from sandbox.store.kinds import STRUCTURE, Kind, kinds
from sandbox.store.roles import roles_of
from sandbox.store.store import Record

Shape = dict[str, Any]
# Kinds which a service index knows, and their names there.
_SHARED = {"users": "shared.user", "teams": "shared.team", "organizations": "shared.organization"}
_JOB_TYPES = {
    "job_templates": "job",
    "workflow_job_templates": "workflow_job",
    "projects": "project_update",
    "inventory_sources": "inventory_update",
    "system_job_templates": "system_job",
    "workflow_approval_templates": "workflow_approval",
}
_WITHOUT_NAMES = frozenset(
    {
        *("schedules", "roles", "system_job_templates", "workflow_approval_templates"),
        *("role_definitions", "role_user_assignments", "role_team_assignments"),
    }
)
_ASKED = frozenset({"users", "applications", "instance_groups", "instances", "roles"})


def shape(
    state: State, record: Record, user: User, *, kind: Kind | None = None, detail: bool = True
) -> Shape:
    """`kind`: the collection by which it was asked for, when several hold it."""
    kind = kind or record.kind
    values = {**record.values, **values_of(state, record)}
    start: Shape = {
        "id": record.id,
        "type": record.kind.type,
        "url": state.links(kind.path, record.id),
        "related": _related(state, record, kind, detail=detail),
        "summary_fields": _summary_fields(state, record, user, detail=detail),
        "created": stamp(record.created),
        "modified": None if kind.path == "users" else stamp(record.modified),
    }
    rest = {
        name: values.get(name)
        for name, field in kind.fields.items()
        if name not in STRUCTURE and not field.write_only
    }
    if kind.path == "users" and detail:
        rest["auth"] = []
    present = {name: value for name, value in start.items() if name in kind.fields}
    return {**present, **rest}


def _related(state: State, record: Record, kind: Kind, *, detail: bool) -> Shape:
    links = state.links
    found: Shape = {}
    if detail and kind.path not in _WITHOUT_NAMES:
        found["named_url"] = links(kind.path, named_url(state.store, record))
    if kind.path not in _ASKED:
        for name, number in (("created_by", record.created_by), ("modified_by", record.modified_by)):
            if number:
                found[name] = links("users", number)
    own = kinds()["inventories"] if kind.path == "constructed_inventories" else kind
    found |= {one.name: links(own.path, record.id, one.path) for one in own.related}
    for name, field in kind.fields.items():
        target = field.target and state.store.find(field.target, record.values.get(name))
        if target:
            found[name] = links(target.kind.path, target.id)
    return found | _more_related(state, record, kind)


def _more_related(state: State, record: Record, kind: Kind) -> Shape:
    links = state.links
    found: Shape = {}
    if "webhook_service" in record.values:
        service = record.values["webhook_service"]
        found["webhook_receiver"] = links(kind.path, record.id, service) if service else ""
    if runs := runs_of(state, record):
        found["last_job"] = links(f"{runs[0].kind}s", runs[0].id)
    if record.values.get("kind") == "constructed":
        found["input_inventories"] = links("inventories", record.id, "input_inventories")
        found["constructed_url"] = links("constructed_inventories", record.id)
    if kind.again and (content := object_of(state.store, record.values)):
        found["content_object"] = links(content.kind.path, content.id)
    if kind.path == "roles" and (of := record.hidden.get("of")):
        found[of[0].removesuffix("s")] = links(*of)
    return found


def _summary_fields(state: State, record: Record, user: User, *, detail: bool) -> Shape:
    store = state.store
    found: Shape = {}
    for name, field in record.kind.fields.items():
        target = field.target and store.find(field.target, record.values.get(name))
        if target:
            found[name] = summary(state, target)
            if name != "unified_job_template":
                found[name].pop("unified_job_type", None)
    if record.kind.path not in _ASKED:
        for name, number in (("created_by", record.created_by), ("modified_by", record.modified_by)):
            if who := store.find("users", number):
                found[name] = summary(state, who)
    if shared := _SHARED.get(record.kind.path):
        found["resource"] = {"ansible_id": ansible_id(record), "resource_type": shared}
    if detail and record.kind.roles:
        found["object_roles"] = {
            field: {"description": role.values["description"], "name": role.values["name"], "id": role.id}
            for field, role in roles_of(store, record)
        }
    if record.kind.capabilities and record.kind.path != "roles":
        found["user_capabilities"] = capabilities(store, user, record)
    more = _MORE.get(record.kind.path)
    return found | (more(state, record) if more else {})


def ansible_id(of: Record) -> str:
    """The one id that gateway and controller agree on."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox-{of.kind.type}-{of.name}"))


def summary(state: State, of: Record) -> Shape:
    """The short form of an object, which stands in the `summary_fields` of others."""
    values = of.values
    if of.kind.path == "users":
        return {"id": of.id, **{name: values[name] for name in ("username", "first_name", "last_name")}}
    found = {"id": of.id, "name": of.name, "description": values.get("description") or ""}
    if of.kind.path == "inventories":
        found |= inventory_numbers(state, of)
        found |= {"organization_id": values["organization"], "kind": values["kind"]}
    elif of.kind.path == "projects":
        status = values_of(state, of)["status"]
        found |= {
            "status": status,
            "scm_type": values["scm_type"],
            "allow_override": values["allow_override"],
        }
    elif of.kind.path == "credentials":
        found |= {name: one for name, one in credential_kind(state, of).items() if name != "kubernetes"}
    elif of.kind.path == "execution_environments":
        found["image"] = values["image"]
    elif of.kind.path == "role_definitions":
        found["managed"] = values["managed"]
    elif of.kind.path == "instance_groups":
        found = {"id": of.id, "name": of.name, "is_container_group": bool(values["is_container_group"])}
    elif job := _JOB_TYPES.get(of.kind.path):
        found["unified_job_type"] = job
        if job == "workflow_approval":
            found["timeout"] = values["timeout"]
    return found


def _counted(state: State, record: Record, name: str, path: str | None = None) -> Shape:
    rows = [{"id": one.id, "name": one.name} for one in state.store.attached(record, name, path or name)]
    return {"count": len(rows), "results": rows[:5]}


def _recent(state: State, record: Record) -> list[Shape]:
    return [
        {
            "id": job.id,
            "status": job.status,
            "finished": stamp(job.finished),
            "canceled_on": stamp(job.canceled_on),
            "type": job.kind,
        }
        for job in runs_of(state, record)[:10]
    ]


def _last(state: State, record: Record) -> Shape:
    runs = runs_of(state, record)
    if not runs:
        return {}
    last = runs[0]
    failed = last.status in {"failed", "error", "canceled"}
    update = {
        "id": last.id,
        "name": last.name,
        "description": last.description,
        "status": last.status,
        "failed": failed,
    }
    return {"last_job": {**update, "finished": stamp(last.finished)}, "last_update": update}


def _template(state: State, record: Record) -> Shape:
    credentials = [summary(state, one) for one in state.store.attached(record, "credentials", "credentials")]
    return {**_workflow(state, record), "credentials": credentials}


def _workflow(state: State, record: Record) -> Shape:
    found = {"labels": _counted(state, record, "labels"), "recent_jobs": _recent(state, record)}
    if survey := record.hidden.get("survey"):
        found["survey"] = {"title": survey.get("name", ""), "description": survey.get("description", "")}
    return {**_last(state, record), **found}


def _host(state: State, record: Record) -> Shape:
    groups = [
        {"id": one.id, "name": one.name}
        for one in state.store.all("groups")
        if record.id in one.links["hosts"]
    ]
    return {"groups": {"count": len(groups), "results": groups[:5]}, "recent_jobs": []}


def _organization(state: State, record: Record) -> Shape:
    kinds_counted = ("inventories", "teams", "job_templates", "projects")
    counts = {
        path: sum(1 for one in state.store.all(path) if one.values["organization"] == record.id)
        for path in kinds_counted
    }
    for name, field in (("users", "member_role"), ("admins", "admin_role")):
        roles = [role for role_field, role in roles_of(state.store, record) if role_field == field]
        counts[name] = len(roles[0].links["users"]) if roles else 0
    return {"related_field_counts": counts}


def _credential(state: State, record: Record) -> Shape:
    organization = state.store.find("organizations", record.values["organization"])
    owners = [
        {"type": one.kind.type, **summary(state, one), "url": state.links(one.kind.path, one.id)}
        for one in (organization, state.store.find("users", record.hidden.get("owner")))
        if one
    ]
    return {"owners": owners}


def _assignment(state: State, record: Record) -> Shape:
    content = object_of(state.store, record.values)
    return {"content_object": summary(state, content)} if content else {}


def _role(state: State, record: Record) -> Shape:
    of = state.store.find(*record.hidden["of"]) if "of" in record.hidden else None
    if of is None:
        return {}
    title = of.kind.type.replace("_", " ").title()
    return {
        "resource_name": of.name,
        "resource_type": of.kind.type,
        "resource_type_display_name": title,
        "resource_id": of.id,
    }


_MORE: dict[str, Callable[[State, Record], Shape]] = {
    "job_templates": _template,
    "workflow_job_templates": _workflow,
    "projects": _last,
    "inventory_sources": _last,
    "inventories": lambda state, record: {"labels": _counted(state, record, "labels")},
    "hosts": _host,
    "organizations": _organization,
    "credentials": _credential,
    "notification_templates": lambda _state, _record: {"recent_notifications": []},
    "applications": lambda _state, _record: {"tokens": {"count": 0, "results": []}},
    "roles": _role,
    "role_user_assignments": _assignment,
    "role_team_assignments": _assignment,
}
