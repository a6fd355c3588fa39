"""Workflow job templates, and what their launch page says."""

from typing import Any

from sandbox.access import administers, may_start
from sandbox.clock import stamp
from sandbox.data import ADMIN
from sandbox.links import Links
from sandbox.models import Template, User
from sandbox.shapes import summaries
from sandbox.shapes.jobs import brief
from sandbox.shapes.templates import extra_vars_text, named_url
from sandbox.state import State
from sandbox.workflows import Step, Workflow, WorkflowJob

Shape = dict[str, Any]
# switch of the workflow: field of its launch, in the order in which the API looks at them
WORKFLOW_ASKS = {
    "inventory": "inventory",
    "limit": "limit",
    "scm_branch": "scm_branch",
    "labels": "labels",
    "skip_tags": "skip_tags",
    "tags": "job_tags",
}
_BELOW = (
    "workflow_nodes",
    "labels",
    "activity_stream",
    "notification_templates_started",
    "notification_templates_success",
    "notification_templates_error",
    "notification_templates_approvals",
    "access_list",
    "object_roles",
    "survey_spec",
    "copy",
)


def _related(links: Links, of: Workflow, last: WorkflowJob | None) -> Shape:
    made_by = links("users", ADMIN.id)
    resource = "workflow_job_templates"
    return {
        "created_by": made_by,
        "modified_by": made_by,
        **({"last_job": links("workflow_jobs", last.id)} if last else {}),
        **links.below(resource, of.id, "workflow_jobs", "schedules", "launch", "webhook_key"),
        "webhook_receiver": "",
        **links.below(resource, of.id, *_BELOW),
        "organization": links("organizations", of.organization.id),
    }


def _summary_fields(of: Workflow, user: User, runs: list[WorkflowJob]) -> Shape:
    who = summaries.user(ADMIN)
    start = may_start(user, of)
    admin = administers(user, of.organization)
    last: Shape = {}
    if runs:
        last["last_job"] = {**_without(brief(runs[0]), "elapsed"), "finished": stamp(runs[0].finished)}
        last["last_update"] = _without(brief(runs[0]), "elapsed", "canceled_on")
    return {
        "organization": summaries.organization(of.organization),
        **last,
        "created_by": who,
        "modified_by": who,
        "object_roles": summaries.roles(
            of.id * 4,
            admin="Can manage all aspects of the workflow job template",
            execute="May run the workflow job template",
            read="May view settings for the workflow job template",
            approval="Can approve or deny a workflow approval node",
        ),
        "user_capabilities": {
            "edit": admin,
            "delete": admin,
            "start": start,
            "schedule": start,
            "copy": admin,
        },
        "labels": summaries.labels(()),
        "recent_jobs": [
            {
                "id": run.id,
                "status": run.status,
                "finished": stamp(run.finished),
                "canceled_on": stamp(run.canceled_on),
                "type": "workflow_job",
            }
            for run in runs[:10]
        ],
    }


def _without(shape: Shape, *names: str) -> Shape:
    return {key: value for key, value in shape.items() if key not in names}


def workflow_in_list(state: State, of: Workflow, user: User) -> Shape:
    runs = sorted(state.workflow_jobs(of), key=lambda run: run.id, reverse=True)
    last = runs[0] if runs else None
    asks = {f"ask_{name}_on_launch": name in of.asks for name in (*WORKFLOW_ASKS, "variables")}
    return {
        "id": of.id,
        "type": "workflow_job_template",
        "url": state.links("workflow_job_templates", of.id),
        "related": _related(state.links, of, last),
        "summary_fields": _summary_fields(of, user, runs),
        "created": stamp(state.seeded),
        "modified": stamp(state.seeded),
        "name": of.name,
        "description": of.description,
        "last_job_run": stamp(last.finished) if last else None,
        "last_job_failed": bool(last and last.status in {"failed", "error", "canceled"}),
        "next_job_run": None,
        "status": last.status if last else "never updated",
        "extra_vars": extra_vars_text(of.extra_vars) if of.extra_vars else "",
        "organization": of.organization.id,
        "survey_enabled": bool(of.survey),
        "allow_simultaneous": of.allow_simultaneous,
        "inventory": of.inventory.id if of.inventory else None,
        "limit": of.limit,
        "scm_branch": None,
        "webhook_service": "",
        "webhook_credential": None,
        **asks,
        "skip_tags": None,
        "job_tags": None,
    }


def workflow_detail(state: State, of: Workflow, user: User) -> Shape:
    shape = workflow_in_list(state, of, user)
    shape["related"]["named_url"] = state.links("workflow_job_templates", named_url(of))
    return shape


def workflow_launch_page(of: Workflow) -> Shape:
    needed = [question["variable"] for question in of.survey if question["required"]]
    inventory = of.inventory
    return {
        **{f"ask_{name}_on_launch": name in of.asks for name in (*WORKFLOW_ASKS, "variables")},
        "can_start_without_user_input": not needed,
        "defaults": {
            "inventory": {
                "name": inventory.name if inventory else None,
                "id": inventory.id if inventory else None,
            },
            "limit": of.limit,
            "scm_branch": None,
            "job_tags": None,
            "skip_tags": None,
            "extra_vars": extra_vars_text(of.extra_vars) if of.extra_vars else "",
        },
        "survey_enabled": bool(of.survey),
        "variables_needed_to_start": needed,
        "node_templates_missing": [step.id for step in of.steps if step.runs is None],
        "node_prompts_rejected": [step.id for step in of.steps if _is_rejected(step)],
        "workflow_job_template_data": {"name": of.name, "id": of.id, "description": of.description},
    }


def _is_rejected(step: Step) -> bool:
    """The node has a prompt which its template does not ask for."""
    asks = step.runs.asks if isinstance(step.runs, Template | Workflow) else frozenset()
    return bool((step.limit and "limit" not in asks) or (step.extra_vars and "variables" not in asks))
