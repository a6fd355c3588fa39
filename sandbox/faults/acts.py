"""What can happen on the wire. A fault is called with the exchange instead of the ordinary course of things.

`after` says how far the request came: "unread" (only its head was looked at), "read" (whole, but the controller
never saw it), "acted" (the controller did what was asked, and its answer is lost).
"""

import time
from collections.abc import Callable
from typing import Literal

from sandbox.faults.exchange import Exchange, Reply

Fault = Callable[[Exchange], None]
After = Literal["unread", "read", "acted"]


def honest(exchange: Exchange) -> None:
    """No fault at all."""
    exchange.answer(exchange.ask())


def reset(after: After = "read") -> Fault:
    def fault(exchange: Exchange) -> None:
        _come(exchange, after)
        exchange.reset()

    return fault


def closed(after: After = "read") -> Fault:
    """The connection ends without an answer."""

    def fault(exchange: Exchange) -> None:
        _come(exchange, after)
        exchange.hang_up()

    return fault


def _come(exchange: Exchange, after: After) -> None:
    if after == "acted":
        exchange.ask()
    elif after == "read":
        exchange.body()


def answer(reply: Reply, *, after: After = "read", wait: float = 0.0) -> Fault:
    """This answer instead of the controller's, some seconds late."""

    def fault(exchange: Exchange) -> None:
        _come(exchange, after)
        time.sleep(wait)
        exchange.answer(reply.shifted(exchange.skew))

    return fault


def held(seconds: float) -> Fault:
    """The controller's own answer, late."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        time.sleep(seconds)
        exchange.answer(reply)

    return fault


def silent(seconds: float, *, after: After = "read") -> Fault:
    """No answer; the connection stays open so long."""

    def fault(exchange: Exchange) -> None:
        _come(exchange, after)
        time.sleep(seconds)
        exchange.hang_up()

    return fault


def cut(share: float = 0.5) -> Fault:
    """The answer breaks off in the middle of its body."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        exchange.send(reply.head() + reply.body[: int(len(reply.body) * share)])
        exchange.hang_up()

    return fault


def mislabeled(by: int) -> Fault:
    """A Content-Length that is wrong by so many bytes."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        exchange.send(reply.head(max(len(reply.body) + by, 0)) + reply.body)
        exchange.hang_up()

    return fault


def dripping(pause: float, piece: int = 64) -> Fault:
    """The body comes in small pieces, with a pause after each."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        exchange.send(reply.head())
        for at in range(0, len(reply.body), piece):
            if exchange.over:
                return
            exchange.send(reply.body[at : at + piece])
            time.sleep(pause)

    return fault


def leaving(seconds: float) -> Fault:
    """Answers, and from then on nothing listens for so long: the next connection is refused."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.ask()
        exchange.leave(seconds)
        exchange.answer(reply)
        exchange.hang_up()

    return fault


def whenever(deed: Callable[[Exchange], object], then: Fault = honest) -> Fault:
    """Something else happens first, for example on the controller."""

    def fault(exchange: Exchange) -> None:
        deed(exchange)
        then(exchange)

    return fault
