"""HTTP around the answers: a thread for each connection, TLS where asked, a real controller's slowness where asked."""

from __future__ import annotations

import ssl
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from bench.controller.api import Api

# A real controller: 20 ms for a request and 0.5 ms for a row of events (measured, AWX 24.6.1).
REQUEST_SECONDS, ROW_SECONDS = 0.020, 0.0005


class Server(ThreadingHTTPServer):
    """The load controller, listening on this machine only."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int = 0, *, tls: ssl.SSLContext | None = None, slow: bool = False) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.api, self.slow = Api(), slow
        if tls is not None:
            # The handshake belongs to the connection's thread: a slow client would hold up all others.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: whoever is measured may hang up at any time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(parts.query))
        status, content, rows = self.server.api.answer(self.command, parts.path, query, body)
        if self.server.slow and parts.path.startswith("/api/"):
            time.sleep(REQUEST_SECONDS + rows * ROW_SECONDS)
        if not parts.path.startswith("/bench/"):
            self.server.api.asked.append((time.monotonic(), self.command, self.path, len(content)))
        self._send(status, content)

    do_POST = do_PUT = do_OPTIONS = do_GET  # noqa: N815

    def _send(self, status: int, content: bytes) -> None:
        head = (
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            "X-API-Product-Name: AWX\r\nX-API-Product-Version: 24.6.1\r\n\r\n"
        )
        self.wfile.write(head.encode() + content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Nothing."""
