"""The credential: a token as given, or one made from user name and password for this run and then revoked."""

from __future__ import annotations

from collections.abc import Callable

from aap_launcher.controller.asking import as_object, basic
from aap_launcher.controller.discovery import GATEWAY
from aap_launcher.controller.session import Session
from aap_launcher.controller.transport_errors import Fault
from aap_launcher.errors import AnswerLost, Unauthorized, Unreachable
from aap_launcher.inputs.parsing import Connection
from aap_launcher.models.notices import Notice
from aap_launcher.models.platform import Platform
from aap_launcher.text.headers import fault

_MAY_BE_OFF = frozenset({400, 403, 404, 405})
_GOODBYE = 3.0  # seconds for the revocation


class Credential:
    """Who we are. `mask` hears of a token before anyone else."""

    def __init__(
        self, session: Session, platform: Platform, mask: Callable[[str], None], user_agent: str
    ) -> None:
        self._session, self._mask, self._description = session, mask, user_agent
        root = f"{session.address.base}{GATEWAY}" if platform.gateway else platform.api
        self._tokens = root + "tokens/"
        self._made: list[tuple[str, str]] = []  # (path of the token, its Authorization value)

    def present(self, connection: Connection) -> None:
        """Give the session its Authorization. Raises `Unauthorized`."""
        session = self._session
        if connection.token:
            session.authorization = f"Bearer {connection.token}"
            return
        login = basic(connection.username, connection.password)
        session.authorization = login
        session.authorization = self._make(login)
        if self._made:
            session.renew = lambda: self._renewed(login)

    def revoke(self) -> None:
        """Delete what was made; never raises."""
        for path, authorization in self._made:
            try:
                answer = self._session.urgent("DELETE", path, timeout=_GOODBYE, authorization=authorization)
            except Fault as fault:
                self._leftover(path, str(fault))
            else:
                if answer.status not in {200, 202, 204, 401, 404}:
                    self._leftover(path, str(answer.status))
        self._made.clear()

    def keep(self) -> tuple[str, str] | None:
        """The token that was made (its path and itself), which is then not revoked; None where none was made."""
        if not self._made:
            return None
        path, authorization = self._made.pop()
        return path, authorization.removeprefix("Bearer ")

    def _make(self, login: str) -> str:
        """A token of scope write; where the controller makes none, the user name and password themselves."""
        body = {"description": self._description, "scope": "write"}
        try:
            answer = self._session.post(self._tokens, body, what="making a token", allow=_MAY_BE_OFF)
            token = as_object(answer, "making a token") if answer.status == 201 else {}
        except AnswerLost as lost:
            return self._without(login, str(lost))
        except Unauthorized as error:
            raise Unauthorized("User name or password were not accepted. " + self._session.advice) from error
        except Unreachable as error:
            if self._session.version:
                return self._without(login, str(error))
            raise
        value, number = token.get("token"), token.get("id")
        if not isinstance(value, str) or not value or fault(value) or not isinstance(number, int):
            return self._without(
                login, f"{answer.status} {answer.beginning if answer.status != 201 else ''}".strip()
            )
        self._mask(value)
        self._made.append((f"{self._tokens}{number}/", f"Bearer {value}"))
        return f"Bearer {value}"

    def _renewed(self, login: str) -> str:
        self._session.tell(Notice("the token was revoked; making a new one", warning=True))
        self._session.authorization = login
        return self._make(login)

    def _without(self, login: str, why: str) -> str:
        self._session.tell(
            Notice(
                f"no token could be made ({why}): user name and password are sent with each request",
                warning=True,
            )
        )
        return login

    def _leftover(self, path: str, why: str) -> None:
        self._session.tell(
            Notice(f"the token {path} could not be revoked ({why}): delete it by hand", warning=True)
        )


def advice(platform: Platform, *, token: bool) -> str:
    """What to check when the credential is refused."""
    if not token:
        return "Check username and password, and whether this user may log in with a password."
    if platform.gateway:
        return (
            "Wrong, expired or revoked: the controller does not tell which. Make a token in the platform "
            "(Access Management > Users > Tokens, scope write); they last a year, and AAP 2.7 takes no "
            "controller tokens."
        )
    return "Wrong, expired or revoked: the controller does not tell which. Make one under Users > Tokens."
