"""The test bench's own controls, under `/sandbox/`. No controller has these; they need no credential."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from sandbox.clock import stamp
from sandbox.events.plan import Plan
from sandbox.models import Job
from sandbox.replies import Refused, empty, json_reply
from sandbox.state import PLANNED
from sandbox.views.auth import here

blueprint = Blueprint("control", __name__)


def _job(number: int) -> Job:
    job = here().jobs.get(number)
    if job is None:
        raise Refused(404, {"error": f"there is no job {number}"})
    return job


@blueprint.get("/jobs/")
def launched() -> Response:
    """Every job and workflow job there is, with what its launch asked for: to count launches."""
    jobs = list(here().jobs.values())
    return json_reply([_launch(job) for job in jobs if job.kind in PLANNED])


def _launch(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "type": job.kind,
        "template": job.name,
        "launch_type": job.launch_type,
        "created": stamp(job.created),
        "created_by": job.created_by.username if job.created_by else None,
        "payload": job.payload,
        "status": job.status,
        "events": len(job.log.emitted()),
        "process_ids": list(job.process_ids),
    }


@blueprint.get("/jobs/<int:number>/stdout/")
def raw_stdout(number: int) -> Response:
    """The whole output as ansible-runner itself wrote it down, byte for byte."""
    path = _job(number).runner_stdout
    if path is None:
        raise Refused(404, {"error": f"job {number} has no output: it did not run a playbook"})
    return Response(Path(path).read_bytes(), content_type="text/plain; charset=utf-8")


@blueprint.delete("/jobs/<int:number>/")
def delete(number: int) -> Response:
    """As if an administrator had removed the row, whatever its state."""
    job = _job(number)
    job.cancel_asked.set()
    here().delete_job(job)
    return empty(204)


@blueprint.post("/plans/")
def plan_next_launch() -> Response:
    """Applies to the next launch that makes a job; several wait in line."""
    given = request.get_json()
    known = {one.name for one in fields(Plan)}
    if unknown := set(given) - known:
        raise Refused(400, {"error": f"a plan has no {sorted(unknown)}; it has {sorted(known)}"})
    if "missing_events" in given:
        given["missing_events"] = frozenset(given["missing_events"])
    if "late_events" in given:
        given["late_events"] = {int(counter): delay for counter, delay in given["late_events"].items()}
    here().next_plans.append(Plan(**given))
    return empty(204)


@blueprint.get("/requests/")
def requests() -> Response:
    """How often each path was asked for, and the latest requests one by one."""
    state = here()
    log = [{**asdict(one), "at": stamp(one.at)} for one in list(state.served)]
    return json_reply(
        {"count": sum(state.served_by_path.values()), "by_path": state.served_by_path, "log": log}
    )


@blueprint.delete("/requests/")
def forget_requests() -> Response:
    here().served.clear()
    here().served_by_path.clear()
    return empty(204)


@blueprint.get("/tokens/")
def tokens() -> Response:
    return json_reply(
        [
            {"id": one.id, "user": one.user.username, "scope": one.scope, "gateway": one.gateway}
            for one in list(here().tokens.values())
        ]
    )


@blueprint.delete("/tokens/<value>/")
def revoke(value: str) -> Response:
    state = here()
    token = state.token_with(value)
    if token is None:
        raise Refused(404, {"error": "there is no such token"})
    del state.tokens[token.id]
    return empty(204)
