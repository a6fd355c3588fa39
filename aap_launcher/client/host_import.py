"""What an import has to do: hosts to make, hosts to change with what, group members to add; the rest stands already."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aap_launcher.client.field_values import exact
from aap_launcher.client.host_files import Wanted
from aap_launcher.client.readback import same
from aap_launcher.client.records import Record
from aap_launcher.errors import AnswerLost, InvalidInput, InvalidValue, Problem
from aap_launcher.text.quoting import joined
from aap_launcher.text.words import count


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent."""

    create: Sequence[Wanted] = ()
    update: Sequence[tuple[int, str, Mapping[str, Any]]] = ()  # id, name, the fields that differ
    unchanged: int = 0
    members: Mapping[str, Sequence[str]] = field(
        default_factory=dict
    )  # group -> hosts that are not in it yet


def plan(wanted: Sequence[Wanted], there: Mapping[str, Record], groups: Mapping[str, frozenset[str]]) -> Plan:
    """Compare the file with the inventory's hosts by name, and its groups by their hosts' names.

    Raises `InvalidInput` for a host whose variables cannot be merged, and for a group called like a host.
    """
    create: list[Wanted] = []
    update: list[tuple[int, str, Mapping[str, Any]]] = []
    problems: list[Problem] = []
    unchanged = 0
    for one in wanted:
        if one.name not in there:
            create.append(one)
            continue
        if one.variables and not isinstance(there[one.name]["variables"], Mapping):
            fault = f"the variables of {one.name} are no mapping of JSON values"
            problems.append(Problem(one.where, fault, "Edit that host by hand."))
        elif changed := dict(_changed(one, there[one.name])):
            problems += _unmerged(one, changed, there[one.name])
            update.append((there[one.name].id, one.name, changed))
        else:
            unchanged += 1
    members = _members(wanted, groups)
    names = {one.name for one in wanted} | set(there)
    problems += [
        Problem(name, "is a group, and a host is called so: the controller refuses that")
        for name in members
        if name in names
    ]
    if problems:
        raise InvalidInput("these hosts cannot be imported; nothing was sent.", problems)
    return Plan(create, update, unchanged, members)


def bulk_body(number: int, chunk: Sequence[Wanted]) -> dict[str, Any]:
    """What `bulk/host_create/` takes: variables as text."""
    rows = [
        {"name": one.name, **one.fields}
        | ({"variables": json.dumps(one.variables, ensure_ascii=False)} if one.variables else {})
        for one in chunk
    ]
    return {"inventory": number, "hosts": rows}


def refuse_unseen(answer: Mapping[str, Any], chunk: Sequence[Wanted]) -> None:
    """Raise `AnswerLost` for hosts that the answer to `bulk/host_create/` does not show, each as it was sent."""
    rows = answer.get("hosts")
    shown = {
        row["name"]: row
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and isinstance(row.get("name"), str) and isinstance(row.get("id"), int)
    }
    sent = bulk_body(0, chunk)["hosts"]
    missing = [row["name"] for row in sent if row["name"] not in shown]
    other = [
        f"{row['name']} ({name})"
        for row in sent
        if row["name"] in shown
        for name, value in row.items()
        if not same(value, shown[row["name"]].get(name))
    ]
    if missing:
        told = (
            f"{count(len(missing), 'host')} not shown in the answer, so whether they were made is not known"
        )
        raise AnswerLost(f"{told}: {joined(missing)}. The same command again looks, and does the rest.")
    if other:
        raise AnswerLost(f"made, and shown otherwise than they were sent: {joined(other)}. Look at them.")


def _changed(one: Wanted, now: Record) -> Iterator[tuple[str, Any]]:
    """What differs. Variables of which the file says nothing stay."""
    for name, value in one.fields.items():
        if now.content.get(name) != value:
            yield name, value
    if not one.variables:
        return
    before: Mapping[str, Any] = now["variables"]
    merged = {**before, **one.variables}
    if _same(merged) != _same(before):
        yield "variables", merged


def _unmerged(one: Wanted, changed: Mapping[str, Any], now: Record) -> Iterator[Problem]:
    """Why the variables that stand there cannot be written anew: something in them would be changed by it."""
    if "variables" not in changed:
        return
    try:
        exact(str(now.content["variables"]))
    except InvalidValue as wrong:
        fault = f"the variables of {one.name} would be changed by writing them anew: {wrong.fault}"
        yield Problem(one.where, fault, "Edit that host by hand.")


def _same(value: object) -> str:
    """Text that is equal for equal values only: 1 is not True, and "1" is not 1."""
    return json.dumps(value, sort_keys=True, default=str)


def _members(wanted: Sequence[Wanted], groups: Mapping[str, frozenset[str]]) -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for one in wanted:
        for group in one.groups:
            if one.name not in groups.get(group, frozenset()):
                found.setdefault(group, []).append(one.name)
    return dict(found)
