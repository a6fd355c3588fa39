"""`hosts import`: the hosts of a file, made by the hundred; what is there already is changed only where it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from aap_launcher.cli.key_values import read_text
from aap_launcher.client import host_files, host_import
from aap_launcher.client.batches import in_pieces
from aap_launcher.client.kinds import KINDS
from aap_launcher.errors import AnswerLost
from aap_launcher.text.quoting import joined, quoted
from aap_launcher.text.words import count

if TYPE_CHECKING:
    from aap_launcher.cli.resource_wiring import Desk
    from aap_launcher.client.host_files import Wanted
    from aap_launcher.client.host_import import Plan
    from aap_launcher.client.kind import Kind

_LIMIT = "BULK_HOST_MAX_CREATE"


def imported(desk: Desk, kind: Kind, given: Mapping[str, Any]) -> int:
    """`import`."""
    text = read_text(given["file"])
    form = given["form"] or host_files.form_of(given["file"], text)
    wanted = host_files.hosts(text, form)
    inventory = desk.resource(KINDS["inventories"]).one(given["inventory"])
    there = {record.name: record for record in desk.resource(kind).list(inventory=inventory.id)}
    names = dict.fromkeys(group for one in wanted for group in one.groups)
    groups = _groups(desk, inventory.id, names)
    members = {
        name: frozenset(host.name for host in desk.resource(KINDS["groups"]).related(number, "hosts"))
        for name, number in groups.items()
    }
    plan = host_import.plan(wanted, there, members)
    if given["dry_run"]:
        return _planned(desk, plan, inventory.name)
    _send(desk, kind, plan, inventory.id, groups)
    told = f"{len(plan.create)} created · {len(plan.update)} updated · {plan.unchanged} unchanged"
    added = sum(map(len, plan.members.values()))
    more = f" · {added} added to {count(len(plan.members), 'group')}" if added else ""
    return desk.screen.data([f"{told}{more}\n"])


def _groups(desk: Desk, inventory: int, names: Mapping[str, None]) -> dict[str, int]:
    """The ids of those groups that there are."""
    if not names:
        return {}
    rows = desk.resource(KINDS["groups"]).list(inventory=inventory)
    return {row.name: row.id for row in rows if row.name in names}


def _send(desk: Desk, kind: Kind, plan: Plan, inventory: int, groups: Mapping[str, int]) -> None:
    """Make, change, put into groups. Whatever ends it, running it again goes on from there."""
    made = changed = 0
    try:
        with desk.screen.progress(len(plan.create) + len(plan.update), "hosts") as step:
            for chunk, answer in in_pieces(plan.create, partial(_made, desk, inventory), _LIMIT):
                host_import.refuse_unseen(answer, chunk)
                made += len(chunk)
                step(len(chunk))
            for number, _, fields in plan.update:
                desk.resource(kind).update(number, **fields)
                changed += 1
                step(1)
        _put_into_groups(desk, kind, plan, inventory, groups)
    except BaseException:
        desk.screen.say(f"{made} created, {changed} updated so far; the same command again does the rest.")
        raise


def _made(desk: Desk, inventory: int, chunk: Sequence[Wanted]) -> Mapping[str, Any]:
    what = f"making {count(len(chunk), 'host')}"
    body = host_import.bulk_body(inventory, chunk)
    return desk.requests.content(desk.requests.change("POST", "bulk/host_create/", body, what=what), what)


def _put_into_groups(desk: Desk, kind: Kind, plan: Plan, inventory: int, groups: Mapping[str, int]) -> None:
    if not plan.members:
        return
    numbers = {record.name: record.id for record in desk.resource(kind).list(inventory=inventory)}
    resource = desk.resource(KINDS["groups"])
    for name, hosts in plan.members.items():
        group = groups.get(name) or resource.create(name=name, inventory=inventory).id
        if unseen := [host for host in hosts if host not in numbers]:
            raise AnswerLost(f"not in the inventory after they were made: {joined(unseen)}.")
        resource.attach(group, "hosts", *(numbers[host] for host in hosts))


def _planned(desk: Desk, plan: Plan, inventory: str) -> int:
    """What would be sent, a host a line."""
    lines = [f"create  {quoted(one.name)}\n" for one in plan.create]
    lines += [f"update  {quoted(name)}  {', '.join(fields)}\n" for _, name, fields in plan.update]
    lines += [
        f"group   {quoted(group)}  {', '.join(map(quoted, hosts))}\n" for group, hosts in plan.members.items()
    ]
    lines.append(
        f"{len(plan.create)} to create · {len(plan.update)} to update · {plan.unchanged} unchanged "
        f"in {quoted(inventory)}; nothing was sent\n"
    )
    return desk.screen.data(map(desk.screen.hide, lines))
