"""Users and their tokens."""

import uuid
from typing import Any

from sandbox.clock import stamp
from sandbox.models import Token, User
from sandbox.shapes import summaries
from sandbox.state import State

Shape = dict[str, Any]
MASKED = "*" * 12


def ansible_id(of: User) -> str:
    """The one id that gateway and controller agree on."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox-user-{of.username}"))


def token_detail(state: State, token: Token, *, show: bool = False) -> Shape:
    """Its value is shown once, in the answer to the request that made it."""
    return {
        "id": token.id,
        "type": "o_auth2_access_token",
        "url": state.links("tokens", token.id),
        "related": {
            "user": state.links("users", token.user.id),
            "activity_stream": state.links("tokens", token.id, "activity_stream"),
        },
        "summary_fields": {"user": summaries.user(token.user)},
        "created": stamp(token.created),
        "modified": stamp(token.created),
        "description": token.description,
        "user": token.user.id,
        "token": token.value if show else MASKED,
        "refresh_token": None,
        "application": token.application,
        "expires": stamp(token.expires),
        "scope": token.scope,
    }
