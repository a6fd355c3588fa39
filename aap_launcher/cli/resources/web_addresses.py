"""The page of an object in the user interface, for `--web`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aap_launcher.errors import InvalidInput

if TYPE_CHECKING:
    from aap_launcher.client.records import Record
    from aap_launcher.models.platform import Platform

# Where an object of a type is: in the controller's own interface (AWX, AAP 2.4), in the platform's (AAP 2.5 and
# later). Taken from the interfaces' routes (AWX awx/ui 24.6.1; ansible-ui), not from answers of the API.
_PAGES = {
    "job_template": ("templates/job_template/{}", "execution/templates/job-template/{}/details"),
    "workflow_job_template": (
        "templates/workflow_job_template/{}",
        "execution/templates/workflow-job-template/{}/details",
    ),
    "project": ("projects/{}", "execution/projects/{}/details"),
    "inventory": ("inventories/inventory/{}", "execution/infrastructure/inventories/inventory/{}/details"),
    "host": ("hosts/{}", "execution/infrastructure/hosts/{}/details"),
    "credential": ("credentials/{}", "execution/infrastructure/credentials/{}/details"),
    "credential_type": ("credential_types/{}", "execution/infrastructure/credential-types/{}/details"),
    "execution_environment": (
        "execution_environments/{}",
        "execution/infrastructure/execution-environments/{}/details",
    ),
    "instance_group": ("instance_groups/{}", "execution/infrastructure/instance-groups/{}/details"),
    "instance": ("instances/{}", "execution/infrastructure/instances/{}/details"),
    "notification_template": ("notification_templates/{}", "execution/administration/notifiers/{}/details"),
    "organization": ("organizations/{}", ""),
    "user": ("users/{}", ""),
    "team": ("teams/{}", ""),
    "application": ("applications/{}", ""),
    "job": ("jobs/playbook/{}/output", "execution/jobs/playbook/{}/output"),
    "workflow_job": ("jobs/workflow/{}/output", "execution/jobs/workflow/{}/output"),
    "project_update": ("jobs/project/{}/output", "execution/jobs/project/{}/output"),
    "inventory_update": ("jobs/inventory/{}/output", "execution/jobs/inventory/{}/output"),
    "ad_hoc_command": ("jobs/command/{}/output", "execution/jobs/command/{}/output"),
    "system_job": ("jobs/management/{}/output", "execution/jobs/management/{}/output"),
    "workflow_approval": (
        "workflow_approvals/{}",
        "execution/administration/workflow-approvals/{}/details",
    ),
}


def address(record: Record, platform: Platform) -> str:
    """The page's address. Raises `InvalidInput` for what has none that is known."""
    own, shared = _PAGES.get(record.type, ("", ""))
    page = shared if platform.gateway else own
    if not page:
        # The platform counts organizations, users and teams by ids of its own.
        label = record.type.replace("_", " ")
        raise InvalidInput(f"--web: no page is known for a {label} here. In the API: {record.url}")
    return f"{platform.ui}/{'' if platform.gateway else '#/'}{page.format(record.id)}"
