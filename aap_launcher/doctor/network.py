"""Between here and the controller: name, proxy, port, TLS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aap_launcher.controller import probes
from aap_launcher.controller.transport_errors import tls_words
from aap_launcher.doctor.check import Check, State
from aap_launcher.inputs.definitions import Connection
from aap_launcher.models.ports import Clock
from aap_launcher.text.words import duration

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_NO_CURE = "verify_tls: false is no cure: it lets anyone on the way read the token."
_ADVICE = (
    ("is not trusted", f"Whoever runs the platform has that authority's certificate. {_NO_CURE}"),
    ("has expired", f"Have it renewed: nothing here mends it. {_NO_CURE}"),
    ("not valid yet", "Look at the clocks of both machines."),
    ("is not for", f"Write one of its names in url, or have it issued for this one. {_NO_CURE}"),
    ("does not speak TLS", "Look at the scheme and the port in url."),
)
_SOON = 30 * 86400.0  # seconds before a certificate's end at which it is worth a warning


def network(connection: Connection, origin: str, clock: Clock, today: datetime) -> Iterator[Check]:
    """Step by step towards the controller; ends with the first step that cannot be taken."""
    host, port = probes.host_and_port(origin)
    if proxy := probes.proxy(origin):
        yield from _behind(connection, origin, proxy, today)
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


def _behind(connection: Connection, origin: str, proxy: str, today: datetime) -> Iterator[Check]:
    """A proxy resolves the name and makes the connection; TLS goes through it, to the controller itself."""
    host, _ = probes.host_and_port(origin)
    told = f"{proxy} is asked for {host}: it alone sees the name and the port"
    if urlsplit(origin).scheme != "https" or not proxy.startswith("http://"):
        yield Check("proxy", State.OK, told)
        return
    try:
        probes.tunnel(origin).close()
    except OSError as error:
        barred = "407" in str(error)
        words = "wants other credentials (407)" if barred else f"did not connect to {host} ({_short(error)})"
        advice = (
            "Check the user and password in HTTPS_PROXY."
            if barred
            else f"Look at HTTPS_PROXY, and whether the proxy may reach {host}; NO_PROXY names hosts that need none."
        )
        yield Check("proxy", State.NOT_OK, f"the proxy {words}: {proxy}", advice, 4)
        return
    yield Check("proxy", State.OK, told)
    yield _tls(connection, origin, today)


def _tls(connection: Connection, origin: str, today: datetime) -> Check:
    host, port = probes.host_and_port(origin)
    if urlsplit(origin).scheme != "https" and host in _HERE:
        return Check("tls", State.OK, "none, and it is this machine")
    if urlsplit(origin).scheme != "https":
        return Check(
            "tls", State.WARNING, "none: url is http", "Anyone on the way can read the token. Use https."
        )
    try:
        seen = probes.certificate(connection, origin)
    except TimeoutError:
        advice = "Look at the scheme and the port in url."
        return Check(
            "tls", State.NOT_OK, f"{host}:{port} does not answer the TLS greeting: is it http?", advice, 4
        )
    except OSError as error:
        words = tls_words(error, host)
        advice = next((advice for sign, advice in _ADVICE if sign in words), _NO_CURE)
        return Check("tls", State.NOT_OK, "; ".join(filter(None, [words, _shown(origin)])), advice, 4)
    if not connection.verify_tls:
        told = "; ".join(filter(None, [f"{seen.protocol}, not verified", _shown(origin)]))
        return Check("tls", State.WARNING, told, "Give ca_bundle, and turn verify_tls on.")
    return _until(seen, today)


def _shown(origin: str) -> str:
    """Whose certificate it is, where it could not be verified; "" where none is shown."""
    try:
        return f"it shows a {_described(probes.shown_certificate(origin))}"
    except (OSError, ValueError):
        return ""


def _described(seen: probes.Certificate) -> str:
    day = datetime.fromtimestamp(seen.expires, UTC).date()
    return f"certificate of {', '.join(seen.names[:3]) or seen.subject} by {seen.issuer}, until {day}"


def _until(seen: probes.Certificate, today: datetime) -> Check:
    left = seen.expires - today.timestamp()
    told = f"{seen.protocol}, {_described(seen)}"
    if left < _SOON:
        return Check(
            "tls", State.WARNING, f"{told}: {duration(left)} left", "Have it renewed before it ends."
        )
    return Check("tls", State.OK, told)


def _short(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
