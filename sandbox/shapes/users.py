"""Users and their tokens."""

import uuid
from typing import Any

from sandbox.clock import stamp
from sandbox.models import Token, User
from sandbox.shapes import summaries
from sandbox.state import State

Shape = dict[str, Any]
MASKED = "*" * 12
_BELOW = [
    "teams",
    "organizations",
    "admin_of_organizations",
    "projects",
    "credentials",
    "roles",
    "activity_stream",
    "access_list",
    "tokens",
    "authorized_tokens",
    "personal_tokens",
]


def ansible_id(of: User) -> str:
    """The one id that gateway and controller agree on."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox-user-{of.username}"))


def user_detail(state: State, of: User) -> Shape:
    return {
        "id": of.id,
        "type": "user",
        "url": state.links("users", of.id),
        "related": state.links.below("users", of.id, *_BELOW),
        "summary_fields": {
            "resource": {"ansible_id": ansible_id(of), "resource_type": "shared.user"},
            "user_capabilities": {"edit": True, "delete": False},
        },
        "created": stamp(state.seeded),
        "modified": None,
        "username": of.username,
        "first_name": of.first_name,
        "last_name": of.last_name,
        "email": f"{of.username}@example.test",
        "is_superuser": of.is_superuser,
        "is_system_auditor": False,
        "password": "$encrypted$",
        "ldap_dn": "",
        "last_login": None,
        "external_account": "social" if of.external else None,
        "auth": [],
    }


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
        "application": None,
        "expires": stamp(token.expires),
        "scope": token.scope,
    }
