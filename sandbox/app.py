"""The web application: the controller's views, the gateway before them, and what every answer carries."""

import logging
import time
import uuid
from collections.abc import Callable

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed
from werkzeug.routing import RequestRedirect, Rule

from sandbox.models import now
from sandbox.replies import (
    CHALLENGE,
    NOT_FOUND_PAGE,
    HtmlNotFound,
    NameNotFound,
    ProxyRefused,
    Refused,
    UnreadableBody,
    html,
    json_reply,
    method_not_allowed,
)
from sandbox.resources import options
from sandbox.running.runs import NODE, Runs
from sandbox.state import Served, State
from sandbox.store.kinds import kinds
from sandbox.views import (
    ad_hoc,
    approvals,
    bulk,
    control,
    events,
    gateway,
    jobs,
    meta,
    resources,
    stdout,
    system,
    templates,
    tokens,
    updates,
    webhooks,
    workflow_jobs,
    workflows,
)
from sandbox.views.auth import here, identify, me, require_credential
from sandbox.views.front import Front
from sandbox.views.negotiation import accepts, check_acceptable, wants_html

_log = logging.getLogger("sandbox")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# Open to everybody, whatever credential is sent.
OPEN = frozenset({"webhooks.receive", "meta.api_root", "meta.version_root", "meta.ping"})
# They choose the form of their answer themselves.
OWN_FORMAT = frozenset(
    {
        "stdout.job_stdout",
        "stdout.update_stdout",
        "stdout.inventory_update_stdout",
        "stdout.ad_hoc_stdout",
        "system.metrics",
    }
)
# Below the root of the API's version, in this order.
RESOURCES = (
    ad_hoc,
    system,
    bulk,
    webhooks,
    tokens,
    templates,
    workflows,
    jobs,
    workflow_jobs,
    approvals,
    events,
    stdout,
    updates,
    resources,
)


class _Rule(Rule):
    """Matches, and builds no address from its arguments: to compile what would was most of a sandbox's start."""

    def _compile_builder(self, *_: object, **__: object) -> Callable[..., tuple[str, str]]:
        return _no_address


def _no_address(*_: object) -> tuple[str, str]:
    raise LookupError("links are built by sandbox.links, none from a rule")


def create_app(state: State, runs: Runs) -> Flask:
    app = Flask("sandbox", static_folder=None)
    app.url_rule_class = _Rule
    app.url_map.redirect_defaults = False
    app.extensions["sandbox"] = state
    app.extensions["runs"] = runs
    app.json.sort_keys = False  # type: ignore[attr-defined]
    root = state.settings.api
    for module in RESOURCES:
        app.register_blueprint(module.blueprint, url_prefix=f"{root}/v2")
    app.register_blueprint(meta.blueprint, url_prefix=root)
    if state.settings.gateway:
        app.register_blueprint(gateway.blueprint, url_prefix=f"{state.settings.prefix}/")
    app.register_blueprint(control.blueprint, url_prefix="/sandbox")
    app.before_request(_before)
    app.after_request(_after)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(ProxyRefused, _refused_by_proxy)
    app.register_error_handler(HtmlNotFound, _no_page)
    app.register_error_handler(MethodNotAllowed, _wrong_method)
    app.register_error_handler(InternalServerError, _broken)
    app.register_error_handler(HTTPException, _no_page)
    app.wsgi_app = Front(app.wsgi_app, app.url_map, state.settings)  # type: ignore[method-assign]
    return app


def _is_controller() -> bool:
    return request.path.startswith(f"{here().settings.api}/")


def _before() -> Response | None:
    g.started = time.monotonic()
    if isinstance(request.routing_exception, RequestRedirect):
        raise HtmlNotFound  # a slash that may be added was added before
    if not _is_controller():
        return None
    state = here()
    g.identity = (
        None
        if request.endpoint in OPEN
        else identify(state, request.headers.get("Authorization", ""), request.args.get("access_token", ""))
    )
    if request.endpoint is None or request.endpoint in OWN_FORMAT:
        return None
    check_acceptable(request)
    if request.endpoint not in OPEN:
        require_credential()
        if request.method == "OPTIONS":
            return _options()
    return None


