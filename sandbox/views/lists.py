"""Lists of the API: filters, search, order and pages over rows that are already in the API's shape."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.replies import Refused
from sandbox.views.filters import Filters

PAGE_SIZE = 25
MAX_PAGE_SIZE = 200
RESERVED = frozenset(
    {
        "page",
        "page_size",
        "format",
        "order",
        "order_by",
        "search",
        "type",
        "host_filter",
        "count_disabled",
        "no_truncate",
        "limit",
        "validate",
    }
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that was asked for, and the links to its neighbours."""

    number: int
    size: int
    asked_size: str | None
    path: str
    query: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, path: str, args: "Args") -> "Page":
        size = _positive(args.get("page_size")) or PAGE_SIZE
        given = args.get("page_size")
        capped = min(size, MAX_PAGE_SIZE)
        number = args.get("page", "1")
        if not number.isdigit() or int(number) < 1:
            raise Refused(404, {"detail": "Invalid page."})
        asked = str(capped) if size != capped else given
        return cls(int(number), capped, asked, path, list(args.items(multi=True)))

    def bounds(self, count: int) -> slice:
        start = (self.number - 1) * self.size
        if start and start >= count:
            raise Refused(404, {"detail": "Invalid page."})
        return slice(start, start + self.size)

    def next(self, count: int) -> str | None:
        return self._link(self.number + 1) if self.number * self.size < count else None

    def previous(self) -> str | None:
        return self._link(self.number - 1) if self.number > 1 else None

    def _link(self, number: int) -> str:
        query = [(key, value) for key, value in self.query if key not in {"page", "page_size"}]
        query.append(("page", str(number)))
        if self.asked_size is not None:
            query.append(("page_size", self.asked_size))
        return f"{self.path}?{urlencode(sorted(query))}"


class Args(Mapping[str, str]):
    """The query of a request; a name may stand there more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def __getitem__(self, name: str) -> str:
        found = [value for key, value in self._pairs if key == name]
        if not found:
            raise KeyError(name)
        return found[-1]

    def __iter__(self) -> Any:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def items(self, *, multi: bool = False) -> Any:
        return self._pairs if multi else dict(self._pairs).items()

    def filters(self) -> list[tuple[str, str]]:
        return [(key, value) for key, value in self._pairs if key not in RESERVED]


def _positive(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and int(text) > 0 else None


def select(rows: Iterable[Row], args: Args, filters: Filters, order: str) -> list[Row]:
    chosen = filters.choose(rows, args.filters(), args.get("search"))
    return filters.sort(chosen, args.get("order_by") or order)


def answer(rows: Sequence[Row], args: Args, path: str) -> Row:
    page = Page.of(path, args)
    count = len(rows)
    results = list(rows[page.bounds(count)])
    if "count_disabled" in args:
        return {"results": results}
    return {"count": count, "next": page.next(count), "previous": page.previous(), "results": results}
