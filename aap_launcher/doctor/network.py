"""Between here and the controller: name, proxy, port, TLS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aap_launcher.controller import probes
from aap_launcher.controller.transport_errors import tls_words
from aap_launcher.doctor.check import Check, State
from aap_launcher.inputs.definitions import Connection
from aap_launcher.models import Clock
from aap_launcher.text.words import duration

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_SOON = 30 * 86400.0  # seconds before a certificate's end at which it is worth a warning


def network(connection: Connection, origin: str, clock: Clock, today: datetime) -> Iterator[Check]:
    """Step by step towards the controller; ends with the first step that cannot be taken."""
    host, port = probes.place(origin)
    if proxy := probes.proxy(origin):
        yield Check(
            "proxy", State.OK, f"{proxy} is asked for {host}: name, port and TLS are seen by it alone"
        )
        return
    try:
        found = probes.addresses(host, port)
    except OSError:
        advice = "Look at url for a typing error; from inside of a CI, at its DNS, or set HTTPS_PROXY."
        yield Check("name", State.NOT_OK, f"{host} does not resolve", advice, 4)
        return
    yield Check("name", State.OK, f"{host} is {', '.join(found[:4])}")
    try:
        took = probes.connection_time(host, port, clock)
    except OSError as error:
        advice = (
            "Look at the port in url, at firewalls in between, and whether the runner may reach this network."
        )
        yield Check("port", State.NOT_OK, f"no connection to {host}:{port} ({_short(error)})", advice, 4)
        return
    yield Check("port", State.OK, f"{port} answers in {took * 1000:.0f} ms")
    yield _tls(connection, origin, today)


def _tls(connection: Connection, origin: str, today: datetime) -> Check:
    host, port = probes.place(origin)
    if urlsplit(origin).scheme != "https" and host in _HERE:
        return Check("tls", State.OK, "none, and it is this machine")
    if urlsplit(origin).scheme != "https":
        return Check(
            "tls", State.WARNING, "none: url is http", "Anyone on the way can read the token. Use https."
        )
    try:
        seen = probes.certificate(connection, host, port)
    except TimeoutError:
        advice = "Look at the scheme and the port in url."
        return Check(
            "tls", State.NOT_OK, f"{host}:{port} does not answer the TLS greeting: is it http?", advice, 4
        )
    except OSError as error:
        advice = "verify_tls: false is no cure: it lets anyone on the way read the token."
        return Check("tls", State.NOT_OK, tls_words(error, host), advice, 4)
    if not connection.verify_tls:
        return Check(
            "tls", State.WARNING, f"{seen.protocol}, not verified", "Give ca_bundle, and turn verify_tls on."
        )
    return _until(seen, today)


def _until(seen: probes.Certificate, today: datetime) -> Check:
    left = seen.expires - today.timestamp()
    day = datetime.fromtimestamp(seen.expires, UTC).date()
    told = f"{seen.protocol}, certificate of {', '.join(seen.names[:3]) or seen.subject} by {seen.issuer}, until {day}"
    if left < _SOON:
        return Check(
            "tls", State.WARNING, f"{told}: {duration(left)} left", "Have it renewed before it ends."
        )
    return Check("tls", State.OK, told)


def _short(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
