"""Attaching to a list below an object, and detaching from it: POST `{"id": n}`, with `disassociate` the other way."""

from collections.abc import Callable
from typing import Any

from sandbox.models import User
from sandbox.replies import Refused, bad_request, forbidden
from sandbox.resources.deletion import delete, is_attached
from sandbox.resources.relations import descendants, kind_of, meaning_of
from sandbox.resources.rights import administers, may_edit, may_use
from sandbox.state import State
from sandbox.store.roles import give, holders, role_of, take
from sandbox.store.store import Record, Store

Body = dict[str, Any]
_NO_TEAMS = "You cannot assign an Organization participation role as a child role for a Team."
_OUTSIDE = "You cannot grant credential access to a user not in the credentials' organization"


def attach_or_detach(state: State, record: Record, name: str, user: User, body: Body) -> bool:
    """False: the body names no object, so it means to make one."""
    number = body.get("id")
    # Judged by its truth: a text that says "false" is true.
    away = bool(body.get("disassociate"))
    if number is None:
        if away:
            raise Refused(400, {"msg": '"id" is required to disassociate'})
        return False
    if not may_attach(state.store, user, record, name):
        raise forbidden()
    if isinstance(number, bool) or not isinstance(number, int):
        if record.kind.path == "roles":
            raise Refused(500, {"detail": "A server error has occurred."})
        raise Refused(400, {"msg": '"id" field must be an integer.'})
    kind = kind_of(record.kind, name)
    other = state.store.find(kind.path, number) if kind else None
    if kind is None or other is None:
        raise bad_request(f"{kind.model if kind else 'Object'} matching query does not exist.")
    if away:
        detach(state.store, record, name, other)
    else:
        _check(state.store, user, record, name, other)
        attach(state.store, record, name, other)
    state.store.touch()
    return True


def may_attach(store: Store, user: User, record: Record, name: str) -> bool:
    if name == "instance_groups":
        return user.is_superuser
    if record.kind.path == "roles":
        of = store.find(*record.hidden["of"])
        return bool(of and administers(store, user, of))
    if record.kind.path in {"users", "teams"} and name == "roles":
        return True  # the role decides
    return may_edit(store, user, record)


def attach(store: Store, record: Record, name: str, other: Record) -> None:
    meaning = meaning_of(record.kind, name)
    assert meaning
    way, detail, _ = meaning
    if granted := _granted(store, record, name, other):
        give(store, *granted)
    elif way in {"link", "roots", "potential"}:
        record.links[name][other.id] = None
    elif way == "back":
        other.links[detail][record.id] = None


def _granted(store: Store, record: Record, name: str, other: Record) -> tuple[Record, str, int] | None:
    """The role that is given or taken by this list, the kind of who gets it, and its id; none for other lists."""
    if record.kind.path == "roles":
        return record, name, other.id
    if name == "roles":
        return other, record.kind.path, record.id
    way, detail, path = meaning_of(record.kind, name) or ("", "", "")
    role = role_of(store, record, detail) if way == "role" else None
    return (role, path, other.id) if role else None


def detach(store: Store, record: Record, name: str, other: Record) -> None:
    """A host or group that leaves its inventory is deleted, and so is a label that stands nowhere any more."""
    meaning = meaning_of(record.kind, name)
    assert meaning
    way, detail, path = meaning
    if granted := _granted(store, record, name, other):
        take(store, *granted)
    elif way == "by" or (way == "roots" and record.kind.path == "inventories"):
        if other.values.get(detail or "inventory") == record.id:
            delete(store, other)
    elif way == "back":
        other.links[detail].pop(record.id, None)
    else:
        record.links[name].pop(other.id, None)
    if path == "labels" and not is_attached(store, other):
        delete(store, other)


def _check(store: Store, user: User, record: Record, name: str, other: Record) -> None:
    """Raises what the controller says of two objects that do not go together."""
    if check := _CHECKS.get(name):
        check(store, record, other)
    elif name.endswith("_nodes"):
        _check_nodes(store, record, name, other)
    if "roles" in {name, record.kind.path}:
        role, who = (record, other) if record.kind.path == "roles" else (other, record)
        _check_grant(store, user, role, who)
    elif other.kind.path == "credentials" and not may_use(store, user, other):
        raise forbidden()


