"""What stands around a request: its query, and what an answer holds."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, MutableMapping
from urllib.parse import urlencode

from aap_launcher.controller import refusals
from aap_launcher.controller.transport import Response
from aap_launcher.errors import Refused, Unreachable

_SMALLEST_PAGE = 10
Query = Mapping[str, object]
Allowed = frozenset[int]  # statuses that are answers although they are no success
NONE: Allowed = frozenset()
Refuse = Callable[[Response, str], Refused]


def basic(username: str, password: str) -> str:
    """The Authorization value of a user name and password."""
    return "Basic " + b64encode(f"{username}:{password}".encode(errors="surrogateescape")).decode()


def with_query(path: str, query: Query | None) -> str:
    """The path with its query."""
    if not query:
        return path
    return path + ("&" if "?" in path else "?") + urlencode({key: str(value) for key, value in query.items()})


def as_object(answer: Response, what: str) -> Mapping[str, object]:
    """The answer's JSON object. Raises `Unreachable` where it is none: then it is not the controller's."""
    body = refusals.json_body(answer)
    if not isinstance(body, dict):
        raise Unreachable(f"{what}: the answer is not the controller's JSON; it begins: {answer.beginning}.")
    return body


_WHOLE = re.compile(r"/[0-9]+/$")


def made(head: Response | None) -> str:
    """The path of what a 201 made, from a head whose body was lost; "" where it does not tell."""
    if head is None or head.status != 201 or not refusals.signed(head):
        return ""
    place = head.headers.get("Location", "")
    return place if _WHOLE.search(place) else ""  # a head may be cut as well: `/api/v2/jobs/42` of 423


def halve(query: MutableMapping[str, object]) -> None:
    for name in ("limit", "page_size"):
        size = query.get(name)
        if isinstance(size, int):
            query[name] = max(size // 2, _SMALLEST_PAGE)
