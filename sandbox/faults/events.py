"""What happens to pages of events: each fault does it to the rows that the controller sent, and to nothing else."""

import random
import time
from collections.abc import Callable, Collection
from typing import Any

from sandbox.faults.acts import Fault
from sandbox.faults.exchange import Exchange
from sandbox.faults.jobs import changed

Rows = list[dict[str, Any]]


def _rows(edit: Callable[[Rows, dict[Any, Any]], Rows]) -> Fault:
    def fault(exchange: Exchange) -> None:
        changed(lambda page: {**page, "results": edit(page["results"], exchange.memory)})(exchange)

    return fault


def late(counters: Collection[int], seconds: float) -> Fault:
    """These events show so much later than the controller first had them."""

    def edit(rows: Rows, first_seen: dict[Any, Any]) -> Rows:
        now = time.monotonic()
        for row in rows:
            first_seen.setdefault(row["counter"], now)
        return [
            row
            for row in rows
            if row["counter"] not in counters or now - first_seen[row["counter"]] >= seconds
        ]

    return _rows(edit)


def missing(counters: Collection[int]) -> Fault:
    """These events never show."""
    return _rows(lambda rows, _: [row for row in rows if row["counter"] not in counters])


def doubled() -> Fault:
    """Every event stands in its page twice, and the last of the page before once more."""

    def edit(rows: Rows, memory: dict[Any, Any]) -> Rows:
        again = memory.get("last", [])
        memory["last"] = rows[-1:]
        return [*again, *(row for row in rows for _ in range(2))]

    return _rows(edit)


def shuffled(seed: int = 1) -> Fault:
    """The rows of a page stand in any order."""

    def edit(rows: Rows, memory: dict[Any, Any]) -> Rows:
        dice = memory.setdefault("dice", random.Random(seed))
        return sorted(rows, key=lambda _: dice.random())

    return _rows(edit)


def gaps(every: int) -> Fault:
    """Each page lacks every so many-th event, the next page lacks others."""

    def edit(rows: Rows, memory: dict[Any, Any]) -> Rows:
        memory["page"] = page = memory.get("page", 0) + 1
        return [row for row in rows if (row["counter"] + page) % every]

    return _rows(edit)


def with_output(counter: int, text: str) -> Fault:
    """This event has printed more than the controller says."""

    def edit(rows: Rows, _: dict[Any, Any]) -> Rows:
        return [
            {**row, "stdout": f"{row['stdout']}\r\n{text}"} if row["counter"] == counter else row
            for row in rows
        ]

    return _rows(edit)
