"""Approvals: the list of those that wait, and the decision."""

from flask import Blueprint, Response

from sandbox.models import ApprovalJob, now
from sandbox.models.access import may_decide
from sandbox.replies import Refused, empty, forbidden, json_reply
from sandbox.shapes.approvals import approval_detail, approval_in_list
from sandbox.store.kinds import kinds
from sandbox.views.auth import here, me
from sandbox.views.common import find_job, list_reply
from sandbox.views.jobs import readable

blueprint = Blueprint("approvals", __name__)
APPROVALS = kinds()["workflow_approvals"]
DECIDED = "This workflow step has already been approved or denied."


def _found(number: int) -> ApprovalJob:
    job = find_job(number, "workflow_approval")
    assert isinstance(job, ApprovalJob)
    return job


@blueprint.get("/workflow_approvals/")
def approval_list() -> Response:
    found = [job for job in readable("workflow_approval") if isinstance(job, ApprovalJob)]
    return list_reply([approval_in_list(here(), job, me()) for job in found], APPROVALS)


@blueprint.get("/workflow_approvals/<int:number>/")
def approval(number: int) -> Response:
    return json_reply(approval_detail(here(), _found(number), me()))


@blueprint.get("/workflow_approvals/<int:number>/approve/")
@blueprint.get("/workflow_approvals/<int:number>/deny/")
def decision(number: int) -> Response:
    return json_reply({"job_explanation": _found(number).job_explanation})


@blueprint.post("/workflow_approvals/<int:number>/approve/")
def approve(number: int) -> Response:
    return _decide(number, "successful")


@blueprint.post("/workflow_approvals/<int:number>/deny/")
def deny(number: int) -> Response:
    return _decide(number, "failed")


def _decide(number: int, status: str) -> Response:
    job = _found(number)
    if not may_decide(me(), job):
        raise forbidden()
    with here().changing(job):
        if job.status != "pending":
            raise Refused(400, {"error": DECIDED})
        job.status, job.decided_by, job.finished = status, me(), now()
    return empty(204)