def _check_galaxy(store: Store, _: Record, other: Record) -> None:
    kind = store.get("credential_types", other.values["credential_type"])
    if kind.values["namespace"] != "galaxy_api_token":
        raise Refused(400, {"msg": f"Credential must be a Galaxy credential, not {kind.name}."})


def _check_input(_store: Store, _: Record, other: Record) -> None:
    if other.values["kind"] == "constructed":
        words = "You cannot add a constructed inventory to another constructed inventory."
        raise Refused(400, {"error": words})


def _check_child(store: Store, record: Record, other: Record) -> None:
    if record is other or record in descendants(store, other):
        raise Refused(400, {"error": "Cyclical Group association."})


def _check_inventory(_store: Store, record: Record, other: Record) -> None:
    if other.values["inventory"] != record.values.get("inventory", record.id):
        raise bad_request("Cannot associate two items from different inventories.")


def _check_credential(store: Store, record: Record, other: Record) -> None:
    _check_prompts(store, record)
    kind = store.get("credential_types", other.values["credential_type"])
    if kind.values["kind"] not in {"ssh", "vault", "cloud", "net", "kubernetes"}:
        raise Refused(400, {"error": f"Cannot assign a Credential of kind `{kind.values['kind']}`."})
    for one in store.attached(record, "credentials", "credentials"):
        same = one.values["credential_type"] == kind.id
        vaults = [each.values["inputs"].get("vault_id", "") for each in (one, other)]
        if same and (kind.values["kind"] != "vault" or vaults[0] == vaults[1]):
            more = f" (id={vaults[0]})" if vaults[0] else ""
            raise Refused(400, {"error": f"Cannot assign multiple {kind.name}{more} credentials."})


def _check_prompts(store: Store, record: Record) -> None:
    """A node or schedule has credentials of its own only where its template asks for them."""
    if record.kind.path not in {"workflow_job_template_nodes", "schedules"}:
        return
    template = store.find("unified_job_templates", record.values["unified_job_template"])
    if template is None or not template.values.get("ask_credential_on_launch"):
        raise Refused(400, {"msg": "Related template is not configured to accept credentials on launch."})


def _check_nodes(store: Store, record: Record, name: str, other: Record) -> None:
    if other.values["workflow_job_template"] != record.values["workflow_job_template"]:
        raise forbidden()
    if record is other:
        raise Refused(400, {"Error": "Cycle detected."})
    others = {"success_nodes", "failure_nodes", "always_nodes"} - {name}
    if any(other.id in record.links[links] for links in others):
        raise Refused(400, {"Error": "Relationship not allowed."})
    nodes = [
        one
        for one in store.all("workflow_job_template_nodes")
        if one.values["workflow_job_template"] == record.values["workflow_job_template"]
    ]
    if _closes_all(nodes, record, other):
        raise Refused(400, {"Error": "Cycle detected."})


def _closes_all(nodes: list[Record], record: Record, other: Record) -> bool:
    """Only a workflow that would have no root left is seen to go round in a circle."""
    children = {number for one in nodes for links in one.links.values() for number in links} | {other.id}
    return all(one.id in children for one in nodes) and len(nodes) > 1 and record in nodes


def _check_grant(store: Store, user: User, role: Record, who: Record) -> None:
    of = store.find(*role.hidden["of"])
    field = role.hidden["field"]
    if of is None or not administers(store, user, of):
        raise forbidden()
    if (
        who.kind.path == "teams"
        and of.kind.path == "organizations"
        and field in {"admin_role", "member_role"}
    ):
        raise Refused(400, {"msg": _NO_TEAMS})
    if who.kind.path == "users" and of.kind.path == "credentials":
        home = store.find("organizations", of.values["organization"])
        if home and who.id not in holders(store, home) and not who.values["is_superuser"]:
            raise Refused(400, {"msg": _OUTSIDE})


_CHECKS: dict[str, Callable[[Store, Record, Record], None]] = {
    "credentials": _check_credential,
    "galaxy_credentials": _check_galaxy,
    "input_inventories": _check_input,
    "children": _check_child,
    "hosts": _check_inventory,
    "groups": _check_inventory,
}
