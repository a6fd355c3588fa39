"""Job templates, and what their launch page says."""

import json
from typing import Any

from sandbox.models import Template

Shape = dict[str, Any]

# switch of the template: field of a launch, in the order in which the API looks at them
ASKS: dict[str, str] = {
    "variables": "extra_vars",
    "inventory": "inventory",
    "limit": "limit",
    "scm_branch": "scm_branch",
    "tags": "job_tags",
    "skip_tags": "skip_tags",
    "job_type": "job_type",
    "verbosity": "verbosity",
    "diff_mode": "diff_mode",
    "credential": "credentials",
    "execution_environment": "execution_environment",
    "labels": "labels",
    "forks": "forks",
    "job_slice_count": "job_slice_count",
    "timeout": "timeout",
    "instance_groups": "instance_groups",
}
_SHOWN_IN_LAUNCH = [
    "scm_branch",
    "variables",
    "tags",
    "diff_mode",
    "skip_tags",
    "job_type",
    "limit",
    "verbosity",
    "inventory",
    "credential",
    "execution_environment",
    "labels",
    "forks",
    "job_slice_count",
    "timeout",
    "instance_groups",
]


def extra_vars_text(variables: dict[str, Any]) -> str:
    return json.dumps(variables)


def launch_page(template: Template) -> Shape:
    needed = [question["variable"] for question in template.survey if question["required"]]
    passwords = [name for credential in template.values.credentials for name in credential.passwords]
    return {
        "can_start_without_user_input": not (template.asks or needed or passwords),
        "passwords_needed_to_start": passwords,
        **{f"ask_{name}_on_launch": name in template.asks for name in _SHOWN_IN_LAUNCH},
        "survey_enabled": bool(template.survey),
        "variables_needed_to_start": needed,
        "credential_needed_to_start": False,
        "inventory_needed_to_start": template.values.inventory is None,
        "job_template_data": {"name": template.name, "id": template.id, "description": template.description},
        "defaults": _defaults(template),
    }


def _defaults(template: Template) -> Shape:
    values = template.values
    inventory = values.inventory
    environment = values.execution_environment
    credentials = [
        {
            "id": one.id,
            "name": one.name,
            "credential_type": one.type.id,
            "passwords_needed": list(one.passwords),
            **({"vault_id": one.vault_id} if one.vault_id else {}),
        }
        for one in values.credentials
    ]
    return {
        "inventory": {
            "name": inventory.name if inventory else None,
            "id": inventory.id if inventory else None,
        },
        "limit": values.limit,
        "scm_branch": values.scm_branch,
        "job_tags": values.job_tags,
        "skip_tags": values.skip_tags,
        "extra_vars": extra_vars_text(values.extra_vars) if values.extra_vars else "",
        "diff_mode": values.diff_mode,
        "job_type": values.job_type,
        "verbosity": values.verbosity,
        **({"credentials": credentials} if credentials else {}),
        "execution_environment": {"id": environment.id, "name": environment.name} if environment else {},
        "forks": values.forks,
        "job_slice_count": values.job_slice_count,
        "timeout": values.timeout,
        "instance_groups": [{"id": group.id, "name": group.name} for group in values.instance_groups],
    }
