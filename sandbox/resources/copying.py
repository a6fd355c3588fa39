"""Copies of objects: all of their fields and what is attached to them, under another name."""

from typing import Any

from sandbox.models import User
from sandbox.replies import Refused
from sandbox.resources import rules
from sandbox.state import State
from sandbox.store.roles import create_roles
from sandbox.store.store import Record


def copy(state: State, record: Record, body: dict[str, Any], user: User) -> Record:
    """Only the name of the body counts."""
    name = body.get("name")
    if name is None:
        raise Refused(400, {"name": ["This field is required."]})
    name = str(name).strip()
    if not name:
        raise Refused(400, {"name": ["This field may not be blank."]})
    if name == record.name:
        words = f"The original object is already named {name}, a copy from it cannot have the same name."
        raise Refused(400, {"__all__": [words]})
    store = state.store
    values = {**record.values, "name": name}
    if store.holder(record.kind, values):
        raise Refused(400, rules.taken(record.kind))
    made = store.add(record.kind.path, values, by=user.id)
    made.hidden |= {key: value for key, value in record.hidden.items() if key in {"seed", "survey"}}
    for links, numbers in record.links.items():
        made.links[links] = dict(numbers)
    create_roles(store, made)
    if record.kind.path == "workflow_job_templates":
        _copy_nodes(state, record, made)
    if record.kind.path == "inventories":
        _copy_hosts(state, record, made)
    return made


def _copy_nodes(state: State, record: Record, made: Record) -> None:
    store = state.store
    nodes = [
        one
        for one in store.all("workflow_job_template_nodes")
        if one.values["workflow_job_template"] == record.id
    ]
    new = {
        one.id: store.add(one.kind.path, {**one.values, "workflow_job_template": made.id}) for one in nodes
    }
    for one in nodes:
        for name, numbers in one.links.items():
            ours = name.endswith("_nodes")
            new[one.id].links[name] = {new[number].id if ours else number: None for number in numbers}


def _copy_hosts(state: State, record: Record, made: Record) -> None:
    store = state.store
    new: dict[tuple[str, int], Record] = {}
    for path in ("hosts", "groups"):
        for one in list(store.all(path)):
            if one.values["inventory"] == record.id:
                new[path, one.id] = store.add(path, {**one.values, "inventory": made.id})
    for (path, number), one in new.items():
        if path == "groups":
            old = store.get("groups", number)
            one.links["hosts"] = {
                new["hosts", each].id: None for each in old.links["hosts"] if ("hosts", each) in new
            }
            one.links["children"] = {
                new["groups", each].id: None for each in old.links["children"] if ("groups", each) in new
            }
