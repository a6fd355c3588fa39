"""What the views share: the objects they are about, and lists."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from flask import Response, current_app, request

from sandbox.models import Job, Template, Workflow
from sandbox.models.access import may_read, may_read_job
from sandbox.replies import HtmlNotFound, NameNotFound, Refused, forbidden, json_reply, no_such
from sandbox.resources.pages import page
from sandbox.resources.query import Query
from sandbox.resources.query import chosen as chosen_rows
from sandbox.running.runs import Runs
from sandbox.store.kinds import Kind
from sandbox.views import lists
from sandbox.views.auth import here, me
from sandbox.views.filters import Filters

MODELS = {
    "job": "Job",
    "project_update": "ProjectUpdate",
    "ad_hoc_command": "AdHocCommand",
    "inventory_update": "InventoryUpdate",
    "system_job": "SystemJob",
    "workflow_job": "WorkflowJob",
    "workflow_approval": "WorkflowApproval",
}
AnyTemplate = TypeVar("AnyTemplate", Template, Workflow)


def runs() -> Runs:
    found = current_app.extensions["runs"]
    assert isinstance(found, Runs)
    return found


def find_template(ident: str) -> Template:
    return _find(ident, here().catalog.templates, "JobTemplate")


def find_workflow(ident: str) -> Workflow:
    return _find(ident, here().catalog.workflows, "WorkflowJobTemplate")


def _find(ident: str, templates: Sequence[AnyTemplate], model: str) -> AnyTemplate:
    """By id, by `NAME++ORGANIZATION`, or by bare name, which means the one in the oldest organization."""
    if ident.isdigit():
        template = next((one for one in templates if one.id == int(ident)), None)
        if template is None:
            raise no_such(model)
        if not may_read(me(), template):
            raise forbidden()
        return template
    named = _named(ident, templates, model)
    if not may_read(me(), named):
        raise unknown_name()
    return named


def unknown_name() -> Refused:
    """What may not be seen or started is said not to exist, when it is asked for by name."""
    return NameNotFound(404, {"detail": "Not found."})


def _named(ident: str, templates: Sequence[AnyTemplate], model: str) -> AnyTemplate:
    name, separator, organization = ident.partition("++")
    same_name = [template for template in templates if template.name == _unescaped(name)]
    if separator:
        wanted = _unescaped(organization)
        for template in same_name:
            if template.organization.name == wanted:
                return template
        raise NameNotFound(404, {"detail": f"No {model} matches the given query."})
    if not same_name:
        raise HtmlNotFound
    return min(same_name, key=lambda template: template.organization.id)


def _unescaped(part: str) -> str:
    for char in ";/?:@=&[]+":
        part = part.replace(f"[{char}]", char)
    return part


def find_job(number: int, kind: str = "job") -> Job:
    job = here().find_job(number, kind)
    if job is None:
        raise no_such(MODELS[kind])
    if not may_read_job(me(), job):
        raise forbidden()
    return job


def args() -> lists.Args:
    return lists.Args(request.args.items(multi=True))


def list_reply(
    rows: Iterable[lists.Row],
    filters: Filters | Kind,
    *,
    order: str = "id",
    path: str | None = None,
) -> Response:
    if isinstance(filters, Kind):
        pairs = list(request.args.items(multi=True))
        found = chosen_rows(Query(here().store, filters), rows, pairs)
        return json_reply(page(filters, found, pairs, path or request.path, dict))
    query = args()
    chosen = lists.select(rows, query, filters, order)
    return json_reply(lists.answer(chosen, query, path or request.path))


def location(url: str) -> dict[str, str]:
    return {"Location": url}


def created(shape: dict[str, Any]) -> Response:
    return json_reply(shape, 201, location(shape["url"]))
