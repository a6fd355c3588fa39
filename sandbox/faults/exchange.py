"""One request and its answer on the wire, with HTTP understood only as far as faults need it."""

import http.client
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, BinaryIO

Headers = tuple[tuple[str, str], ...]
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_LINGER_NOT = struct.pack("ii", 1, 0)  # closing sends RST and forgets what was not sent


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request; its body stays on the wire until somebody wants it."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Headers = ()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> Any:
        """The body as JSON, None where it is none."""
        return json.loads(self.body) if "json" in self.header("Content-Type") else None

    def saying(self, body: Any) -> "Reply":
        """The same answer with another body: JSON, or bytes as they are."""
        return replace(self, body=body if isinstance(body, bytes) else json.dumps(body).encode())

    def shifted(self, seconds: float) -> "Reply":
        """The same answer by a clock that goes wrong."""
        if not seconds:
            return self
        return replace(
            self, headers=tuple((name, _shift(name, value, seconds)) for name, value in self.headers)
        )

    def head(self, length: int | None = None) -> bytes:
        """Status line and headers, with a length that may be a lie."""
        reason = http.client.responses.get(self.status, "Unknown")
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers)]
        lines.append(f"Content-Length: {len(self.body) if length is None else length}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _shift(name: str, value: str, seconds: float) -> str:
    if name.lower() != "date":
        return value
    return format_datetime(parsedate_to_datetime(value) + timedelta(seconds=seconds), usegmt=True)


def read_request(reader: BinaryIO) -> Request | None:
    """The next request's head; None where the client has hung up. Raises `ValueError` for what is not HTTP."""
    line = reader.readline(65_536)
    if not line.strip():
        return None
    method, target, version = line.decode("latin-1").split(" ", 2)
    if not version.startswith("HTTP/"):
        raise ValueError(version)
    headers = http.client.parse_headers(reader)
    return Request(method, target, {name.lower(): value for name, value in headers.items()})


@dataclass(slots=True)
class Exchange:
    """What a fault gets into its hands."""

    request: Request
    upstream: tuple[str, int]
    connection: socket.socket
    reader: BinaryIO
    leave: Callable[[float], None]
    """Close the front's listener and all other connections for some seconds."""
    memory: dict[Any, Any]
    """What the rule remembers from exchange to exchange."""
    acted: Callable[[Request, Reply], None] = lambda *_: None
    skew: float = 0.0
    over: bool = False
    """The connection is not usable any more."""
    _body: bytes | None = None

    def body(self) -> bytes:
        if self._body is None:
            self._body = self.reader.read(int(self.request.headers.get("content-length", 0)))
        return self._body

    def ask(self) -> Reply:
        """Let the controller act, and take its answer."""
        link = http.client.HTTPConnection(*self.upstream, timeout=60)
        kept = {name: value for name, value in self.request.headers.items() if name not in _HOP_BY_HOP}
        try:
            link.request(self.request.method, self.request.target, self.body() or None, kept)
            response = link.getresponse()
            headers = tuple(pair for pair in response.getheaders() if pair[0].lower() not in _HOP_BY_HOP)
            reply = Reply(response.status, response.read(), headers).shifted(self.skew)
        except OSError:
            return Reply(502, b"", (("Server", "envoy"),))
        finally:
            link.close()
        self.acted(self.request, reply)
        return reply

    def answer(self, reply: Reply) -> None:
        self.body()
        self.send(reply.head() + reply.body)

    def send(self, data: bytes) -> None:
        try:
            self.connection.sendall(data)
        except OSError:
            self.over = True

    def hang_up(self) -> None:
        self.over = True

    def reset(self) -> None:
        """Not a good-bye, but RST: what a crashed proxy or a firewall sends."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self.over = True
