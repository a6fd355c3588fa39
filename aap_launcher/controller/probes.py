"""What stands between here and the controller, looked at step by step: the name, the proxy, the port, TLS."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from requests.utils import get_environ_proxies, select_proxy

from aap_launcher.controller import tls
from aap_launcher.controller.transport_errors import of_unknown_authority
from aap_launcher.inputs.definitions import Connection
from aap_launcher.models.ports import Clock

_PATIENCE = 5.0  # seconds for each step
_NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which ssl does not name


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the other side showed. `expires`: seconds since the epoch; `protocol`: e.g. "TLSv1.3"."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    expires: float
    protocol: str


def host_and_port(origin: str) -> tuple[str, int]:
    """Host and port of an origin."""
    parts = urlsplit(origin)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def proxy(origin: str) -> str:
    """The proxy that the environment names for this origin, without its password; "" for none."""
    parts = urlsplit(_proxy(origin))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def _proxy(origin: str) -> str:
    found = select_proxy(origin, get_environ_proxies(origin, no_proxy=None)) or ""
    return found if "://" in found or not found else f"http://{found}"


def addresses(host: str, port: int) -> tuple[str, ...]:
    """Every address of the name. Raises OSError where it does not resolve."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def connection_time(host: str, port: int, clock: Clock) -> float:
    """Seconds until a connection stands. Raises OSError."""
    began = clock.now()
    socket.create_connection((host, port), timeout=_PATIENCE).close()
    return clock.now() - began


def tunnel(origin: str) -> socket.socket:
    """A connection to the origin, through its proxy where it has one. Raises OSError, with the proxy's own no."""
    host, port = host_and_port(origin)
    through = urlsplit(_proxy(origin))
    if not through.hostname:
        return socket.create_connection((host, port), timeout=_PATIENCE)
    link = http.client.HTTPConnection(through.hostname, through.port or 80, timeout=_PATIENCE)
    user, password = unquote(through.username or ""), unquote(through.password or "")
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    link.set_tunnel(host, port, {"Proxy-Authorization": f"Basic {basic}"} if user else {})
    try:
        link.connect()
    except http.client.HTTPException as fault:
        raise OSError(f"its answer is not a proxy's: {type(fault).__name__}") from None
    return link.sock


def certificate(connection: Connection, origin: str) -> Certificate:
    """The certificate, verified as every request verifies it. Raises OSError, of which ssl.SSLError is one."""
    named = tls.trusted(origin)
    context = tls.build(connection, named)
    try:
        return _greeted(origin, context)
    except ssl.SSLError as error:
        if connection.ca_bundle or named or not of_unknown_authority(error):
            raise
    tls.widen(context)
    return _greeted(origin, context)


def shown_certificate(origin: str) -> Certificate:
    """The certificate that the other side shows, whatever is wrong with it; nothing is sent there. Raises OSError."""
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE
    with (
        tunnel(origin) as plain,
        anyone.wrap_socket(plain, server_hostname=host_and_port(origin)[0]) as secured,
    ):
        pem = ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"")
    itself = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # ssl reads only what it has verified
    itself.check_hostname = False
    itself.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    itself.load_verify_locations(cadata=pem)
    return _greeted(origin, itself)


def _greeted(origin: str, context: ssl.SSLContext) -> Certificate:
    with (
        tunnel(origin) as plain,
        context.wrap_socket(plain, server_hostname=host_and_port(origin)[0]) as secured,
    ):
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
