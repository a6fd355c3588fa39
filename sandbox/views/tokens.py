"""Personal access tokens of the controller."""

from flask import Blueprint, Response, request

from sandbox.models import Token, User
from sandbox.replies import HtmlNotFound, Refused, empty, forbidden, json_reply, no_such
from sandbox.resources.reading import read
from sandbox.resources.rights import may_edit, organization_of
from sandbox.shapes.users import token_detail
from sandbox.store.kinds import kinds
from sandbox.store.roles import holders
from sandbox.views.auth import here, me
from sandbox.views.common import created, list_reply
from sandbox.views.negotiation import body_of

blueprint = Blueprint("tokens", __name__)
TOKENS = kinds()["tokens"]
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
    own = [one for one in state.tokens.values() if one.user.id == user.id or user.is_superuser]
    return list_reply([token_detail(state, one) for one in own if not one.gateway], TOKENS)


@blueprint.post("/tokens/")
def token_create() -> Response:
    return _create(me())


@blueprint.post("/users/<int:number>/<any(tokens, personal_tokens, authorized_tokens):name>/")
def user_token_create(number: int, name: str) -> Response:
    """Whoever the path names, the token belongs to the caller."""
    owner = here().store.find("users", number)
    if owner is None:
        raise no_such("User")
    if not may_edit(here().store, me(), owner):
        raise forbidden()
    return _create(me(), personal=name == "personal_tokens")


@blueprint.get("/users/<int:number>/<any(tokens, personal_tokens, authorized_tokens):name>/")
def user_tokens(number: int, name: str) -> Response:
    """Personal ones are those of the caller, whoever the path names."""
    if here().store.find("users", number) is None:
        raise no_such("User")
    owner = number if name == "tokens" else me().id
    if owner != me().id and not me().is_superuser:
        raise forbidden()
    own = [one for one in here().tokens.values() if one.user.id == owner and not one.gateway]
    if name != "tokens":
        own = [one for one in own if (one.application is None) == (name == "personal_tokens")]
    return list_reply([token_detail(here(), one) for one in own], TOKENS)


@blueprint.post("/applications/<int:number>/tokens/")
def application_token_create(number: int) -> Response:
    return _create(me(), application=number)


@blueprint.get("/applications/<int:number>/tokens/")
def application_tokens(number: int) -> Response:
    own = [one for one in here().tokens.values() if one.application == number]
    visible = [one for one in own if one.user.id == me().id or me().is_superuser]
    return list_reply([token_detail(here(), one) for one in visible], TOKENS)


def _create(user: User, *, application: int | None = None, personal: bool = False) -> Response:
    given = body_of(request)
    if application is not None:
        given = {**given, "application": application}
    values, errors = read(here().store, kinds()["tokens"], given, "post", whole=False)
    if "application" in errors:
        raise Refused(400, {"application": errors["application"]})
    if isinstance(given.get("scope"), list):
        raise Refused(400, {"scope": ["Not a valid string."]})
    scope = check_creation(user, given.get("scope", "write"))
    chosen = None if personal else values.get("application")
    _check_application(user, chosen)
    token = here().new_token(user, scope=scope, description=str(given.get("description", "")))
    token.application = chosen
    return created(token_detail(here(), token, show=True))


def _check_application(user: User, number: int | None) -> None:
    """One of another organization gives no tokens."""
    store = here().store
    application = store.find("applications", number)
    home = organization_of(store, "applications", application.values) if application else None
    if home and not user.is_superuser and user.id not in holders(store, home):
        raise forbidden()


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
    if token.user.id != me().id and not me().is_superuser:
        raise forbidden()
    return token


@blueprint.get("/tokens/<int:number>/")
def token(number: int) -> Response:
    return json_reply(token_detail(here(), _find(number)))


@blueprint.get("/tokens/<int:number>/activity_stream/")
def token_activity(number: int) -> Response:
    _find(number)
    return list_reply([], kinds()["activity_stream"])


@blueprint.route("/tokens/<int:number>/", methods=["PUT", "PATCH"])
def token_change(number: int) -> Response:
    """Its scope and its description; nothing else of it changes."""
    found, given = _find(number), body_of(request)
    if "scope" in given:
        found.scope = check_creation(found.user, given["scope"])
    found.description = str(given.get("description", found.description))
    return json_reply(token_detail(here(), found))


@blueprint.delete("/tokens/<int:number>/")
def token_delete(number: int) -> Response:
    del here().tokens[_find(number).id]
    return empty(204)
