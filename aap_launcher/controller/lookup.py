"""Looking an object up by its id and by its name, and the words for what was not found or found more than once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aap_launcher.controller import decode, references
from aap_launcher.controller.asking import Query, as_object
from aap_launcher.controller.references import Owned, Reference
from aap_launcher.controller.session import Session
from aap_launcher.errors import NotFound
from aap_launcher.models.platform import Platform

Row = Mapping[str, Any]
_ABSENT = frozenset({404})
_UNSEEN = "Without read permission it looks the same as if it did not exist."
_MOST_NEAR = 5


class Lookup:
    """Rows of the controller's lists."""

    def __init__(self, session: Session, platform: Platform) -> None:
        self._session, self._platform = session, platform

    @property
    def site(self) -> str:
        """The installation's URL."""
        return self._session.address.site

    def detail(self, collection: str, number: int, what: str) -> Row | None:
        """The object of this id; None where there is none."""
        answer = self._session.get(self.path(collection, number), what=what, allow=_ABSENT)
        return None if answer.status == 404 else as_object(answer, what)

    def called(
        self, collection: str, name: str, owned: Owned | None, query: Query | None = None
    ) -> list[Row]:
        """What has exactly this name, or, where it is NAME++ORGANIZATION, the name in the organization."""
        rows = self.rows(collection, {"name": name, **(query or {})})
        if owned is not None:
            rows += [
                row for row in self.rows(collection, {"name": owned.name, **(query or {})}) if _is(row, owned)
            ]
        return rows

    def meant(self, collection: str, reference: Reference, query: Query | None = None) -> list[Row]:
        """What the reference can mean: those of its name and, asked for at once, the one of its id."""
        if reference.id is None:
            return self.called(collection, reference.name, reference.owned, query)
        return self.rows(collection, {"or__id": reference.id, "or__name": reference.name, **(query or {})})

    def near(self, collection: str, name: str, query: Query | None = None) -> list[Row]:
        """Up to five whose names resemble it, of those that this user may see."""
        query = query or {}
        rows = self.rows(collection, {**query, "name__icontains": name})
        rows = rows or self.rows(collection, {**query, "order_by": "name"})
        by_name = {str(row.get("name", "")).casefold(): row for row in rows}
        containing = [key for key in by_name if name.casefold() in key]
        close = difflib.get_close_matches(name.casefold(), by_name, n=_MOST_NEAR, cutoff=0.5)
        return [by_name[key] for key in dict.fromkeys([*containing, *close])][:_MOST_NEAR]

    def rows(self, collection: str, query: Query) -> list[Row]:
        """The first 200 rows of a list."""
        what = f"the list of {collection}"
        path = f"{self._platform.api}{collection}/"
        found = self._session.json(path, {**query, "page_size": 200}, what=what, keys={"results"})["results"]
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def path(self, collection: str, number: int) -> str:
        """The object's API path."""
        return f"{self._platform.api}{collection}/{number}/"

    def pasted(self, row: Row, collection: str, among: Sequence[Row]) -> str:
        """What names this row and none of the others when it is given as it stands: NAME++ORGANIZATION, or its path."""
        owner, _ = decode.owner_and_kind(row)
        same = [
            one
            for one in among
            if (one.get("name"), decode.owner_and_kind(one)[0]) == (row.get("name"), owner)
        ]
        if len(same) > 1:
            return self.path(collection, decode.object_id(row))
        return references.pasted(str(row.get("name")), owner)


def _is(row: Row, owned: Owned) -> bool:
    owner, kind = decode.owner_and_kind(row)
    return owner == owned.organization and owned.kind in ("", kind)


def candidates(lines: Iterable[str]) -> str:
    """One line for each, below a sentence."""
    return "".join(f"\n  {line}" for line in lines)


def missing(what: str, near: Iterable[str]) -> NotFound:
    """Nothing is called so; what resembles it."""
    told = candidates(near)
    similar = f" Similar:{told}" if told else ""
    return NotFound(f"There is no {what} that this user may see. {_UNSEEN}{similar}")
