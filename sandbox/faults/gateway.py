"""Answers that are not the controller's: as the platform gateway, its Envoy, nginx, routers and portals give them.

Texts and headers are those that clients have met in the field on AAP 2.5 to 2.7.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.faults.exchange import Headers, Reply

_ENVOY: Headers = (("Server", "envoy"),)
_TEXT: Headers = (("Content-Type", "text/plain"), *_ENVOY)
_PAGE: Headers = (("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"))


def text(status: int, body: str, *, retry_after: str = "") -> Reply:
    headers = (*_TEXT, ("Retry-After", retry_after)) if retry_after else _TEXT
    return Reply(status, body.encode(), headers)


def page(status: int, title: str, body: str = "") -> Reply:
    html = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    return Reply(status, html.encode(), _PAGE)


def json(status: int, body: Any, *, headers: Mapping[str, str] | None = None) -> Reply:
    named = (("Content-Type", "application/json"), *_ENVOY, *(headers or {}).items())
    return Reply(status, b"", named).saying(body)


def redirect(location: str, status: int = 302) -> Reply:
    moved = page(status, "Redirecting")
    return Reply(status, moved.body, (*moved.headers, ("Location", location)))


# The authorizer crashed or took too long: Envoy's default, and what later gateways say instead.
EMPTY_403 = Reply(403, b"", _ENVOY)
EMPTY_502 = Reply(502, b"", _ENVOY)
DATABASE_403 = json(403, {"details": "Unable to connect to database: TimeoutError"})
# Every node of the controller was ejected for half a minute.
NO_UPSTREAM = text(503, "no healthy upstream")
TERMINATED = text(
    503, "upstream connect error or disconnect/reset before headers. reset reason: connection termination"
)
TIMEOUT = text(504, "upstream request timeout")
# The controller's own: it signs its answers.
_SIGNED = {"X-API-Node": "awx-1", "X-API-Product-Name": "Red Hat Ansible Automation Platform"}
STALE_JWT = json(401, {"detail": "JWT has expired"}, headers=_SIGNED)
NOT_KNOWN = json(401, {"detail": "Authentication credentials were not provided."}, headers=_SIGNED)
FORBIDDEN = json(403, {"detail": "You do not have permission to perform this action."}, headers=_SIGNED)
ERROR_500 = json(500, {"error": "A server error has occurred."})
BAD_GATEWAY = page(502, "502 Bad Gateway", "<hr><center>nginx</center>")
ROUTER_504 = page(504, "504 Gateway Time-out", "The server didn't respond in time.")
APOLOGY = page(200, "We will be back soon", "The platform is being maintained.")
LOGIN = page(200, "Log in", '<form method="post"><input name="password" type="password"></form>')
