"""Filters and order, checked before anything is asked: what the controller would not mind is refused here.

Seen on AWX 24.6.1: a choice that does not exist finds nothing (200); `type__in` finds nothing; `__in` does not
trim; the second `search` wins; `limit` is ignored; `order_by=` is a 500; an order over a many-relation repeats
rows and drops others. An unknown field is a 400 of its own, and a near miss is better.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from aap_launcher.client.fields import Field, Shape, shape
from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import foreign
from aap_launcher.client.query_terms import LOOKUPS, PARAMETERS, PREFIXES, SINGLE, in_values, worded
from aap_launcher.errors import InvalidInput, InvalidValue, Problem
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted, whole

Term = str | tuple[str, Any]
Resolve = Callable[[str, Any], int]  # (resource, reference) -> id


class Query(msgspec.Struct, frozen=True):
    """A list that is asked for. `terms`: the filters as they are sent; `order`: what order_by was given."""

    terms: tuple[tuple[str, str], ...] = ()
    order: tuple[str, ...] = ()
    nothing: bool = False  # an empty `__in`: nothing can match, nothing is asked


def query(
    kind: Kind,
    of: Shape,
    terms: Iterable[Term],
    named: Mapping[str, Any],
    *,
    search: str | None = None,
    order_by: str | Sequence[str] | None = None,
    resolve: Resolve,
) -> Query:
    """The query for these filters. Raises `InvalidInput` that names everything wrong with them at once."""
    reading = _Reading(kind, of, resolve)
    pairs = [_pair(term) for term in terms] + list(named.items())
    for name, value in pairs:
        if name == "order_by":
            reading.wrong(name, "is no filter", "Give it as the order.")
        elif name == "search":
            reading.search(value)
        else:
            reading.filter(name, value)
    if search is not None:
        reading.search(search)
    order = reading.order(order_by)
    reading.repeated()
    if reading.problems:
        count = len(reading.problems)
        raise InvalidInput(
            f"{kind.name}: {count} filter{'s are' if count > 1 else ' is'} not usable; nothing was asked.",
            reading.problems,
        )
    return Query(tuple(reading.terms), order, reading.nothing)


def _pair(term: object) -> tuple[str, Any]:
    if isinstance(term, tuple) and len(term) == 2 and isinstance(term[0], str):
        return term
    if not isinstance(term, str):
        raise InvalidInput(f"{quoted(term)} is no filter. Write field=value or field__lookup=value.")
    name, separator, value = term.partition("=")
    if not separator:
        raise InvalidInput(f"the filter {quoted(term)} has no =. Write field=value or field__lookup=value.")
    return name.strip(), value


class _Reading:
    """Reads one filter after the other, and gathers what is wrong."""

    def __init__(self, kind: Kind, of: Shape, resolve: Resolve) -> None:
        self.terms: list[tuple[str, str]] = []
        self.problems: list[Problem] = []
        self.nothing = False
        self._kind, self._shape, self._resolve = kind, of, resolve

    def wrong(self, name: str, fault: str, advice: str = "") -> None:
        self.problems.append(Problem(name, fault, advice))

    def search(self, value: object) -> None:
        """Words to look for in the object's texts; given once, as the controller keeps the last alone."""
        if not isinstance(value, str) or not value.strip():
            self.wrong("search", "is empty", "Give the words to look for, or leave it out.")
        elif any(name == "search" for name, _ in self.terms):
            self.wrong(
                "search", "is given twice: the controller would keep the last alone", "Use commas: a,b."
            )
        elif (text := self._carried("search", value)) is not None:
            self.terms.append(("search", text))

    def filter(self, name: str, value: object) -> None:
        """One filter: its name against the fields, its value against the choices."""
        prefixes, path, lookup, field = self._parsed(name)
        if path is None:
            return
        if field is not None and field.resource and lookup in {"", "exact", "in"} and not path[1:]:
            value = self._ids(name, field, lookup, value)
            if any(problem.field == name for problem in self.problems):
                return
        if isinstance(value, list | tuple | set | frozenset) and not lookup:
            name, lookup = f"{name}__in", "in"
        text = self._text(name, lookup, value)
        if text is None:
            return
        if field is not None and not self._chosen(name, field, lookup, text):
            return
        from aap_launcher.client.filter_values import check_value  # noqa: PLC0415 - many ask without a filter

        try:
            check_value(field, lookup, text)
        except InvalidValue as wrong:
            self.wrong(name, wrong.fault, wrong.advice)
            return
        if name in PARAMETERS and field is not None:
            # A job's limit: the bare name is the parameter, which the controller ignores.
            name = f"{name}__exact"
        if path == ["type"] and lookup == "in":
            self._types(prefixes, text)
        else:
            self.terms.append((name, text))

    def _parsed(self, name: str) -> tuple[list[str], list[str] | None, str, Field | None]:
        """(prefixes, fields of the path, lookup, the field meant); None for a path that is not usable."""
        segments = name.split("__")
        prefixes = []
        while len(segments) > 1 and segments[0] in PREFIXES:
            prefixes.append(segments.pop(0))
        if name == "host_filter" and self._kind.name == "hosts":
            return prefixes, segments, "", None
        if segments[0] in PARAMETERS and segments[0] not in self._shape.fields:
            self.wrong(name, f"is no filter: {PARAMETERS[segments[0]]}", "Leave it out.")
            return prefixes, None, "", None
        if name == "role_level" and self._shape.roles:
            return prefixes, segments, "", Field("role_level", "choice", choices=self._shape.roles)
        lookup = segments.pop() if len(segments) > 1 and segments[-1] in LOOKUPS else ""
        found, field = self._path(name, segments)
        return prefixes, segments if found else None, lookup, field

    def _path(self, name: str, segments: Sequence[str]) -> tuple[bool, Field | None]:
        """Whether the controller has such a path, as far as that is known; and the field at its end."""
        kind, of = self._kind, self._shape
        for at, segment in enumerate(segments):
            last = at == len(segments) - 1
            field = of.fields.get(segment) or (of.fields.get("id") if segment == "pk" else None)
            if field is not None and last:
                return segment in of.relations or self._filterable(name, field), field
            if field is not None and not field.resource and segment not in of.relations:
                known = [*LOOKUPS] if segments[at + 1] not in PARAMETERS else []
                self.wrong(
                    name, f'"{segments[at + 1]}" is no look-up of {segment}', near(segments[at + 1], known)
                )
                return False, None
            if field is None and segment not in of.relations:
                self._unknown(name, segment, kind, of, last=last and at > 0)
                return False, None
            target = foreign(field.resource if field is not None and field.resource else segment)
            if last or target is None:
                return True, None  # the rest of the way only the controller knows; it refuses what it has not
            kind, of = target, shape(target)
        return True, None

    def _filterable(self, name: str, field: Field) -> bool:
        if field.filterable or field.name in {"type", "id"}:
            return True
        self.wrong(name, "cannot be filtered by", "")
        return False

    def _unknown(self, name: str, segment: str, kind: Kind, of: Shape, *, last: bool) -> None:
        known = [field.name for field in of.fields.values() if field.filterable]
        if segment in PARAMETERS:
            known = []
        elif last:
            known += sorted(LOOKUPS)
        if not segment:
            self.wrong(name, "is no filter", "Write field=value or field__lookup=value.")
            return
        known += sorted(of.relations)
        self.wrong(name, f'{kind.name} have no field "{segment}"', near(segment, known))

    def _ids(self, name: str, field: Field, lookup: str, value: object) -> object:
        """Names of foreign keys as ids: the controller takes none there."""
        if lookup == "in" or isinstance(value, list | tuple | set | frozenset):
            items = value.split(",") if isinstance(value, str) else value
            several = items if isinstance(items, list | tuple | set | frozenset) else [items]
            return [self._id(name, field, item) for item in several if str(item).strip()]
        return self._id(name, field, value)

    def _id(self, name: str, field: Field, value: object) -> object:
        if value is None or (isinstance(value, str) and value.strip().lower() in {"null", "none", ""}):
            return value
        try:
            return self._resolve(field.resource, value)
        except InvalidInput as fault:
            self.wrong(name, str(fault))
            return value

    def _text(self, name: str, lookup: str, value: object) -> str | None:
        """The value as a query carries it; None where it cannot."""
        if lookup == "in":
            try:
                text = in_values(name, value)
            except InvalidValue as wrong:
                self.wrong(name, wrong.fault, wrong.advice)
                return None
            self.nothing = self.nothing or text is None
            return text if text is None else self._carried(name, text)
        if isinstance(value, list | tuple | set | frozenset | dict) and not (
            isinstance(value, dict) and "id" in value
        ):
            self.wrong(name, "is a list or mapping", "Use __in for several values.")
            return None
        return self._carried(name, worded(value))

    def _carried(self, name: str, text: str) -> str | None:
        """The text, where a query can carry it: of a NUL the controller makes a 500."""
        if "\0" in text or not whole(text):
            self.wrong(name, "holds a NUL" if "\0" in text else "is not valid Unicode")
            return None
        return text

    def _chosen(self, name: str, field: Field, lookup: str, text: str) -> bool:
        """Whether the choices know the value: to the controller an unknown one finds nothing, and is no fault."""
        if field.type != "choice" or lookup not in {"", "exact", "iexact", "in"} or not field.choices:
            return True
        known = [worded(choice) for choice in field.shown or field.choices]
        spelled = {one.casefold() for one in known} if lookup == "iexact" else set(known)
        items = text.split(",") if lookup == "in" else [text.casefold() if lookup == "iexact" else text]
        wrong = [item for item in items if item not in spelled]
        for item in wrong:
            self.wrong(name, f"{quoted(item)} is not one of its values", near(item, known))
        return not wrong

    def _types(self, prefixes: Sequence[str], text: str) -> None:
        """`type__in` finds nothing; or__type for each finds what is meant."""
        if prefixes or any(name.startswith("or__") for name, _ in self.terms):
            self.wrong(
                "type__in", "cannot be used beside or__ and not__", "Write or__type=... for each type."
            )
        else:
            self.terms += [("or__type", item) for item in text.split(",")]

    def order(self, order_by: str | Sequence[str] | None) -> tuple[str, ...]:
        """The fields of order_by, each with its minus where it is descending."""
        if order_by is None:
            return ()
        names = order_by.split(",") if isinstance(order_by, str) else order_by
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            self.wrong("order_by", f"{quoted(order_by)} is no field", "Give names with commas between.")
            return ()
        if not any(name.strip() for name in names):
            self.wrong("order_by", "is empty", "Give a field, with a minus before it for descending.")
        elif not all(name.strip() for name in names):
            self.wrong("order_by", "names nothing between two commas", "Give names with commas between.")
        return tuple(self._ordered(name.strip()) for name in names if name.strip())

    def _ordered(self, name: str) -> str:
        segments = name.removeprefix("-").split("__")
        if not re.fullmatch(r"-?\w+", name):
            self.wrong("order_by", f"{quoted(name)} is no field", "Give names with commas between.")
            return name
        found, field = self._path("order_by", segments)
        many = segments[0] in self._shape.relations and segments[0] not in {*self._shape.fields, *SINGLE}
        if found and many:
            self.wrong(
                "order_by", f"{segments[0]} are several: the controller would repeat rows and drop others"
            )
        elif found and field is None and len(segments) == 1:
            self.wrong("order_by", f"{quoted(name)} is no field of {self._kind.name}", "")
        return name

    def repeated(self) -> None:
        """A field that is to have two values at once has none: the controller ANDs what is given twice."""
        seen: dict[str, str] = {}
        for name, value in self.terms:
            single = "__" not in name and name in self._shape.fields
            if single and seen.get(name, value) != value:
                self.wrong(name, "is given twice, and nothing has both values", f"Use {name}__in=a,b.")
            seen[name] = value
