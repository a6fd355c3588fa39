"""What belongs to the controller as a whole: settings, dashboard, metrics, the zones of schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Response, request

from sandbox.models import now
from sandbox.models.access import may_read_job
from sandbox.replies import Refused, forbidden, json_reply
from sandbox.resources import schedules
from sandbox.resources.pages import page
from sandbox.resources.rights import may_read
from sandbox.store.kinds import kinds
from sandbox.views.auth import here, me
from sandbox.views.negotiation import accepts, body_of

blueprint = Blueprint("system", __name__)
# category: the settings in it; what a PATCH may change keeps its type
SETTINGS: dict[str, dict[str, Any]] = {
    "bulk": {"BULK_JOB_MAX_LAUNCH": 100, "BULK_HOST_MAX_CREATE": 100, "BULK_HOST_MAX_DELETE": 250},
    "jobs": {
        "AD_HOC_COMMANDS": ["command", "shell", "ping", "setup"],
        "DEFAULT_JOB_TIMEOUT": 0,
        "MAX_FORKS": 200,
        "SCHEDULE_MAX_JOBS": 10,
    },
    "system": {"INSTALL_UUID": "", "IS_K8S": False, "REDHAT_PASSWORD": "", "TOWER_URL_BASE": ""},
    "ui": {
        "PENDO_TRACKING_STATE": "off",
        "CUSTOM_LOGIN_INFO": "",
        "CUSTOM_LOGO": "",
        "MAX_UI_JOB_EVENTS": 4000,
        "UI_LIVE_UPDATES_ENABLED": True,
    },
}
READ_ONLY = frozenset({"INSTALL_UUID", "IS_K8S"})
PERIODS = {"month": 31, "two_weeks": 14, "week": 7, "day": 1}


def setting(name: str) -> Any:
    """What is set now: the controller's own default, until somebody changes it."""
    changed = here().changed_settings
    return changed.get(name, next(group[name] for group in SETTINGS.values() if name in group))


@blueprint.get("/settings/")
def categories() -> Response:
    slugs = ["all", "changed", *SETTINGS] if me().is_superuser else []
    rows = [
        {"url": here().links("settings", slug), "slug": slug, "name": slug.title()} for slug in sorted(slugs)
    ]
    query = list(request.args.items(multi=True))
    return json_reply(page(kinds()["activity_stream"], rows, query, request.path, dict))


@blueprint.route("/settings/<slug>/", methods=["GET", "PUT", "PATCH", "DELETE"])
def category(slug: str) -> Response:
    if slug not in {"all", "changed", *SETTINGS}:
        raise Refused(404, {"detail": "Not found."})
    if not me().is_superuser:
        raise forbidden()
    names = _names(slug)
    if request.method == "DELETE":
        here().changed_settings = {}
        return Response(status=204)
    if request.method != "GET":
        _change(names, body_of(request))
    return json_reply({name: setting(name) for name in _names(slug)})


def _names(slug: str) -> list[str]:
    if slug == "changed":
        return list(here().changed_settings)
    return [name for group, names in SETTINGS.items() if slug in {"all", group} for name in names]


def _change(names: list[str], given: dict[str, Any]) -> None:
    """Keys that are unknown, of another category or not to be changed are passed over without a word."""
    wanted = {name: given[name] for name in names if name in given and name not in READ_ONLY}
    errors = {name: [words] for name, value in wanted.items() if (words := _wrong(setting(name), value))}
    if request.method == "PUT":
        errors |= {
            name: ["This field is required."]
            for name in names
            if name not in given and isinstance(setting(name), int)
        }
    if errors:
        raise Refused(400, errors)
    here().changed_settings |= wanted


def _wrong(now_set: Any, value: Any) -> str:
    if isinstance(now_set, bool):
        return "" if isinstance(value, bool) else "Must be a valid boolean."
    if isinstance(now_set, int):
        if isinstance(value, bool) or not str(value).lstrip("-").isdigit():
            return "A valid integer is required."
        return "" if int(value) >= 1 else "Ensure this value is greater than or equal to 1."
    return "" if isinstance(value, type(now_set)) else "Not a valid string."


@blueprint.get("/dashboard/")
def dashboard() -> Response:
    """Counts of what the user may see."""
    links, store, user = here().links, here().store, me()
    found: dict[str, Any] = {"related": {"jobs_graph": links("dashboard", "graphs", "jobs")}}
    for path in (
        "inventories",
        "groups",
        "hosts",
        "projects",
        "organizations",
        "teams",
        "users",
        "credentials",
        "job_templates",
    ):
        count = sum(1 for one in store.all(path) if may_read(store, user, one))
        found[path] = {"url": links(path), "total": count}
    jobs = [job for job in list(here().jobs.values()) if job.kind == "job" and may_read_job(user, job)]
    failed = sum(1 for job in jobs if job.status in {"failed", "error", "canceled"})
    found["jobs"] = {"url": links("jobs"), "total": len(jobs), "failed": failed}
    return json_reply(found)


