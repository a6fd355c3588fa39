"""Who is asking: Bearer tokens and Basic, and nothing else, as the controller's API knows them."""

import base64
import binascii
from dataclasses import dataclass

from flask import current_app, g, request

from sandbox.models import Token, User
from sandbox.replies import ProxyRefused, forbidden, unauthenticated
from sandbox.state import State

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Identity:
    user: User
    token: Token | None = None


def here() -> State:
    """The state of the sandbox which serves this request."""
    state = current_app.extensions["sandbox"]
    assert isinstance(state, State)
    return state


def identify(state: State, header: str, in_query: str = "") -> Identity | None:
    """None for a missing and for a wrong credential: the API does not tell them apart.

    A token in the query is known as well, though hardly a view lets such a query pass.
    """
    scheme, _, value = header.partition(" ") if header or not in_query else ("bearer", " ", in_query)
    if scheme.lower() == "bearer":
        token = state.token_with(value)
        user = state.catalog.user_with(token.user.id) if token else None
        return Identity(user, token) if user else None
    if scheme.lower() == "basic" and state.settings.basic_auth:
        return _basic(state, value)
    return None


def _basic(state: State, value: str) -> Identity | None:
    try:
        username, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    user = state.catalog.user(username)
    return Identity(user) if user and user.password == password else None


def me() -> User:
    """The user of this request; there is one on every path that is not open to everybody."""
    identity: Identity | None = g.get("identity")
    if identity is None:
        raise unauthenticated()
    return identity.user


def require_credential() -> None:
    me()
    identity: Identity = g.identity
    read_only = identity.token is not None and identity.token.scope == "read"
    settings = here().settings
    if not read_only or request.method in SAFE_METHODS or settings.read_token_may_launch:
        return
    if settings.gateway:
        raise ProxyRefused("Your token has insufficient scope to perform this action")
    raise forbidden()
