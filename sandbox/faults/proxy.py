"""A proxy for CONNECT on loopback, as a company puts it between its CI and the rest of the world."""

import contextlib
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator

from sandbox.faults.exchange import Request, read_request

_HOST = "127.0.0.1"


class Proxy:
    """`credentials`: (user, password) that it asks for; `asked`: the targets that it connected to."""

    def __init__(self, credentials: tuple[str, str] | None = None) -> None:
        self.asked: list[str] = []
        self.refused = 0
        user, password = credentials or ("", "")
        self._wanted = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}" if credentials else ""
        self._listener = socket.create_server((_HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), name="proxy", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as reader:
            request = read_request(reader)
            if request is None:
                return
            if refusal := self._refusal(request):
                connection.sendall(f"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n".encode())
                return
            self.asked.append(request.target)
            host, _, port = request.target.rpartition(":")
            with socket.create_connection((host, int(port))) as target:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(target, connection), daemon=True)
                back.start()
                _pump(connection, target)
                back.join()

    def _refusal(self, request: Request) -> str:
        if request.headers.get("proxy-authorization", "") != self._wanted and self._wanted:
            self.refused += 1
            return '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"'
        return "" if request.method == "CONNECT" else "405 Method Not Allowed"


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def connect_proxy(credentials: tuple[str, str] | None = None) -> Iterator[Proxy]:
    running = Proxy(credentials)
    try:
        yield running
    finally:
        running.close()
