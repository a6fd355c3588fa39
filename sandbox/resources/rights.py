"""What a user may do with an object of the store. Superusers may do everything."""

from typing import Any

from sandbox.models import User
from sandbox.store.definitions import object_of
from sandbox.store.kinds import Kind
from sandbox.store.roles import holders, role_of
from sandbox.store.store import Record, Store

# Fields by which an object belongs to another one, whose rights count for it as well.
_PARENTS = (
    ("inventory", "inventories"),
    ("workflow_job_template", "workflow_job_templates"),
    ("unified_job_template", "unified_job_templates"),
    ("project", "projects"),
    ("target_credential", "credentials"),
    ("notification_template", "notification_templates"),
)
# Kinds that can be seen only with a role of their own.
_WITH_ROLE = frozenset({"inventories", "credentials", "job_templates", "workflow_job_templates"})
_OF_INVENTORY = frozenset({"hosts", "groups", "inventory_sources"})
# Kinds that superusers alone make and change.
_SYSTEM = frozenset(
    {
        "organizations",
        "users",
        "credential_types",
        "instance_groups",
        "instances",
        "role_definitions",
        "system_job_templates",
        "receptor_addresses",
        "host_metrics",
    }
)


def organization_of(store: Store, path: str, values: dict[str, Any]) -> Record | None:
    """The organization that it is in, itself or by what it belongs to."""
    if path == "organizations":
        return None
    if number := values.get("organization"):
        return store.find("organizations", number)
    for field, parents in _PARENTS:
        if parent := store.find(parents, values.get(field)):
            return organization_of(store, parent.kind.path, parent.values)
    return None


def administers(store: Store, user: User, record: Record) -> bool:
    """By the admin role of the object itself, of its organization, or of what it belongs to."""
    if user.is_superuser or user.id in holders(store, record, "admin_role"):
        return True
    organization = organization_of(store, record.kind.path, record.values)
    if organization and user.id in holders(store, organization, "admin_role"):
        return True
    parents = (store.find(path, record.values.get(field)) for field, path in _PARENTS[:3])
    return any(one and user.id in holders(store, one, "admin_role") for one in parents)


def may_read(store: Store, user: User, record: Record) -> bool:
    path = record.kind.path
    if path == "users" and record.id == user.id:
        return True
    if path == "roles":
        owner = _owner(store, record)
        return owner is not None and may_read(store, user, owner)
    if user.is_superuser or user.id in holders(store, record) or administers(store, user, record):
        return True
    if path in _OF_INVENTORY:
        inventory = store.find("inventories", record.values.get("inventory"))
        return bool(inventory and user.id in holders(store, inventory))
    if path in {"schedules", "workflow_job_template_nodes"}:
        field = "unified_job_template" if path == "schedules" else "workflow_job_template"
        parent = store.find(f"{field}s", record.values.get(field))
        return bool(parent and may_read(store, user, parent))
    return path not in _WITH_ROLE and user.username != "nobody" and path not in {"host_metrics", "instances"}


def _owner(store: Store, role: Record) -> Record | None:
    of = role.hidden.get("of")
    return store.find(*of) if of else None


def may_edit(store: Store, user: User, record: Record) -> bool:
    path = record.kind.path
    if user.is_superuser:
        return True
    if path == "users":
        return record.id == user.id or _administers_user(store, user, record, orphans=False)
    if path in _SYSTEM and path != "organizations":
        return False
    if record.kind.again:
        return _administers_object(store, user, record.values)
    return administers(store, user, record)


def _administers_user(store: Store, user: User, record: Record, *, orphans: bool) -> bool:
    """Whether one of their organizations is administered by the user, or they have none at all."""
    homes = [
        one
        for one in store.all("organizations")
        if record.id in holders(store, one, "member_role", "admin_role")
    ]
    everywhere = list(store.all("organizations")) if orphans and not homes else homes
    return any(user.id in holders(store, one, "admin_role") for one in everywhere)


def may_delete(store: Store, user: User, record: Record) -> bool:
    if record.values.get("managed") is True:
        return False
    if record.kind.path == "instance_groups" and record.name in {"default", "controlplane"}:
        return False
    if record.kind.path == "users":
        mine = record.id == user.id
        return not mine and (user.is_superuser or _administers_user(store, user, record, orphans=True))
    return may_edit(store, user, record)


def may_create(store: Store, user: User, kind: Kind, values: dict[str, Any]) -> bool:
    if user.is_superuser:
        return True
    if kind.path in _SYSTEM or kind.again:
        return kind.again and _administers_object(store, user, values)
    if kind.path == "labels":
        home = store.find("organizations", values.get("organization"))
        return bool(home and user.id in holders(store, home))
    if kind.path == "credentials" and values.get("user") == user.id:
        return True
    for field, path in _PARENTS:
        if (parent := store.find(path, values.get(field))) and kind.path != "job_templates":
            return administers(store, user, parent) or _may_use(store, user, kind, parent)
    organization = organization_of(store, kind.path, values)
    admin = f"{kind.type}_admin_role".replace("workflow_job_template", "workflow")
    return bool(organization and user.id in holders(store, organization, "admin_role", admin))


def _administers_object(store: Store, user: User, assignment: dict[str, Any]) -> bool:
    """A role of an object is given by whoever administers it."""
    of = object_of(store, assignment)
    return of is not None and administers(store, user, of)


def _may_use(store: Store, user: User, kind: Kind, parent: Record) -> bool:
    """A schedule may be made by whoever may start its template."""
    return kind.path == "schedules" and user.id in holders(store, parent, "execute_role")


def may_use(store: Store, user: User, record: Record) -> bool:
    """To name it in an object of one's own."""
    return administers(store, user, record) or user.id in holders(store, record, "use_role")


def capabilities(store: Store, user: User, record: Record) -> dict[str, bool]:
    edit, remove = may_edit(store, user, record), may_delete(store, user, record)
    start = edit or user.id in holders(store, record, "execute_role", "update_role")
    may = {"edit": edit, "delete": remove, "start": start, "schedule": start, "copy": edit}
    may |= {"use": may_use(store, user, record), "adhoc": edit, "unattach": user.is_superuser}
    return {name: may[name] for name in record.kind.capabilities}


__all__ = [
    "administers",
    "capabilities",
    "may_create",
    "may_delete",
    "may_edit",
    "may_read",
    "may_use",
    "organization_of",
    "role_of",
]
