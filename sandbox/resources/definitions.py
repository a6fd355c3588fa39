"""What the controller demands of a role definition, and of an assignment of one."""

from typing import Any

from sandbox.replies import Refused
from sandbox.resources.proposal import Proposal
from sandbox.store.definitions import ASSIGNED, content_types, object_of

Errors = dict[str, Any]
_ORGANIZATION = "shared.organization"


def check(of: Proposal) -> Errors:
    """Each permission is one of the content type, and one of them lets see the object."""
    if of.old and of.old.values["managed"]:
        raise managed()
    content_type = of.values["content_type"]
    of.values["permissions"] = sorted(of.values["permissions"])
    if content_type is None or content_type == _ORGANIZATION:  # they hold whatever stands in an organization
        return {}
    model = content_type.partition(".")[2]
    names = [one.partition(".")[2] for one in of.values["permissions"]]
    if others := [one for one in names if one.partition("_")[2] != model]:
        return {"permissions": [f'Permissions "{", ".join(others)}" are not valid for {model} roles']}
    if f"view_{model}" not in names:
        title = content_types()[content_type].type.replace("_", " ")
        return {
            "permissions": [f"Permissions for model {title} needs to include view, got: {', '.join(names)}"]
        }
    return {}


def managed() -> Refused:
    """What is said of a change of a definition that the controller brought along."""
    return Refused(400, ["Role is managed by the system"])


def check_assignment(of: Proposal) -> Errors:
    """One user or team, and one object that there is."""
    path = "users" if "user" in of.values else "teams"
    who = ASSIGNED[path][1]
    if bool(of.values.get(who)) == bool(of.values.get(f"{who}_ansible_id")):
        words = f"Provide exactly one of {who} or {who}_ansible_id"
        return {who: words, f"{who}_ansible_id": words}
    definition = of.store.get("role_definitions", of.values["role_definition"])
    if not of.values.get("object_id"):
        return {"object_id": "Object must be specified for this role assignment"}
    if object_of(of.store, of.values) is None:
        return {"object_id": [f'Invalid pk "{of.values["object_id"]}" - object does not exist.']}
    _, role = definition.hidden.get("role", ("", ""))
    if path == "teams" and definition.values["content_type"] == _ORGANIZATION and role in _BY_PERSON:
        word = role.removesuffix("_role")
        raise Refused(400, [f"Assigning organization {word} permission to teams is not allowed"])
    of.values["content_type"] = definition.values["content_type"]
    return {}


_BY_PERSON = frozenset({"admin_role", "member_role"})
