"""The page of a list that was asked for, with the links to its neighbours."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox.replies import Refused
from sandbox.store.kinds import Kind

PAGE_SIZE = 25
MAX_PAGE_SIZE = 200
Pairs = Sequence[tuple[str, str]]


def page(
    kind: Kind, rows: Sequence[Any], pairs: Pairs, path: str, show: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """Only the rows of the page are put into the API's shape."""
    asked = dict(pairs)
    size, told = _size(asked.get("page_size"))
    count = len(rows)
    number = _number(kind, asked.get("page") or "1", max(1, -(-count // size)))
    results = [show(row) for row in rows[(number - 1) * size : number * size]]
    if "count_disabled" in asked:
        if number > 1:
            raise _invalid(kind)
        return {"results": results}

    def link(to: int) -> str:
        query = [pair for pair in pairs if pair[0] not in {"page", "page_size"}]
        query += [("page", str(to)), *([("page_size", told)] if told is not None else [])]
        return f"{path}?{urlencode(sorted(query, key=lambda pair: pair[0]))}"

    after = link(number + 1) if number * size < count else None
    before = link(number - 1) if number > 1 else None
    return {"count": count, "next": after, "previous": before, "results": results}


def _size(given: str | None) -> tuple[int, str | None]:
    """The size, and how links tell it."""
    if given is None:
        return PAGE_SIZE, None
    if not given.isdigit() or int(given) < 1:
        return PAGE_SIZE, given
    size = min(int(given), MAX_PAGE_SIZE)
    return size, str(size)


def _number(kind: Kind, given: str, last: int) -> int:
    if given == "last":
        return last
    if not given.isdigit() or not 1 <= int(given) <= last:
        raise _invalid(kind)
    return int(given)


def _invalid(kind: Kind) -> Refused:
    if kind.path == "hosts":
        return Refused(400, {"error": "Invalid page."})
    return Refused(404, {"detail": "Invalid page."})
