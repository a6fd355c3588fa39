"""Asking and telling: GETs outlive an outage, a POST is sent once, the credential is renewed once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from typing import TypeVar

from msgspec.structs import replace

from aap_launcher.controller import refusals, retry
from aap_launcher.controller.address import Address
from aap_launcher.controller.asking import NONE, Allowed, Query, Refuse, halve, made, with_query
from aap_launcher.controller.retry import TEMPORARY, Outage, Standing, Trouble
from aap_launcher.controller.transport import JSON, Response, Wire
from aap_launcher.controller.transport_errors import Fault
from aap_launcher.errors import AnswerLost, Interrupted, LauncherError, Unauthorized, Unreachable
from aap_launcher.models.notices import Notice
from aap_launcher.models.ports import Clock, Signals

_FINISHING = 4.0  # seconds that a signal leaves to a POST under way
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
        self.authorization = self.advice = ""  # advice: what to check when the credential is refused
        self.renew: Callable[[], str] | None = None
        self.product = self.version = ""  # X-API-Product-Name and -Version, once seen
        self._wire, self._timeout, self._tolerance, self._signals = wire, timeout, tolerance, signals
        self._standing = Standing()
        self._until = float("inf")
        self._signed = False  # the controller was seen to sign its answers (X-API-...)

    def on_wait(self, action: Callable[[], None]) -> None:
        """Call this about once a second while an answer is waited for."""
        self._wire.exchange.waiting = action

    def get(
        self,
        path: str,
        query: Query | None = None,
        *,
        what: str,
        allow: Allowed = NONE,
        anonymous: bool = False,
        usable: Callable[[Response], bool] = lambda answer: answer.is_json,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        refuse: Refuse = refusals.error,
        once: bool = False,
        pages: bool = False,
    ) -> Response:
        """GET (or OPTIONS) until an answer counts. Raises `Refused` for 4xx (but those in `allow`), `Unreachable`.

        What is not `usable`, and (once the credential was accepted) a 3xx or 4xx that the controller did not write,
        is asked for again. A mutable query whose page takes too long finds its size halved. `once`: nothing hangs on
        it, and the first trouble is raised. `pages`: a 3xx or 4xx is final whoever wrote it, as for a path that a
        person typed: the controller itself writes pages for those that it lacks.
        """

        def attempt() -> Response:
            with self._signals.listening():
                return self._send(method, with_query(path, query), anonymous=anonymous, headers=headers)

        def judge(answer: Response) -> Trouble | None:
            fine = answer.status in allow and not retry.migrating(answer)
            fine = fine and (answer.status < 300 or anonymous or pages or not self.foreign(answer))
            return None if fine else self._trouble(answer, None if anonymous else usable, pages=pages)

        def slow() -> None:
            if isinstance(query, MutableMapping):
                halve(query)

        answer = self._persist(attempt, judge, what, slow, once=once)
        return self._counted(answer, what, allow, refuse, anonymous=anonymous)

    def json(
        self,
        path: str,
        query: Query | None = None,
        *,
        what: str,
        keys: Collection[str] = (),
        like: Mapping[str, object] | None = None,
        once: bool = False,
    ) -> Mapping[str, object]:
        """GET a JSON object that has these keys, and the values of `like`: another object's page is no answer."""
        found: Mapping[str, object] = {}

        def usable(answer: Response) -> bool:
            nonlocal found
            body = refusals.json_body(answer)
            found = body if isinstance(body, dict) else {}
            return (
                isinstance(body, dict)
                and all(key in body for key in keys)
                and all(found.get(key) == value for key, value in (like or {}).items())
            )

        self.get(path, query, what=what, usable=usable, once=once)
        return found

    def post(self, path: str, body: Mapping[str, object], *, what: str, allow: Allowed = NONE) -> Response:
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
        allow: Allowed = NONE,
        refuse: Refuse = refusals.error,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """POST, PATCH, PUT or DELETE, repeated only while it is sure that it was not acted on.

        Sure is what the transport saw (no byte of it was handed over) and what the controller itself says. Raises
        `AnswerLost` where it may have been acted on, `Unreachable` where it was not, `Refused` for a no.
        """

        def attempt() -> Response:
            with self._signals.listening():
                pass  # a signal that came before stops it here
            try:
                # On a fresh connection: one that died while idle would look like a lost answer.
                with self._signals.finishing(_FINISHING):
                    return self._send(method, path, body=body, fresh=True, headers=headers)
            except Interrupted as stop:
                stop.sent = self._wire.exchange.sent
                raise
            except Fault as fault:
                if fault.sent:
                    error = AnswerLost(f"{what}: {fault}; it may have taken effect.")
                    error.location = made(fault.head)
                    raise error from None
                raise

        def judge(answer: Response) -> Trouble | None:
            return self._trouble(answer, None) if answer.status == 401 and not self.foreign(answer) else None

        answer = self._persist(attempt, judge, what)
        if retry.lost(answer, foreign=self.foreign(answer)):
            raise _lost(answer, what)
        return self._counted(answer, what, allow, refuse, anonymous=False)

    def foreign(self, answer: Response) -> bool:
        """Whether something in between wrote this answer: no JSON where there is a body, or no header of its."""
        return not refusals.controllers_own(answer, signed=self._signed)

    def stream(self, path: str, query: Query, *, what: str) -> Iterator[bytes]:
        """GET a body of any size and type, as it arrives. Raises `Unreachable` if it breaks off."""

        def attempt() -> tuple[Response, Iterator[bytes]]:
            with self._signals.listening():
                return self._wire.stream(
                    with_query(path, query), timeout=self._timeout, authorization=self.authorization
                )

        answer, chunks = self._persist(attempt, lambda pair: retry.of_answer(pair[0], self._standing), what)
        self._counted(answer, what, NONE, refusals.error, anonymous=False)
        try:
            yield from chunks
        except Fault as fault:
            raise Unreachable(f"{what}: {fault}.") from None

    def urgent(self, method: str, path: str, *, timeout: float, authorization: str = "") -> Response:
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

    def outage(self) -> Outage:
        """One spell without a usable answer, as long as it may last now."""
        return Outage(self._tolerance, self.clock, self._signals, self.tell, until=self._until)

    def close(self) -> None:
        self._wire.hang_up()

    def _persist(
        self,
        attempt: Callable[[], _Result],
        judge: Callable[[_Result], Trouble | None],
        what: str,
        slow: Callable[[], None] = lambda: None,
        *,
        once: bool = False,
    ) -> _Result:
        """Attempt until a result counts. `slow` is called when an attempt took too long or was too large."""
        outage = self.outage()
        while True:
            try:
                result = attempt()
            except Fault as fault:
                trouble = retry.of_fault(fault, self._standing)
            else:
                verdict = judge(result)
                if verdict is None:
                    outage.over()
                    return result
                trouble = verdict
            if trouble.slow:
                slow()
            try:
                if once and not (trouble.at_once and outage.first):
                    raise outage.end(trouble, what)
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
    ) -> Response:
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
        if version := answer.headers.get("X-API-Product-Version"):
            self.version, self.product = version, answer.headers.get("X-API-Product-Name", "")
        self._signed = self._signed or refusals.signed(answer)
        return answer

    def _trouble(
        self, answer: Response, usable: Callable[[Response], bool] | None, *, pages: bool = False
    ) -> Trouble | None:
        asked = 300 <= answer.status < 500 and answer.status not in {403, *TEMPORARY}
        # Before the credential was accepted a page may be a log-in portal's, which no waiting mends.
        asked = asked and (self._standing.accepted or (answer.status == 404 and self._signed))
        if asked and not pages and self.foreign(answer):
            return Trouble(f"{answer.status} that is not the controller's: {answer.beginning}")
        trouble = retry.of_answer(answer, self._standing)
        if trouble is None and usable is not None and 200 <= answer.status < 300 and not usable(answer):
            return Trouble(f"a page that is not the controller's: {answer.beginning}")
        return trouble

    def _counted(
        self, answer: Response, what: str, allow: Allowed, refuse: Refuse, *, anonymous: bool
    ) -> Response:
        fine = answer.status < 300 or answer.status in allow
        if fine:
            if not anonymous and answer.status != 401:
                self._standing = replace(self._standing, accepted=True)
            return answer
        error: LauncherError = refuse(answer, what)
        if isinstance(error, Unauthorized):
            error = Unauthorized(f"{error} {self.advice}".rstrip())
        raise error


def _lost(answer: Response, what: str) -> AnswerLost:
    """Something in between answered for the controller: `page` where what it says is its last word."""
    error = AnswerLost(f"{what}: {answer.status} {answer.beginning}; it may have taken effect.")
    last_word = 300 <= answer.status < 500 and answer.status not in TEMPORARY
    error.page = last_word and not retry.authorizer_failed(answer)
    return error
