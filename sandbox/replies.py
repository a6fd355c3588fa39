"""Answers and refusals in the controller's forms."""

from typing import Any

from flask import Response

from sandbox.events.jsonbytes import encode

NO_CREDENTIALS = (
    "Authentication credentials were not provided. To establish a login session, visit /api/login/."
)
NO_PERMISSION = "You do not have permission to perform this action."
CHALLENGE = "Bearer realm=api authorization_url=/api/o/authorize/"
NOT_FOUND_PAGE = (
    '\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n'
    "  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n</body>\n</html>\n"
)


class Refused(Exception):
    """Ends the request with this answer."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


class UnreadableBody(Refused):
    """The body is looked at before the answer knows its user, so the answer lacks what only users are told."""


class NameNotFound(Refused):
    """A named URL is resolved before any view is called, so the answer lacks a view's headers."""


class ProxyRefused(Exception):
    """The gateway's proxy refuses by itself, without asking the controller: in words of its own."""


class HtmlNotFound(Exception):
    """The page for a path which no view serves."""


def json_reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return raw_json(encode(body), status, headers)


def raw_json(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, content_type="application/json")


def html(body: str, status: int = 200) -> Response:
    return Response(body, status, content_type="text/html; charset=utf-8")


def empty(status: int) -> Response:
    response = Response(b"", status)
    del response.headers["Content-Type"]
    return response


def unauthenticated() -> Refused:
    return Refused(401, {"detail": NO_CREDENTIALS}, {"WWW-Authenticate": CHALLENGE})


def forbidden(detail: str = NO_PERMISSION) -> Refused:
    return Refused(403, {"detail": detail})


def unreadable(detail: str) -> Refused:
    return UnreadableBody(400, {"detail": detail})


def bad_request(detail: str) -> Refused:
    return Refused(400, {"detail": detail})


def no_such(model: str) -> Refused:
    return Refused(404, {"detail": f"No {model} matches the given query."})


def method_not_allowed(method: str) -> Refused:
    return Refused(405, {"detail": f'Method "{method}" not allowed.'})
