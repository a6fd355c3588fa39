"""A stand-in of a controller whose answers are scripted, byte by byte, and the command line as a process against it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests import warm

API = "/api/v2/"
ROOT_ANSWER = {"current_version": API, "available_versions": {"v2": API}}
HTML = b"<!doctype html><title>Maintenance</title>"


@dataclass
class Ended:
    """How the process ended, and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        return self.stdout + self.stderr


@dataclass
class StandIn:
    """Answers by method and path below the API root; of several the last is repeated. What was sent is kept."""

    url: str
    folder: Path
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    sent: list[tuple[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    deaf: bool = False  # lists show all that they have, whatever name was asked for

    def says(self, asked: str, *bodies: Any, status: int = 200) -> None:
        """`says("POST hosts/", {...}, status=201)`; bytes are sent as they are, and None is no body."""
        self.answers[asked] = [
            (status, one if isinstance(one, bytes) else b"" if one is None else json.dumps(one).encode())
            for one in bodies
        ]

    def lists(self, path: str, *rows: Any) -> None:
        self.says(f"GET {path}", {"count": len(rows), "next": None, "previous": None, "results": list(rows)})

    def run(self, *arguments: str, stdin: str = "") -> Ended:
        """The command line as a script starts it."""
        environment = {
            "AAP_URL": self.url,
            "AAP_TOKEN": "t0ken",
            "XDG_CONFIG_HOME": str(self.folder),
            "AAP_OUTAGE_TOLERANCE": "2s",
        }
        ended = warm.run(*arguments, env=environment, stdin=stdin, cwd=self.folder)
        told = Ended(ended.returncode, ended.stdout, ended.stderr)
        assert "Traceback" not in told.said
        assert "fault of aap-launcher" not in told.said
        return told

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            place = urlsplit(self.path)
            path, named = place.path, dict(parse_qsl(place.query)).get("name")
            asked = f"{self.command} {path.removeprefix(API)}"
            if self.command not in {"GET", "OPTIONS"}:
                here.raw.append(body)
                here.sent.append((asked, json.loads(body) if body else None))
            status, content = self.find(asked)
            if named is not None and not here.deaf and b'"results"' in content:
                page = json.loads(content)
                rows = [row for row in page["results"] if row["name"] == named]
                content = json.dumps(page | {"results": rows, "count": len(rows)}).encode()
            self.send_response(status)
            if content or status != 204:
                self.send_header("Content-Length", str(len(content)))
            kind = "text/html" if content.startswith(b"<") else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("X-API-Node", "awx-1")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def find(self, asked: str) -> tuple[int, bytes]:
            if asked == "GET /api/":
                return 200, json.dumps(ROOT_ANSWER).encode()
            found = here.answers.get(asked)
            if found is None:
                return 404, b'{"detail": "Not found."}'
            return found.pop(0) if len(found) > 1 else found[0]

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = StandIn(f"http://127.0.0.1:{server.server_port}", tmp_path)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
