"""One request and its answer: what `requests` does here."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests
import urllib3
from urllib3.exceptions import HTTPError

from aap_launcher.controller.exchange import LARGEST, Exchange
from aap_launcher.controller.sockets import CONNECT, SocketAdapter
from aap_launcher.controller.transport_errors import fault_of, of_unknown_authority
from aap_launcher.controller.unzip import decompressed
from aap_launcher.errors import InvalidInput
from aap_launcher.models.ports import Clock
from aap_launcher.text import headers as headers_text

JSON = "application/json"
_PIECE = 1 << 18
_BROKEN = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)
# Query values that may be shown; names of templates and hosts are left out of the trace.
_SHOWN = frozenset(
    {
        "order_by",
        "no_truncate",
        "counter__gt",
        "limit",
        "page_size",
        "page",
        "format",
        "type",
        "id",
        "created__gte",
    }
)


class Response(NamedTuple):
    """What came back. `body` is whole and decompressed."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Without what may be secret."""
        return f"<{self.status} to {self.method} {self.path}>"

    @property
    def is_json(self) -> bool:
        """Whether the answer says that it is JSON."""
        return "json" in self.headers.get("Content-Type", "").lower()

    @property
    def beginning(self) -> str:
        """The first words of the body, on one line, for a message; a cut is shown, so that masks know of it."""
        text = " ".join(self.body[:600].decode("utf-8", "replace").split())
        return text[:120] + ("..." if len(text) > 120 or self.body[600:] else "") if text else "(empty)"


