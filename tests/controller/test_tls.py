"""Real handshakes on the loopback, with certificates made for the test."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aap_launcher.controller import tls
from aap_launcher.controller.transport import Wire
from aap_launcher.controller.transport_errors import Cause, Fault
from aap_launcher.errors import InvalidInput
from aap_launcher.inputs.parsing import Connection
from tests.controller.conftest import FakeClock
from tests.runtimes import program


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca, server (for localhost), old (expired), client: each NAME.pem with NAME.key."""
    place = tmp_path_factory.mktemp("pki")
    program_path = program("openssl", "it makes the certificates")

    def openssl(*words: str) -> None:
        subprocess.run([program_path, *words], cwd=place, check=True, capture_output=True)

    key = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test-ca", "-days", "2")
    for name, extra in {"server": "DNS:localhost", "client": "DNS:ci"}.items():
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (place / "ext").write_text(f"subjectAltName={extra}\n")
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext")
        openssl("x509", "-req", "-in", f"{name}.csr", *signing, "-days", "1", "-out", f"{name}.pem")
    openssl("rsa", "-aes128", "-passout", "pass:x", "-in", "client.key", "-out", "locked.key")
    return place


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def serving(pki: Path, *, client: bool = False) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    if client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pki / "ca.pem")
    server = _Server(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(origin: str, **inputs: Any) -> int:
    connection = Connection(origin, **inputs)
    wire = Wire(origin, tls.build(connection), clock=FakeClock(), user_agent="test")
    try:
        return wire.send("GET", "/", timeout=5).status
    finally:
        wire.hang_up()


def test_an_authority_may_be_given_as_path_text_or_text_with_escaped_lines(pki: Path) -> None:
    text = (pki / "ca.pem").read_text()
    with serving(pki) as port:
        for bundle in (str(pki / "ca.pem"), text, text.strip().replace("\n", "\\n")):
            assert ask(f"https://localhost:{port}", ca_bundle=bundle) == 200


def test_an_authority_that_is_not_trusted_is_told_with_what_to_do(pki: Path) -> None:
    with serving(pki) as port, pytest.raises(Fault, match="give its own as ca_bundle") as raised:
        ask(f"https://localhost:{port}")
    assert raised.value.cause is Cause.TLS
    assert not raised.value.sent


def test_an_authority_that_the_system_does_not_know_is_looked_for_once_in_the_wider_list(pki: Path) -> None:
    with serving(pki) as port:
        origin, asked = f"https://localhost:{port}", []
        context = tls.build(Connection(origin))

        def widen() -> None:
            asked.append(origin)
            context.load_verify_locations(pki / "ca.pem")

        wire = Wire(origin, context, clock=FakeClock(), user_agent="test", widen=widen)
        assert [wire.send("POST", "/", timeout=5, body=b"{}").status for _ in range(2)] == [501, 501]
        wire.hang_up()
        assert asked == [origin]


def test_what_the_system_trusts_is_trusted(pki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pki / "ca.pem"))
    with serving(pki) as port:
        assert ask(f"https://localhost:{port}") == 200


def test_without_a_store_of_the_system_the_list_of_mozilla_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls.build(Connection("https://aap.example.com")).cert_store_stats()["x509_ca"] > 100


def test_plain_http_reads_no_list_of_authorities() -> None:
    context = tls.build(Connection("http://localhost"))
    assert context.cert_store_stats()["x509_ca"] == 0


def test_a_name_that_the_certificate_is_not_for_is_told(pki: Path) -> None:
    with serving(pki) as port, pytest.raises(Fault, match=r"the certificate is not for 127.0.0.1"):
        ask(f"https://127.0.0.1:{port}", ca_bundle=str(pki / "ca.pem"))


def test_verification_can_be_turned_off(pki: Path) -> None:
    with serving(pki) as port:
        assert ask(f"https://127.0.0.1:{port}", verify_tls=False) == 200


def test_a_client_certificate_is_shown_from_text_and_leaves_no_file(pki: Path, tmp_path: Path) -> None:
    both = {
        name: (pki / f"client.{ending}").read_text()
        for name, ending in (("client_cert", "pem"), ("client_key", "key"))
    }
    with serving(pki, client=True) as port:
        assert ask(f"https://localhost:{port}", ca_bundle=str(pki / "ca.pem"), **both) == 200
        paths = {"client_cert": str(pki / "client.pem"), "client_key": str(pki / "client.key")}
        assert ask(f"https://localhost:{port}", ca_bundle=str(pki / "ca.pem"), **paths) == 200


def test_a_client_certificate_that_is_missing_is_told(pki: Path) -> None:
    with serving(pki, client=True) as port, pytest.raises(Fault, match=r"client certificate|closed"):
        ask(f"https://localhost:{port}", ca_bundle=str(pki / "ca.pem"))


def test_a_port_without_tls_is_told() -> None:
    server = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        with pytest.raises(Fault, match="does not speak TLS"):
            ask(f"https://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"ca_bundle": "/nowhere/ca.pem"}, 'ca_bundle: "/nowhere/ca.pem" does not exist'),
        (
            {"ca_bundle": "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----"},
            "ca_bundle: value is not PEM",
        ),
        ({"ca_bundle": "ENV"}, "is not PEM"),
        ({"client_key": "KEY"}, "client_cert: missing although client_key is given"),
        ({"client_cert": "/nowhere/c.pem"}, 'client_cert: "/nowhere/c.pem" does not exist'),
        ({"client_cert": "CERT", "client_key": "OTHER"}, "client_key: does not belong to client_cert"),
        ({"client_cert": "CERT", "client_key": "LOCKED"}, "protected by a pass phrase"),
        ({"client_cert": "ENV"}, "is not PEM"),
    ],
)
def test_what_cannot_be_used_is_named(pki: Path, inputs: dict[str, str], words: str) -> None:
    (pki / "env").write_text("AAP_TOKEN=x\n")
    files = {
        "ENV": "env",
        "CERT": "client.pem",
        "KEY": "client.key",
        "OTHER": "server.key",
        "LOCKED": "locked.key",
    }
    given = {name: str(pki / files[value]) if value in files else value for name, value in inputs.items()}
    with pytest.raises(InvalidInput) as raised:
        tls.build(Connection("https://host", **given))  # type: ignore[arg-type]
    assert words in str(raised.value)


def test_a_key_given_as_text_is_in_no_message(pki: Path) -> None:
    key = (pki / "server.key").read_text()
    with pytest.raises(InvalidInput) as raised:
        tls.build(Connection("https://host", client_cert=(pki / "client.pem").read_text(), client_key=key))
    assert key.splitlines()[1] not in str(raised.value)
