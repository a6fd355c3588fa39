"""What stands between here and the controller, looked at step by step: the name, the proxy, the port, TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from aap_launcher.controller import tls
from aap_launcher.inputs.definitions import Connection
from aap_launcher.models import Clock

_PATIENCE = 5.0  # seconds for each step


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the other side showed. `expires`: seconds since the epoch; `protocol`: e.g. "TLSv1.3"."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    expires: float
    protocol: str


def place(origin: str) -> tuple[str, int]:
    """Host and port of an origin."""
    parts = urlsplit(origin)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def proxy(origin: str) -> str:
    """The proxy that the environment names for this origin, without its password; "" for none."""
    found = select_proxy(origin, get_environ_proxies(origin, no_proxy=None))
    if not found:
        return ""
    parts = urlsplit(found if "://" in found else f"http://{found}")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def addresses(host: str, port: int) -> tuple[str, ...]:
    """Every address of the name. Raises OSError where it does not resolve."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def connection_time(host: str, port: int, clock: Clock) -> float:
    """Seconds until a connection stands. Raises OSError."""
    began = clock.now()
    socket.create_connection((host, port), timeout=_PATIENCE).close()
    return clock.now() - began


def certificate(connection: Connection, host: str, port: int, trusted: str = "") -> Certificate:
    """The certificate, verified as every request verifies it. Raises OSError, of which ssl.SSLError is one."""
    context = tls.build(connection, trusted)
    plain = socket.create_connection((host, port), timeout=_PATIENCE)
    with plain, context.wrap_socket(plain, server_hostname=host) as secured:
        shown: Mapping[str, Any] = secured.getpeercert() or {}
        protocol = secured.version() or ""
    expires = str(shown.get("notAfter", ""))
    return Certificate(
        subject=_name(shown.get("subject", ())),
        issuer=_name(shown.get("issuer", ())),
        names=tuple(str(value) for _, value in shown.get("subjectAltName", ())),
        expires=ssl.cert_time_to_seconds(expires) if expires else 0.0,
        protocol=protocol,
    )


def _name(parts: Any) -> str:  # noqa: ANN401 - what ssl gives: a tuple of tuples of pairs
    """`CN` of a distinguished name, with its organization."""
    pairs = {key: value for group in parts for key, value in group}
    told = [pairs.get("commonName", ""), pairs.get("organizationName", "")]
    return ", ".join(str(each) for each in told if each)
