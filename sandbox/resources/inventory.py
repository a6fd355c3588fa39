"""An inventory as Ansible reads it, and its groups as a tree."""

from collections.abc import Mapping
from typing import Any

from sandbox.models import User
from sandbox.resources.shape import shape
from sandbox.state import State
from sandbox.store.store import Record, Store
from sandbox.store.variables import mapping

Json = dict[str, Any]


def hosts_of(store: Store, inventory: Record) -> list[Record]:
    hosts = [one for one in store.all("hosts") if one.values["inventory"] == inventory.id]
    return sorted(hosts, key=lambda one: one.name)


def groups_of(store: Store, inventory: Record) -> list[Record]:
    groups = [one for one in store.all("groups") if one.values["inventory"] == inventory.id]
    return sorted(groups, key=lambda one: one.name)


def host_called(store: Store, inventory: Record, name: str) -> Record | None:
    return next((one for one in hosts_of(store, inventory) if one.name == name), None)


def script(store: Store, inventory: Record, asked: Mapping[str, str]) -> Json:
    """`hostvars`: with the variables of all hosts; `all`: disabled hosts as well; `subset`: every n-th host."""
    hosts = [one for one in hosts_of(store, inventory) if one.values["enabled"] or asked.get("all")]
    if subset := asked.get("subset"):
        number, _, count = subset.removeprefix("slice").partition("of")
        hosts = hosts[int(number) - 1 :: int(count)]
    shown = {one.id: one for one in hosts}
    groups = groups_of(store, inventory)
    grouped = {number for one in groups for number in one.links["hosts"]}
    everything = {
        "vars": mapping(inventory.values["variables"]),
        "hosts": [one.name for one in hosts if one.id not in grouped],
        "children": [one.name for one in groups],
    }
    found: Json = {"all": {key: value for key, value in everything.items() if value}}
    for group in groups:
        found[group.name] = _group(store, group, shown)
    if asked.get("hostvars"):
        found["_meta"] = {"hostvars": {one.name: _variables(one, asked) for one in hosts}}
    return found


def _group(store: Store, group: Record, shown: Mapping[int, Record]) -> Json:
    whole = {
        "hosts": [shown[number].name for number in group.links["hosts"] if number in shown],
        "children": [one.name for one in store.attached(group, "children", "groups")],
        "vars": mapping(group.values["variables"]),
    }
    return {key: value for key, value in whole.items() if value}


def _variables(host: Record, asked: Mapping[str, str]) -> Json:
    found = mapping(host.values["variables"])
    if asked.get("towervars"):
        enabled = str(host.values["enabled"]).lower()
        for product in ("remote_host", "remote_tower"):
            found = {**found, f"{product}_enabled": enabled, f"{product}_id": host.id}
    return found


def tree(state: State, inventory: Record, user: User) -> list[Json]:
    store = state.store
    groups = groups_of(store, inventory)
    children = {number for one in groups for number in one.links["children"]}

    def branch(group: Record) -> Json:
        below = [branch(one) for one in store.attached(group, "children", "groups")]
        return {**shape(state, group, user, detail=False), "children": below}

    return [branch(one) for one in groups if one.id not in children]
