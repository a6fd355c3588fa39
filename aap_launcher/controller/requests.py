"""Requests of any kind, for the client: a path and a query go out, JSON or a typed refusal comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from aap_launcher.controller import refusals
from aap_launcher.controller.asking import as_object
from aap_launcher.controller.retry import TEMPORARY, Outage
from aap_launcher.controller.session import Session
from aap_launcher.controller.transport import Response
from aap_launcher.errors import AnswerLost, InvalidInput, Refused
from aap_launcher.models.platform import Platform
from aap_launcher.text.quoting import quoted, whole

Terms = Sequence[tuple[str, str]]  # a query in which a key may stand twice
_FINAL = frozenset(range(300, 600)) - TEMPORARY - {401, 500}
_DELETED = frozenset({202, 204})  # an inventory's 202: it is gone later
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Requests:
    """The controller's API by path: `hosts/5/` below its root, or a path of its own (`/api/v2/hosts/5/`).

    GETs are retried while the outage tolerance lasts; what changes something is sent once. Raises the tree of
    `errors`: `Refused` and below for a no, `AnswerLost` where a change may have taken effect, `Unreachable`.
    """

    def __init__(self, session: Session, platform: Platform) -> None:
        self._session, self._platform = session, platform
        self.asked = 0  # how many requests were made here

    @property
    def version(self) -> str:
        """The controller's version, "" before any answer with a credential."""
        return self._session.version

    def outage(self) -> Outage:
        """For who sends again what was lost: how long to wait, which is told."""
        return self._session.outage()

    @property
    def site(self) -> str:
        """The installation's URL, without a slash at the end."""
        return self._session.address.site

    @property
    def origin(self) -> str:
        """Scheme, host and port: what stands before a path of the controller's."""
        return self._session.address.origin

    def path(self, path: str) -> str:
        """The path on the controller's host. Raises `InvalidInput` for an address of another one."""
        if "://" in path:
            try:
                parts = urlsplit(path)
            except ValueError:
                raise InvalidInput(f"{quoted(path)} is not an address.") from None
            if f"{parts.scheme}://{parts.netloc}".lower() != self._session.address.origin.lower():
                raise InvalidInput(f"{path} is not on {self._session.address.origin}: it is never asked.")
            path = parts.path + (f"?{parts.query}" if parts.query else "")
        if not whole(path):
            raise InvalidInput(f"{quoted(path)} is not valid Unicode. Give it as UTF-8.")
        place = path.partition("?")[0]
        odd = any(ord(letter) < 33 or letter == "#" for letter in path)
        if (
            odd or "//" in place or {".", ".."} & set(place.split("/"))
        ):  # it would not be sent as it stands here
            raise InvalidInput(f"{path!r} is not a path.")
        if path.startswith("/"):
            return self._session.address.local(path)
        return self._platform.api + quote(path, safe="/%?&=:@!$'()*+,;-._~[]")

    def get(
        self, path: str, terms: Terms = (), page: MutableMapping[str, object] | None = None, *, what: str
    ) -> Any:  # noqa: ANN401 - JSON is anything
        """The JSON that GET answers. `page`: the rest of the query, its page_size halved where it is too slow."""
        return refusals.json_body(self._send("GET", path, terms, page, what=what))

    def read(self, path: str, terms: Terms = (), *, what: str) -> Mapping[str, Any]:
        """The JSON object that GET answers."""
        return as_object(self._send("GET", path, terms, None, what=what), what)

    def options(self, path: str, *, what: str) -> Mapping[str, Any]:
        """What OPTIONS tells of a collection or an object."""
        return as_object(self._send("OPTIONS", path, (), None, what=what), what)

    def text(self, path: str, *, what: str) -> str:
        """The text that GET answers: metrics, standard output."""
        return b"".join(self._session.stream(self.path(path), {}, what=what)).decode("utf-8", "replace")

    def change(self, method: str, path: str, body: object, *, what: str) -> Response:
        """POST, PATCH or DELETE, sent once. `body` None: without one. Raises `AnswerLost` for another's answer."""
        data = None if body is None else _encoded(body, what)
        answer = self._session.change(method, self.path(path), data, what=what, refuse=refusals.spoken)
        page = answer.body.strip() and refusals.json_body(answer) is None
        if page or (method == "DELETE" and answer.status not in _DELETED):
            raise _unknown(answer, what)
        return answer

    def content(self, answer: Response, what: str, *, empty: bool = False) -> Mapping[str, Any]:
        """The JSON object that a change answered. `empty`: without a body it is an empty one.

        Raises `AnswerLost` where it is none: whether the change took effect is not said then.
        """
        found = refusals.json_body(answer)
        if empty and not answer.body.strip():
            return {}
        if not isinstance(found, dict):
            raise _unknown(answer, what)
        return found

    def json(self, answer: Response) -> Any:  # noqa: ANN401 - JSON is anything
        """The answer's JSON, None where it has none."""
        return refusals.json_body(answer)

    def refusal(self, answer: Response, what: str) -> Refused:
        """The error that an answer of 400 and above is."""
        return refusals.spoken(answer, what)

    def raw(
        self,
        method: str,
        path: str,
        terms: Terms = (),
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer to any request, whatever its status below 500 but 401 and 429; bytes are sent as they are."""
        what, place = f"{method} {path}", self.path(_asked(path, terms))
        self.asked += 1
        if method in _READING:
            return self._session.get(
                place,
                what=what,
                method=method,
                allow=_FINAL,
                usable=lambda _: True,
                refuse=refusals.spoken,
                headers=headers,
                pages=True,
            )
        data = body if body is None or isinstance(body, bytes) else _encoded(body, what)
        return self._session.change(
            method, place, data, what=what, allow=_FINAL, refuse=refusals.spoken, headers=headers
        )

    def _send(
        self, method: str, path: str, terms: Terms, page: MutableMapping[str, object] | None, *, what: str
    ) -> Response:
        def usable(answer: Response) -> bool:
            return answer.is_json or method == "OPTIONS"  # that one a proxy may answer itself, for ever

        place = self.path(_asked(path, terms))
        self.asked += 1
        return self._session.get(
            place, page, what=what, method=method, usable=usable, refuse=refusals.spoken, pages=True
        )


def _asked(path: str, terms: Terms) -> str:
    if not terms:
        return path
    if wrong := [name for name, value in terms if not whole(name + value)]:
        raise InvalidInput(f"{quoted(wrong[0])} is not valid Unicode. Give it as UTF-8.")
    return path + ("&" if "?" in path else "?") + urlencode(list(terms))


def _unknown(answer: Response, what: str) -> AnswerLost:
    begins = f"; it begins: {answer.beginning}" if answer.body.strip() else ": it is empty"
    return AnswerLost(
        f"{what}: the answer ({answer.status}) is not the controller's{begins}. It may have taken effect."
    )


def _encoded(body: object, what: str) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as fault:
        raise InvalidInput(f"{what}: the body is not JSON: {fault}.") from None
