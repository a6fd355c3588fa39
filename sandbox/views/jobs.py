"""Jobs: their state, cancel, relaunch, hosts."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request

from sandbox.clock import stamp
from sandbox.launch.launch import relaunch_job
from sandbox.models import Job
from sandbox.models.access import may_cancel, may_read_job, may_start
from sandbox.replies import Refused, empty, forbidden, json_reply, method_not_allowed
from sandbox.shapes import outcome
from sandbox.shapes.jobs import job_as_launched, job_detail, job_in_list, short
from sandbox.shapes.unified import in_list
from sandbox.store.kinds import kinds
from sandbox.views.auth import here, me
from sandbox.views.common import MODELS, created, find_job, list_reply, runs
from sandbox.views.filters import Filters
from sandbox.views.negotiation import body_of
from sandbox.views.resources import listed

blueprint = Blueprint("jobs", __name__)
JOBS = kinds()["jobs"]
UNIFIED = kinds()["unified_jobs"]
HOSTS = Filters(
    "JobHostSummary", frozenset({"id", "host_name", "failed", "job", "host"}), frozenset({"host"})
)


def readable(kind: str | None = "job") -> list[Job]:
    jobs = list(here().jobs.values())
    return [job for job in jobs if (kind is None or job.kind == kind) and may_read_job(me(), job)]


@blueprint.get("/jobs/")
def job_list() -> Response:
    return list_reply([job_in_list(here(), job, me()) for job in readable()], JOBS)


@blueprint.get("/unified_jobs/")
def unified_list() -> Response:
    """Approvals are not among them."""
    rows = [in_list(here(), job, me()) for job in readable(None) if job.kind != "workflow_approval"]
    return list_reply(rows, UNIFIED)


@blueprint.get("/jobs/<int:number>/")
def job(number: int) -> Response:
    return json_reply(job_detail(here(), find_job(number), me()))


def run_delete(number: int, kind: str) -> Response:
    """Of a run of any kind."""
    found = find_job(number, kind)
    if not me().is_superuser:
        raise forbidden()
    if found.active:
        raise forbidden("Cannot delete running job resource.")
    if kind == "job" and not found.processed:
        raise Refused(400, {"error": "Job has not finished processing events."})
    here().delete_job(found)
    return empty(204)


for _kind in MODELS:
    _rule = f"/{_kind}s/<int:number>/"
    blueprint.add_url_rule(_rule, f"{_kind}_delete", run_delete, methods=["DELETE"], defaults={"kind": _kind})


@blueprint.get("/jobs/<int:number>/cancel/")
def cancel_get(number: int) -> Response:
    return json_reply({"can_cancel": find_job(number).active})


@blueprint.post("/jobs/<int:number>/cancel/")
def cancel_post(number: int) -> Response:
    return cancel(find_job(number))


def cancel(found: Job) -> Response:
    if not may_cancel(me(), found) or (not found.active and not me().is_superuser):
        raise forbidden()
    if not found.active:
        raise method_not_allowed("POST")
    runs().cancel(found)
    return empty(202)


@blueprint.get("/jobs/<int:number>/relaunch/")
def relaunch_get(number: int) -> Response:
    found = find_job(number)
    counts = {"all": len(outcome.hosts(found)), "failed": len(outcome.failed_hosts(found))}
    return json_reply({"passwords_needed_to_start": _passwords(found), "retry_counts": counts})


@blueprint.post("/jobs/<int:number>/relaunch/")
def relaunch_post(number: int) -> Response:
    found = find_job(number)
    if found.template is None or not may_start(me(), found.template):
        raise forbidden()
    given = body_of(request)
    limit = _limit(found, given.get("hosts", "all"))
    passwords = {name: str(value) for name, value in (given.get("credential_passwords") or {}).items()}
    if lacking := [name for name in _passwords(found) if not passwords.get(name)]:
        raise Refused(400, {"passwords_needed_to_start": lacking})
    again = relaunch_job(here(), found, me(), passwords, limit)
    shape = job_as_launched(here(), again, me())
    runs().submit(again)
    return created({**shape, "job": again.id})


def _passwords(of: Job) -> list[str]:
    return [name for credential in of.prompts.credentials for name in credential.passwords]


def _limit(of: Job, hosts: Any) -> str | None:
    if hosts not in {"all", "failed"}:
        raise Refused(400, {"hosts": [f'"{hosts}" is not a valid choice.']})
    if hosts == "all":
        return None
    failed = outcome.failed_hosts(of)
    if not failed:
        raise Refused(400, {"hosts": "Cannot relaunch because previous job had 0 failed hosts."})
    return ",".join(failed)


@blueprint.get("/jobs/<int:number>/credentials/")
def job_credentials(number: int) -> Response:
    return _still_there("credentials", (one.id for one in find_job(number).prompts.credentials))


@blueprint.get("/jobs/<int:number>/labels/")
def job_labels(number: int) -> Response:
    return _still_there("labels", (one.id for one in find_job(number).prompts.labels))


def _still_there(path: str, numbers: Iterable[int]) -> Response:
    """Those objects of a job's launch which exist to this day; whoever sees the job sees them named."""
    found = (here().store.find(path, number) for number in numbers)
    return listed(kinds()[path], [one for one in found if one], everybody=True)


@blueprint.get("/jobs/<int:number>/job_host_summaries/")
def host_summaries(number: int) -> Response:
    found = find_job(number)
    return list_reply([_host_summary(found, host) for host in outcome.hosts(found)], HOSTS)


def _host_summary(of: Job, numbers: dict[str, Any]) -> dict[str, Any]:
    links = here().links
    inventory = of.prompts.inventory
    known = {host.name: host.id for host in inventory.hosts} if inventory else {}
    name = numbers["host_name"]
    host = known.get(name)
    number = of.id * 1000 + (host or 0)
    return {
        "id": number,
        "type": "job_host_summary",
        "url": links("job_host_summaries", number),
        "related": {"job": links("jobs", of.id), **({"host": links("hosts", host)} if host else {})},
        "summary_fields": {"host": {"id": host, "name": name, "description": ""}, "job": short(of)},
        "created": stamp(of.finished),
        "modified": stamp(of.finished),
        "job": of.id,
        "host": host,
        "constructed_host": None,
        **numbers,
    }
