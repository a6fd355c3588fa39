"""The objects that prompts take: inventories, credentials, labels, execution environments, instance groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aap_launcher.controller import decode, references
from aap_launcher.controller.lookup import Lookup, Row, candidates, missing
from aap_launcher.controller.references import Reference
from aap_launcher.errors import InvalidInput, NotFound, Refused
from aap_launcher.models.templates import Found
from aap_launcher.text.quoting import quoted

COLLECTIONS: Mapping[str, str] = {
    "inventory": "inventories",
    "credentials": "credentials",
    "labels": "labels",
    "instance_groups": "instance_groups",
    "execution_environment": "execution_environments",
}
_ONE = {
    "credentials": "credential",
    "labels": "label",
    "instance_groups": "instance group",
    "execution_environment": "execution environment",
}


class Objects:
    """One object of a prompt's collection, from what was given. Raises `InvalidInput`, `NotFound`, `Refused`."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def find(self, prompt: str, text: str, organization: str) -> Found:
        """The object; of several of one name that of `organization`, where exactly one is there."""
        if not text.strip():
            raise InvalidInput(f"{prompt} is empty. Give a name or an id.")
        collection = COLLECTIONS[prompt]
        reference = references.prompted(prompt, collection, text, self._lookup.site)
        rows = self._lookup.meant(collection, reference) if reference.name else []
        by_id = next((row for row in rows if row.get("id") == reference.id), None)
        by_id = by_id or self._by_id(prompt, collection, reference)
        others = [row for row in rows if row.get("id") != reference.id]
        if by_id is not None and others:
            raise self._both(prompt, text, collection, [by_id, *others])
        if by_id is not None:
            return _found(by_id)
        return self._one(prompt, text, collection, rows, organization)

    def _by_id(self, prompt: str, collection: str, reference: Reference) -> Row | None:
        if reference.id is None:
            return None
        found = self._lookup.detail(collection, reference.id, f"{_one(prompt)} {reference.id}")
        if found is None and not reference.name:
            raise NotFound(f"{_one(prompt)} {reference.id} does not exist.")
        return found

    def _one(self, prompt: str, text: str, collection: str, rows: Sequence[Row], organization: str) -> Found:
        own = [row for row in rows if organization and decode.owner_and_kind(row)[0] == organization]
        if len(rows) == 1:
            return _found(rows[0])
        if len(own) == 1:
            found = _found(own[0])
            notice = (
                f"{prompt}: {len(rows)} are called {quoted(text)}; the one of the template's organization "
                f"{quoted(organization)} is taken, id {found.id}"
            )
            return Found(found.id, found.name, notice)
        if rows:
            told = self._candidates(collection, rows)
            raise Refused(f"{prompt}: several are called {quoted(text)}; give one of:{told}")
        near = self._lookup.near(collection, reference_name(text))
        raise missing(f"{_one(prompt)} {quoted(text)}", (row_line(row) for row in near))

    def _both(self, prompt: str, text: str, collection: str, rows: Sequence[Row]) -> Refused:
        """The id of one object is the name of another: nobody can tell which is meant."""
        by_id, *named = rows
        told = candidates([f"{self._lookup.path(collection, decode.object_id(by_id))}  {row_line(by_id)}"])
        told += self._candidates(collection, named)
        return Refused(
            f"{prompt}: {quoted(text)} is the id of one and the name of another; give one of:{told}"
        )

    def _candidates(self, collection: str, rows: Sequence[Row]) -> str:
        return candidates(f"{self._lookup.pasted(row, collection, rows)}  {row_line(row)}" for row in rows)


def _one(prompt: str) -> str:
    """What one of the prompt's objects is called."""
    return _ONE.get(prompt, prompt)


def row_line(row: Row) -> str:
    """A row in a message: "deploy" (id 3, Machine, organization Retail)."""
    owner, kind = decode.owner_and_kind(row)
    if str(row.get("type")).endswith("job_template"):
        kind = str(row["type"]).replace("_", " ")
    facts = [f"id {row.get('id')}", kind, f"organization {owner}" if owner else ""]
    return f"{quoted(str(row.get('name')), 200)} ({', '.join(fact for fact in facts if fact)})"


def reference_name(text: str) -> str:
    """The name in NAME++ORGANIZATION, else the text itself."""
    owned = references.owned(text.strip())
    return owned.name if owned else text.strip()


def _found(row: Row) -> Found:
    return Found(decode.object_id(row), str(row.get("name") or ""))
