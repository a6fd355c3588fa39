"""Roles in the new way: definitions of them, and their assignments to users and teams.

A managed definition is a role of every object of its content type, so that giving the one gives the other. One that
somebody made is a list of permissions; the sandbox keeps its assignments and gives no right for them.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.store.kinds import Kind, kinds
from sandbox.store.store import Record, Store

# who has a role: the kind of the assignments, and its field that names them
ASSIGNED = {"users": ("role_user_assignments", "user"), "teams": ("role_team_assignments", "team")}
_WORDS = {"read": "view", "approval": "approve"}


def content_types() -> dict[str, Kind]:
    """The kinds of which roles are given, by the name of their content type."""
    names = [str(one) for one in kinds()["role_definitions"].fields["content_type"].choices if one]
    by_model = {kind.model.lower(): kind for kind in kinds().values()}
    return {name: by_model[name.partition(".")[2]] for name in names}


def managed() -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """(kind, role) and the values of each definition that the controller brings along."""
    for content_type, kind in content_types().items():
        app, _, model = content_type.partition(".")
        roles = [role.removesuffix("_role") for role in kind.roles if role.count("_") == 1]
        words = {role: _WORDS.get(role, role) for role in roles if role != "admin"}
        for role in roles:
            chosen = {words[role], "view"} if role in words else {"change", "delete", "view", *words.values()}
            rights = "all" if role == "admin" else role
            yield (
                (kind.table, f"{role}_role"),
                {
                    "name": f"{kind.model} {role.title()}",
                    "description": f"Has {rights} permissions to a single {kind.type.replace('_', ' ')}",
                    "content_type": content_type,
                    "permissions": [f"{app}.{word}_{model}" for word in sorted(chosen)],
                    "managed": True,
                },
            )


def create_definitions(store: Store) -> None:
    for role, values in managed():
        store.add("role_definitions", values).hidden["role"] = role


def object_of(store: Store, assignment: dict[str, Any]) -> Record | None:
    """What the values of an assignment are about."""
    definition = store.find("role_definitions", assignment.get("role_definition"))
    number = str(assignment.get("object_id") or "")
    kind = content_types().get(definition.values["content_type"] or "") if definition else None
    return store.find(kind.path, int(number)) if kind and number.isdigit() else None


def assignment_of(store: Store, role: Record, path: str, number: int) -> dict[str, Any] | None:
    """The values of the assignment which says that a user or team has this role of an object."""
    table, object_id = role.hidden["of"]
    meant = (table, role.hidden["field"])
    definition = next((one for one in store.all("role_definitions") if one.hidden.get("role") == meant), None)
    if definition is None:
        return None
    _, who = ASSIGNED[path]
    content_type = definition.values["content_type"]
    return {
        who: number,
        "role_definition": definition.id,
        "object_id": str(object_id),
        "content_type": content_type,
    }
