"""The API, reached and logged in: what resources and jobs stand on."""

from __future__ import annotations

from collections.abc import Callable

from aap_launcher.controller.auth import Credential
from aap_launcher.controller.requests import Requests
from aap_launcher.controller.session import Session
from aap_launcher.inputs.parsing import Connection
from aap_launcher.models.platform import Platform

# The platform's name for a controller's minor version (Red Hat's release notes).
_PLATFORMS = {"4.4": "2.4", "4.5": "2.4", "4.6": "2.5", "4.7": "2.6", "4.8": "2.7"}


class API:
    """The API of one controller. What is asked of it raises what `Controller` raises."""

    def __init__(self, session: Session, platform: Platform, credential: Credential) -> None:
        self.platform = platform
        self.username = ""
        self._user_id: int | None = None
        self._session, self._credential = session, credential
        self._requests = Requests(session, platform)

    @property
    def parts(self) -> tuple[Session, Platform, Credential]:
        """What it is made of; `Controller(*api.parts)` knows jobs as well."""
        return self._session, self.platform, self._credential

    @property
    def requests(self) -> Requests:
        """Any other request, by path."""
        return self._requests

    def log_in(self, connection: Connection) -> None:
        """Present the credential, which the next request tests."""
        if connection.token or connection.username:  # a webhook is signed, and needs neither
            self._credential.present(connection)

    def greet(self) -> None:
        """Learn who this is; GET me/ tests the credential, ping does not."""
        results = self._session.json(self.platform.api + "me/", what="the user's own page").get("results")
        if isinstance(results, list) and results and isinstance(results[0], dict):
            self._user_id, self.username = results[0].get("id"), str(results[0].get("username", ""))

    def user_id(self) -> int | None:
        """The id of the user whose credential this is, asked for once; None where the controller does not tell."""
        if self._user_id is None:
            self.greet()
        return self._user_id

    @property
    def site(self) -> str:
        """The installation's URL, without a slash at the end."""
        return self._session.address.site

    def describe(self) -> str:
        """What it is: `AAP 2.6 (controller 4.7.3)`, `AWX 24.6.1`; from headers already seen."""
        name, version = self._session.product, self._session.version
        if name.startswith("AWX"):
            return f"AWX {version}" + (" behind the platform gateway" if self.platform.gateway else "")
        if not version:
            return "AAP" if self.platform.gateway else "controller"
        platform = _PLATFORMS.get(".".join(version.split(".")[:2]), "")
        return f"AAP {platform} (controller {version})" if platform else f"AAP (controller {version})"

    def keep_token(self) -> tuple[str, str] | None:
        """The token that was made of user name and password, and where it is deleted; it lives on after `close`."""
        return self._credential.keep()

    def on_wait(self, action: Callable[[], None]) -> None:
        """Call this about once a second while an answer is waited for."""
        self._session.on_wait(action)

    def hurry(self, until: float) -> None:
        """A kill is near: nothing that is asked from now on lasts longer than to this time of the clock."""
        self._session.hurry(until)

    def close(self) -> None:
        """Revoke the token that was made, and hang up; never raises."""
        self._credential.revoke()
        self._session.close()
