"""Finding one object by what people call it: an id, a name, NAME++OWNER or an address.

Never by named URL: a malformed one makes the next correct one of its kind fail in the same worker, and its 404
does not mean that there is no such object (seen on AWX 24.6.1). Never the first of several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.client import references
from aap_launcher.client.fields import shape
from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import foreign, kind
from aap_launcher.client.pages import Row, Terms
from aap_launcher.client.references import Reference
from aap_launcher.errors import Ambiguous, InvalidInput, NotFound, Refused, Unreachable
from aap_launcher.text.quoting import printable, quoted

if TYPE_CHECKING:  # HTTP is imported by who connects
    from aap_launcher.controller.requests import Requests

_UNSEEN = "Without read permission it looks the same as if it did not exist."
_NEAR = 5  # near misses that are told
_MANY = 25  # candidates that are told


class Finder:
    """Looks objects up. Raises `NotFound` with near misses, `Ambiguous` with candidates."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def id(self, of: Kind, given: object) -> int:
        """The object's id. Of a number or an address nothing is asked, as whatever is sent with it will be checked.

        A text of digits may be a name as well, and is looked up as one: what it does not mean is never sent unseen.
        """
        reference = references.read_reference(of, given, self._requests.site)
        if reference.id is None:
            return int(self._named(of, reference)["id"])
        if not isinstance(given, str) or not self._others(of, reference):
            return reference.id
        return int(self.detail(of, given)["id"])

    def resolve(self, resource: str, given: object) -> int:
        """The id for a foreign key to the resource."""
        return self.id(kind(resource), given)

    def exact(self, of: Kind, given: object) -> int:
        """The id of an object that is there: an id of digits that is none may be the name of another one."""
        reference = references.read_reference(of, given, self._requests.site)
        if reference.id is None:
            return int(self._named(of, reference)["id"])
        return int(self.detail(of, given)["id"])

    def detail(self, of: Kind, given: object) -> Row:
        """The object's detail."""
        reference = references.read_reference(of, given, self._requests.site)
        if reference.id is None:
            row = self._named(of, reference)
            return self._read(of, int(row["id"]), str(row.get("url") or ""))
        others = self._others(of, reference)
        try:
            found = self._read(of, reference.id, "")
        except NotFound:
            if not others:
                raise
            return self.detail(of, {"id": self.one(of, others, quoted(reference.given), missing=_none)["id"]})
        if others:
            told = "".join(f"\n  {self.line(of, row)}" for row in (found, *others))
            raise Ambiguous(
                f"{quoted(reference.given)} is the id of one {of.label} and the name of another:{told}"
            )
        return found

    def _others(self, of: Kind, reference: Reference) -> Sequence[Row]:
        """What has the digits of an id for its name."""
        if reference.address or not _has_names(of):
            return ()
        return [row for row in self.rows(of, ((of.key, reference.name),)) if row["id"] != reference.id]

    def rows(self, of: Kind, terms: Terms, *, most: int = _MANY) -> Sequence[Row]:
        """The first rows of a list."""
        what = f"the list of {of.name}"
        body = self._requests.read(of.folder, (*terms, ("page_size", str(most))), what=what)
        found = body.get("results")
        if not isinstance(found, list):
            raise Unreachable(f"{what}: the answer is not the controller's.")
        rows = [row for row in found if isinstance(row, dict) and isinstance(row.get("id"), int)]
        asked = [value for name, value in terms if name == of.key]
        others = [row for row in rows if asked and str(row.get(of.key, asked[0])).strip() != asked[0].strip()]
        if others:  # what would be changed then is not what was meant
            told = f"asked for {quoted(asked[0])}, it shows {quoted(str(others[0][of.key]))}"
            raise Unreachable(f"{what}: {told}: the answer is not the controller's.")
        return rows

    def below(self, path: str) -> Sequence[Row]:
        """All rows of a list at this path."""
        rows: list[Row] = []
        while True:
            terms = (("id__gt", str(rows[-1]["id"] if rows else 0)), ("order_by", "id"), ("page_size", "200"))
            body = self._requests.read(path, terms, what=f"the list {path}")
            found = rows_of(body, f"the list {path}")
            rows += found
            if not found or not body.get("next"):
                return rows

    def one(self, of: Kind, rows: Sequence[Row], what: str, *, missing: Callable[[], Refused]) -> Row:
        """The only row. Raises `missing()` for none, `Ambiguous` for several."""
        if len(rows) == 1:
            return rows[0]
        if rows:
            told = "".join(f"\n  {self.line(of, row)}" for row in rows)
            more = "\n  ..." if len(rows) == _MANY else ""
            raise Ambiguous(f"Several {of.name} are meant by {what}; give the id:{told}{more}")
        raise missing()

    def line(self, of: Kind, row: Mapping[str, Any]) -> str:
        """A candidate: id, type, name, what it belongs to."""
        type_ = str(row.get("type") or of.singular).replace("_", " ")
        name = str(row.get(of.key) or row.get("name") or "")
        owners = [_owner(row, field) for field in of.owner]
        return printable(" · ".join(filter(None, [f"{row.get('id')}", type_, name, *owners])))

    def _read(self, of: Kind, number: int, url: str) -> Row:
        what = f"{of.label} {number}"
        if of.same_ids and not url and of.name.startswith("unified_"):
            rows = self.rows(of, (("id", str(number)),))
            if not rows:
                raise NotFound(f"{what} does not exist, or this user may not see it.")
            url = str(rows[0].get("url") or "")
        row = dict(self._requests.read(url or f"{of.folder}{number}/", what=what))
        if row.get("id") != number:
            raise Unreachable(
                f"{what}: the answer shows {row.get('id', 'no id')}: it is not the controller's."
            )
        return row

    def _named(self, of: Kind, reference: Reference) -> Row:
        if not of.key:
            raise InvalidInput(f"{quoted(reference.given)}: {of.a} has no name; give its id.")
        rows = self.rows(of, ((of.key, reference.name),))
        parts = references.split_named_url(reference.name)
        if not rows and parts:
            rows = self.rows(of, ((of.key, parts[0]), *self._owned(of, parts[1])))
        what = quoted(reference.given)
        return self.one(of, rows, what, missing=lambda: self._missing(of, reference))

    def _owned(self, of: Kind, owner: str) -> Terms:
        """The filter of an owner's name; `NAME++` is an object without one."""
        if not of.owner:
            raise InvalidInput(f"{of.name} belong to nothing that a name could add to theirs: leave ++ out.")
        field, target = of.owner[0], foreign(of.owner[0])
        if not owner:
            return ((f"{field}__isnull", "true"),)
        return ((f"{field}__{target.key}" if target is not None else field, owner),)

    def _missing(self, of: Kind, reference: Reference) -> NotFound:
        near = self._near(of, reference)
        told = "".join(f"\n  {self.line(of, row)}" for row in near)
        advice = f" There is:{told}" if near else f" {_UNSEEN}"
        return NotFound(f"There is no {of.label} {quoted(reference.given)}.{advice}")

    def _near(self, of: Kind, reference: Reference) -> Sequence[Row]:
        """Objects with a similar name, the nearest first."""
        import difflib  # noqa: PLC0415 - for a miss alone

        parts = references.split_named_url(reference.name)
        name = parts[0] if parts else reference.name
        terms = ((f"or__{of.key}__icontains", name), (f"or__{of.key}__istartswith", name[:1]))
        try:
            rows = self.rows(of, terms, most=200)
        except (Refused, Unreachable):
            return ()
        by_name: dict[str, list[Row]] = {}
        for row in rows:
            by_name.setdefault(str(row.get(of.key, "")).casefold(), []).append(row)
        close = difflib.get_close_matches(name.casefold(), by_name, n=_NEAR, cutoff=0.5)
        holding = [key for key in by_name if name.casefold() in key and key not in close]
        return [row for key in [*close, *holding] for row in by_name[key]][:_NEAR]


def rows_of(body: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    """The rows of a page, each with its id. Raises `Unreachable` for what is no page of a list."""
    rows = body.get("results")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and _numbered(row) for row in rows):
        raise Unreachable(f"{what}: the answer is not the controller's.")
    return rows


def _numbered(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("id"), int) and not isinstance(row["id"], bool)


def _owner(row: Mapping[str, Any], field: str) -> str:
    """`in Retail`: the owner's name as the row's summary gives it."""
    summary = row.get("summary_fields")
    owner = summary.get(field) if isinstance(summary, dict) else None
    if isinstance(owner, dict) and owner.get("name"):
        return f"{field.replace('_', ' ')} {owner['name']}"
    return ""


def _has_names(of: Kind) -> bool:
    """Whether an object can be looked up by a text: the key of some is a date."""
    field = shape(of).fields.get(of.key)
    return field is not None and field.type == "string"


def _none() -> Refused:
    return NotFound("There is none.")
