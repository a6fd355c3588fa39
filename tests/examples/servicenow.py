"""A stand-in for a ServiceNow instance: the Table API's answers for two tables, over real HTTP."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOGIN = "Basic " + base64.b64encode(b"ci:secret").decode()


@dataclass
class Instance:
    """The records, what was asked, and the faults that come first."""

    tables: dict[str, list[dict[str, str]]]
    faults: list[tuple[int, str]] = field(default_factory=list)  # status and body of the next answers
    later: dict[int, tuple[int, str]] = field(default_factory=dict)  # the answer to the second request, ...
    notes: list[tuple[str, str]] = field(default_factory=list)  # (sys_id, work note)
    asked: list[str] = field(default_factory=list)
    tokens: int = 0  # how many OAuth tokens were given; only the last one counts
    now: datetime = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    url: str = ""

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "SERVICENOW_URL": self.url,
            "SERVICENOW_USERNAME": "ci",
            "SERVICENOW_PASSWORD": "secret",
        } | more


def _error(message: str, detail: str = "") -> dict[str, Any]:
    return {"error": {"message": message, "detail": detail}, "status": "failure"}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    instance: Instance

    def do_GET(self) -> None:
        if self._refused():
            return
        parts, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
        table = parts.path.rsplit("/", 1)[-1]
        if table not in self.instance.tables:
            self._send(400, _error("Invalid table " + table))
            return
        name, _, value = query["sysparm_query"][0].partition("=")
        fields = query["sysparm_fields"][0].split(",")
        found = [row for row in self.instance.tables[table] if row[name] == value]
        rows = [{key: self._value(row, key) for key in fields} for row in found]
        self._send(200, {"result": rows[: int(query["sysparm_limit"][0])]})

    def _value(self, row: dict[str, str], name: str) -> str:
        """A reference is a sys_id; `cmdb_ci.name` follows it."""
        field, _, more = name.partition(".")
        items = self.instance.tables.get(field, []) if more else []
        return next(
            (one[more] for one in items if one["sys_id"] == row.get(field)), "" if more else row.get(name, "")
        )

    def do_PATCH(self) -> None:
        if self._refused():
            return
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sys_id = urlsplit(self.path).path.rsplit("/", 1)[-1]
        if not any(row["sys_id"] == sys_id for rows in self.instance.tables.values() for row in rows):
            self._send(
                404,
                _error("No Record found", "Record doesn't exist or ACL restricts the record retrieval"),
            )
            return
        self.instance.notes.append((sys_id, body["work_notes"]))
        self._send(200, {"result": {"sys_id": sys_id}})

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        right = form.get("client_id") == ["app"] and form.get("password") == ["secret"]
        if right:
            self.instance.tokens += 1
            token = f"oauth-token-{self.instance.tokens}"
            self._send(200, {"access_token": token, "token_type": "Bearer", "expires_in": 1799})
        else:
            self._send(401, {"error": "invalid_client", "error_description": "access_denied"})

    def _refused(self) -> bool:
        self.instance.asked.append(f"{self.command} {self.path}")
        due = self.instance.later.pop(len(self.instance.asked), None)
        if due or self.instance.faults:
            status, body = due or self.instance.faults.pop(0)
            self._raw(status, body.encode(), {"Retry-After": "3"} if status == 429 else {})
            return True
        if self.headers["Authorization"] not in {LOGIN, f"Bearer oauth-token-{self.instance.tokens}"}:
            self._send(401, _error("User Not Authenticated", "Required to provide Auth information"))
            return True
        return False

    def _send(self, status: int, body: dict[str, Any]) -> None:
        self._raw(status, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _raw(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.instance.now, usegmt=True))
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def serve(instance: Instance) -> Iterator[Instance]:
    """Serve the instance on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"instance": instance}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    instance.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield instance
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
