"""Why a request brought no answer: the faults of `requests` as one kind, in words for people."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING

import requests
import urllib3
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProtocolError

from aap_launcher.controller.exchange import LARGEST, MIB, Exchange, Stage
from aap_launcher.controller.sockets import CONNECT
from aap_launcher.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from aap_launcher.controller.transport import Response


class Cause(Enum):
    """Why a request brought no answer."""

    NOWHERE = auto()  # the name does not resolve, or nothing listens
    AWAY = auto()  # nobody takes the connection
    TLS = auto()  # not trusted, not of this name, or none is spoken there
    BARRED = auto()  # a proxy wants other credentials
    SLOW = auto()
    LARGE = auto()  # the answer does not end
    CLOSED = auto()  # the connection was closed, perhaps while it was idle
    OTHER = auto()


class Fault(Exception):
    """A request that brought no answer. `sent`: it may have been acted on. `head`: the answer's, where that came."""

    def __init__(self, words: str, cause: Cause = Cause.OTHER, *, sent: bool) -> None:
        super().__init__(words)
        self.cause, self.sent = cause, sent
        self.head: Response | None = None


def fault_of(error: Exception, exchange: Exchange, origin: str, *, timeout: float) -> Fault:
    """The fault in words; whether the request was sent is what the exchange saw, whatever the error says."""
    if isinstance(error, requests.exceptions.InvalidURL) and not exchange.handed_over:
        raise InvalidInput("url cannot be asked", [Problem("url", "is not a URL")]) from None
    host = origin.partition("://")[2]
    limit = "larger" if exchange.too_large else exchange.stage if exchange.overdue else None
    if limit is None:
        words, cause = _reason(error, host, sent=exchange.handed_over)
    else:
        words, cause = _LIMITS[limit]
    told = words.format(host=host, connect=f"{min(CONNECT, timeout):.3g}", timeout=f"{timeout:.3g}")
    return Fault(told, cause, sent=exchange.sent)


_GREETING = "{host} does not answer the TLS greeting within {connect} s: if it speaks http, write http://{host} as url"
_SLOW = "no answer within {timeout} s"
_UNCONNECTED = "no connection to {host} within {connect} s"
_CLOSED = ("the connection was closed before the answer", Cause.CLOSED)
# What ended a request that had a limit of ours.
_LIMITS: dict[Stage | str, tuple[str, Cause]] = {
    "larger": (f"an answer of more than {LARGEST // MIB} MiB", Cause.LARGE),
    Stage.NAME: ("the name of {host} does not resolve: no name server answers", Cause.NOWHERE),
    Stage.CONNECTION: (_UNCONNECTED, Cause.AWAY),
    Stage.GREETING: (_GREETING, Cause.TLS),
    Stage.PROXY: ("the proxy did not connect to {host} within {timeout} s", Cause.AWAY),
    Stage.ANSWER: (_SLOW, Cause.SLOW),
}
# What else ends one, by the types in the error's chain; the first that fits.
_REASONS: tuple[tuple[tuple[type[BaseException], ...], tuple[str, Cause]], ...] = (
    ((NameResolutionError,), ("the name of {host} does not resolve", Cause.NOWHERE)),
    ((NewConnectionError,), ("no connection to {host} ({last})", Cause.NOWHERE)),
    ((requests.ConnectTimeout, ConnectTimeoutError), (_UNCONNECTED, Cause.AWAY)),
    ((requests.Timeout, TimeoutError), (_SLOW, Cause.SLOW)),
    ((http.client.IncompleteRead, urllib3.exceptions.IncompleteRead), ("the answer broke off", Cause.OTHER)),
    ((requests.exceptions.ChunkedEncodingError,), ("the answer broke off ({last})", Cause.OTHER)),
    ((requests.ConnectionError, ConnectionError, ProtocolError), _CLOSED),
)


def _reason(error: Exception, host: str, *, sent: bool) -> tuple[str, Cause]:
    chain = list(_chain(error))

    def holds(kinds: tuple[type[BaseException], ...]) -> bool:
        return any(isinstance(one, kinds) for one in chain)

    if holds((requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)):
        return _proxy_fault(_escaped(_short(chain[-1])))
    if holds((requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError)):
        hung_up = holds((ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "EOF" in str(error)
        if hung_up and sent:
            return _CLOSED
        # A hang-up may be a busy proxy's; everything else of TLS stays as it is until someone mends it.
        return _escaped(tls_words(error, host)), Cause.NOWHERE if hung_up else Cause.TLS
    last = _escaped(_short(chain[-1]))
    for kinds, (words, cause) in _REASONS:
        if holds(kinds):
            return words.replace("{last}", last), cause
    return f"the answer broke off ({last})", Cause.OTHER


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was made of, in requests', urllib3's and Python's wrapping."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = error.__cause__
        if inner is None:
            inner = next((one for one in error.args if isinstance(one, BaseException)), None)
        error = inner


def _proxy_fault(said: str) -> tuple[str, Cause]:
    if said.startswith("407"):
        advice = "check the user and password in HTTPS_PROXY"
        return f"the proxy wants other credentials (407): {advice}", Cause.BARRED
    return f"the proxy did not connect to {{host}} ({said})", Cause.NOWHERE


def _short(reason: object) -> str:
    """An exception's last words, without object addresses, error numbers and what is left of a repr."""
    said = str(reason).rpartition(": ")[2].rstrip("'\")")
    return re.sub(r"^\[Errno -?\d+\] ", "", said)[:120] or type(reason).__name__


def tls_words(error: BaseException, host: str) -> str:
    """What is wrong with TLS, and what to change."""
    text = str(error)
    for sign, fault in _TLS_FAULTS.items():
        if sign.lower() in text.lower():
            return fault.format(host=host)
    return f"TLS with {host} failed: {str(list(_chain(error))[-1])[:200]}"


def of_unknown_authority(error: Exception) -> bool:
    """Whether the handshake ended because nobody who is trusted signed the certificate: nothing was sent yet."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error) and tls_words(error, "{host}") == _UNKNOWN


_UNKNOWN = "the authority that signed the certificate of {host} is not trusted: give its own as ca_bundle"
_NO_TLS = "{host} does not speak TLS on this port; is it http, or another port?"
_TLS_FAULTS = {
    "Hostname mismatch": "the certificate is not for {host}: use the name it was issued for",
    "IP address mismatch": "the certificate is not for {host}: use the name it was issued for",
    "certificate has expired": "the certificate of {host} has expired",
    "not yet valid": "the certificate of {host} is not valid yet; check the clocks",
    "self-signed certificate": _UNKNOWN,
    "self signed certificate": _UNKNOWN,
    "unable to get local issuer": _UNKNOWN,
    "certificate required": "{host} asks for a client certificate: give client_cert and client_key",
    "bad certificate": "{host} did not accept the client certificate",
    "unknown ca": "{host} does not know the authority of the client certificate",
    "handshake failure": "{host} refused the TLS handshake; it may ask for a client certificate (client_cert)",
    "EOF occurred": "{host} closed the TLS connection; it may ask for a client certificate (client_cert)",
    "wrong version number": _NO_TLS,
    "record layer failure": _NO_TLS,
}
