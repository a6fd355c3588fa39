"""The events of a job: the list that a launcher reads while the job runs."""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from sandbox.events.jsonbytes import encode
from sandbox.events.rows import Row
from sandbox.models import Job
from sandbox.models.access import may_read_job
from sandbox.replies import bad_request, forbidden, no_such, raw_json
from sandbox.shapes.jobs import short
from sandbox.views import lists
from sandbox.views.auth import here, me
from sandbox.views.common import args, find_job
from sandbox.views.filters import Filters

blueprint = Blueprint("events", __name__)
EVENTS = Filters(
    "JobEvent",
    frozenset(
        [
            "id",
            "type",
            "created",
            "modified",
            "job",
            "event",
            "counter",
            "event_display",
            "event_data",
            "event_level",
            "failed",
            "changed",
            "uuid",
            "parent_uuid",
            "host",
            "host_name",
            "playbook",
            "play",
            "task",
            "role",
            "stdout",
            "start_line",
            "end_line",
            "verbosity",
        ]
    ),
    frozenset({"job", "host"}),
)


@blueprint.after_request
def _tell_what_a_browser_shows(response: Response) -> Response:
    if request.endpoint != "events.event":
        response.headers["X-UI-Max-Events"] = "4000"
    return response


@blueprint.get("/jobs/<int:number>/job_events/")
def job_events(number: int) -> Response:
    return _reply(find_job(number))


@blueprint.get("/project_updates/<int:number>/events/")
def update_events(number: int) -> Response:
    return _reply(find_job(number, "project_update"))


@blueprint.get("/ad_hoc_commands/<int:number>/events/")
def ad_hoc_events(number: int) -> Response:
    return _reply(find_job(number, "ad_hoc_command"))


@blueprint.get("/inventory_updates/<int:number>/events/")
def inventory_update_events(number: int) -> Response:
    return _reply(find_job(number, "inventory_update"))


@blueprint.get("/system_jobs/<int:number>/events/")
def system_job_events(number: int) -> Response:
    return _reply(find_job(number, "system_job"))


@blueprint.get("/job_events/<int:number>/")
def event(number: int) -> Response:
    job, row = _find(number)
    return raw_json(row.json(encode(short(job)), whole=True))


@blueprint.get("/job_events/<int:number>/children/")
def children(number: int) -> Response:
    job, parent = _find(number)
    return _reply(job, parent)


def _find(number: int) -> tuple[Job, Row]:
    for job in list(here().jobs.values()):
        for row in job.log.visible():
            if row.id == number and job.kind == "job":
                if not may_read_job(me(), job):
                    raise forbidden()
                return job, row
    raise no_such("JobEvent")


def _reply(job: Job, parent: Row | None = None) -> Response:
    query = args()
    if "limit" in query and not here().settings.limit_parameter:
        raise bad_request("JobEvent has no field named 'limit'")
    rows = _chosen(job, query, parent)
    if (limit := query.get("limit", "")).isdigit():
        # No count, no links, and no cap either.
        return raw_json(b'{"results":' + _joined(job, rows[: int(limit)], query) + b"}")
    page = lists.Page.of(request.path, query)
    shown = _joined(job, rows[page.bounds(len(rows))], query)
    if "count_disabled" in query:
        return raw_json(b'{"results":' + shown + b"}")
    neighbours = {"count": len(rows), "next": page.next(len(rows)), "previous": page.previous()}
    return raw_json(encode(neighbours)[:-1] + b',"results":' + shown + b"}")


def _joined(job: Job, rows: Sequence[Row], query: lists.Args) -> bytes:
    summary = encode(short(job))
    whole = "no_truncate" in query
    return b"[" + b",".join(row.json(summary, whole=whole) for row in rows) + b"]"


def _chosen(job: Job, query: lists.Args, parent: Row | None) -> Sequence[Row]:
    """The rows asked for, in their order. Reading onward by counter does not look at the rows before it."""
    filters = query.filters()
    order = query.get("order_by") or "start_line"
    above = 0
    if len(filters) == 1 and filters[0][0] == "counter__gt" and filters[0][1].isdigit():
        above, filters = int(filters[0][1]), []
    visible = job.log.visible(above)
    if parent is not None:
        visible = [row for row in visible if row.fields.get("parent_uuid") == parent.uuid]
    if not filters and not query.get("search") and order == "counter":
        return visible
    return _filtered(visible, filters, query.get("search"), order)


def _filtered(
    rows: Sequence[Row], filters: list[tuple[str, str]], search: str | None, order: str
) -> list[Row]:
    """By `start_line` alone, rows without output tie: their places are not to be relied on."""
    shapes = [{"id": row.id, "summary_fields": {}, **row.fields} for row in rows]
    chosen = EVENTS.sort(EVENTS.choose(shapes, filters, search), order)
    by_id = {row.id: row for row in rows}
    return [by_id[shape["id"]] for shape in chosen]
