"""Asking and telling: GETs outlive an outage, a POST is sent once, the credential is renewed once."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlencode

from aap_launcher.controller import refusals
from aap_launcher.controller.address import Address
from aap_launcher.controller.retry import (
    Outage,
    Standing,
    Trouble,
    authorizer_failed,
    migrating,
    of_answer,
    of_fault,
)
from aap_launcher.controller.transport import JSON, Answer, Wire
from aap_launcher.controller.transport_errors import Fault
from aap_launcher.errors import AnswerLost, Interrupted, LauncherError, Refused, Unauthorized, Unreachable
from aap_launcher.models import Clock, Notice, Signals

_FINISHING = 4.0  # seconds that a signal leaves to a POST under way
_SMALLEST_PAGE = 10
Query = Mapping[str, object]
_Result = TypeVar("_Result")


class Session:
    """One credential at one address. `renew` makes a new Authorization value when the old one dies, once."""

    def __init__(
        self,
        wire: Wire,
        address: Address,
        *,
        timeout: float,
        tolerance: float,
        clock: Clock,
        signals: Signals,
        tell: Callable[[Notice], None],
    ) -> None:
        self.address, self.tell, self.clock = address, tell, clock
        self.authorization = ""
        self.renew: Callable[[], str] | None = None
        self.advice = ""  # what to check when the credential is refused
        self.product = self.version = ""  # X-API-Product-Name and -Version, once seen
        self._wire, self._timeout, self._tolerance, self._signals = wire, timeout, tolerance, signals
        self._standing = Standing()
        self._until = float("inf")

    def basic(self, username: str, password: str) -> str:
        """The Authorization value of a user name and password."""
        return "Basic " + b64encode(f"{username}:{password}".encode(errors="surrogateescape")).decode()

    def get(
        self,
        path: str,
        query: Query | None = None,
        *,
        what: str,
        allow: frozenset[int] = frozenset(),
        anonymous: bool = False,
        usable: Callable[[Answer], bool] = lambda answer: answer.is_json,
        method: str = "GET",
        refuse: Callable[[Answer, str], Refused] = refusals.error,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """GET (or OPTIONS) until an answer counts. Raises `Refused` for 4xx (but those in `allow`), `Unreachable`.

        A 200 that is not `usable` is not the controller's word, and asked for again like one of a proxy's.
        A mutable query whose page the controller cannot serve in time finds its size halved.
        """

        def attempt() -> Answer:
            with self._signals.listening():
                return self._send(method, with_query(path, query), anonymous=anonymous, headers=headers)

        def judge(answer: Answer) -> Trouble | None:
            fine = answer.status in allow and not migrating(answer)
            return None if fine else self._trouble(answer, None if anonymous else usable)

        def slow() -> None:
            if isinstance(query, MutableMapping):
                _halve(query)

        answer = self._persist(attempt, judge, what, slow)
        return self._counted(answer, what, allow, refuse, anonymous=anonymous)

    def json(
        self, path: str, query: Query | None = None, *, what: str, keys: Collection[str] = ()
    ) -> Mapping[str, object]:
        """GET a JSON object that has these keys."""
        found: Mapping[str, object] = {}

        def usable(answer: Answer) -> bool:
            nonlocal found
            body = refusals.content(answer)
            found = body if isinstance(body, dict) else {}
            return isinstance(body, dict) and all(key in body for key in keys)

        self.get(path, query, what=what, usable=usable)
        return found

    def post(
        self, path: str, body: Mapping[str, object], *, what: str, allow: frozenset[int] = frozenset()
    ) -> Answer:
        """POST JSON; see `change`."""
        # Not msgspec: it takes neither `Number` nor half a surrogate pair, which a survey's default may hold.
        return self.change("POST", path, json.dumps(body).encode(), what=what, allow=allow)

    def change(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        what: str,
        allow: frozenset[int] = frozenset(),
        refuse: Callable[[Answer, str], Refused] = refusals.error,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST, PATCH, PUT or DELETE, repeated only while it is sure that it was not acted on.

        Raises `AnswerLost` where it may have been, `Unreachable` where it was not, `Refused` for a no.
        """

        def attempt() -> Answer:
            with self._signals.listening():
                pass  # a signal that came before stops it here
            try:
                # On a fresh connection: one that died while idle would look like a lost answer.
                with self._signals.finishing(_FINISHING):
                    return self._send(method, path, body=body, fresh=True, headers=headers)
            except Interrupted as stop:
                stop.sent = True
                raise
            except Fault as fault:
                if fault.sent:
                    raise AnswerLost(f"{what}: {fault}; it may have taken effect.") from None
                raise

        def judge(answer: Answer) -> Trouble | None:
            return of_answer(answer, self._standing) if answer.status in {401, 429} else None

        answer = self._persist(attempt, judge, what)
        if answer.status >= 500 or authorizer_failed(answer):
            raise AnswerLost(f"{what}: {answer.status} {answer.beginning}; it may have taken effect.")
        return self._counted(answer, what, allow, refuse, anonymous=False)

    def stream(self, path: str, query: Query, *, what: str) -> Iterator[bytes]:
        """GET a body of any size and type, as it arrives. Raises `Unreachable` if it breaks off."""

        def attempt() -> tuple[Answer, Iterator[bytes]]:
            with self._signals.listening():
                return self._wire.stream(
                    with_query(path, query), timeout=self._timeout, authorization=self.authorization
                )

        answer, chunks = self._persist(attempt, lambda pair: of_answer(pair[0], self._standing), what)
        self._counted(answer, what, frozenset(), refusals.error, anonymous=False)
        try:
            yield from chunks
        except Fault as fault:
            raise Unreachable(f"{what}: {fault}.") from None

    def urgent(self, method: str, path: str, *, timeout: float, authorization: str = "") -> Answer:
        """Send once, on a fresh connection, deaf to signals: for cancel and goodbye. Raises `Fault`."""
        return self._wire.send(
            method,
            path,
            timeout=timeout,
            authorization=authorization or self.authorization,
            body=b"{}" if method == "POST" else None,
            fresh=True,
        )

    def hurry(self, until: float) -> None:
        """The end is near: no request and no outage lasts longer than to this time of the clock."""
        self._until = until

    def close(self) -> None:
        """Close the connections."""
        self._wire.hang_up()

    def _persist(
        self,
        attempt: Callable[[], _Result],
        judge: Callable[[_Result], Trouble | None],
        what: str,
        slow: Callable[[], None] = lambda: None,
    ) -> _Result:
        """Attempt until a result counts. `slow` is called when an attempt took too long."""
        tolerance = min(self._tolerance, max(self._until - self.clock.now(), 0.0))
        outage = Outage(tolerance, self.clock, self._signals, self.tell)
        while True:
            try:
                result = attempt()
            except Fault as fault:
                trouble = of_fault(fault, self._standing)
            else:
                verdict = judge(result)
                if verdict is None:
                    outage.over()
                    return result
                trouble = verdict
            if trouble.slow:
                slow()
            try:
                outage.wait(trouble, what)
            except Unauthorized:
                renew, self.renew = self.renew, None
                if renew is None:
                    raise
                self.authorization = renew()

    def _send(
        self,
        method: str,
        path: str,
        *,
        anonymous: bool = False,
        body: bytes | None = None,
        fresh: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        answer = self._wire.send(
            method,
            path,
            timeout=min(self._timeout, max(self._until - self.clock.now(), 0.5)),
            authorization="" if anonymous else self.authorization,
            body=body,
            accept=JSON,
            fresh=fresh,
            headers=headers,
        )
        self._standing = replace(self._standing, answered=True)
        self._learn(answer)
        return answer

    def _learn(self, answer: Answer) -> None:
        """The controller's name and version are in the headers of any answer of its own."""
        if version := answer.headers.get("X-API-Product-Version"):
            self.version, self.product = version, answer.headers.get("X-API-Product-Name", "")

    def _trouble(self, answer: Answer, usable: Callable[[Answer], bool] | None) -> Trouble | None:
        trouble = of_answer(answer, self._standing)
        if trouble is None and usable is not None and 200 <= answer.status < 300 and not usable(answer):
            return Trouble(f"a page that is not the controller's: {answer.beginning}")
        return trouble

    def _counted(
        self,
        answer: Answer,
        what: str,
        allow: frozenset[int],
        refuse: Callable[[Answer, str], Refused],
        *,
        anonymous: bool,
    ) -> Answer:
        fine = answer.status < 300 or answer.status in allow
        if fine:
            if not anonymous and answer.status != 401:
                self._standing = replace(self._standing, accepted=True)
            return answer
        error: LauncherError = refuse(answer, what)
        if isinstance(error, Unauthorized):
            error = Unauthorized(f"{error} {self.advice}".rstrip())
        raise error


def with_query(path: str, query: Query | None) -> str:
    """The path with its query."""
    if not query:
        return path
    return path + ("&" if "?" in path else "?") + urlencode({key: str(value) for key, value in query.items()})


def as_object(answer: Answer, what: str) -> Mapping[str, object]:
    """The answer's JSON object. Raises `Unreachable` where it is none: then it is not the controller's."""
    body = refusals.content(answer)
    if not isinstance(body, dict):
        raise Unreachable(f"{what}: the answer is not the controller's JSON; it begins: {answer.beginning}.")
    return body


def _halve(query: MutableMapping[str, object]) -> None:
    for name in ("limit", "page_size"):
        size = query.get(name)
        if isinstance(size, int):
            query[name] = max(size // 2, _SMALLEST_PAGE)
