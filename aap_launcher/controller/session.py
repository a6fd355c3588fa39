"""Asking and telling: GETs outlive an outage, a POST is sent at most once, and the credential is renewed once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import msgspec

from aap_launcher.controller import refusals
from aap_launcher.controller.address import Address
from aap_launcher.controller.outage import Outage, Standing, Trouble, of_answer, of_fault
from aap_launcher.controller.wire import JSON, Answer, Fault, Wire
from aap_launcher.errors import AnswerLost, LauncherError, Unauthorized, Unreachable
from aap_launcher.models import Clock, Notice, Signals

_FINISHING = 4.0  # seconds that a signal leaves to a POST under way
_SMALLEST_PAGE = 10
Query = Mapping[str, object]


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
        self._date: tuple[datetime, float] | None = None

    def basic(self, username: str, password: str) -> str:
        """The Authorization value of a user name and password."""
        return "Basic " + b64encode(f"{username}:{password}".encode()).decode()

    def time(self) -> str:
        """The controller's own clock now (ISO 8601, UTC, whole seconds), "" where it sent no Date."""
        if self._date is None:
            return ""
        date, seen = self._date
        return (date + timedelta(seconds=self.clock.now() - seen)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def get(
        self,
        path: str,
        query: Query | None = None,
        *,
        what: str,
        allow: frozenset[int] = frozenset(),
        anonymous: bool = False,
    ) -> Answer:
        """GET until an answer counts. Raises `Refused` for 4xx (but those in `allow`), `Unreachable`.

        A mutable query whose page size the controller cannot serve in time finds its `limit` or `page_size` halved.
        """
        outage = self._outage()
        while True:
            try:
                with self._signals.listening():
                    answer = self._send("GET", with_query(path, query), anonymous=anonymous)
            except Fault as fault:
                trouble: Trouble | None = of_fault(fault, self._standing)
                slow = fault.slow
            else:
                slow = answer.status == 504
                trouble = None if answer.status in allow else self._trouble(answer, anonymous=anonymous)
            if trouble is None:
                break
            if slow and isinstance(query, MutableMapping):
                _halve(query)
            self._wait(outage, trouble, what)
        outage.over()
        return self._counted(answer, what, allow, anonymous=anonymous)

    def json(self, path: str, query: Query | None = None, *, what: str) -> Mapping[str, object]:
        """GET a JSON object."""
        return as_object(self.get(path, query, what=what), what)

    def post(
        self, path: str, body: Mapping[str, object], *, what: str, allow: frozenset[int] = frozenset()
    ) -> Answer:
        """POST, repeated only while it is sure that it was not acted on.

        Raises `AnswerLost` where it may have been, `Unreachable` where it was not, `Refused` for a no.
        """
        outage = self._outage()
        data = msgspec.json.encode(body)
        while True:
            try:
                # On a fresh connection: one that died while idle would make a lost answer of a request never read.
                with self._signals.finishing(_FINISHING):
                    answer = self._send("POST", path, body=data, fresh=True)
            except Fault as fault:
                if fault.sent:
                    raise AnswerLost(f"{what}: {fault}; it may have taken effect.") from None
                trouble: Trouble | None = of_fault(fault, self._standing)
            else:
                trouble = of_answer(answer, self._standing) if answer.status in {401, 429} else None
            if trouble is None:
                break
            self._wait(outage, trouble, what)
        outage.over()
        if answer.status >= 500 or (answer.status == 403 and not refusals.detail(answer)):
            raise AnswerLost(f"{what}: {answer.status} {answer.beginning}; it may have taken effect.")
        return self._counted(answer, what, allow, anonymous=False)

    def stream(self, path: str, query: Query, *, what: str) -> Iterator[bytes]:
        """GET a body of any size and type, as it arrives. Raises `Unreachable` if it breaks off."""
        outage = self._outage()
        while True:
            try:
                with self._signals.listening():
                    answer, chunks = self._wire.stream(
                        with_query(path, query), timeout=self._timeout, authorization=self.authorization
                    )
                trouble = of_answer(answer, self._standing)
            except Fault as fault:
                trouble = of_fault(fault, self._standing)
            else:
                if trouble is None:
                    break
            self._wait(outage, trouble, what)
        outage.over()
        self._counted(answer, what, frozenset({200}), anonymous=False)
        try:
            yield from chunks
        except Fault as fault:
            raise Unreachable(f"{what}: {fault}.") from None

    def urgent(self, method: str, path: str, *, timeout: float, authorization: str = "") -> Answer:
        """Send once, on a fresh connection, deaf to signals: for the cancel and the goodbye. Raises `Fault`."""
        return self._wire.send(
            method,
            path,
            timeout=timeout,
            authorization=authorization or self.authorization,
            body=b"{}" if method == "POST" else None,
            fresh=True,
        )

    def close(self) -> None:
        """Close the connections."""
        self._wire.hang_up()

    def _outage(self) -> Outage:
        return Outage(self._tolerance, self.clock, self._signals, self.tell)

    def _send(
        self,
        method: str,
        path: str,
        *,
        anonymous: bool = False,
        body: bytes | None = None,
        fresh: bool = False,
    ) -> Answer:
        answer = self._wire.send(
            method,
            path,
            timeout=self._timeout,
            authorization="" if anonymous else self.authorization,
            body=body,
            accept=JSON,
            fresh=fresh,
        )
        self._standing = replace(self._standing, answered=True)
        self._learn(answer)
        return answer

    def _learn(self, answer: Answer) -> None:
        """The controller's clock, name and version are in the headers of any answer of its own."""
        with suppress(ValueError, TypeError):
            self._date = parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC), self.clock.now()
        if version := answer.headers.get("X-API-Product-Version"):
            self.version, self.product = version, answer.headers.get("X-API-Product-Name", "")

    def _trouble(self, answer: Answer, *, anonymous: bool) -> Trouble | None:
        trouble = of_answer(answer, self._standing)
        if trouble is None and not anonymous and answer.status == 200 and not answer.is_json:
            return Trouble(f"a page that is not the controller's: {answer.beginning}")
        return trouble

    def _wait(self, outage: Outage, trouble: Trouble, what: str) -> None:
        try:
            outage.wait(trouble, what)
        except Unauthorized:
            renew, self.renew = self.renew, None
            if renew is None:
                raise
            self.authorization = renew()

    def _counted(self, answer: Answer, what: str, allow: frozenset[int], *, anonymous: bool) -> Answer:
        fine = answer.status < 300 or answer.status in allow
        if fine:
            if not anonymous and answer.status != 401:
                self._standing = replace(self._standing, accepted=True)
            return answer
        error: LauncherError = refusals.error(answer, what)
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
        raise Unreachable(f"{what}: the answer is not the controller's JSON; it begins: {answer.beginning}")
    return body


def _halve(query: MutableMapping[str, object]) -> None:
    for name in ("limit", "page_size"):
        size = query.get(name)
        if isinstance(size, int):
            query[name] = max(size // 2, _SMALLEST_PAGE)