@blueprint.get("/dashboard/graphs/jobs/")
def dashboard_graph() -> Response:
    period = request.args.get("period", "month")
    if period not in PERIODS:
        raise Refused(400, {"error": f'Unknown period "{period}"'})
    today = datetime.combine(now().date(), datetime.min.time(), UTC)
    days = [today - timedelta(days=back) for back in range(PERIODS[period], -1, -1)]
    jobs = [job for job in list(here().jobs.values()) if job.finished and may_read_job(me(), job)]
    counts = {
        status: [
            [
                day.timestamp(),
                sum(
                    1
                    for job in jobs
                    if job.status == status and job.finished and job.finished.date() == day.date()
                ),
            ]
            for day in days
        ]
        for status in ("successful", "failed", "canceled", "error")
    }
    return json_reply({"jobs": counts})


@blueprint.get("/metrics/")
def metrics() -> Response:
    """As text, unless JSON is asked for."""
    if not me().is_superuser:
        raise forbidden()
    numbers, statuses = _numbers(), _statuses()
    asked = request.args.get("format", "")
    plain = asked != "json" and (
        bool(asked) or accepts(request, "text/plain") or not accepts(request, "application/json")
    )
    return _metrics_text(numbers, statuses) if plain else json_reply(_metrics_json(numbers, statuses))


_COUNTED = (
    "organizations", "users", "teams", "inventories", "projects", "job_templates", "workflow_job_templates", "hosts",
    "schedules",
)  # fmt: skip
_BY_STATUS = "Number of jobs by status"


def _numbers() -> dict[str, int]:
    found = {f"awx_{path}_total": sum(1 for _ in here().store.all(path)) for path in _COUNTED}
    return found | {f"awx_{status}_jobs_total": _jobs(status) for status in ("running", "pending")}


def _statuses() -> dict[str, int]:
    return {status: _jobs(status) for status in ("successful", "failed", "error", "canceled")}


def _jobs(status: str) -> int:
    return sum(1 for job in list(here().jobs.values()) if job.status == status)


def _told(name: str) -> str:
    return f"Number of {name.removeprefix('awx_').removesuffix('_total').replace('_', ' ')}"


def _metrics_json(numbers: dict[str, int], statuses: dict[str, int]) -> dict[str, Any]:
    samples = [{"labels": {"status": status}, "value": float(value)} for status, value in statuses.items()]
    return {
        name: {
            "help_text": _told(name),
            "type": "gauge",
            "samples": [{"labels": {}, "value": float(value)}],
        }
        for name, value in numbers.items()
    } | {"awx_status_total": {"help_text": _BY_STATUS, "type": "gauge", "samples": samples}}


def _metrics_text(numbers: dict[str, int], statuses: dict[str, int]) -> Response:
    lines = [
        f"# HELP {name} {_told(name)}\n# TYPE {name} gauge\n{name} {float(value)}"
        for name, value in numbers.items()
    ]
    lines.append(f"# HELP awx_status_total {_BY_STATUS}\n# TYPE awx_status_total gauge")
    lines += [f'awx_status_total{{status="{status}"}} {float(value)}' for status, value in statuses.items()]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.post("/schedules/preview/")
def schedule_preview() -> Response:
    rule = body_of(request).get("rrule")
    if rule is None:
        raise Refused(400, {"rrule": ["This field is required."]})
    if words := schedules.wrong(str(rule)):
        raise Refused(400, {"rrule": words})
    moments = schedules.occurrences(str(rule), now(), 10)
    utc = [moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for moment in moments]
    local = [moment.isoformat().replace("+00:00", "Z") for moment in moments]
    return json_reply({"local": local, "utc": utc})


@blueprint.get("/schedules/zoneinfo/")
def zones() -> Response:
    return json_reply({"zones": sorted(available_timezones()), "links": {}})


@blueprint.get("/mesh_visualizer/")
def mesh() -> Response:
    if not me().is_superuser:
        raise forbidden()
    nodes = [
        {
            "id": one.id,
            "hostname": one.name,
            "node_type": one.values["node_type"],
            "node_state": "ready",
            "enabled": True,
        }
        for one in here().store.all("instances")
    ]
    return json_reply({"nodes": nodes, "links": []})


@blueprint.get("/analytics/")
def analytics() -> Response:
    return json_reply({})


@blueprint.get("/service-index/")
def service_index() -> Response:
    names = ("metadata", "resources", "resource-types")
    return json_reply({name: here().links("service-index", name) for name in names})
