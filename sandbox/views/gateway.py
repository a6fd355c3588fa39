"""The platform gateway in front of the controller: its own root, its tokens, and what it keeps away."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request

from sandbox.clock import stamp
from sandbox.models import Token, User, now
from sandbox.replies import Refused, empty, forbidden, json_reply
from sandbox.shapes import summaries
from sandbox.shapes.users import ansible_id
from sandbox.views.auth import here, identify
from sandbox.views.negotiation import body_of
from sandbox.views.tokens import check_creation

blueprint = Blueprint("gateway", __name__)
CHALLENGE = "Bearer realm=api authorization_url=/o/authorize/"
LIFETIME = timedelta(days=365)
_WANTED = ("name", "organization", "authorization_grant_type", "client_type")
# Ids of users and organizations differ between gateway and controller.
ID_SHIFT = 1


def _path(*parts: object) -> str:
    return "/".join([f"{here().settings.prefix}/api/gateway", *map(str, parts), ""])


def _caller() -> User:
    header = request.headers.get("Authorization", "")
    identity = identify(here(), header)
    if identity is None:
        wrong_basic = header.lower().startswith("basic ")
        detail = (
            "Invalid username/password." if wrong_basic else "Authentication credentials were not provided."
        )
        raise Refused(401, {"detail": detail}, {"WWW-Authenticate": CHALLENGE})
    return identity.user


@blueprint.get("/api/")
def root() -> Response:
    prefix = here().settings.prefix
    apis = {name: f"{prefix}/api/{name}/" for name in ("gateway", "controller")}
    response = json_reply({"description": "AAP gateway REST API", "apis": apis})
    response.set_cookie("csrftoken", "sandbox", path="/", samesite="Lax", secure=True)
    return response


@blueprint.get("/up")
def up() -> Response:
    return Response("UP", content_type="text/plain")


@blueprint.get("/api/gateway/")
def gateway_root() -> Response:
    version = _path("v1")
    return json_reply({"current_version": version, "available_versions": {"v1": version}})


@blueprint.get("/api/gateway/v1/")
def gateway_version_root() -> Response:
    return json_reply({name: _path("v1", name) for name in ("applications", "me", "ping", "tokens")})


@blueprint.get("/api/gateway/v1/ping/")
def ping() -> Response:
    version = here().settings.gateway
    # The first builds of 2.5 did not tell theirs.
    told = {} if version == "2.5" else {"version": version}
    return json_reply(
        {
            **told,
            "pong": now().strftime("%Y-%m-%d %H:%M:%S.%f"),
            "status": "good",
            "db_connected": True,
            "proxy_connected": True,
        }
    )


@blueprint.get("/api/gateway/v1/me/")
def whoami() -> Response:
    return json_reply({"count": 1, "next": None, "previous": None, "results": [_user(_caller())]})


def _user(of: User) -> dict[str, Any]:
    number = of.id + ID_SHIFT
    return {
        "id": number,
        "url": _path("v1", "users", number),
        "related": {"personal_tokens": _path("v1", "users", number, "personal_tokens")},
        "summary_fields": {"resource": {"ansible_id": ansible_id(of), "resource_type": "shared.user"}},
        "username": of.username,
        "first_name": of.first_name,
        "last_name": of.last_name,
        "email": f"{of.username}@example.test",
        "is_superuser": of.is_superuser,
    }


@blueprint.get("/api/gateway/v1/tokens/")
def token_list() -> Response:
    """The caller's own, and all of them for an administrator."""
    user = _caller()
    own = [one for one in here().tokens.values() if one.gateway and (user.is_superuser or one.user == user)]
    rows = [_token(one, "$encrypted$") for one in sorted(own, key=lambda one: one.id)]
    size, number = int(request.args.get("page_size", 50)), int(request.args.get("page", 1))
    page = rows[(number - 1) * size : number * size]
    more = f"{request.path}?page={number + 1}" if number * size < len(rows) else None
    return json_reply({"count": len(rows), "next": more, "previous": None, "results": page})


@blueprint.post("/api/gateway/v1/tokens/")
def token_create() -> Response:
    user = _caller()
    given = body_of(request)
    scope = check_creation(user, given.get("scope", "write"))
    description = str(given.get("description", ""))
    number = given.get("application")
    if number is not None and number not in here().platform_applications:
        raise Refused(400, {"application": [f'Invalid pk "{number}" - object does not exist.']})
    token = here().new_token(user, scope=scope, description=description, lifetime=LIFETIME, gateway=True)
    token.application = number
    return json_reply(_token(token, token.value), 201, {"Location": _path("v1", "tokens", token.id)})


def _token(token: Token, shown: str) -> dict[str, Any]:
    owner = token.user.id + ID_SHIFT
    return {
        "id": token.id,
        "url": _path("v1", "tokens", token.id),
        "related": {"user": _path("v1", "users", owner)},
        "summary_fields": {"user": {**summaries.user(token.user), "id": owner}},
        "created": stamp(token.created),
        "created_by": owner,
        "modified": stamp(token.created),
        "modified_by": owner,
        "expires": stamp(token.expires),
        "user": owner,
        "application": token.application,
        "description": token.description,
        "last_used": None,
        "scope": token.scope,
        "token": shown,
        "refresh_token": None,
    }


@blueprint.get("/api/gateway/v1/applications/")
def application_list() -> Response:
    _caller()
    name = request.args.get("name")
    rows = [
        {**one, "client_secret": "$encrypted$"}
        for one in here().platform_applications.values()
        if name in {None, one["name"]}
    ]
    return json_reply({"count": len(rows), "next": None, "previous": None, "results": rows})


@blueprint.post("/api/gateway/v1/applications/")
def application_create() -> Response:
    """The secret is told once."""
    if not _caller().is_superuser:
        raise forbidden()
    given = body_of(request)
    missing = [name for name in _WANTED if not given.get(name)]
    if missing:
        raise Refused(400, {name: ["This field is required."] for name in missing})
    made = here().platform_applications
    number = max(made, default=0) + 1
    secret = secrets.token_urlsafe(96)
    row = {
        "id": number,
        "url": _path("v1", "applications", number),
        **{name: given[name] for name in _WANTED},
        "client_id": secrets.token_urlsafe(30),
        "client_secret": secret,
    }
    made[number] = row
    return json_reply(row, 201, {"Location": row["url"]})


def _own(number: int) -> Token:
    user = _caller()
    token = here().tokens.get(number)
    if token is None or not token.gateway or token.user != user:
        raise Refused(404, {"detail": "No OAuth2AccessToken matches the given query."})
    return token


@blueprint.get("/api/gateway/v1/tokens/<int:number>/")
def token(number: int) -> Response:
    return json_reply(_token(_own(number), "$encrypted$"))


@blueprint.delete("/api/gateway/v1/tokens/<int:number>/")
def token_delete(number: int) -> Response:
    del here().tokens[_own(number).id]
    return empty(204)
