"""Stand-ins for GitHub's identity provider, for Vault and for Azure: real JWTs, checked as the real ones check them."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://ci.example.com"
SUBJECT = "repo:acme/shop:environment:prod"


def _packed(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Stores:
    """The key that signs, what is stored, and what was asked."""

    secret: str = "ci-bot-token"
    password: str = "ci-bot-password"
    url: str = ""
    asked: list[str] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def jwt(self, audience: str, **claims: Any) -> str:
        """A JWT as a CI gives it: RS256, for five minutes."""
        now = int(time.time())
        body = {"iss": ISSUER, "sub": SUBJECT, "aud": audience, "iat": now, "exp": now + 300} | claims
        text = f"{_packed(json.dumps({'alg': 'RS256', 'kid': '1'}).encode())}.{_packed(json.dumps(body).encode())}"
        return f"{text}.{_packed(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def check(self, jwt: str, audience: str) -> str:
        """What is wrong with a JWT, "" where nothing is."""
        try:
            text, _, signature = jwt.rpartition(".")
            claims = json.loads(_unpacked(text.split(".")[1]))
            public = self.key.public_key()
            public.verify(_unpacked(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, IndexError, InvalidSignature):
            return "error verifying token signature"
        if claims["aud"] != audience:
            return "invalid audience (aud) claim"
        if claims["exp"] < time.time():
            return "token is expired"
        return (
            "" if claims["sub"] == SUBJECT else "sub claim does not match any associated bound claim values"
        )


class Handler(BaseHTTPRequestHandler):
    """One request to any of the three."""

    stores: Stores

    def do_GET(self) -> None:
        self.stores.asked.append(f"GET {self.path}")
        parts = urlsplit(self.path)
        if parts.path == "/identity":
            right = self.headers["Authorization"] == "Bearer runner"
            audience = parse_qs(parts.query)["audience"][0]
            self._send(200 if right else 401, {"value": self.stores.jwt(audience)} if right else {})
        elif parts.path == "/v1/secret/data/ci/aap":
            right = self.headers["X-Vault-Token"] == "hvs.one"
            answer: dict[str, Any] = {
                "data": {
                    "data": {"token": self.stores.secret, "password": self.stores.password},
                    "metadata": {"version": 3},
                }
            }
            self._send(200, answer) if right else self._send(403, {"errors": ["permission denied"]})
        elif parts.path == "/secrets/aap-token":
            right = self.headers["Authorization"] == "Bearer azure-one"
            answer = {"value": self.stores.secret, "id": self.path}
            self._send(200, answer) if right else self._send(401, {"error": {"code": "Unauthorized"}})
        else:
            self._send(404, {"errors": []})

    def do_POST(self) -> None:
        self.stores.asked.append(f"POST {self.path}")
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/v1/auth/jwt/login":
            given = json.loads(body)
            wrong = self.stores.check(given["jwt"], self.stores.url)
            if given["role"] != "deploy":
                wrong = f'role "{given["role"]}" could not be found'
            answer: dict[str, Any] = (
                {"errors": [wrong]} if wrong else {"auth": {"client_token": "hvs.one", "lease_duration": 300}}
            )
            self._send(400 if wrong else 200, answer)
        else:
            form = parse_qs(body)
            wrong = self.stores.check(form["client_assertion"][0], "api://AzureADTokenExchange")
            answer = (
                {"error": "invalid_client", "error_description": wrong}
                if wrong
                else {"access_token": "azure-one"}
            )
            self._send(401 if wrong else 200, answer)

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def serve(stores: Stores) -> Iterator[Stores]:
    """Serve all three on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"stores": stores}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    stores.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stores
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
