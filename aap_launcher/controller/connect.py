"""From the inputs to a controller that is reached and logged in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from aap_launcher import __version__
from aap_launcher.controller import address, auth, discovery, tls
from aap_launcher.controller.api import API
from aap_launcher.controller.auth import Credential
from aap_launcher.controller.session import Session
from aap_launcher.controller.transport import Wire
from aap_launcher.inputs.parsing import Connection
from aap_launcher.models.notices import Notice
from aap_launcher.models.ports import Clock, Signals

Reached = TypeVar("Reached", bound=API)


def connect(
    kind: type[Reached],
    connection: Connection,
    *,
    clock: Clock,
    signals: Signals,
    tell: Callable[[Notice], None],
    mask: Callable[[str], None],
    trace: Callable[[str], None] | None = None,
    user_agent: str = f"aap-launcher/{__version__}",
) -> Reached:
    """Find the controller, log in, and be ready; a given token is tested by the first request.

    `kind`: `API`, or `Controller`, which knows jobs as well.
    `tell` hears of outages and weak settings, `mask` of each secret made on the way before it is used,
    `trace` of each request in one line without secrets. Raises `InvalidInput`, `Unauthorized`, `Unreachable`.
    """
    place = address.parse_address(connection.url)
    if not connection.verify_tls:
        tell(Notice("verify_tls is off: anyone on the way can read the credential", warning=True))
    if place.origin.startswith("http:") and not place.local_host:
        tell(Notice("url is http: anyone on the way can read credential and variables", warning=True))
    wire = _wire(connection, place.origin, clock=clock, user_agent=user_agent, trace=trace)
    session = Session(
        wire,
        place,
        timeout=connection.request_timeout,
        tolerance=connection.outage_tolerance,
        clock=clock,
        signals=signals,
        tell=tell,
    )
    platform = discovery.discover(session)
    session.advice = auth.advice(platform, token=bool(connection.token))
    reached = kind(session, platform, Credential(session, platform, mask, user_agent))
    try:
        reached.log_in(connection)
    except BaseException:
        reached.close()
        raise
    return reached


def _wire(
    connection: Connection,
    origin: str,
    *,
    clock: Clock,
    user_agent: str,
    trace: Callable[[str], None] | None,
) -> Wire:
    """The way to the origin. Where no authority is named, more of them are read once one is missed."""
    trusted = tls.trusted(origin)
    context = tls.build(connection, trusted)
    widen = None if connection.ca_bundle or trusted else partial(tls.widen, context)
    return Wire(origin, context, clock=clock, user_agent=user_agent, trace=trace, widen=widen)
