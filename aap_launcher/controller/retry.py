"""An outage: how long the controller may be away, when it is asked again, what the user hears."""

from __future__ import annotations

import random
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import msgspec

from aap_launcher.controller import refusals
from aap_launcher.controller.transport import Response
from aap_launcher.controller.transport_errors import Cause, Fault
from aap_launcher.errors import Forbidden, LauncherError, Unauthorized, Unreachable
from aap_launcher.models.notices import Notice
from aap_launcher.models.ports import Clock, Signals

# Seconds for a name that does not resolve, a port that refuses or one that drops packets, before anything worked.
_FIRST_CONTACT = 4.0
# Said by whatever is too busy or away for now, the controller or what stands before it: asked again, never a verdict.
TEMPORARY = frozenset({429, 502, 503, 504})
_EACH = 30.0  # seconds between two lines during an outage


class Trouble(msgspec.Struct, frozen=True):
    """Why an attempt did not count. It is repeated for `patience` seconds and at most `tries` times."""

    words: str
    patience: float = float("inf")
    tries: int | None = None
    after: float | None = None  # Retry-After, in seconds
    slow: bool = False
    at_once: bool = False  # the first repetition needs no wait and no word
    error: type[LauncherError] = Unreachable


class Standing(msgspec.Struct, frozen=True):
    """What is known so far: whether an answer ever came, and whether the credential was ever accepted."""

    answered: bool = False
    accepted: bool = False


def of_fault(fault: Fault, standing: Standing) -> Trouble:
    """A request without an answer. A wrong name or port is tried for some seconds, a wrong CA or password once."""
    if fault.cause in {Cause.TLS, Cause.BARRED} and not standing.answered:
        return Trouble(str(fault), tries=0)
    if fault.cause in {Cause.NOWHERE, Cause.AWAY} and not standing.answered:
        return Trouble(str(fault), patience=_FIRST_CONTACT)
    return Trouble(
        str(fault), slow=fault.cause in {Cause.SLOW, Cause.LARGE}, at_once=fault.cause is Cause.CLOSED
    )


def of_answer(answer: Response, standing: Standing) -> Trouble | None:
    """An answer that is not the controller's word, or not its last; None: it counts."""
    match answer.status:
        case 401:
            return _of_401(answer, standing)
        case 403 if authorizer_failed(answer):
            return Trouble("the gateway answers 403 without a reason", patience=60, error=Forbidden)
        case 500:
            # At first a fault that repeating does not mend; for one who follows a job, trouble like any other.
            return Trouble("500 internal server error", tries=None if standing.accepted else 4)
        case status if status in TEMPORARY:
            return Trouble(
                f"{answer.status} {answer.beginning}", after=_retry_after(answer), slow=answer.status == 504
            )
        case _:
            return Trouble("the controller's database is being migrated") if migrating(answer) else None


def authorizer_failed(answer: Response) -> bool:
    """A 403 of the gateway's own authorizer, not the controller's word (AAP-51931; empty is Envoy's default).

    The controller's may be without `detail`, even `{}` (a workflow template that this user may not make), but
    bears its name.
    """
    if answer.status != 403:
        return False
    said = refusals.detail(answer)
    if "database" in said:
        return True
    return not said and not (answer.is_json and "X-API-Node" in answer.headers)


def lost(answer: Response, *, foreign: bool) -> bool:
    """Whether this is not the controller's answer to a request that changes something, or not its last word.

    A redirect proves nothing, whoever signed it: no view of the controller's answers a change with one.
    """
    if answer.status < 300 or "insufficient scope" in refusals.detail(answer).lower():
        return False  # the gateway checks a token's scope before it passes anything on
    return answer.status < 400 or answer.status >= 500 or authorizer_failed(answer) or foreign


def migrating(answer: Response) -> bool:
    """Whether each path leads to the migration page for now (AWX awx/main/middleware.py)."""
    return "migrations_notran" in answer.headers.get("Location", "")


def _of_401(answer: Response, standing: Standing) -> Trouble | None:
    said = refusals.detail(answer)
    if said.startswith("JWT"):  # the credential was good; the gateway's own note to the controller was not
        return Trouble(f"401 {said}", patience=60, error=Unauthorized)
    if standing.accepted:
        return Trouble("401 although the credential was accepted before", patience=30, error=Unauthorized)
    return None


