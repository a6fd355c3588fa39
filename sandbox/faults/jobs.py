"""Answers of the controller with something in them changed."""

import time
from collections.abc import Callable
from typing import Any

from sandbox.faults.acts import Fault
from sandbox.faults.exchange import Exchange

Edit = Callable[[Any], Any]


def changed(edit: Edit) -> Fault:
    """The controller's own JSON, edited; whatever is not JSON goes by untouched."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        body = reply.json() if reply.status < 300 else None
        exchange.answer(reply if body is None else reply.saying(edit(body)))

    return fault


def detail(
    *, when: Callable[[dict[str, Any]], bool] = lambda _: True, seconds: float | None = None, **fields: Any
) -> Fault:
    """These fields of a job's detail are different; `seconds` long after the first time that `when` holds."""

    def fault(exchange: Exchange) -> None:
        def edit(row: dict[str, Any]) -> dict[str, Any]:
            if not when(row):
                return row
            since = exchange.memory.setdefault("since", time.monotonic())
            if seconds is not None and time.monotonic() - since >= seconds:
                return row
            return {**row, **fields}

        changed(edit)(exchange)

    return fault
