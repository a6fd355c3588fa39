"""Every part of an answer has the request's one deadline, and a size that is bounded; what was sent is known by proof."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest
import trustme

from aap_launcher.controller import sockets, tls
from aap_launcher.controller.asking import made
from aap_launcher.controller.exchange import MIB
from aap_launcher.controller.retry import Standing, of_fault
from aap_launcher.controller.transport import Response, Wire
from aap_launcher.controller.transport_errors import Cause, Fault
from aap_launcher.controller.unzip import decompressed
from aap_launcher.inputs.parsing import Connection
from tests.controller.test_transport import RealClock

Speak = Callable[[socket.socket], None]
TIMEOUT = 0.4


@contextlib.contextmanager
def speaking(speak: Speak) -> Iterator[str]:
    """A server that reads a request's head and then speaks as it likes, byte by byte."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while not over.is_set():
                link, _ = listener.accept()
                with link, contextlib.suppress(OSError):
                    link.recv(65536)
                    speak(link)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()


@contextlib.contextmanager
def wired(origin: str) -> Iterator[Wire]:
    wire = Wire(origin, tls.build(Connection(origin)), clock=RealClock(), user_agent="test")
    try:
        yield wire
    finally:
        wire.hang_up()


def dripping(beginning: bytes, drop: bytes, every: float = 0.05) -> Speak:
    def speak(link: socket.socket) -> None:
        link.sendall(beginning)
        for _ in range(int(10 / max(every, 0.001))):
            link.sendall(drop)
            time.sleep(every)

    return speak


def flood(beginning: bytes, drop: bytes) -> Speak:
    def speak(link: socket.socket) -> None:
        link.sendall(beginning)
        for _ in itertools.repeat(None):
            link.sendall(drop)

    return speak


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"


@pytest.mark.parametrize(
    "speak",
    [
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a"),
        dripping(CHUNKED, b"1\r\na\r\n"),
        dripping(CHUNKED + b"1;x=", b"y"),
        dripping(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: 1\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 99)[:-8], b""),
    ],
    ids=[
        "status line",
        "head",
        "100 Continue",
        "103 Early Hints",
        "body",
        "chunks",
        "chunk extension",
        "trailers",
        "gzip",
    ],
)
def test_an_answer_that_drips_ends_at_the_deadline_whatever_part_of_it_does(speak: Speak) -> None:
    with speaking(speak) as origin, wired(origin) as wire:
        began = time.monotonic()
        with pytest.raises(Fault) as raised:
            wire.send("GET", "/", timeout=TIMEOUT)
        assert time.monotonic() - began < TIMEOUT + 1.5
    assert (raised.value.cause, raised.value.sent) == (Cause.SLOW, True)


@pytest.mark.parametrize(
    "speak",
    [
        flood(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 65536),
        flood(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: 1\r\n" * 10_000),
        flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000),
    ],
    ids=["body", "trailers", "100 Continue"],
)
def test_an_answer_without_an_end_is_cut_off(speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aap_launcher.controller.exchange.LARGEST", 2 * MIB)
    with speaking(speak) as origin, wired(origin) as wire, pytest.raises(Fault) as raised:
        wire.send("GET", "/", timeout=20)
    assert raised.value.cause is Cause.LARGE


def test_a_small_gzip_that_is_a_large_text_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aap_launcher.controller.transport.LARGEST", 4 * MIB)
    body = gzip.compress(b"\0" * (64 * MIB))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with (
        speaking(lambda link: link.sendall(head + body)) as origin,
        wired(origin) as wire,
        pytest.raises(Fault, match="more than") as raised,
    ):
        wire.send("GET", "/", timeout=20)
    assert raised.value.cause is Cause.LARGE


def test_decompression_gives_pieces_of_a_mebibyte_at_most() -> None:
    inside = gzip.compress(b"\0" * (16 * MIB))
    assert max(len(piece) for piece in decompressed([inside, inside], "gzip")) <= MIB
    assert sum(len(piece) for piece in decompressed([inside, inside, b"\0\0"], "gzip")) == 32 * MIB


@pytest.mark.parametrize(
    "broken",
    [zlib.compress(b"no gzip"), gzip.compress(b"x" * 9)[:-4], b"\x1f\x8b"],
    ids=["zlib", "cut", "begun"],
)
def test_what_is_no_gzip_or_breaks_off_is_a_value_error(broken: bytes) -> None:
    with pytest.raises(ValueError, match="gzip"):
        list(decompressed([broken], "gzip"))


def test_an_encoding_that_was_not_asked_for_is_no_answer() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"
    with speaking(lambda link: link.sendall(head)) as origin, wired(origin) as wire, pytest.raises(Fault):
        wire.send("GET", "/", timeout=5)


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints", b"199 Whatever"])
def test_what_comes_before_the_answer_is_not_taken_for_it(interim: bytes) -> None:
    """Else each answer on the connection would be read as that of the next request."""
    head = b"HTTP/1.1 " + interim + b"\r\nLink: </a.css>; rel=preload\r\n\r\n"

    def speak(link: socket.socket) -> None:
        for body in (b"1", b"2"):
            for _ in range(3):
                link.sendall(head)
            time.sleep(0.05)
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body)
            link.recv(65536)

    with speaking(speak) as origin, wired(origin) as wire:
        answers = [wire.send("GET", "/", timeout=5) for _ in range(2)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"1"), (200, b"2")]


