"""All pages of a list as one iterator: every object once, in constant memory, though pages shift while they are read.

Walked by `order_by=id&id__gt=LAST`, since a page number means other rows once something was added or deleted. An
order that was asked for can only be read by page numbers: what shifted is seen, and read at the end.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import msgspec

from aap_launcher.client.query import Query
from aap_launcher.errors import InvalidInput, Refused, Unreachable

LARGEST = 200  # rows of one page; the controller's own cap
_LONGEST = 6000  # bytes of a query: nginx refuses a request line above 8 kB with a page of HTML
Row = dict[str, Any]
Terms = tuple[tuple[str, str], ...]


class Page(msgspec.Struct, frozen=True):
    """One page. `more`: whether the controller says that another follows; `count`: of all rows, where it tells."""

    rows: list[Row]
    more: bool
    count: int | None = None


Read = Callable[[Terms, MutableMapping[str, object]], Page]


def walk(
    read: Read, query: Query, *, newest_first: bool = False, at_most: int | None = None
) -> Iterator[Row]:
    """Every row of the query; `at_most` so many."""
    if query.nothing or at_most == 0:
        return iter(())
    size = LARGEST if at_most is None else min(at_most, LARGEST)
    parts = split_query(query.terms)
    order = query.order
    if order in ((), ("id",), ("-id",)):
        down = order == ("-id",) or (not order and newest_first)
        walks = [_by_id(read, terms, size, down=down) for terms in parts]
        rows = walks[0] if len(walks) == 1 else _merged(walks, down=down)
    elif len(parts) > 1:
        raise InvalidInput(
            "order_by cannot be kept with so many values: leave it out, or give fewer of them."
        )
    else:
        rows = _ordered(read, query, size)
    return rows if at_most is None else islice(rows, at_most)


def split_query(terms: Terms) -> list[Terms]:
    """The terms as they are, or several times with a part of the longest `__in` each, so that a request fits."""
    if len(urlencode(terms)) <= _LONGEST:
        return [terms]
    longest = max(
        (index for index, (name, _) in enumerate(terms) if name.endswith("__in")),
        key=lambda index: len(terms[index][1]),
        default=None,
    )
    if longest is None or terms[longest][0].startswith("not__"):
        raise InvalidInput(
            "the filters are longer than the 8 kB that a request may have. Give fewer or shorter ones."
        )
    name, value = terms[longest]
    room = _LONGEST - len(urlencode([term for index, term in enumerate(terms) if index != longest]))
    return [(*terms[:longest], (name, part), *terms[longest + 1 :]) for part in _parts(name, value, room)]


def _parts(name: str, value: str, room: int) -> Iterator[str]:
    part: list[str] = []
    used = len(name) + 1
    for item in value.split(","):
        length = len(urlencode({"": item})) + 2
        if used + length > room and part:
            yield ",".join(part)
            part, used = [], len(name) + 1
        if used + length > room:
            raise InvalidInput(
                "the filters are longer than the 8 kB that a request may have. Give fewer of them."
            )
        part.append(item)
        used += length
    yield ",".join(part)


def _by_id(read: Read, terms: Terms, size: int, *, down: bool) -> Iterator[Row]:
    last: int | None = None
    page: MutableMapping[str, object] = {"order_by": "-id" if down else "id", "page_size": size}
    while True:
        beyond = () if last is None else (("id__lt" if down else "id__gt", str(last)),)
        found = read((*terms, *beyond), page)
        before = last
        for row in found.rows:
            number = row.get("id")
            if not isinstance(number, int):
                raise Unreachable("a row of the list has no id: the answer is not the controller's.")
            if last is None or (number < last if down else number > last):
                last = number
                yield row
        if not found.more:
            return
        if last == before:
            raise Unreachable("the pages of the list do not go on: each holds the same rows.")


def _merged(walks: Sequence[Iterator[Row]], *, down: bool) -> Iterator[Row]:
    """Several walks as one, by id; a row that stands in several (a host in two groups) comes once."""
    last = None
    for row in heapq.merge(*walks, key=lambda row: row["id"], reverse=down):
        if row["id"] != last:
            last = row["id"]
            yield row


def _ordered(read: Read, query: Query, size: int) -> Iterator[Row]:
    """By page numbers, ties by id. Rows that a shift pushed over a page's edge come at the end."""
    by_id = any(name.removeprefix("-") == "id" for name in query.order)
    order = ",".join(query.order if by_id else (*query.order, "id"))
    seen: set[int] = set()
    position, count, shifted = 0, None, False
    while True:
        number = position // size + 1
        page: MutableMapping[str, object] = {"order_by": order, "page_size": size, "page": number}
        found = _page(read, query.terms, page, first=number == 1)
        if found is None:
            shifted = True
            break
        size = int(str(page["page_size"]))  # halved where the page took too long
        shifted = shifted or (count is not None and found.count != count)
        count = found.count
        for row in found.rows:
            if row["id"] in seen:
                shifted = True
                continue
            seen.add(row["id"])
            yield row
        position = (number - 1) * size + len(found.rows)
        if not found.more or not found.rows:
            break
    if shifted:
        yield from (row for row in _by_id(read, query.terms, LARGEST, down=False) if row["id"] not in seen)


def _page(read: Read, terms: Terms, page: MutableMapping[str, object], *, first: bool) -> Page | None:
    """A page; None where the list has become too short for it (400 for hosts, 404 for others)."""
    try:
        return read(terms, page)
    except Refused as refused:
        if first or refused.status not in {400, 404}:
            raise
        return None
