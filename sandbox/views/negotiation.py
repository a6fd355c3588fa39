"""Which form of answer a request accepts, and what a request's body says."""

import json
from typing import Any

from flask import Request

from sandbox.replies import Refused, UnreadableBody, unreadable

_UNSUPPORTED = (
    "You did not use correct Content-Type in your HTTP request. "
    "If you are using our REST API, the Content-Type must be application/json"
)
_UNACCEPTABLE = "Could not satisfy the request Accept header."


def _accepted(request: Request) -> list[str]:
    header = request.headers.get("Accept", "*/*")
    return [part.partition(";")[0].strip().lower() for part in header.split(",")]


def accepts(request: Request, content_type: str) -> bool:
    kind = content_type.partition("/")[0]
    return any(given in {content_type, f"{kind}/*", "*/*"} for given in _accepted(request))


def wants_html(request: Request) -> bool:
    """A browser: it gets the browsable page instead of bare JSON."""
    if "format" in request.args:
        return request.args["format"] == "api"
    return not accepts(request, "application/json") and accepts(request, "text/html")


def check_acceptable(request: Request) -> None:
    wanted = request.args.get("format", "json")
    if wanted not in {"json", "api"}:
        raise Refused(404, {"detail": "Not found."})
    readable = accepts(request, "application/json") or "format" in request.args
    if not readable and not (request.method in {"GET", "HEAD"} and wants_html(request)):
        raise Refused(406, {"detail": _UNACCEPTABLE})


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. No body at all is an empty one."""
    raw = request.get_data()
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise UnreadableBody(415, {"detail": _UNSUPPORTED})
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise unreadable(f"JSON parse error - {error}\nPossible cause: trailing comma.") from error
    if not isinstance(value, dict):
        raise unreadable("JSON parse error - not a JSON object")
    return value