def test_another_protocol_that_nobody_asked_for_is_no_answer() -> None:
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    with (
        speaking(lambda link: link.sendall(head)) as origin,
        wired(origin) as wire,
        pytest.raises(Fault) as raised,
    ):
        wire.send("POST", "/", timeout=5, body=b"{}")
    assert raised.value.sent


def test_whoever_waits_is_told_each_second_while_an_answer_is_awaited() -> None:
    told: list[float] = []
    with speaking(dripping(b"", b"", 0.1)) as origin, wired(origin) as wire:
        wire.exchange.waiting = lambda: told.append(time.monotonic())
        with pytest.raises(Fault):
            wire.send("GET", "/", timeout=2.3)
    assert len(told) == 2


def test_a_name_server_that_is_silent_costs_a_few_seconds_and_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = threading.Event()

    def silent(*given: object, **named: object) -> list[object]:
        if named.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "not an address")
        never.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    monkeypatch.setattr(sockets, "CONNECT", 1.0)
    began = time.monotonic()
    with wired("http://aap.example.com") as wire, pytest.raises(Fault, match="does not resolve") as raised:
        wire.send("POST", "/", timeout=20, body=b"{}")
    never.set()
    assert time.monotonic() - began < 4
    assert (raised.value.cause, raised.value.sent) == (Cause.NOWHERE, False)


def test_a_host_that_speaks_no_tls_is_told_and_nothing_was_sent() -> None:
    def wait(link: socket.socket) -> None:
        time.sleep(0.2)

    for speak in (wait, lambda link: link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")):
        with (
            speaking(speak) as origin,
            wired(origin.replace("http:", "https:")) as wire,
            pytest.raises(Fault) as raised,
        ):
            wire.send("POST", "/", timeout=5, body=b"{}")
        assert not raised.value.sent
        assert raised.value.cause in {Cause.TLS, Cause.NOWHERE}


def test_an_http_port_that_waits_for_more_is_asked_in_tls_once_and_told_as_http(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """https guessed for `host:port`: some servers take the greeting for the beginning of a request."""
    monkeypatch.setattr(sockets, "CONNECT", 0.3)
    with speaking(lambda link: time.sleep(1)) as origin:
        with wired(origin.replace("http:", "https:")) as wire, pytest.raises(Fault) as raised:
            wire.send("GET", "/", timeout=5)
        assert str(raised.value).endswith(f"if it speaks http, write {origin} as url")
    assert of_fault(raised.value, Standing()).tries == 0
    assert of_fault(raised.value, Standing(answered=True)).tries is None, "a controller that is busy for once"


def test_plain_text_in_the_middle_of_tls_proves_nothing_about_the_request() -> None:
    """The error says WRONG_VERSION_NUMBER, as it does where a greeting failed; the request had been handed over."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def serve(listener: socket.socket) -> None:
        link, _ = listener.accept()
        with link, context.wrap_socket(link.dup(), server_side=True) as secure:
            secure.recv(65536)
            link.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(listener,))
    thread.start()
    origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
    trusted = Connection(origin, ca_bundle=authority.cert_pem.bytes().decode())
    wire = Wire(origin, tls.build(trusted), clock=RealClock(), user_agent="test")
    with pytest.raises(Fault) as raised:
        wire.send("POST", "/", timeout=5, body=b"{}")
    wire.hang_up()
    thread.join()
    listener.close()
    assert raised.value.sent


def test_the_head_of_an_answer_whose_body_is_lost_is_kept() -> None:
    head = (
        b"HTTP/1.1 201 Created\r\nX-API-Node: a\r\nLocation: /api/v2/jobs/5/\r\nContent-Length: 99\r\n\r\n{"
    )
    with (
        speaking(lambda link: link.sendall(head)) as origin,
        wired(origin) as wire,
        pytest.raises(Fault) as raised,
    ):
        wire.send("POST", "/", timeout=5, body=b"{}")
    assert raised.value.head is not None
    assert raised.value.head.headers["Location"] == "/api/v2/jobs/5/"


@pytest.mark.parametrize(
    ("place", "whole"), [("/api/v2/jobs/423/", True), ("/api/v2/jobs/42", False), ("/api/v2/jo", False)]
)
def test_an_address_that_was_cut_with_its_head_is_not_followed(place: str, *, whole: bool) -> None:
    head = Response("POST", "/", 201, {"X-API-Node": "a", "Location": place}, b"")
    assert made(head) == (place if whole else "")
