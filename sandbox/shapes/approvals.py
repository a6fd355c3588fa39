"""Approvals: nodes at which a workflow waits for a human."""

from datetime import timedelta
from typing import Any

from sandbox.clock import stamp
from sandbox.models import ApprovalJob, User
from sandbox.models.access import administers, may_decide
from sandbox.shapes import summaries
from sandbox.shapes.jobs import DETAIL_ONLY, ancestor_summary, course, source_link, source_summary
from sandbox.state import State

Shape = dict[str, Any]


def _related(state: State, job: ApprovalJob) -> Shape:
    links = state.links
    template = links("workflow_approval_templates", job.approval.id)
    return {
        **({"created_by": links("users", job.created_by.id)} if job.created_by else {}),
        "unified_job_template": template,
        **source_link(links, job),
        "workflow_approval_template": template,
        **links.below("workflow_approvals", job.id, "approve", "deny"),
        **({"approved_or_denied_by": links("users", job.decided_by.id)} if job.decided_by else {}),
    }


def _summary_fields(job: ApprovalJob, user: User) -> Shape:
    assert job.node
    approval, of = job.approval, job.node.workflow_job
    named = {"id": approval.id, "name": approval.name, "description": approval.description}
    admin = administers(user, job.organization)
    return {
        **({"workflow_job_template": summaries.template(of.workflow)} if of.workflow else {}),
        "workflow_job": {"id": of.id, "name": of.name, "description": of.description},
        "workflow_approval_template": {**named, "timeout": approval.timeout},
        "unified_job_template": {**named, "unified_job_type": "workflow_approval"},
        **({"approved_or_denied_by": summaries.user(job.decided_by)} if job.decided_by else {}),
        **({"created_by": summaries.user(job.created_by)} if job.created_by else {}),
        "user_capabilities": {"delete": admin, "start": True},
        **source_summary(job),
    }


def approval_detail(state: State, job: ApprovalJob, user: User) -> Shape:
    run = course(state.links, job)
    del run["execution_node"], run["controller_node"]
    open_ = job.status == "pending"
    expires = job.created + timedelta(seconds=job.approval.timeout) if job.approval.timeout else None
    return {
        "id": job.id,
        "type": "workflow_approval",
        "url": state.links("workflow_approvals", job.id),
        "related": _related(state, job),
        "summary_fields": {**_summary_fields(job, user), **ancestor_summary(state.links, job)},
        "created": stamp(job.created),
        "modified": stamp(job.finished or job.created),
        "name": job.name,
        "description": job.description,
        "unified_job_template": job.approval.id,
        **run,
        "event_processing_finished": True,
        "work_unit_id": None,
        "can_approve_or_deny": open_ and may_decide(user, job),
        "approval_expiration": stamp(expires) if open_ else None,
        "timed_out": job.timed_out,
    }


def approval_in_list(state: State, job: ApprovalJob, user: User) -> Shape:
    shape = approval_detail(state, job, user)
    del shape["summary_fields"]["ancestor_job"]
    return {key: value for key, value in shape.items() if key not in DETAIL_ONLY}
