"""All pages as one iterator: each object once, in constant memory, though pages shift while they are read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, MutableMapping
from itertools import islice
from typing import Any

import pytest

from aap_launcher.client.pages import Page, Terms, split_query, walk
from aap_launcher.client.query import Query
from aap_launcher.errors import InvalidInput, Refused, Unreachable

Asked = list[tuple[Terms, dict[str, object]]]


class Table:
    """A list of the controller's: it takes what the walk sends, and may change between two pages."""

    def __init__(self, ids: Any, name: Callable[[int], str] = str) -> None:
        self.ids, self.name = list(ids), name
        self.asked: Asked = []
        self.between: Callable[[Table], None] = lambda _: None

    def __call__(self, terms: Terms, page: MutableMapping[str, object]) -> Page:
        if self.asked:
            self.between(self)
        self.asked.append((terms, dict(page)))
        found: Any = self.ids
        for key, value in terms:
            found = self._fitting(found, key, value)
        rows = list(found)
        order = str(page["order_by"])
        if order in {"id", "-id"}:
            rows.sort(reverse=order == "-id")
        else:
            rows.sort(key=lambda number: (self.name(number), number), reverse=order.startswith("-"))
        size, at = int(str(page["page_size"])), int(str(page.get("page", 1))) - 1
        found = rows[at * size : (at + 1) * size]
        if at and not found:
            raise Refused("Invalid page.", status=404)
        return Page(
            [{"id": one, "name": self.name(one)} for one in found], len(rows) > (at + 1) * size, len(rows)
        )

    @staticmethod
    def _fitting(rows: Any, key: str, value: str) -> Any:
        match key:
            case "id__gt":
                return [one for one in rows if one > int(value)]
            case "id__lt":
                return [one for one in rows if one < int(value)]
            case "id__in":
                wanted = {int(one) for one in value.split(",")}
                return [one for one in rows if one in wanted]
            case _:
                return rows


def ids(table: Table, query: Query | None = None, **options: Any) -> list[int]:
    return [row["id"] for row in walk(table, query or Query(), **options)]


def test_a_list_is_walked_by_id_in_full_pages() -> None:
    table = Table(range(1, 451))
    assert ids(table) == list(range(1, 451))
    assert [terms for terms, _ in table.asked] == [(), (("id__gt", "200"),), (("id__gt", "400"),)]
    assert all(page == {"order_by": "id", "page_size": 200} for _, page in table.asked)


def test_runs_come_newest_first() -> None:
    table = Table(range(1, 451))
    assert ids(table, newest_first=True) == list(range(450, 0, -1))
    assert ids(Table([3, 1]), Query(order=("id",)), newest_first=True) == [1, 3]
    assert ids(Table([3, 1]), Query(order=("-id",))) == [3, 1]


def test_what_is_added_or_deleted_meanwhile_shifts_nothing() -> None:
    table = Table(range(1, 401))

    def change(table: Table) -> None:
        table.ids = [one for one in table.ids if one not in {5, 6, 7}]
        table.ids.append(max(table.ids) + 1)

    table.between = change
    found = ids(table)
    assert found[:400] == list(range(1, 401))
    assert len(found) == len(set(found))


def test_only_so_many_are_asked_for() -> None:
    table = Table(range(1, 451))
    assert ids(table, at_most=3) == [1, 2, 3]
    assert table.asked == [((), {"order_by": "id", "page_size": 3})]
    assert ids(table, at_most=0) == []
    table = Table(range(1, 451))
    assert ids(table, at_most=250) == list(range(1, 251))


def test_the_next_page_is_asked_for_when_its_first_row_is_wanted() -> None:
    table = Table(range(1, 451))
    assert len(list(islice(walk(table, Query()), 200))) == 200
    assert len(table.asked) == 1


