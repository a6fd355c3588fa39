"""Sockets that keep to their exchange's limits, and the connections of urllib3 that are made of them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.client import BadStatusLine, HTTPResponse
from typing import Any, TypeVar

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from aap_launcher.controller.exchange import Exchange, Stage

CONNECT = 5.0  # seconds for a name, for the connections to all of its addresses, and for TLS's greeting
_Result = TypeVar("_Result")
_Address = tuple[Any, ...]  # as getaddrinfo gives it


class _Socket(socket.socket):
    """A socket that blocks only as long as its exchange lets it."""

    def __init__(self, exchange: Exchange, family: int, kind: int, proto: int) -> None:
        super().__init__(family, kind, proto)
        self.exchange = exchange

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        data = _within(self, lambda: socket.socket.recv(self, bufsize, flags))
        self.exchange.took(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:  # noqa: ANN401
        size = _within(self, lambda: socket.socket.recv_into(self, buffer, nbytes, flags))
        return self.exchange.took(size)

    def send(self, data: Any, flags: int = 0) -> int:  # noqa: ANN401 - the signature is socket's
        return _within(self, lambda: socket.socket.send(self, data, flags))

    def sendall(self, data: Any, flags: int = 0) -> None:  # noqa: ANN401 - the signature is socket's
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self.send(rest, flags) :]


class _TLSSocket(ssl.SSLSocket):
    """The same with TLS; `sendall` is made of `send` there."""

    exchange: Exchange

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is ssl's
        self.exchange.stage = Stage.GREETING
        self.settimeout(self.exchange.left(CONNECT))
        try:
            super().do_handshake(block)
        except TimeoutError:
            raise self.exchange.overran() from None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        data = _within(self, lambda: ssl.SSLSocket.recv(self, buflen, flags))
        self.exchange.took(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:  # noqa: ANN401
        size = _within(self, lambda: ssl.SSLSocket.recv_into(self, buffer, nbytes, flags))
        return self.exchange.took(size)

    def send(self, data: Any, flags: int = 0) -> int:  # noqa: ANN401 - the signature is ssl's
        return _within(self, lambda: ssl.SSLSocket.send(self, data, flags))


def _within(sock: _Socket | _TLSSocket, operation: Callable[[], _Result]) -> _Result:
    """Do it, in slices of time. Raises `TimeoutError` at the deadline."""
    while True:
        sock.settimeout(sock.exchange.slice())
        try:
            return operation()
        except TimeoutError:
            sock.exchange.waited()


def resolve(host: str, port: int, exchange: Exchange) -> list[_Address]:
    """The addresses of a name. Raises `socket.gaierror`, `TimeoutError`.

    getaddrinfo hears neither a deadline nor a signal (and may take 30 s for a name server that is silent), so it
    runs in a thread that is left behind where it takes too long.
    """
    exchange.stage = Stage.NAME
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        pass  # not an address
    answer: list[list[_Address] | OSError] = []
    done = threading.Event()

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            answer.append(error)
        except UnicodeError as error:  # a label that is empty or too long
            answer.append(socket.gaierror(socket.EAI_NONAME, str(error)))
        finally:
            done.set()

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    for _ in range(int(CONNECT)):
        if done.wait(exchange.slice()):
            break
        exchange.waited()
    if not done.is_set():
        raise exchange.overran()
    found = answer[0]
    if isinstance(found, OSError):
        raise found
    return found


def dial(host: str, port: int, exchange: Exchange, options: Any) -> socket.socket:  # noqa: ANN401
    """A connection to the first address that takes one. Raises `OSError`, `TimeoutError`."""
    addresses = resolve(host, port, exchange)
    exchange.stage = Stage.CONNECTION
    last: OSError = OSError("the name has no address")
    for number, (family, kind, proto, _, address) in enumerate(addresses):
        sock = None
        try:
            sock = _Socket(exchange, family, kind, proto)
            for option in options or ():
                sock.setsockopt(*option)
            sock.settimeout(exchange.left(CONNECT / (len(addresses) - number)))
            sock.connect(address)
        except OSError as error:
            last = error
            if sock is not None:
                sock.close()
        except BaseException:
            if sock is not None:
                sock.close()
            raise
        else:
            exchange.stage = Stage.PROXY
            return sock
    if isinstance(last, TimeoutError):
        raise exchange.overran()
    raise last


def _dialed(connection: HTTPConnection, exchange: Exchange) -> socket.socket:
    """What urllib3's `_new_conn` does, with its errors."""
    host = connection._dns_host  # noqa: SLF001 - with the dot at its end, which a resolver needs
    try:
        return dial(host, connection.port or 0, exchange, connection.socket_options)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"Connection to {host} timed out.") from error
    except OSError as error:
        raise NewConnectionError(connection, f"Failed to establish a new connection: {error}") from error


class _Response(HTTPResponse):
    """Every interim answer is passed over until the final one comes: http.client does so for `100 Continue` alone.

    A proxy may send `102 Processing` or `103 Early Hints` (RFC 9110, 15.2). Taken for the answer, the real one would
    be read as that of the next request on the connection.
    """

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not in typeshed
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            raise BadStatusLine(f"{status} {reason}")  # nobody asked for another protocol
        return version, HTTPStatus.CONTINUE if status < HTTPStatus.OK else status, reason


class _Plain(HTTPConnection):
    exchange: Exchange
    response_class = _Response

    def _new_conn(self) -> socket.socket:
        return _dialed(self, self.exchange)

    def connect(self) -> None:
        with self.exchange.connecting():
            super().connect()

    def send(self, data: Any) -> None:  # noqa: ANN401 - the signature is http.client's
        if self.sock is None and self.auto_open:
            self.connect()
        self.exchange.hands_over()
        super().send(data)


class _Secure(_Plain, HTTPSConnection):
    """The same over TLS: urllib3's HTTPSConnection comes next in the order of `super()`."""


class SocketAdapter(HTTPAdapter):
    """The transport of `requests` with our SSLContext and our sockets, directly and through a proxy."""

    def __init__(self, context: ssl.SSLContext, exchange: Exchange) -> None:
        self._context, self._exchange = context, exchange
        context.sslsocket_class = _bound(_TLSSocket, exchange)
        self._pools = {
            "http": _bound(HTTPConnectionPool, exchange, ConnectionCls=_bound(_Plain, exchange)),
            "https": _bound(HTTPSConnectionPool, exchange, ConnectionCls=_bound(_Secure, exchange)),
        }
        super().__init__(pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the signature is requests'
        super().init_poolmanager(*args, **options, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401 - the signature is requests'
        to_proxy = urllib3.util.ssl_.create_urllib3_context()
        to_proxy.load_default_certs()
        to_proxy.sslsocket_class = _bound(_TLSSocket, self._exchange)
        manager = super().proxy_manager_for(
            proxy, **options, ssl_context=self._context, proxy_ssl_context=to_proxy
        )
        manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401
        """Nothing: the context knows whom to trust; requests would load its own list into it."""

    def send(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - the signature is requests'
        self._exchange.watched = True
        return super().send(*args, **options)


def _bound(kind: type[_Result], exchange: Exchange, **more: object) -> type[_Result]:
    """The class for one exchange: urllib3 and ssl make the objects, and pass nothing of ours on."""
    return type(kind.__name__, (kind,), {"exchange": exchange, **more})
