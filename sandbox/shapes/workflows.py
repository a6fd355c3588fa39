"""Workflow job templates, and what their launch page says."""

from typing import Any

from sandbox.models import Step, Template, Workflow
from sandbox.shapes.templates import extra_vars_text

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
