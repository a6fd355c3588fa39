"""A resource: the verbs, written once for every collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from aap_launcher.client import arguments, fields, pages
from aap_launcher.client.fields import Field, Shape
from aap_launcher.client.finder import Finder
from aap_launcher.client.kind import Kind
from aap_launcher.client.pages import Page, Terms
from aap_launcher.client.query import Query, Term, query
from aap_launcher.client.records import Record
from aap_launcher.errors import InvalidInput, LauncherError, NotFound, Unreachable
from aap_launcher.models.ports import Clock

if TYPE_CHECKING:
    from aap_launcher.client.body import Body
    from aap_launcher.client.changes import Changes, Planned
    from aap_launcher.controller.requests import Requests

_Made = TypeVar("_Made")


class Resource:
    """One collection of the controller, such as `aap.job_templates`.

    `ref` is an id, a name, NAME++ORGANIZATION, an API URL, an address from the browser or a `Record`; wherever the
    API wants an id, the same may be given. Every method raises `InvalidInput` for what the controller would
    ignore or misread, before anything is sent; `NotFound`, `Ambiguous`, `Forbidden`, `Conflict` or `Refused` for
    a no, with the controller's own words by field in `problems`; `Unreachable` when no answer came.
    """

    def __init__(self, kind: Kind, requests: Requests, clock: Clock) -> None:
        self.kind = kind
        self.requests, self._clock = requests, clock
        self.finder = Finder(requests)
        self._live: Shape | None = None

    def __repr__(self) -> str:
        return f"<resource {self.kind.name}>"

    # --- reading ------------------------------------------------------------------------------------------

    def list(
        self,
        *terms: Term,
        search: str | None = None,
        order_by: str | Sequence[str] | None = None,
        at_most: int | None = None,
        **filters: Any,  # noqa: ANN401 - each field has a type of its own
    ) -> Iterator[Record]:
        """All objects that fit, over all pages, each once; `at_most` so many.

        Filters are the API's: `name="x"`, `name__icontains="x"`, `id__in=[1, 2]`, `inventory="Shop"`; `terms` are
        the same as text (`"or__name=x"`), for what is given twice. Wrong ones are refused at once, not at the
        first row. Ordered by id, runs the newest first, unless `order_by` says otherwise.
        """
        asked = self._query(terms, filters, search, order_by)
        return self.walk(self.kind.folder, asked, arguments.most(at_most))

    def one(self, ref: object = None, /, **filters: Any) -> Record:  # noqa: ANN401
        """The one object that is meant, by reference or by filters. Raises `NotFound`, `Ambiguous`."""
        if (ref is None) == (not filters):
            raise InvalidInput(f"{self.kind.name}: give a reference or filters that say which one.")
        if ref is not None:
            return self._record(self.finder.detail(self.kind, ref))
        asked = self._query((), filters, None, None)
        rows = [] if asked.nothing else self.finder.rows(self.kind, asked.terms)
        told = ", ".join(f"{name}={value!r}" for name, value in filters.items())
        missing = NotFound(f"There is no {self.kind.label} with {told}, or this user may not see it.")
        row = self.finder.one(self.kind, rows, told, missing=lambda: missing)
        return self._record(self.finder.detail(self.kind, str(row["url"]) if row.get("url") else row["id"]))

    def count(self, *terms: Term, search: str | None = None, **filters: Any) -> int:  # noqa: ANN401
        """How many objects fit."""
        asked = self._query(terms, filters, search, None)
        if asked.nothing:
            return 0
        parts = pages.split_query(asked.terms)
        if len(parts) > 1:
            return sum(1 for _ in self.walk(self.kind.folder, asked, None))
        page = self._page(self.kind.folder, parts[0], {"page_size": 1})
        if page.count is None:
            raise Unreachable(
                f"the list of {self.kind.name}: the controller does not tell how many there are."
            )
        return page.count

    def related(
        self,
        ref: object,
        name: str,
        /,
        *terms: Term,
        at_most: int | None = None,
        **filters: Any,  # noqa: ANN401
    ) -> Iterator[Record]:
        """What stands below the object under this name: `related("Deploy", "labels")`.

        A list gives its objects; a single thing (`survey_spec`, `variable_data`) is the only one given.
        """
        from aap_launcher.client import links  # noqa: PLC0415 - see _changes

        most = arguments.most(at_most)
        return links.walk_related(self, links.related_path(self, ref, name), terms, filters, most)

    def fields(self) -> Mapping[str, Field]:
        """The fields: type, whether a create needs them, choices, default, help; asked of the controller."""
        return self.shape(live=True).fields

    def shape(self, *, live: bool = False) -> Shape:
        """Fields, relations and related lists: as bundled, or as this controller's OPTIONS tells."""
        if not live:
            return self._live or fields.shape(self.kind)
        if self._live is None:
            what = f"the fields of {self.kind.name}"
            self._live = fields.live(self.kind, self.requests.options(self.kind.folder, what=what))
        return self._live

    # --- changing -----------------------------------------------------------------------------------------

    def create(self, *, if_absent: bool = False, **given: Any) -> Record:  # noqa: ANN401
        """Make one, and return it as the controller tells it.

        `if_absent`: one of the same name and owner is returned instead, unchanged; `notes` say so.
        """
        self._can("create")
        arguments.flag("if_absent", if_absent)
        made = self._body(given, new=True)
        return self._record(*self._changes.create(made, self.shape(), if_absent=if_absent))

    def update(self, ref: object, /, **given: Any) -> Record:  # noqa: ANN401
        """Change these fields, and return the object as it is then. `notes` say what else happened meanwhile.

        It is read, changed, written and read back; what stands there already is not written.
        """
        self._can("edit")
        changed = self._body(given, new=False)
        before = self.finder.detail(self.kind, ref)
        return self._record(*self._changes.update(before, changed, self.shape()))

    def delete(self, ref: object, /, *, missing_ok: bool = False, wait: float | None = None) -> bool:
        """Delete one; whether there was one. `wait`: so many seconds until it is gone (an inventory takes a while).

        Raises `Conflict` that names the jobs which use it, `TimedOut`.
        """
        from aap_launcher.client import actions  # noqa: PLC0415 - see _changes

        self._can("delete")
        arguments.flag("missing_ok", missing_ok)
        if wait is not None:
            arguments.seconds("wait", wait)
        try:
            number = self.finder.exact(self.kind, ref)
        except NotFound:
            if missing_ok:
                return False
            raise
        return actions.delete(self.requests, self.kind, number, self._clock, missing_ok=missing_ok, wait=wait)

    def attach(self, ref: object, name: str, /, *others: object) -> Sequence[str]:
        """Attach objects to one of its related lists; says what was done. Raises `InvalidInput` for a cycle."""
        from aap_launcher.client import links  # noqa: PLC0415 - see _changes

        return links.attach(self, ref, arguments.checked_text("list", name), others)

    def detach(self, ref: object, name: str, /, *others: object, deletes: bool = False) -> Sequence[str]:
        """Detach objects from one of its related lists; says what was done.

        A host or group that is detached from its inventory is deleted: only with `deletes`.
        """
        from aap_launcher.client import links  # noqa: PLC0415 - see _changes

        arguments.flag("deletes", deletes)
        return links.detach(self, ref, arguments.checked_text("list", name), others, deletes=deletes)

    def act(self, ref: object, action: str, /, **given: Any) -> Record:  # noqa: ANN401
        """Do what this resource can do beside the verbs: `projects.act("Shop", "update")`; the answer."""
        from aap_launcher.client import actions  # noqa: PLC0415 - see _changes

        chosen = self.kind.action(action)
        wrong = [name for name in given if name not in chosen.fields]
        if wrong:
            raise InvalidInput(
                f"{self.kind.name} {chosen.name}: takes no {', '.join(wrong)}."
                + (f" It takes: {', '.join(chosen.fields)}." if chosen.fields else "")
            )
        number = self.finder.exact(self.kind, ref)
        return actions.act(self.requests, self.kind, chosen, number, given)

    def planned_create(self, **given: Any) -> Sequence[Planned]:  # noqa: ANN401
        """The requests that a create would send; nothing is changed."""
        self._can("create")
        return self._changes.planned("POST", self.kind.folder, self._body(given, new=True))

    def planned_update(self, ref: object, /, **given: Any) -> Sequence[Planned]:  # noqa: ANN401
        """The requests that an update would send; nothing is changed."""
        self._can("edit")
        changed = self._body(given, new=False)
        before = self.finder.detail(self.kind, ref)
        return self._changes.planned_update(before, changed)

    # --- what they share ----------------------------------------------------------------------------------

    def _can(self, verb: str) -> None:
        """Refuse what no user can do with this kind, on any controller that we know."""
        can = fields.shape(self.kind).verbs
        if verb not in can:
            there = ", ".join(sorted(can))
            raise InvalidInput(
                f"{self.kind.name}: the controller has no way to {verb} one. There is: {there}."
            )

    def _query(
        self,
        terms: Sequence[Term],
        filters: Mapping[str, Any],
        search: str | None,
        order_by: str | Sequence[str] | None,
    ) -> Query:
        def build(shape: Shape) -> Query:
            return query(
                self.kind,
                shape,
                terms,
                filters,
                search=search,
                order_by=order_by,
                resolve=self.finder.resolve,
            )

        return self._checked(build)

    @property
    def _changes(self) -> Changes:
        from aap_launcher.client.changes import Changes  # noqa: PLC0415 - most processes only read

        return Changes(self.kind, self.requests, self.finder)

    def _body(self, given: Mapping[str, Any], *, new: bool) -> Body:
        from aap_launcher.client.body import request_body  # noqa: PLC0415 - see _changes

        if self.requests.version != fields.recorded_version():
            with suppress(LauncherError):  # an older one may lack a field, and drop it without a word
                self.shape(live=True)
        return self._checked(
            lambda shape: request_body(self.kind, shape, given, new=new, resolve=self.finder.resolve)
        )

    def _checked(self, build: Callable[[Shape], _Made]) -> _Made:
        """Build from the bundled fields; where something is wrong with it, this controller's own decide."""
        try:
            return build(self.shape())
        except InvalidInput:
            if self._live is not None:
                raise
            bundled = self.shape()
            try:
                live = self.shape(live=True)
            except LauncherError:
                live = bundled
            if live.fields == bundled.fields and live.relations == bundled.relations:
                raise
        return build(live)

    def walk(self, path: str, asked: Query, at_most: int | None, of: Kind | None = None) -> Iterator[Record]:
        """The rows of a list at this path as records; of this kind, or of another one."""
        kind = of or self.kind

        def read(terms: Terms, page: MutableMapping[str, object]) -> Page:
            return self._page(path, terms, page)

        rows = pages.walk(read, asked, newest_first=kind.newest_first, at_most=at_most)
        return (Record(row, kind, site=self.requests.origin) for row in rows)

    def _page(self, path: str, terms: Terms, page: MutableMapping[str, object]) -> Page:
        what = f"the list {path.strip('/')}"
        found = self.requests.get(path, terms, page, what=what)
        rows = found.get("results") if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(rows, list):
            raise Unreachable(f"{what}: the answer is not the controller's.")
        count = found.get("count")
        more = bool(found.get("next")) and bool(rows)
        if not all(isinstance(row, dict) for row in rows):  # dropped, it would seem that they are not there
            raise Unreachable(f"{what}: a row of the list is no object: the answer is not the controller's.")
        return Page(rows, more, count if isinstance(count, int) and count >= 0 else None)

    def _record(self, content: Mapping[str, Any], notes: Sequence[str] = ()) -> Record:
        return Record(content, self.kind, site=self.requests.origin, notes=tuple(notes))