class _Http(requests.Session):
    """Follows no redirect: requests reads the address of one even when told not to, and fails on a broken one."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - requests' signature
        """Nowhere."""
        return None


class _NoCookies(requests.cookies.RequestsCookieJar):
    """A jar that keeps nothing: with a session cookie the gateway would demand a CSRF token."""

    def set_cookie(self, *_: object, **__: object) -> None:
        """Keep nothing."""


class Wire:
    """Sends requests to one origin, never anywhere else; `authorization` is the header's value.

    `widen` lets the context trust more: it is called once, when the authority of a certificate is not known.
    """

    def __init__(
        self,
        origin: str,
        context: ssl.SSLContext,
        *,
        clock: Clock,
        user_agent: str,
        trace: Callable[[str], None] | None = None,
        widen: Callable[[], None] | None = None,
    ) -> None:
        self.exchange = Exchange(clock)
        self._origin, self._clock, self._trace, self._widen = origin, clock, trace, widen
        self._context = context
        self._verify = context.verify_mode != ssl.CERT_NONE
        if not self._verify:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._user_agent = user_agent
        self._http = self._fresh()

    def send(
        self,
        method: str,
        path: str,
        *,
        timeout: float,
        authorization: str = "",
        body: bytes | None = None,
        accept: str = JSON,
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send once, read the whole answer, within `timeout` in all. Raises `Fault`.

        `fresh`: on a connection of its own.
        """
        if fresh:
            self.hang_up()
        started = self._clock.now()
        head: Response | None = None
        try:
            with self._open(
                method,
                path,
                timeout=timeout,
                authorization=authorization,
                body=body,
                accept=accept,
                headers=headers,
            ) as response:
                head = Response(method, path, response.status_code, response.headers, b"")
                answer = head._replace(body=b"".join(self._pieces(response)))
        except _BROKEN as error:
            self.hang_up()
            fault = fault_of(error, self.exchange, self._origin, timeout=timeout)
            fault.head = head
            self._note(method, path, started, str(fault))
            raise fault from None
        except BaseException:
            self.hang_up()  # an interrupt in the middle of an answer: this connection is not usable
            raise
        self._note(method, path, started, str(answer.status), len(answer.body))
        return answer

    def stream(self, path: str, *, timeout: float, authorization: str) -> tuple[Response, Iterator[bytes]]:
        """Like `send` of a GET for any media type, but the body of a 200 arrives as it is read.

        It may be of any size: each 256 KiB of it have `timeout` seconds.
        """
        started = self._clock.now()
        try:
            response = self._open("GET", path, timeout=timeout, authorization=authorization, accept="*/*")
            content = b"" if response.status_code == 200 else b"".join(self._pieces(response))
        except _BROKEN as error:
            self.hang_up()
            raise fault_of(error, self.exchange, self._origin, timeout=timeout) from None
        self._note("GET", path, started, str(response.status_code))
        answer = Response("GET", path, response.status_code, response.headers, content)
        return answer, self._chunks(response, timeout)

    def hang_up(self) -> None:
        """Close the connections; the next request opens a new one."""
        self._http.close()

    def _fresh(self) -> requests.Session:
        session = _Http()
        session.mount("https://", SocketAdapter(self._context, self.exchange))
        session.mount("http://", session.get_adapter("https://"))
        session.cookies = _NoCookies()
        session.headers.clear()
        return session

    def _open(
        self,
        method: str,
        path: str,
        *,
        timeout: float,
        authorization: str,
        body: bytes | None = None,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        sent = {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",  # the controller's messages follow it
        }
        if body is not None:
            sent["Content-Type"] = JSON
        for name, value in (headers or {}).items():  # in the place of ours, whatever their case
            sent = {key: one for key, one in sent.items() if key.lower() != name.lower()} | {name: value}

        for name, value in sent.items():
            if wrong := headers_text.fault(value):
                raise InvalidInput(f"the header {name} {wrong}; nothing was sent.")

        def identify(request: requests.PreparedRequest) -> requests.PreparedRequest:
            """Always set, so that requests never looks into ~/.netrc."""
            if authorization:
                request.headers["Authorization"] = authorization
            return request

        request = requests.Request(method, self._origin + path, headers=sent, data=body, auth=identify)
        ready = self._http.prepare_request(request)
        self.exchange.begin(timeout)
        try:
            return self._exchange(ready, timeout)
        except requests.exceptions.SSLError as error:
            widen, self._widen = self._widen, None
            if widen is None or self.exchange.handed_over or not of_unknown_authority(error):
                raise
            widen()
            return self._exchange(ready, timeout)

    def _exchange(self, request: requests.PreparedRequest, timeout: float) -> requests.Response:
        return self._http.send(
            request,
            timeout=(min(CONNECT, timeout), timeout),  # our sockets keep to the exchange's deadline instead
            allow_redirects=False,
            verify=self._verify,
            stream=True,
        )

    def _pieces(self, response: requests.Response) -> Iterator[bytes]:
        """The whole body, decompressed; no piece and no sum of them is larger than it may be."""
        size = 0
        for piece in decompressed(_as_it_comes(response), response.headers.get("Content-Encoding", "")):
            size += len(piece)
            if size > LARGEST:
                raise self.exchange.burst()
            self.exchange.left()
            yield piece

    def _chunks(self, response: requests.Response, timeout: float) -> Iterator[bytes]:
        got = 0
        try:
            with response:
                for piece in decompressed(
                    _as_it_comes(response), response.headers.get("Content-Encoding", "")
                ):
                    yield piece
                    got += len(piece)
                    if got >= _PIECE:  # a reader who takes long costs nothing
                        got = 0
                        self.exchange.renew(timeout)
        except _BROKEN as error:
            self.hang_up()
            raise fault_of(error, self.exchange, self._origin, timeout=timeout) from None

    def _note(self, method: str, path: str, started: float, end: str, size: int | None = None) -> None:
        if self._trace is None:
            return
        parts = urlsplit(path)
        query = "&".join(
            f"{key}={value if key in _SHOWN else '...'}"
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
        )
        took = f"{(self._clock.now() - started) * 1000:.0f} ms"
        amount = "" if size is None else f" {size / 1000:.0f} kB" if size >= 1000 else f" {size} B"
        self._trace(f"{method} {parts.path}{'?' + query if query else ''} {end} {took}{amount}")


def _as_it_comes(response: requests.Response) -> Iterator[bytes]:
    """The body in the pieces in which it arrives; `iter_content` waits for a full piece, however it drips."""
    while piece := response.raw.read1(_PIECE, decode_content=False):
        yield piece
