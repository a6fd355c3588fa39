"""Roles in the old way: each object has its own, with users and teams attached to them; and what is given of them."""

from collections.abc import Iterator

from sandbox.store.definitions import ASSIGNED, assignment_of, object_of
from sandbox.store.kinds import kinds
from sandbox.store.store import Record, Store


def create_roles(store: Store, record: Record) -> None:
    record.hidden["roles"] = {}
    for field in record.kind.roles:
        title = field.removesuffix("_role").replace("_", " ").title()
        values = {
            "role_field": field,
            "object_id": record.id,
            "name": title,
            "description": f"{title} of this {record.kind.type.replace('_', ' ')}",
        }
        role = store.add("roles", values)
        role.hidden |= {"of": (record.kind.table, record.id), "field": field}
        record.hidden["roles"][field] = role.id


def remove_roles(store: Store, record: Record) -> None:
    for path, _ in ASSIGNED.values():
        for one in store.all(path):
            if object_of(store, one.values) is record:
                store.remove(one)
    for number in record.hidden.get("roles", {}).values():
        if role := store.find("roles", number):
            store.remove(role)


def role_of(store: Store, record: Record, field: str) -> Record | None:
    return store.find("roles", record.hidden.get("roles", {}).get(field))


def roles_of(store: Store, record: Record) -> Iterator[tuple[str, Record]]:
    for field, number in record.hidden.get("roles", {}).items():
        if role := store.find("roles", number):
            yield field, role


def grant(store: Store, record: Record, field: str, user: int) -> None:
    if role := role_of(store, record, field):
        give(store, role, "users", user)


def give(store: Store, role: Record, path: str, number: int, *, by: int | None = None) -> None:
    """To one of the `users` or `teams`. In the new way it is an assignment at once."""
    role.links[path][number] = None
    table, _ = ASSIGNED[path]
    values = assignment_of(store, role, path, number)
    if values and store.holder(kinds()[table], values) is None:
        store.add(table, values, by=by)
    store.touch()


def take(store: Store, role: Record, path: str, number: int) -> None:
    role.links[path].pop(number, None)
    table, _ = ASSIGNED[path]
    if values := assignment_of(store, role, path, number):
        assignment = store.find(table, store.holder(kinds()[table], values))
        if assignment:
            store.remove(assignment)
    store.touch()


def role_behind(store: Store, assignment: Record) -> tuple[Record, str, int] | None:
    """The role in the old way which an assignment gives, and to whom; none for a definition that somebody made."""
    definition = store.find("role_definitions", assignment.values["role_definition"])
    of = object_of(store, assignment.values)
    role = (
        role_of(store, of, definition.hidden["role"][1])
        if definition and of and "role" in definition.hidden
        else None
    )
    path, who = next((path, who) for path, (table, who) in ASSIGNED.items() if table == assignment.kind.path)
    return (role, path, assignment.values[who]) if role else None


def members(store: Store, role: Record) -> set[int]:
    """Ids of the users who have it, themselves or by a team."""
    found = set(role.links["users"])
    for team in store.attached(role, "teams", "teams"):
        for field in ("member_role", "admin_role"):
            if of_team := role_of(store, team, field):
                found |= set(of_team.links["users"])
    return found


def holders(store: Store, record: Record, *fields: str) -> set[int]:
    """Ids of the users who have one of these roles of an object; none named: any role."""
    found: set[int] = set()
    for field, role in roles_of(store, record):
        if not fields or field in fields:
            found |= members(store, role)
    return found
