"""Roles in the old way: each object has its own, with users and teams attached to them."""

from collections.abc import Iterator

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
        role.links["users"][user] = None
        store.touch()


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
