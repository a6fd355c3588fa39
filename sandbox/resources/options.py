"""What OPTIONS tells of a collection or of an object: its fields, and which of them can be written."""

from typing import Any

from sandbox.models import User
from sandbox.resources.rights import may_create, may_edit
from sandbox.state import State
from sandbox.store.kinds import Field, Kind
from sandbox.store.roles import holders

Json = dict[str, Any]


def of_collection(state: State, kind: Kind, user: User) -> Json:
    actions: Json = {}
    if "POST" in kind.collection and (kind.post_shown or _may_create_somewhere(state, kind, user)):
        actions["POST"] = _fields(kind, "post")
    actions["GET"] = _fields(kind, "")
    told: Json = {**_head(f"{_title(kind)} List"), "actions": actions, "types": list(kind.types)}
    if kind.search:
        told |= {"search_fields": list(kind.search), "related_search_fields": _related_search(kind)}
    if kind.roles:
        told["object_roles"] = list(kind.roles)
    if not kind.path.startswith("role_"):
        told["max_page_size"] = 200
    return told


def of_detail(state: State, kind: Kind, user: User, number: int | None) -> Json:
    """Answered for what may not be read and for what does not exist as well."""
    record = state.store.find(kind.path, number)
    actions: Json = {}
    if "PUT" in kind.detail and (may_edit(state.store, user, record) if record else user.is_superuser):
        actions["PUT"] = _fields(kind, "put")
    actions["GET"] = _fields(kind, "")
    return {**_head(f"{_title(kind)} Detail"), "actions": actions, "types": list(kind.types)}


def of_other(name: str, methods: set[str]) -> Json:
    actions: Json = {method: {} for method in ("POST", "PUT") if method in methods}
    return {**_head(name), "actions": actions}


def _head(name: str) -> Json:
    return {
        "name": name,
        "description": f"# {name}",
        "renders": ["application/json", "text/html"],
        "parses": ["application/json"],
    }


def _title(kind: Kind) -> str:
    return kind.type.removeprefix("o_auth2_").replace("_", " ").title()


def _may_create_somewhere(state: State, kind: Kind, user: User) -> bool:
    store = state.store
    if user.is_superuser or may_create(store, user, kind, {}):
        return True
    return any(
        may_create(store, user, kind, {"organization": one.id}) for one in store.all("organizations")
    ) or (
        kind.path in {"hosts", "groups", "inventory_sources"}
        and any(user.id in holders(store, one, "admin_role") for one in store.all("inventories"))
    )


def _related_search(kind: Kind) -> list[str]:
    names = [name for name, one in kind.fields.items() if one.target]
    return [f"{name}__search" for name in (*names, *kind.relations)]


def _fields(kind: Kind, method: str) -> Json:
    """The fields of a GET, or those that a POST or PUT may write."""
    chosen = (
        kind.writable(method)
        if method
        else {name: one for name, one in kind.fields.items() if not one.write_only}
    )
    return {name: _field(kind, one, method) for name, one in chosen.items()}


def _field(kind: Kind, of: Field, method: str) -> Json:
    label = of.name.replace("_", " ").capitalize()
    told: Json = {"type": of.type}
    if method:
        told["required"] = getattr(of, method) == "required"
    told |= {"hidden": False, "label": label, "help_text": f"{label} of this {kind.type.replace('_', ' ')}."}
    limits = {"max_length": of.max_length, "min_value": of.min_value, "max_value": of.max_value}
    told |= {name: value for name, value in limits.items() if value is not None}
    told["filterable"] = of.filterable
    if of.name == "type":
        told["choices"] = [[one, one.replace("_", " ").title()] for one in kind.types]
    elif choices := (not method and of.shown) or of.choices:
        told["choices"] = [[one, "" if one is None else str(one)] for one in choices]
    if method and of.has_default:
        told["default"] = of.default
    return told
