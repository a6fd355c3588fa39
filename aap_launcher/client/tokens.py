"""Personal tokens: the platform's where a gateway stands in front, the controller's elsewhere.

A token belongs to whoever asks for it, whoever's list it is posted to (SAW tokens/create_tokens_list_of_other_user_*),
so no other user can be named. Its value is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aap_launcher.client.finder import Finder
from aap_launcher.client.kinds import KINDS
from aap_launcher.controller.discovery import GATEWAY
from aap_launcher.controller.requests import Requests
from aap_launcher.errors import Ambiguous, NotFound, Unreachable
from aap_launcher.models import shapes

_PAGE = 200


class Tokens:
    """The tokens of the user whose credential this is. `gateway`: AAP 2.5 and later."""

    def __init__(self, requests: Requests, *, gateway: bool) -> None:
        self._requests, self._gateway = requests, gateway
        self._folder = f"{GATEWAY}tokens/" if gateway else "tokens/"

    def create(
        self, *, description: str = "", scope: str = "write", application: str = ""
    ) -> Mapping[str, Any]:
        """Make one; the answer holds its value as `token`. `application`: the name or id of an OAuth application."""
        body: dict[str, object] = {"description": description, "scope": scope}
        if application:
            body["application"] = self._application(application)
        answer = self._requests.change("POST", self._folder, body, what="making a token")
        made = self._requests.content(answer, "making a token")
        if not isinstance(made.get("token"), str):
            raise Unreachable("making a token: the answer holds none; look at the user's tokens.")
        return made

    def list(self) -> Iterator[Mapping[str, Any]]:
        """Every token of this user; a gateway's administrator sees those of all."""
        for number in range(1, 1000):
            page = {"page_size": _PAGE, "page": number}
            found = self._requests.get(self._folder, (("order_by", "id"),), dict(page), what="the tokens")
            rows = found.get("results") if isinstance(found, dict) else None
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise Unreachable("the tokens: the answer is not the controller's.")
            yield from rows
            if not found.get("next"):
                return

    def revoke(self, number: int) -> None:
        """Delete one: it is refused at once. Raises `NotFound`."""
        self._requests.change("DELETE", f"{self._folder}{number}/", None, what=f"token {number}")

    def _application(self, reference: str) -> int:
        if not self._gateway:
            return Finder(self._requests).exact(KINDS["applications"], reference)
        if reference.isdecimal():
            return int(reference)
        terms = (("name", reference),)
        page = self._requests.read(f"{GATEWAY}applications/", terms, what="the applications")
        found = [number for row in shapes.rows(page, "results") if (number := shapes.number_at(row, "id"))]
        if len(found) > 1:
            raise Ambiguous(f'{len(found)} applications are called "{reference}"; give the id.')
        if not found:
            raise NotFound(f'There is no application "{reference}" that this user may see.')
        return found[0]
