"""The lists below an object: what a name of `related` leads to, and what attaching and detaching mean.

Meanings, from `relations.json`:  `by:FIELD[:KIND]` objects whose foreign key names this one;  `link:KIND` objects
that are attached to it;  `back:LINK:KIND` objects to which it is attached;  `role:ROLE:KIND` users or teams who have
a role of it;  `held:ROLE:KIND` objects of which a user or team has a role;  `above`, `below`, `roots`, `potential`
ways through groups;  `none:KIND` a list that is always empty here.
"""

from collections.abc import Callable, Iterable

from sandbox.store.kinds import Kind, kinds
from sandbox.store.roles import holders, role_of
from sandbox.store.store import Record, Store


def meaning_of(kind: Kind, name: str) -> tuple[str, str, str] | None:
    """The way, its detail, and the path of the kind that it leads to."""
    text = kind.relations.get(name)
    if text is None:
        return None
    way, detail, *rest = [*text.split(":"), ""][:3]
    if way in {"by", "back", "role", "held"}:
        return way, detail, (rest[0] if rest else "") or name
    return way, "", detail


def kind_of(kind: Kind, name: str) -> Kind | None:
    meaning = meaning_of(kind, name)
    return kinds().get(meaning[2]) if meaning else None


def related_records(store: Store, record: Record, name: str) -> Iterable[Record]:
    meaning = meaning_of(record.kind, name)
    if meaning is None:
        return []
    way, detail, path = meaning
    found: dict[str, Callable[[], Iterable[Record]]] = {
        "by": lambda: [one for one in store.all(path) if one.values.get(detail) == record.id],
        "link": lambda: store.attached(record, name, path),
        "back": lambda: [one for one in store.all(path) if record.id in one.links[detail]],
        "role": lambda: _with_role(store, record, detail, path),
        "held": lambda: _held(store, record, detail, path),
        "roots": lambda: _roots(store, record),
        "below": lambda: _all_hosts(store, record),
        "above": lambda: _all_groups(store, record),
        "potential": lambda: _potential(store, record),
    }
    return found[way]() if way in found else []


def _with_role(store: Store, record: Record, role: str, path: str) -> Iterable[Record]:
    found = role_of(store, record, role)
    return store.attached(found, path, path) if found else []


def _held(store: Store, who: Record, role: str, path: str) -> list[Record]:
    wanted = (role,) if role else ()
    if who.kind.path == "users":
        return [one for one in store.all(path) if who.id in holders(store, one, *wanted)]
    return [
        one
        for one in store.all(path)
        if any(
            who.id in found.links["teams"]
            for field in one.kind.roles
            if (found := role_of(store, one, field))
        )
    ]


def _roots(store: Store, inventory: Record) -> list[Record]:
    groups = [one for one in store.all("groups") if one.values["inventory"] == inventory.id]
    children = {number for one in groups for number in one.links["children"]}
    return [one for one in groups if one.id not in children]


def descendants(store: Store, group: Record) -> list[Record]:
    """The groups below it, each once."""
    found: dict[int, Record] = {}
    ahead = list(store.attached(group, "children", "groups"))
    while ahead:
        one = ahead.pop()
        if one.id not in found:
            found[one.id] = one
            ahead += store.attached(one, "children", "groups")
    return list(found.values())


def _all_hosts(store: Store, group: Record) -> list[Record]:
    found: dict[int, Record] = {}
    for one in (group, *descendants(store, group)):
        found |= {host.id: host for host in store.attached(one, "hosts", "hosts")}
    return list(found.values())


def _all_groups(store: Store, host: Record) -> list[Record]:
    return [
        one for one in store.all("groups") if any(host.id == below.id for below in _all_hosts(store, one))
    ]


def _potential(store: Store, group: Record) -> list[Record]:
    taken = {group.id, *group.links["children"]}
    others = [one for one in store.all("groups") if one.values["inventory"] == group.values["inventory"]]
    return [one for one in others if one.id not in taken and group not in descendants(store, one)]