def _options() -> Response:
    """By the path alone: the same for what exists and what does not."""
    state, user = here(), me()
    parts = [part for part in request.path.removeprefix(f"{state.settings.api}/v2/").split("/") if part]
    kind = kinds().get(parts[0]) if parts else None
    allowed = set(current_app.url_map.bind("").allowed_methods(request.path))
    if kind and len(parts) == 1:
        return json_reply(options.of_collection(state, kind, user))
    if kind and len(parts) == 2:
        number = int(parts[1]) if parts[1].isdigit() else None
        return json_reply(options.of_detail(state, kind, user, number))
    return json_reply(options.of_other(" ".join(parts).title(), allowed))


def _refused(refusal: Refused) -> Response:
    if isinstance(refusal, UnreadableBody):
        g.identity = None
    if isinstance(refusal, NameNotFound):
        g.no_view = True
    return json_reply(refusal.body, refusal.status, refusal.headers)


def _wrong_method(_: MethodNotAllowed) -> Response:
    """Who is not known does not even learn which methods there are."""
    if _is_controller():
        try:
            require_credential()
        except Refused as refusal:
            return _refused(refusal)
    return _refused(method_not_allowed(request.method))


def _refused_by_proxy(refusal: ProxyRefused) -> Response:
    g.by_proxy = True
    if accepts(request, "application/json"):
        return json_reply({"details": str(refusal)}, 403)
    return Response(str(refusal), 403, content_type="text/plain")


def _broken(error: InternalServerError) -> Response:
    """A fault of the sandbox itself looks like one of the controller."""
    _log.error("%s %s failed", request.method, request.path, exc_info=error.original_exception)
    return json_reply({"detail": "A server error has occurred."}, 500)


def _no_page(_: Exception) -> Response:
    g.no_view = True
    return html(NOT_FOUND_PAGE, 404)


def _after(response: Response) -> Response:
    seconds = time.monotonic() - g.get("started", time.monotonic())
    if request.path.startswith("/sandbox/"):
        return response
    _remember(response, seconds)
    if here().settings.gateway:
        response.headers["Server"] = "envoy"
        response.headers["x-envoy-upstream-service-time"] = str(round(seconds * 1000))
    if g.get("by_proxy") or (here().settings.gateway and not _is_service()):
        return response
    _common_headers(response, seconds)
    if not g.get("no_view"):
        _view_headers(response, seconds)
    if _is_controller() and wants_html(request) and response.mimetype == "application/json":
        return _browsable(response)
    return response


def _is_service() -> bool:
    """Whether one of the services behind the proxy answers, and not the proxy or a page for people."""
    root = f"{here().settings.prefix}/api/"
    return _is_controller() or request.path == root or request.path.startswith(f"{root}gateway/")


def _remember(response: Response, seconds: float) -> None:
    query = request.query_string.decode()
    here().remember(Served(request.method, request.path, query, response.status_code, seconds, now()))
    _log.info("%s %s?%s %s %.3fs", request.method, request.path, query, response.status_code, seconds)


def _common_headers(response: Response, seconds: float) -> None:
    headers = response.headers
    headers.setdefault("Vary", "Accept, Accept-Language, origin")
    headers["Content-Language"] = "en"
    headers["X-API-Total-Time"] = f"{seconds:.3f}s"
    headers["X-API-Request-Id"] = _request_id(request.headers.get("X-API-Request-Id", ""))
    headers["Access-Control-Expose-Headers"] = "X-API-Request-Id"
    if response.status_code < 400:
        headers["Strict-Transport-Security"] = "max-age=15768000"
        headers["X-Content-Type-Options"] = "nosniff"


def _view_headers(response: Response, seconds: float) -> None:
    settings = here().settings
    headers = response.headers
    if request.url_rule is not None:
        allowed = set(current_app.url_map.bind("").allowed_methods(request.path))
        headers["Allow"] = ", ".join(method for method in METHODS if method in allowed)
    headers["X-API-Product-Name"] = settings.product_name
    headers["X-API-Node"] = NODE
    headers["X-API-Time"] = f"{seconds:.3f}s"
    if g.get("identity"):
        headers["X-API-Product-Version"] = settings.controller_version
    if response.status_code == 401:
        headers.setdefault("WWW-Authenticate", CHALLENGE)


def _request_id(given: str) -> str:
    """A request may bring its own id, but only one that is a UUID."""
    try:
        return uuid.UUID(given).hex
    except ValueError:
        return uuid.uuid4().hex


def _browsable(response: Response) -> Response:
    text = response.get_data(as_text=True).replace("&", "&amp;").replace("<", "&lt;")
    page = html(f"<!doctype html>\n<title>REST API</title>\n<pre>{text}</pre>\n", response.status_code)
    page.headers.extend((name, value) for name, value in response.headers if name.startswith("X-API"))
    return page