def test_memory_stays_flat_over_many_pages() -> None:
    def endless(terms: Terms, page: MutableMapping[str, object]) -> Page:
        last = int(dict(terms).get("id__gt", "0"))
        return Page([{"id": last + at, "text": "x" * 500} for at in range(1, 201)], last < 4_000)

    rows = walk(endless, Query())
    list(islice(rows, 1000))
    tracemalloc.start()
    for _ in rows:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 800_000


@pytest.mark.parametrize("rows", [[{"name": "x"}], [{"id": "7"}]])
def test_rows_without_an_id_are_not_the_controllers(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(Unreachable):
        list(walk(lambda _terms, _page: Page(rows, more=True), Query()))


def test_pages_that_repeat_for_ever_end() -> None:
    with pytest.raises(Unreachable, match="do not go on"):
        list(walk(lambda _terms, _page: Page([{"id": 1}], more=True), Query()))


def test_an_order_is_kept_and_ties_go_by_id() -> None:
    table = Table(range(1, 451), name=lambda number: f"{number % 7}")
    found = ids(table, Query(order=("name",)))
    assert found == sorted(range(1, 451), key=lambda number: (number % 7, number))
    assert table.asked[0][1]["order_by"] == "name,id"
    assert [page["page"] for _, page in table.asked] == [1, 2, 3]


def test_rows_that_a_shift_pushed_over_a_pages_edge_come_at_the_end_and_none_twice() -> None:
    table = Table(range(1, 451))

    def change(table: Table) -> None:
        if len(table.asked) == 1:
            table.ids = [one for one in table.ids if one not in {1, 10, 100}]  # three rows slip onto page 1

    table.between = change
    found = ids(table, Query(order=("name",)))
    assert set(found) >= set(range(1, 451)) - {1, 10, 100}
    assert len(found) == len(set(found))


def test_a_list_that_becomes_shorter_than_the_page_ends() -> None:
    table = Table(range(1, 451))
    table.between = lambda table: table.ids.__delitem__(slice(3, None))
    found = ids(table, Query(order=("name",)))
    assert len(found) == len(set(found))
    assert {1, 2, 3} <= set(found)


def test_a_page_that_was_halved_repeats_and_drops_nothing() -> None:
    table = Table(range(1, 451), name=lambda number: f"{number:04}")

    def slow(terms: Terms, page: MutableMapping[str, object]) -> Page:
        if page.get("page") == 2 and page["page_size"] == 200:
            page["page_size"] = 100
        return table(terms, page)

    assert [row["id"] for row in walk(slow, Query(order=("name",)))] == list(range(1, 451))


def test_long_lists_of_values_are_split_and_each_row_comes_once_in_order() -> None:
    table = Table(range(1, 5001))
    wanted = tuple(range(2, 5001, 2))
    terms = (("name", "x"), ("id__in", ",".join(str(one) for one in wanted)))
    assert ids(table, Query(terms)) == list(wanted)
    assert all(len(dict(terms)["id__in"]) < 6000 for terms, _ in table.asked)
    assert ids(Table(range(1, 5001)), Query(terms), newest_first=True) == list(reversed(wanted))


def test_the_parts_hold_every_value_once() -> None:
    value = ",".join(f"häst-{one}" for one in range(2000))
    parts = split_query((("name__in", value), ("enabled", "true")))
    assert ",".join(dict(part)["name__in"] for part in parts) == value
    assert len(parts) > 1


@pytest.mark.parametrize(
    "terms", [(("name", "x" * 9000),), (("not__id__in", "1," * 5000),), (("name__in", f"a,{'x' * 9000}"),)]
)
def test_filters_that_fit_in_no_request_are_refused(terms: Terms) -> None:
    with pytest.raises(InvalidInput, match="8 kB"):
        split_query(terms)


def test_an_order_over_split_values_is_refused() -> None:
    terms = (("id__in", ",".join(str(one) for one in range(5000))),)
    with pytest.raises(InvalidInput, match="order_by"):
        walk(Table([]), Query(terms, ("name",)))


def test_nothing_to_match_asks_nothing() -> None:
    table = Table([1])
    assert ids(table, Query(nothing=True)) == []
    assert not table.asked