def _retry_after(answer: Response) -> float | None:
    """Retry-After in seconds, given as seconds or as a date (by the answer's own clock); 0.5 to 60."""
    value = answer.headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        seconds = (
            float(value) if value.isascii() and value.isdigit() else _until(value, answer.headers["Date"])
        )
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.5), 60.0)


def _until(later: str, now: str) -> float:
    return (parsedate_to_datetime(later) - parsedate_to_datetime(now)).total_seconds()


class Outage:
    """One spell without a usable answer; made before the first attempt, silent while nothing is wrong.

    It may last `tolerance` seconds from its first trouble, and never beyond `until` of the clock.
    """

    def __init__(
        self,
        tolerance: float,
        clock: Clock,
        signals: Signals,
        tell: Callable[[Notice], None],
        *,
        until: float = float("inf"),
    ) -> None:
        self._tolerance, self._clock, self._signals, self._tell = tolerance, clock, signals, tell
        self._until = until
        self._began: float | None = None
        self._told = 0.0
        self._tries = 0

    def wait(self, trouble: Trouble, what: str) -> None:
        """Wait before the next attempt. Raises the trouble's error once it has lasted too long."""
        now = self._clock.now()
        self._began = now if self._began is None else self._began
        lasted = now - self._began
        patience = min(trouble.patience, self._bearable(self._began))
        if lasted >= patience or (trouble.tries is not None and self._tries >= trouble.tries):
            raise self.end(trouble, what)
        self._tries += 1
        if trouble.at_once and self._tries == 1:
            return
        self._say(trouble, lasted, patience)
        delay = trouble.after if trouble.after is not None else self._back_off()
        end = now + min(delay, max(patience - lasted, 0.1))
        while (left := end - self._clock.now()) > 0:
            with self._signals.listening():
                self._clock.sleep(min(left, max(self._told + _EACH - self._clock.now(), 0.1)))
            self._say(trouble, self._clock.now() - self._began, patience)

    def bears(self, seconds: float) -> bool:
        """Whether it may last so many seconds more."""
        began = self._clock.now() if self._began is None else self._began
        return self._clock.now() + seconds <= began + self._bearable(began)

    def _bearable(self, began: float) -> float:
        return min(self._tolerance, self._until - began)

    @property
    def first(self) -> bool:
        """Whether nothing was repeated yet."""
        return self._tries == 0

    def end(self, trouble: Trouble, what: str) -> LauncherError:
        """The error of a trouble that is not waited for."""
        lasted = self._clock.now() - self._began if self._began is not None else 0.0
        return trouble.error(_gave_up(what, trouble, lasted, self._tries + 1))

    def over(self) -> None:
        """An answer came."""
        if self._began is not None and self._told:
            lasted = self._clock.now() - self._began
            self._tell(Notice(f"controller back after {lasted:.0f} s", outage=lasted))
        self._began, self._told, self._tries = None, 0.0, 0

    def _back_off(self) -> float:
        return min(0.5 * 2.0 ** min(self._tries - 1, 10), 30.0) * random.uniform(0.75, 1.0)  # noqa: S311 - jitter

    def _say(self, trouble: Trouble, lasted: float, patience: float) -> None:
        now = self._clock.now()
        if not self._told:
            self._tell(
                Notice(
                    f"controller away: {trouble.words}; retrying for up to {_span(patience)}", warning=True
                )
            )
        elif now - self._told >= _EACH:
            self._tell(Notice(f"controller still away after {_span(lasted)}: {trouble.words}", warning=True))
        else:
            return
        self._told = now or 1e-9  # a clock may begin at zero


def _gave_up(what: str, trouble: Trouble, lasted: float, attempts: int) -> str:
    tried = f" (tried {attempts} times in {_span(lasted)})" if attempts > 1 else ""
    if trouble.error is Unauthorized:
        return f"The credential was revoked, or the gateway cannot check it: {trouble.words}{tried}."
    said = f"{what}: {trouble.words}{tried}"
    return said if said.endswith("?") else said + "."


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
