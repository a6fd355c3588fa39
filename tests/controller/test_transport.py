"""What only a real socket shows: connections that die, answers that break off, redirects, proxies, compression."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aap_launcher.controller import tls
from aap_launcher.controller.transport import Wire
from aap_launcher.controller.transport_errors import Cause, Fault
from aap_launcher.inputs.parsing import Connection


class RealClock:
    """Sockets wait in real seconds."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


Act = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextlib.contextmanager
def serving(act: Act) -> Iterator[tuple[str, list[str]]]:
    """A server whose every request is answered by `act`; yields its origin and the requests it saw."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_request(self) -> None:
            seen.append(
                f"{self.command} {self.path} {self.headers.get('Authorization', '-')} {self.client_address[1]}"
            )
            act(self)

        do_GET = do_POST = handle_request  # noqa: N815 - the names are http.server's

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(
    handler: http.server.BaseHTTPRequestHandler, body: bytes = b"{}", status: int = 200, **headers: str
) -> None:
    if length := int(handler.headers.get("Content-Length", 0)):
        handler.rfile.read(length)
    handler.send_response(status)
    headers.setdefault("Content_Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextlib.contextmanager
def wired(origin: str) -> Iterator[Wire]:
    wire = Wire(origin, tls.build(Connection(origin)), clock=RealClock(), user_agent="test")
    try:
        yield wire
    finally:
        wire.hang_up()


def test_one_connection_serves_many_requests_and_a_fresh_one_is_another() -> None:
    with serving(answer) as (origin, seen), wired(origin) as wire:
        for fresh in (False, False, True, False):
            wire.send("GET", "/", timeout=5, fresh=fresh)
    ports = [line.rpartition(" ")[2] for line in seen]
    assert ports[0] == ports[1] != ports[2] == ports[3]


def test_a_redirect_is_not_followed_and_the_credential_stays() -> None:
    def redirect(handler: http.server.BaseHTTPRequestHandler) -> None:
        answer(handler, status=302, Location="http://127.0.0.1:1/elsewhere")

    with serving(redirect) as (origin, seen), wired(origin) as wire:
        assert wire.send("GET", "/a", timeout=5, authorization="Bearer x").status == 302
    assert len(seen) == 1


def test_a_connection_closed_before_the_answer_may_have_been_acted_on() -> None:
    def close(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    with serving(close) as (origin, _), wired(origin) as wire, pytest.raises(Fault) as raised:
        wire.send("POST", "/", timeout=5, body=b"{}")
    assert (raised.value.cause, raised.value.sent) == (Cause.CLOSED, True)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    def half(handler: http.server.BaseHTTPRequestHandler) -> None:
        answer(handler, b'{"results":', Content_Length="1000")
        handler.close_connection = True

    with (
        serving(half) as (origin, _),
        wired(origin) as wire,
        pytest.raises(Fault, match="broke off") as raised,
    ):
        wire.send("GET", "/", timeout=5)
    assert raised.value.sent


def test_silence_is_a_slow_answer() -> None:
    release = threading.Event()

    def wait(handler: http.server.BaseHTTPRequestHandler) -> None:
        release.wait(5)
        handler.close_connection = True

    with serving(wait) as (origin, _), wired(origin) as wire:
        with pytest.raises(Fault, match=r"no answer within 0.5 s") as raised:
            wire.send("GET", "/", timeout=0.5)
        release.set()
    assert (raised.value.cause, raised.value.sent) == (Cause.SLOW, True)


def test_an_answer_that_drips_ends_at_its_deadline() -> None:
    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        answer(handler, b"[", Content_Length="100000")
        with contextlib.suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b"1,")
                time.sleep(0.02)
        handler.close_connection = True

    with serving(drip) as (origin, _):
        wire = Wire(origin, tls.build(Connection(origin)), clock=RealClock(), user_agent="test")
        began = time.monotonic()
        with pytest.raises(Fault) as raised:
            wire.send("GET", "/", timeout=0.3)
        assert 0.2 < time.monotonic() - began < 1.5
        wire.hang_up()
    assert raised.value.cause is Cause.SLOW


def test_a_port_where_nothing_listens_was_surely_not_reached() -> None:
    with serving(answer) as (origin, _):
        pass
    with wired(origin) as wire, pytest.raises(Fault, match="Connection refused") as raised:
        wire.send("POST", "/", timeout=5, body=b"{}")
    assert (raised.value.cause, raised.value.sent) == (Cause.NOWHERE, False)


def test_a_proxy_of_the_environment_is_used_and_one_that_is_dead_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    with (
        wired("http://aap.example.com") as wire,
        pytest.raises(Fault, match="the proxy did not connect") as raised,
    ):
        wire.send("POST", "/", timeout=5, body=b"{}")
    assert not raised.value.sent
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(answer) as (origin, _), wired(origin) as wire:
        assert wire.send("GET", "/", timeout=5).status == 200


def test_a_compressed_answer_is_read_and_a_broken_one_is_no_answer() -> None:
    def compressed(handler: http.server.BaseHTTPRequestHandler) -> None:
        body = gzip.compress(b'{"a": 1}') if handler.path == "/good" else b"no gzip at all"
        answer(handler, body, Content_Encoding="gzip")

    with serving(compressed) as (origin, _), wired(origin) as wire:
        assert wire.send("GET", "/good", timeout=5).body == b'{"a": 1}'
        with pytest.raises(Fault):
            wire.send("GET", "/bad", timeout=5)


def test_cookies_are_not_kept() -> None:
    def cookie(handler: http.server.BaseHTTPRequestHandler) -> None:
        assert "Cookie" not in handler.headers
        answer(handler, Set_Cookie="csrftoken=abc; Path=/")

    with serving(cookie) as (origin, _), wired(origin) as wire:
        assert [wire.send("GET", "/", timeout=5).status for _ in range(2)] == [200, 200]
