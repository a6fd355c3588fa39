"""The launch of a workflow, checked as the controller checks it: it refuses what a job template would ignore."""

from typing import Any

from sandbox.launch import survey
from sandbox.launch.fields import InvalidFields, launch_fields, read_all
from sandbox.launch.nodes import new_workflow_job
from sandbox.launch.slices import new_run
from sandbox.models import Prompts, User, Workflow, WorkflowJob
from sandbox.models.access import may_use
from sandbox.replies import Refused, forbidden
from sandbox.shapes.workflows import WORKFLOW_ASKS
from sandbox.state import State

NOT_ASKED = "Field is not configured to prompt on launch."
NOT_ALLOWED = (
    "Variables {} are not allowed on launch. "
    "Check the Prompt on Launch setting on the Workflow Job Template to include Extra Variables."
)


def launch(state: State, workflow: Workflow, user: User, given: dict[str, Any]) -> WorkflowJob:
    """Raises what the controller would answer when it does not start the workflow."""
    readers = launch_fields(state.catalog)
    known = {name: readers[name] for name in ("extra_vars", *WORKFLOW_ASKS.values())}
    try:
        values = read_all(known, given)
    except InvalidFields as error:
        raise Refused(400, error.errors) from error
    variables = values.pop("extra_vars", {})
    own = Prompts(inventory=workflow.inventory, limit=workflow.limit or "")
    changed = {name: value for name, value in values.items() if value != getattr(own, name)}
    errors = {
        field: [NOT_ASKED]
        for ask, field in WORKFLOW_ASKS.items()
        if field in changed and ask not in workflow.asks
    }
    errors |= _variable_errors(workflow, variables)
    if errors:
        raise Refused(400, errors)
    inventory = changed.get("inventory", workflow.inventory)
    if inventory and "inventory" in changed and not may_use(user, inventory):
        raise forbidden()
    launched = survey.without_placeholders(workflow.survey, variables)
    prompts = Prompts(
        inventory=inventory,
        limit=changed.get("limit", own.limit),
        scm_branch=changed.get("scm_branch", ""),
        labels=changed.get("labels", ()),
        skip_tags=changed.get("skip_tags", ""),
        job_tags=changed.get("job_tags", ""),
        extra_vars={**workflow.extra_vars, **survey.defaults(workflow.survey), **launched},
    )
    return new_workflow_job(state, workflow, prompts, user, payload=given)


def _variable_errors(workflow: Workflow, given: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    asked = {question["variable"] for question in workflow.survey}
    own = workflow.extra_vars
    left = [
        name
        for name, value in given.items()
        if name not in asked and "variables" not in workflow.asks and (name not in own or own[name] != value)
    ]
    if left:
        found["extra_vars"] = [NOT_ALLOWED.format(", ".join(left))]
    if lacking := survey.errors_in(workflow.survey, given):
        found["variables_needed_to_start"] = lacking
    return found


def relaunch(state: State, job: WorkflowJob, user: User) -> WorkflowJob:
    """The same workflow once more, from its beginning, with the same prompts."""
    if job.workflow:
        return new_workflow_job(state, job.workflow, job.prompts, user, launch_type="relaunch")
    assert job.template
    again = new_run(state, job.template, job.prompts, created_by=user, launch_type="relaunch")
    assert isinstance(again, WorkflowJob)
    return again
