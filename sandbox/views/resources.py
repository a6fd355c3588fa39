"""Every collection of the API's root and what is below its objects, by one set of views."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from sandbox.replies import (
    NO_PERMISSION,
    HtmlNotFound,
    NameNotFound,
    Refused,
    empty,
    forbidden,
    json_reply,
    method_not_allowed,
    no_such,
)
from sandbox.resources import deletion
from sandbox.resources.attaching import attach, attach_or_detach
from sandbox.resources.computed import value_of
from sandbox.resources.editing import create, forced_by, update
from sandbox.resources.names import NAMED, matches, needs_more
from sandbox.resources.pages import page
from sandbox.resources.query import Query, chosen
from sandbox.resources.relations import kind_of, meaning_of, related_records
from sandbox.resources.rights import administers, may_delete, may_edit, may_read
from sandbox.resources.shape import shape
from sandbox.resources.starting import after_change, after_creation
from sandbox.store.kinds import Kind, Related, kinds
from sandbox.store.roles import holders
from sandbox.store.store import Record
from sandbox.views.auth import here, me
from sandbox.views.below import BELOW
from sandbox.views.common import runs
from sandbox.views.negotiation import body_of

blueprint = Blueprint("resources", __name__)
# Collections with views of their own: what runs or ran, and tokens.
APART = frozenset(
    [
        *(
            "jobs",
            "workflow_jobs",
            "project_updates",
            "inventory_updates",
            "system_jobs",
            "workflow_approvals",
        ),
        *("workflow_job_nodes", "unified_jobs", "ad_hoc_commands", "tokens"),
    ]
)
# Lists that nobody else may see, and the words for it.
FOR_SUPERUSERS = {"host_metrics": NO_PERMISSION, "system_job_templates": "Superuser privileges needed."}
# What is below an object and has views of its own.
APART_BELOW = frozenset(
    [
        ("job_templates", "launch"),
        ("job_templates", "jobs"),
        ("workflow_job_templates", "launch"),
        ("workflow_job_templates", "workflow_jobs"),
        *(("users", name) for name in ("tokens", "personal_tokens", "authorized_tokens")),
        ("applications", "tokens"),
        *((path, "ad_hoc_commands") for path in ("inventories", "groups", "hosts")),
    ]
)
GENERIC = tuple(kind for path, kind in kinds().items() if path not in APART)


def pairs() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


def listed(
    kind: Kind,
    records: Iterable[Record],
    path: str | None = None,
    *,
    everybody: bool = False,
    detailed: bool = False,
) -> Response:
    """The readable ones of these, as the query wants them; `everybody`: all of them are readable."""
    state, user = here(), me()
    with state.lock:
        readable = [one for one in records if everybody or may_read(state.store, user, one)]
        if level := request.args.get("role_level"):
            readable = _with_role(kind, readable, level)
        query = Query(state.store, kind, lambda record, name: value_of(state, record, name))
        rows = chosen(query, readable, pairs())
        body = page(kind, rows, pairs(), path or request.path, lambda row: _row(kind, row, detailed=detailed))
    return json_reply(body)


def _with_role(kind: Kind, records: list[Record], level: str) -> list[Record]:
    """Only those of which the user has the role, or all rights."""
    if level not in kind.roles:
        raise Refused(500, {"detail": "A server error has occurred."})
    store, user = here().store, me()
    return [one for one in records if user.id in holders(store, one, level) or administers(store, user, one)]


def _row(kind: Kind, record: Record, *, detailed: bool = False) -> dict[str, Any]:
    own = kind if kind.path == "constructed_inventories" else record.kind
    return shape(here(), record, me(), kind=own, detail=detailed)


def collection(path: str) -> Response:
    kind = kinds()[path]
    if request.method == "POST":
        with here().lock:
            return created(kind, create(here(), kind, me(), body_of(request)))
    if path in FOR_SUPERUSERS and not me().is_superuser:
        raise forbidden(FOR_SUPERUSERS[path])
    return listed(kind, here().store.all(path))


def created(kind: Kind, record: Record) -> Response:
    if job := after_creation(here(), record, me()):
        runs().submit(job)
    body = shape(here(), record, me(), kind=kind)
    if kind.path == "applications" and record.values["client_secret"]:
        body["client_secret"] = record.values["client_secret"]  # told this once
    return json_reply(body, 201, {"Location": body["url"]})


def find(kind: Kind, ident: str) -> Record:
    """By id, or by its name with what belongs to it; what may not be seen by name is said not to exist."""
    store = here().store
    if ident.isdigit():
        record = store.find(kind.path, int(ident))
        if record is None:
            raise no_such(kind.model)
        if not may_read(store, me(), record):
            raise forbidden()
        return record
    named = kind.path in NAMED
    record = next((one for one in store.all(kind.path) if named and matches(store, one, ident)), None)
    if (
        record is None
        and kind.path in {"job_templates", "workflow_job_templates"}
        and needs_more(kind, ident)
    ):
        same = [one for one in store.all(kind.path) if one.name == ident]
        record = min(same, key=lambda one: one.values["organization"] or 0, default=None)
        if record is None:
            raise HtmlNotFound
    if record is None:
        words = f"No {kind.model} matches the given query."
        if kind.path.startswith("role_"):
            words = "Not found."
        elif needs_more(kind, ident) or not named:
            words = "The requested resource could not be found."
        raise NameNotFound(404, {"detail": words})
    if not may_read(store, me(), record):
        raise unknown()
    return record


def unknown() -> Refused:
    return NameNotFound(404, {"detail": "Not found."})


def detail(path: str, ident: str) -> Response:
    kind, state = kinds()[path], here()
    with state.lock:
        record = find(kind, ident)
        if request.method == "DELETE":
            return _delete(record, ident)
        if request.method in {"PUT", "PATCH"}:
            if not may_edit(state.store, me(), record) and not ident.isdigit():
                raise unknown()
            before = dict(record.values)
            update(state, record, me(), body_of(request), whole=request.method == "PUT", kind=kind)
            if job := after_change(state, record, me(), before):
                runs().submit(job)
        return json_reply(shape(state, record, me(), kind=kind))


def _delete(record: Record, ident: str) -> Response:
    state = here()
    if not may_delete(state.store, me(), record):
        if record.kind.path in {"credential_types", "role_definitions"}:
            deletion.check(state, record)
        if record.kind.path == "users" and record.id == me().id and me().is_superuser:
            raise forbidden("Cannot delete user.")
        raise forbidden() if ident.isdigit() else unknown()
    deletion.check(state, record)
    if record.kind.path == "inventories":
        deletion.delete_later(state, record)
        return empty(202)
    deletion.delete_with_tokens(state, record)
    return empty(204)


def below(path: str, ident: str, name: str) -> Response:
    """A list below an object, or one of the few other things there."""
    kind = kinds()[path]
    with here().lock:
        record = find(kind, ident)
        if own := BELOW.get(name):
            return own(record)
        target = kind_of(record.kind, name)
        if request.method == "POST":
            return _post_below(record, name, ident)
        if target is None:
            return json_reply(page(kind, [], pairs(), request.path, dict))
        smart = name == "hosts" and record.values.get("kind") == "smart"
        records = _smart_hosts(record) if smart else related_records(here().store, record, name)
        return listed(target, records, here().links(path, record.id, name))


def _smart_hosts(inventory: Record) -> list[Record]:
    query = Query(here().store, kinds()["hosts"])
    found = query.choose(here().store.all("hosts"), [("host_filter", inventory.values["host_filter"])])
    return [one for one in found if isinstance(one, Record)]


def _post_below(record: Record, name: str, ident: str) -> Response:
    state, user, body = here(), me(), body_of(request)
    kind = kind_of(record.kind, name)
    if kind is None:
        raise method_not_allowed("POST")
    if not ident.isdigit() and not may_edit(state.store, user, record):
        raise unknown()
    if "roles" in {record.kind.path, name} and body.get("id") is None:
        raise Refused(400, {"msg": f"{kind.model} 'id' field is missing."})
    if attach_or_detach(state, record, name, user, body):
        return empty(204)
    known = _known(record, name, kind, body)
    if known is not None:
        attach(state.store, record, name, known)
        state.store.touch()
        return empty(204)
    # Only here may the administrator of an organization make a user.
    allowed = (record.kind.path, name) == ("organizations", "users") and administers(
        state.store, user, record
    )
    made = create(state, kind, user, body, forced_by(record, name), allowed=allowed)
    meaning = meaning_of(record.kind, name)
    if meaning and meaning[0] not in {"by", "held"}:
        attach(state.store, record, name, made)
        state.store.touch()
    return created(kind, made)


def _known(record: Record, name: str, kind: Kind, body: dict[str, Any]) -> Record | None:
    """A label or host of that name which exists already is attached instead of made, if nothing else is said of it."""
    if name == "labels" or (record.kind.path == "groups" and name == "hosts" and not body.get("variables")):
        values = {"name": body.get("name"), **body, **forced_by(record, name)}
        return here().store.find(kind.path, here().store.holder(kind, values))
    return None


def _rule(kind: Kind) -> None:
    path = kind.path
    if kind.collection:
        _add(f"/{path}/", f"{path}_list", collection, kind.collection, {"path": path})
    if kind.detail:
        _add(f"/{path}/<ident>/", f"{path}_detail", detail, kind.detail, {"path": path})
    if path == "constructed_inventories":  # what they have stands below the inventories that they are
        return
    extra = tuple(
        Related(name, name, ("GET", "POST"))
        for name in kind.relations
        if name not in {one.name for one in kind.related} and name != "parents"
    )
    for one in (*kind.related, *extra):
        defaults = {"path": path, "name": one.name}
        if (path, one.name) not in APART_BELOW:
            _add(f"/{path}/<ident>/{one.path}/", f"{path}_{one.name}", below, one.methods, defaults)


def _add(rule: str, name: str, view: Any, methods: tuple[str, ...], defaults: dict[str, str]) -> None:
    blueprint.add_url_rule(rule, name, view, methods=list(methods), defaults=defaults)


for _kind in GENERIC:
    _rule(_kind)
