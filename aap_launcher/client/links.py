"""Related lists: what stands below an object, attached and detached.

Seen on AWX 24.6.1: `"disassociate": "false"` detaches; detaching a host or group from its inventory deletes it, a
label that is attached nowhere too; a cycle of workflow nodes is accepted, and stops every workflow of the controller
for as long as one like it runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from aap_launcher.client import arguments, node_cycles
from aap_launcher.client.fields import shape
from aap_launcher.client.finder import rows_of
from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import foreign
from aap_launcher.client.query import Query, Term, query
from aap_launcher.client.query_terms import worded
from aap_launcher.client.records import Record
from aap_launcher.errors import AnswerLost, InvalidInput, NotFound, Refused
from aap_launcher.text.near import near
from aap_launcher.text.words import count

if TYPE_CHECKING:
    from aap_launcher.client.resource import Resource
    from aap_launcher.controller.requests import Requests

_DELETING = frozenset({"hosts", "groups"})  # of inventories
_PAGE = 200
# Names of `related` that lead to another place than below the object; only the object itself says where.
_ELSEWHERE = frozenset(
    {
        *("inventory_files", "job_template", "last_job", "last_update", "next_schedule", "project"),
        *("unified_jobs", "webhook_receiver"),
    }
)
# What is no list, and takes parameters of its own. `script/?hostvars=1` gives the variables of 2,000 hosts in 0.08 s.
_PARAMETERS: Mapping[str, frozenset[str]] = {
    "script": frozenset({"hostvars", "all", "host", "subset", "towervars"}),
}


def related_path(resource: Resource, ref: object, name: str) -> tuple[str, Kind | None]:
    """The path of a related thing, and the kind of what it holds. Raises `InvalidInput` with the near miss."""
    kind = resource.kind
    arguments.checked_text("related list", name)
    known = {*shape(kind).related, *kind.attach}
    elsewhere = (
        name in shape(kind).fields or name in _ELSEWHERE
    )  # a field is one object, which may be anywhere
    if name in known:
        number = (
            resource.finder.exact(kind, ref)
            if not isinstance(ref, Mapping)
            else resource.finder.id(kind, ref)
        )
        row: Mapping[str, Any] = {"id": number}
        if elsewhere:
            row = resource.finder.detail(kind, number)
    else:
        row = resource.finder.detail(kind, ref)
    links = row.get("related")
    if isinstance(links, Mapping):
        known |= set(links)
        if isinstance(links.get(name), str) and links[name]:
            return str(links[name]), foreign(name)
    if name not in known:
        raise InvalidInput(f'{kind.name} have nothing called "{name}" below them. {near(name, known)}')
    if elsewhere:
        raise NotFound(f"{kind.label} {row['id']} has no {name.replace('_', ' ')}.")
    return f"{kind.home}{row['id']}/{name}/", foreign(name)


def walk_related(
    resource: Resource,
    thing: tuple[str, Kind | None],
    terms: Sequence[Term],
    filters: Mapping[str, Any],
    at_most: int | None,
) -> Iterator[Record]:
    """The objects of a related list, walked as any list; or the one thing that is there."""
    path, target = thing
    own = _PARAMETERS.get(path.rstrip("/").rsplit("/", 1)[-1])
    if own is not None:
        asked = Query(tuple((name, worded(filters[name])) for name in filters))
        if wrong := [name for name in filters if name not in own]:
            advice = " ".join(near(name, own) for name in wrong)
            raise InvalidInput(f"{path}: takes no {', '.join(wrong)}. {advice}")
    elif not terms and not filters:
        asked = Query()
    elif target is None:
        raise InvalidInput(f"{path}: what can be filtered there is not known: leave the filters out.")
    else:
        asked = query(target, shape(target), terms, filters, resolve=resource.finder.resolve)
    return iter(()) if asked.nothing else _rows(resource, path, target, asked, at_most)


def _rows(
    resource: Resource, path: str, target: Kind | None, asked: Query, at_most: int | None
) -> Iterator[Record]:
    requests = resource.requests
    size: MutableMapping[str, object] = {} if asked.terms and target is None else {"page_size": 200}
    first = requests.get(path, asked.terms, size, what=path)
    if isinstance(first, list):
        rows = [row for row in first if isinstance(row, dict)]
        yield from (Record(row, target, site=requests.origin) for row in rows[:at_most])
    elif isinstance(first, dict) and isinstance(first.get("results"), list):
        walkable = all(isinstance(row.get("id"), int) for row in first["results"] if isinstance(row, dict))
        if first.get("next") and walkable:
            yield from resource.walk(path, asked, at_most, target)
        else:
            yield from (Record(row, target, site=requests.origin) for row in first["results"][:at_most])
    elif isinstance(first, dict):
        yield Record(first, target, site=requests.origin)


def attach(resource: Resource, ref: object, name: str, others: Sequence[object]) -> Sequence[str]:
    """Attach; what was done, in words."""
    place, ids = _both(resource, ref, name, others)
    if name in node_cycles.LINKS:
        node_cycles.refuse_cycle(resource.requests, place.number, ids)
    if place.owns:
        raise InvalidInput(
            f"{name} belong to the inventory that they were made in: give it when they are made."
        )
    there = place.holding(ids)  # the same credential a second time would be refused as another one
    told = [f"{place.called(one)} was attached already" if one in there else place.attach(one) for one in ids]
    place.look(attached=[one for one in ids if one not in there])
    return told


def detach(
    resource: Resource, ref: object, name: str, others: Sequence[object], *, deletes: bool
) -> Sequence[str]:
    """Detach what is attached; what was done, in words."""
    place, ids = _both(resource, ref, name, others)
    if place.owns and not deletes:
        raise InvalidInput(
            f"detaching {place.target.a} from its inventory deletes it. "
            "Say so (deletes=True), or delete it itself."
        )
    there = place.holding(ids)
    # A label that is attached nowhere would be deleted.
    told = [place.detach(one) if one in there else f"{place.called(one)} was not attached" for one in ids]
    place.look(detached=[one for one in ids if one in there])
    return told


class Place(msgspec.Struct, frozen=True):
    """One related list of one object, which objects of kind `target` are attached to."""

    requests: Any  # Requests
    kind: Kind
    number: int
    name: str
    target: Kind

    @property
    def owns(self) -> bool:
        """Whether what is detached from here is deleted."""
        return self.kind.name == "inventories" and self.name in _DELETING

    @property
    def path(self) -> str:
        """The list's path below the API root."""
        return f"{self.kind.home}{self.number}/{self.name}/"

    def called(self, other: int) -> str:
        """`label 3 of job template 7 (labels)`."""
        return f"{self.target.label} {other} of {self.kind.label} {self.number} ({self.name})"

    def holding(self, ids: Sequence[int]) -> set[int]:
        """Which of these it holds."""
        what, found = f"the {self.name} of {self.kind.label} {self.number}", set()
        for at in range(0, len(ids), _PAGE):
            some = ",".join(str(one) for one in ids[at : at + _PAGE])
            terms = (("id__in", some), ("page_size", str(_PAGE)))
            found |= {
                int(row["id"]) for row in rows_of(self.requests.read(self.path, terms, what=what), what)
            }
        return found

    def look(self, *, attached: Sequence[int] = (), detached: Sequence[int] = ()) -> None:
        """Read back: a link is answered by 204, which says nothing of it. Raises `Refused` for one without effect."""
        there = self.holding([*attached, *detached])
        wrong = [one for one in attached if one not in there] + [one for one in detached if one in there]
        if wrong:
            done = "detached" if wrong[0] in there else "attached"
            raise Refused(
                f"{self.called(wrong[0])}: the controller said yes, and it is not {done}; "
                f"{count(len(wrong), 'such link')}: look, somebody else may have changed it meanwhile."
            )

    def attach(self, other: int) -> str:
        """Attach one; what was done, in words."""
        self._change({"id": other}, f"attaching {self.called(other)}")
        return f"{self.called(other)} attached"

    def detach(self, other: int) -> str:
        """Detach one; what was done, in words."""
        self._change({"id": other, "disassociate": True}, f"detaching {self.called(other)}")
        if self.owns:
            return f"{self.target.label} {other} was deleted"
        if self.target.name == "labels" and self._gone(other):
            return (
                f"{self.called(other)} detached; it was attached nowhere else, so the controller deleted it"
            )
        return f"{self.called(other)} detached"

    def _change(self, body: Mapping[str, Any], what: str) -> None:
        """Raises `AnswerLost` for what is neither 204 nor shows the object: a link is made without a body."""
        answer = self.requests.change("POST", self.path, body, what=what)
        if answer.body.strip() and self.requests.content(answer, what).get("id") != body["id"]:
            raise AnswerLost(
                f"{what}: the answer ({answer.status}) shows something else; it may have taken effect: look at "
                f"the {self.name} of {self.kind.label} {self.number}."
            )

    def make_so(self, wanted: Sequence[int], has: Sequence[int]) -> Sequence[str]:
        """Attach and detach until it holds exactly these; what was done, in words."""
        # First what goes: a second credential of one type would be refused.
        told = [self.detach(other) for other in has if other not in wanted]
        told += [self.attach(other) for other in wanted if other not in has]
        self.look(attached=wanted, detached=[other for other in has if other not in wanted])
        return told

    def _gone(self, other: int) -> bool:
        try:
            self.requests.read(f"{self.target.folder}{other}/", what=f"{self.target.label} {other}")
        except NotFound:
            return True
        return False


def related_list(requests: Requests, kind: Kind, number: int, name: str) -> Place:
    """The related list of this name. Raises `InvalidInput` with the near miss."""
    target = foreign(name)
    if name not in kind.attach or target is None:
        advice = near(name, kind.attach) if kind.attach else "Nothing is attached to one."
        raise InvalidInput(f'{kind.name} have no list "{name}" to attach to. {advice}')
    return Place(requests, kind, number, name, target)


def _both(resource: Resource, ref: object, name: str, others: Sequence[object]) -> tuple[Place, list[int]]:
    """Both ends of a link, as ids of what is there."""
    target = related_list(resource.requests, resource.kind, 0, name).target
    if not others:
        raise InvalidInput(f"{name}: nothing was given to attach or detach.")
    number = resource.finder.exact(resource.kind, ref)
    ids = list(dict.fromkeys(resource.finder.id(target, other) for other in others))
    return related_list(resource.requests, resource.kind, number, name), ids
