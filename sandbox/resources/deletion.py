"""What goes along when an object is deleted, and what keeps it from being deleted."""

import threading
from collections.abc import Iterable

from sandbox.clock import stamp
from sandbox.models import Job, now
from sandbox.replies import Refused, forbidden
from sandbox.resources import definitions
from sandbox.resources.computed import made_from
from sandbox.state import State
from sandbox.store.roles import remove_roles, role_behind, take
from sandbox.store.store import Record, Store

# kind: kinds whose objects are deleted with it, and the field by which they belong to it
_ALONG: dict[str, tuple[tuple[str, str], ...]] = {
    "organizations": tuple(
        (path, "organization")
        for path in (
            *("teams", "inventories", "credentials", "labels", "notification_templates", "applications"),
            "execution_environments",
        )
    ),
    "inventories": (("hosts", "inventory"), ("groups", "inventory"), ("inventory_sources", "inventory")),
    "workflow_job_templates": (
        ("workflow_job_template_nodes", "workflow_job_template"),
        ("schedules", "unified_job_template"),
    ),
    "job_templates": (("schedules", "unified_job_template"),),
    "projects": (("schedules", "unified_job_template"),),
    "credentials": (
        ("credential_input_sources", "target_credential"),
        ("credential_input_sources", "source_credential"),
    ),
    "users": (("role_user_assignments", "user"),),
    "teams": (("role_team_assignments", "team"),),
    "role_definitions": tuple((f"role_{who}_assignments", "role_definition") for who in ("user", "team")),
}
PENDING_SECONDS = 0.4


def check(state: State, record: Record) -> None:
    """Raises what the controller says of an object that is still needed."""
    if record.kind.path == "credential_types":
        if record.values["managed"]:
            raise forbidden("Deletion not allowed for managed credential types")
        if any(one.values["credential_type"] == record.id for one in state.store.all("credentials")):
            raise forbidden("Credential types that are in use cannot be deleted")
    if record.kind.path == "role_definitions" and record.values["managed"]:
        raise definitions.managed()
    if active := [{"id": job.id, "type": job.kind} for job in active_jobs(state, record)]:
        raise Refused(409, {"error": "Resource is being used by running jobs.", "active_jobs": active})


def active_jobs(state: State, record: Record) -> Iterable[Job]:
    with state.lock:
        jobs = sorted(state.jobs.values(), key=lambda job: job.id)
    return [job for job in jobs if job.active and job.kind != "workflow_approval" and _uses(job, record)]


def _uses(job: Job, record: Record) -> bool:
    path, number = record.kind.path, record.id
    inventory = job.prompts.inventory
    if made_from(job) == (path, number):
        return True
    if path == "projects":
        return bool(job.project and job.project.id == number)
    if path == "inventories":
        return bool(inventory and inventory.id == number)
    if path == "hosts":
        return bool(inventory and inventory.id == record.values["inventory"])
    return path == "organizations" and job.organization.id == number


def delete_with_tokens(state: State, record: Record) -> None:
    """The tokens of an application or of a user die with them."""
    for number, token in list(state.tokens.items()):
        owner = token.application if record.kind.path == "applications" else token.user.id
        if record.kind.path in {"applications", "users"} and owner == record.id:
            del state.tokens[number]
    delete(state.store, record)


def delete(store: Store, record: Record) -> None:
    for path, field in _ALONG.get(record.kind.path, ()):
        for one in list(store.all(path)):
            if one.values.get(field) == record.id:
                delete(store, one)
    if record.kind.path == "host_metrics":
        _mark(store, record)
        return
    if record.kind.again and (granted := role_behind(store, record)):
        take(store, *granted)
    _forget(store, record)
    remove_roles(store, record)
    store.remove(record)


def _mark(store: Store, metric: Record) -> None:
    """What is counted of a host stays, as that of a host which is no longer there."""
    times = (metric.values["deleted_counter"] or 0) + 1
    store.change(metric, {"deleted": True, "deleted_counter": times, "last_deleted": stamp(now())})


def _forget(store: Store, record: Record) -> None:
    """Foreign keys to it become null, and it is detached from every list."""
    path = record.kind.table
    for table in _POINTING.get(path, ()):
        for one in list(store.all(table)):
            for name, field in one.kind.fields.items():
                leads = field.target == path or (field.target == "unified_job_templates" and path in _UNIFIED)
                if leads and one.values.get(name) == record.id:
                    store.change(one, {name: None})
    for table, name in _LISTS.get(path, ()):
        for one in store.all(table):
            one.links[name].pop(record.id, None)


_UNIFIED = frozenset({"job_templates", "workflow_job_templates", "projects", "inventory_sources"})
_POINTING: dict[str, tuple[str, ...]] = {
    "organizations": ("projects", "job_templates", "workflow_job_templates"),
    "inventories": ("job_templates", "workflow_job_templates", "workflow_job_template_nodes", "schedules"),
    "projects": ("job_templates", "inventory_sources", "workflow_job_template_nodes"),
    "job_templates": ("workflow_job_template_nodes",),
    "workflow_job_templates": ("workflow_job_template_nodes",),
    "inventory_sources": ("workflow_job_template_nodes",),
    "credentials": ("projects", "inventory_sources", "execution_environments", "job_templates"),
    "execution_environments": ("organizations", "projects", "job_templates", "workflow_job_template_nodes"),
}
_NOTIFICATIONS = tuple(
    f"notification_templates_{when}" for when in ("started", "success", "error", "approvals")
)
_NOTIFYING = ("job_templates", "workflow_job_templates", "projects", "inventory_sources", "organizations")
_PROMPTING = ("job_templates", "schedules", "workflow_job_template_nodes")
# kind: the lists in which its objects may stand, as (kind, name of the list)
_LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "hosts": (("groups", "hosts"),),
    "groups": (("groups", "children"),),
    "credentials": (
        *((path, "credentials") for path in _PROMPTING),
        ("organizations", "galaxy_credentials"),
    ),
    "labels": tuple((path, "labels") for path in (*_PROMPTING, "workflow_job_templates", "inventories")),
    "instance_groups": tuple(
        (path, "instance_groups") for path in (*_PROMPTING, "inventories", "organizations")
    ),
    "notification_templates": tuple((path, name) for path in _NOTIFYING for name in _NOTIFICATIONS),
    "workflow_job_template_nodes": tuple(
        ("workflow_job_template_nodes", f"{kind}_nodes") for kind in ("success", "failure", "always")
    ),
    "users": (("roles", "users"),),
    "teams": (("roles", "teams"),),
}


def delete_later(state: State, inventory: Record) -> None:
    """An inventory is marked, loses its hosts, and is gone some time afterwards."""
    if inventory.hidden.get("pending_deletion"):
        raise Refused(400, {"error": "Inventory is already pending deletion."})
    inventory.hidden["pending_deletion"] = True
    store = state.store
    for path, field in _ALONG["inventories"]:
        for one in list(store.all(path)):
            if one.values[field] == inventory.id:
                delete(store, one)

    def finish() -> None:
        with state.lock:
            if store.find("inventories", inventory.id):
                delete(store, inventory)

    timer = threading.Timer(state.settings.scaled(PENDING_SECONDS), finish)
    timer.daemon = True
    timer.start()


def is_attached(store: Store, label: Record) -> bool:
    """Whether a label stands on anything."""
    return any(label.id in one.links[name] for path, name in _LISTS["labels"] for one in store.all(path))
