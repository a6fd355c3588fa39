"""Why a request brought no answer: the faults of `requests` as one kind, in words for people."""

from __future__ import annotations

import re
from enum import Enum, auto

import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from aap_launcher.errors import InvalidInput, Problem


class Cause(Enum):
    """Why a request brought no answer."""

    NOWHERE = auto()  # the name does not resolve, or nothing listens
    TLS = auto()
    BARRED = auto()  # a proxy wants other credentials
    SLOW = auto()
    CLOSED = auto()  # the connection was closed, perhaps while it was idle
    OTHER = auto()


class Fault(Exception):
    """A request that brought no answer. `sent`: it may have been acted on."""

    def __init__(self, words: str, cause: Cause = Cause.OTHER, *, sent: bool) -> None:
        super().__init__(words)
        self.cause, self.sent = cause, sent


def fault_of(
    error: requests.RequestException, origin: str, *, connect: float, timeout: float, took: float
) -> Fault:
    """The fault in words, and whether the request can have reached the controller. All times are in seconds."""
    host = origin.partition("://")[2]
    late = f"no answer within {timeout:.3g} s"
    if took < timeout - 1 and origin.startswith("https:"):  # the greeting has the patience of a connection
        late = f"{host} does not answer the TLS greeting: is it https?"
    match error:
        case requests.exceptions.InvalidURL():
            raise InvalidInput("url cannot be asked", [Problem("url", "is not a URL")]) from None
        case requests.exceptions.SSLError():
            # Another TLS fault may come while the answer is read: only these are surely before the request.
            early = any(sign in str(error) for sign in ("CERTIFICATE_VERIFY_FAILED", "HANDSHAKE", "VERSION"))
            # A hang-up may be a busy proxy's; everything else of TLS stays as it is until someone mends it.
            cause = Cause.NOWHERE if "EOF" in str(error) else Cause.TLS
            return Fault(tls_words(error, host), cause, sent=not early)
        case requests.ConnectTimeout():
            return Fault(f"no connection to {host} within {connect:g} s", sent=False)
        case requests.Timeout():
            return Fault(late, Cause.SLOW, sent=True)
        case requests.ConnectionError() if "Read timed out" in str(error):
            return Fault(late, Cause.SLOW, sent=True)
        case requests.ConnectionError():
            return _connection_fault(error, host)
        case _:
            return Fault(f"the answer broke off ({_short(error)})", sent=True)


def _connection_fault(error: requests.ConnectionError, host: str) -> Fault:
    reason = error.args[0] if error.args else None
    reason = reason.reason if isinstance(reason, MaxRetryError) else reason
    if isinstance(error, requests.exceptions.ProxyError):
        return _proxy_fault(_short(reason), host)
    if isinstance(reason, NameResolutionError):
        return Fault(f"the name of {host} does not resolve", Cause.NOWHERE, sent=False)
    if isinstance(reason, NewConnectionError):
        return Fault(f"no connection to {host} ({_short(reason)})", Cause.NOWHERE, sent=False)
    return Fault("the connection was closed before the answer", Cause.CLOSED, sent=True)


def _proxy_fault(said: str, host: str) -> Fault:
    if said.startswith("407"):
        advice = "check the user and password in HTTPS_PROXY"
        return Fault(f"the proxy wants other credentials (407): {advice}", Cause.BARRED, sent=False)
    return Fault(f"the proxy did not connect to {host} ({said})", Cause.NOWHERE, sent=False)


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
    return f"TLS with {host} failed: {_innermost(error)}"


def of_unknown_authority(error: requests.exceptions.SSLError) -> bool:
    """Whether the handshake ended because nobody who is trusted signed the certificate: nothing was sent yet."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error) and tls_words(error, "{host}") == _UNKNOWN


def _innermost(error: BaseException) -> str:
    """The innermost reason, without urllib3's and requests' wrapping."""
    seen: BaseException = error
    while (
        inner := getattr(seen, "reason", None) or seen.__cause__ or (seen.args[0] if seen.args else None)
    ) and isinstance(inner, BaseException):
        seen = inner
    return str(seen)[:200]


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
