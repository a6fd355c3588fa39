"""The front: a listener on loopback that passes requests on to a sandbox, unless a rule says otherwise."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from sandbox.faults.acts import honest
from sandbox.faults.exchange import Exchange, Reply, Request, read_request
from sandbox.faults.rules import Rule, Script

_HOST = "127.0.0.1"


class Behind(Protocol):
    """What a front may stand before: a `Sandbox`, or another front."""

    @property
    def origin(self) -> str: ...
    @property
    def url(self) -> str: ...


class Front:
    """Listening until it is closed. `idle`: connections without a request for so long are closed."""

    def __init__(
        self,
        behind: Behind,
        *rules: Rule,
        tls: ssl.SSLContext | None = None,
        host: str = _HOST,
        idle: float | None = None,
        skew: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.requests: list[Request] = []
        self.created: list[tuple[str, int]] = []
        """(path, id) of what the controller made for requests through this front, told to the client or not."""
        parts = urlsplit(behind.origin)
        self._upstream = (parts.hostname or _HOST, parts.port or 80)
        self._prefix = urlsplit(behind.url).path
        self._script = Script(rules, seed)
        self._tls, self._host, self._idle, self._skew = tls, host, idle, skew
        self._connections: set[socket.socket] = set()
        self._closed = False
        self._lock = threading.Lock()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    @property
    def origin(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.port}"

    @property
    def url(self) -> str:
        """What a launcher is given as the controller's URL."""
        return self.origin + self._prefix

    @property
    def launched(self) -> list[int]:
        """Ids of the jobs that were launched through this front."""
        return [number for path, number in self.created if path.endswith("launch/")]

    @property
    def unused(self) -> list[Rule]:
        """Rules that have befallen no request."""
        return self._script.unused

    def leave(self, seconds: float) -> None:
        """Nothing listens for so long; idle connections end."""
        with self._lock:
            self._stop_listening()
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        back = threading.Timer(seconds, self._return)
        back.daemon = True
        back.start()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._stop_listening()
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _return(self) -> None:
        with self._lock:
            if not self._closed:
                self._listener = self._listen(self.port)

    def _stop_listening(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server((_HOST, port))
        threading.Thread(target=self._accept, args=(listener,), name="front", daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._welcome, args=(connection,), name="front", daemon=True).start()

    def _welcome(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(30)
            if self._tls is not None:
                connection = self._tls.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
                _greet(connection)
            connection.settimeout(self._idle)
            with self._lock:
                self._connections.add(connection)
            with connection:
                self._serve(connection)
        except (OSError, ValueError):
            connection.close()
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            while request := self._next(connection, reader):
                self.requests.append(request)
                fault, memory = self._script.fault_for(request) or (honest, {})
                exchange = Exchange(
                    request, self._upstream, connection, reader, self.leave, memory, self._acted, self._skew
                )
                fault(exchange)
                if exchange.over:
                    return

    @staticmethod
    def _next(connection: socket.socket, reader: BinaryIO) -> Request | None:
        try:
            return read_request(reader)
        except ValueError:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            raise

    def _acted(self, request: Request, reply: Reply) -> None:
        if request.method == "POST" and reply.status == 201:
            self.created.append((request.path, int(reply.json()["id"])))


def _greet(connection: ssl.SSLSocket) -> None:
    """The TLS handshake; where it fails, the client is left the time to read why."""
    try:
        connection.do_handshake()
    except ssl.SSLError:
        with socket.socket(fileno=connection.detach()) as raw, contextlib.suppress(OSError):
            raw.settimeout(2)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65_536):
                pass
        raise


@contextlib.contextmanager
def front(
    behind: Behind,
    *rules: Rule,
    tls: ssl.SSLContext | None = None,
    host: str = _HOST,
    idle: float | None = None,
    skew: float = 0.0,
    seed: int = 1,
) -> Iterator[Front]:
    """A front before `behind`. `tls`: from an `Authority`; `host`: the name by which clients know it."""
    running = Front(behind, *rules, tls=tls, host=host, idle=idle, skew=skew, seed=seed)
    try:
        yield running
    finally:
        running.close()
