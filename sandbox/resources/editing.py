"""Creating and changing objects: rights first, then each field, then the object as a whole."""

import secrets
import uuid
from typing import Any

from sandbox.models import User
from sandbox.replies import Refused, bad_request, forbidden
from sandbox.resources import rules
from sandbox.resources.reading import BadRelation, read
from sandbox.resources.relations import meaning_of
from sandbox.resources.rights import may_create, may_edit, may_use
from sandbox.state import State
from sandbox.store.kinds import Kind, kinds
from sandbox.store.roles import create_roles, give, grant, role_behind, role_of
from sandbox.store.store import Record

Body = dict[str, Any]
# Not a field of the API's answers, but chosen when an object is made.
_USED = (("inventory", "inventories", "Inventory"), ("project", "projects", "Project"))


def create(
    state: State, kind: Kind, user: User, body: Body, forced: Body | None = None, *, allowed: bool = False
) -> Record:
    """`forced`: what the path says, which wins over the body; `allowed`: the place gives the right to it."""
    store = state.store
    body = {**body, **(forced or {})}
    try:
        values, errors = read(store, kind, body, "post", whole=True)
    except BadRelation as error:
        raise bad_request(str(error)) from error
    nameless = [name for name in ("name", "inventory") if name in body and body[name] is None]
    if kind.path == "inventory_sources" and body.get("source") == "constructed" and nameless:
        raise Refused(400, {"error": ["constructed not a valid source for inventory"]})
    _check_right_to_create(state, kind, user, values, allowed=allowed)
    if errors:
        raise Refused(400, errors | _missing_as_well(kind, body))
    whole = {name: one.nothing for name, one in kind.fields.items()} | values
    if kind.path == "constructed_inventories":
        whole["kind"] = values["kind"] = "constructed"
    _make_up(kind, whole)
    if wrong := rules.check(store, kind, whole, None, values):
        raise Refused(400, wrong)
    if kind.again and (known := store.find(kind.path, store.holder(kind, whole))):
        return known
    record = store.add(kind.path, _stored(kind, whole), by=user.id)
    create_roles(store, record)
    _own(state, record, user, values)
    return record


def _check_right_to_create(state: State, kind: Kind, user: User, values: Body, *, allowed: bool) -> None:
    if user.is_superuser:
        return
    if kind.path == "job_templates":
        for field, path, title in _USED:
            used = state.store.find(path, values.get(field))
            if used and not may_use(state.store, user, used):
                raise Refused(403, {field: [f"You do not have use permission on {title}"]})
    if kind.path == "users" and values.get("is_superuser"):
        raise forbidden()
    if not allowed and not may_create(state.store, user, kind, values):
        raise Refused(403, {}) if kind.path == "workflow_job_templates" else forbidden()


def _missing_as_well(kind: Kind, body: Body) -> Body:
    if kind.path == "users" and not body.get("password"):
        return {"password": ["Password required for new User."]}
    if kind.path == "inventory_sources" and "source" not in body and "inventory" not in body:
        return {"source": ['"" is not a valid choice.']}
    return {}


def _make_up(kind: Kind, values: Body) -> None:
    """What the controller chooses itself where nothing was given."""
    if kind.path == "workflow_job_template_nodes" and not values["identifier"]:
        values["identifier"] = str(uuid.uuid4())
    if kind.path == "applications":
        values["client_id"] = secrets.token_urlsafe(30)
        if values["client_type"] == "confidential":
            values["client_secret"] = secrets.token_urlsafe(96)
    if "webhook_service" in values:
        values["webhook_service"] = values["webhook_service"] or ""


def _stored(kind: Kind, values: Body) -> Body:
    return {name: value for name, value in values.items() if name not in {"id", "type", "url", "related"}} | (
        {} if kind.path != "constructed_inventories" else {"kind": "constructed"}
    )


def _own(state: State, record: Record, user: User, values: Body) -> None:
    """Who made an object may do everything with it; a credential belongs to the user or team that was named."""
    if record.kind.path == "credentials":
        if owner := values.get("user"):
            record.hidden["owner"] = owner
            grant(state.store, record, "admin_role", owner)
        role = role_of(state.store, record, "admin_role")
        if (team := values.get("team")) and role:
            give(state.store, role, "teams", team)
    elif record.kind.again:
        if granted := role_behind(state.store, record):
            give(state.store, *granted)
    elif not user.is_superuser and "admin_role" in record.kind.roles:
        grant(state.store, record, "admin_role", user.id)
    new_webhook_key(record, "")


def new_webhook_key(record: Record, before: str) -> None:
    """Another service means another key; none means no key."""
    service = record.values.get("webhook_service")
    if service is not None and service != before:
        record.hidden["webhook_key"] = secrets.token_urlsafe(37)[:50] if service else ""


def update(
    state: State, record: Record, user: User, body: Body, *, whole: bool, kind: Kind | None = None
) -> None:
    """`whole`: a PUT, which puts back what it leaves out, but for foreign keys."""
    store, kind = state.store, kind or record.kind
    if not may_edit(store, user, record):
        raise forbidden()
    _check_right_to_change(record, user, body)
    try:
        values, errors = read(store, kind, body, "put", whole=whole)
    except BadRelation as error:
        raise bad_request(str(error)) from error
    if errors:
        raise Refused(400, errors)
    given = dict(values)
    if whole:
        left = {
            name: one for name, one in kind.writable("put").items() if name not in values and one.type != "id"
        }
        values |= {name: one.nothing for name, one in left.items() if name != "password"}
    merged = {**record.values, **values}
    if wrong := rules.check(store, record.kind, merged, record, given):
        raise Refused(400, wrong)
    before = record.values.get("webhook_service") or ""
    changed = {name: value for name, value in merged.items() if name in record.values}
    store.change(record, changed, by=user.id)
    new_webhook_key(record, before)


def _check_right_to_change(record: Record, user: User, body: Body) -> None:
    path = record.kind.path
    if path == "users":
        if body.get("username", record.name) != record.name and record.id == user.id:
            raise forbidden("Cannot change username.")
        if body.get("is_superuser") and not user.is_superuser:
            raise forbidden()
    if path == "hosts" and body.get("inventory", record.values["inventory"]) != record.values["inventory"]:
        raise forbidden("Unable to change inventory on a host.")


def forced_by(record: Record, name: str) -> Body:
    """The foreign keys that a new object of a list below another one has by its place."""
    meaning = meaning_of(record.kind, name)
    if meaning is None:
        return {}
    way, detail, path = meaning
    if way == "by":
        return {detail: record.id}
    fields = kinds()[path].fields
    inventory = record.id if record.kind.path == "inventories" else record.values.get("inventory")
    if way in {"link", "roots"} and path in {"groups", "hosts"} and "inventory" in fields:
        return {"inventory": inventory}
    if path == "workflow_job_template_nodes":
        return {"workflow_job_template": record.values["workflow_job_template"]}
    return {}
