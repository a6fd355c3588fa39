"""Personal access tokens of the controller."""

from flask import Blueprint, Response, request

from sandbox.auth import here, me
from sandbox.filters import Filters
from sandbox.models import Token, User
from sandbox.negotiation import body_of
from sandbox.replies import HtmlNotFound, Refused, empty, forbidden, json_reply, no_such
from sandbox.shapes.users import token_detail
from sandbox.views.common import created, list_reply

blueprint = Blueprint("tokens", __name__)
TOKENS = Filters(
    "OAuth2AccessToken",
    frozenset({"id", "description", "scope", "expires", "created", "modified", "user", "application"}),
    frozenset({"user"}),
)
SCOPES = ["read", "write"]
EXTERNAL = "OAuth2 Tokens cannot be created by users associated with an external authentication provider ({})"


@blueprint.before_request
def _exists() -> None:
    """The newest platform took tokens away from the controller."""
    if here().settings.gateway == "2.7":
        raise HtmlNotFound


@blueprint.get("/tokens/")
def token_list() -> Response:
    state, user = here(), me()
    own = [one for one in state.tokens.values() if one.user == user or user.is_superuser]
    return list_reply([token_detail(state, one) for one in own if not one.gateway], TOKENS)


@blueprint.post("/tokens/")
def token_create() -> Response:
    return _create(me())


@blueprint.post("/users/<int:number>/personal_tokens/")
def personal_token_create(number: int) -> Response:
    if number != me().id:
        raise forbidden()
    return _create(me())


def _create(user: User) -> Response:
    given = body_of(request)
    scope = check_creation(user, given.get("scope", "write"))
    token = here().new_token(user, scope=scope, description=str(given.get("description", "")))
    return created(token_detail(here(), token, show=True))


def check_creation(user: User, scope: object) -> str:
    if user.external or not here().settings.token_creation:
        raise forbidden(EXTERNAL.format("social" if user.external else "disabled here"))
    allowed = [*SCOPES, "openid", "roles"] if here().settings.gateway == "2.7" else SCOPES
    if not isinstance(scope, str) or not scope or not set(scope.split()) <= set(allowed):
        words = f"Must be a simple space-separated string with allowed scopes {allowed}."
        raise Refused(400, {"scope": [words]})
    return scope


def _find(number: int) -> Token:
    token = here().tokens.get(number)
    if token is None or token.gateway:
        raise no_such("OAuth2AccessToken")
    if token.user != me() and not me().is_superuser:
        raise forbidden()
    return token


@blueprint.get("/tokens/<int:number>/")
def token(number: int) -> Response:
    return json_reply(token_detail(here(), _find(number)))


@blueprint.delete("/tokens/<int:number>/")
def token_delete(number: int) -> Response:
    del here().tokens[_find(number).id]
    return empty(204)
