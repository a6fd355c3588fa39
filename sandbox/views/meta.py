"""The roots of the API, and what it says about itself and about who asks."""

import uuid
from typing import Any

from flask import Blueprint, Response

from sandbox.clock import stamp
from sandbox.models import now
from sandbox.replies import json_reply
from sandbox.running.runs import NODE
from sandbox.store.kinds import kinds
from sandbox.views.auth import here, me
from sandbox.views.resources import listed

blueprint = Blueprint("meta", __name__)

# Names of the root map, in its order; a few lead to a path of another name.
_NAMES = (
    *("ping", "instances", "instance_groups", "receptor_addresses", "config", "settings", "me"),
    *("dashboard", "organizations", "users", "execution_environments", "projects", "project_updates"),
    *("teams", "credentials", "credential_types", "credential_input_sources", "applications", "tokens"),
    *("metrics", "inventory", "constructed_inventory", "inventory_sources", "inventory_updates"),
    *("groups", "hosts", "host_metrics", "host_metric_summary_monthly", "job_templates", "jobs"),
    *("ad_hoc_commands", "system_job_templates", "system_jobs", "schedules", "roles"),
    *("notification_templates", "notifications", "labels", "unified_job_templates", "unified_jobs"),
    *("activity_stream", "workflow_job_templates", "workflow_jobs", "workflow_approvals"),
    *("workflow_job_template_nodes", "workflow_job_nodes", "mesh_visualizer", "bulk", "analytics"),
    *("service_index", "role_definitions", "role_user_assignments", "role_team_assignments"),
)
_PATHS = {
    "inventory": "inventories",
    "constructed_inventory": "constructed_inventories",
    "service_index": "service-index",
}
_RESOURCES = {name: _PATHS.get(name, name) for name in _NAMES}


@blueprint.get("/")
def api_root() -> Response:
    settings = here().settings
    version = f"{settings.api}/v2/"
    shape: dict[str, Any] = {
        "description": "AWX REST API",
        "current_version": version,
        "available_versions": {"v2": version},
    }
    if not settings.gateway:
        shape["oauth2"] = f"{settings.api}/o/"
    shape |= {"custom_logo": "", "custom_login_info": "", "login_redirect_override": ""}
    response = json_reply(shape)
    response.set_cookie("csrftoken", uuid.uuid4().hex, path="/", samesite="Lax")
    return response


@blueprint.get("/v2/")
def version_root() -> Response:
    state = here()
    resources = dict(_RESOURCES)
    if state.settings.gateway == "2.7":
        del resources["tokens"]
    return json_reply({name: state.links(path) for name, path in resources.items()})


@blueprint.get("/v2/ping/")
def ping() -> Response:
    state = here()
    version = state.settings.controller_version
    node = str(uuid.uuid5(uuid.NAMESPACE_DNS, NODE))
    instance = {
        "node": NODE,
        "node_type": "hybrid",
        "uuid": node,
        "heartbeat": stamp(now()),
        "capacity": 220,
        "version": version,
    }
    groups = [
        {"name": group.name, "capacity": 220, "instances": [NODE]} for group in state.catalog.instance_groups
    ]
    return json_reply(
        {
            "ha": False,
            "version": version,
            "active_node": NODE,
            "install_uuid": node,
            "instances": [instance],
            "instance_groups": groups,
        }
    )


@blueprint.get("/v2/me/")
def whoami() -> Response:
    return listed(kinds()["users"], [here().store.get("users", me().id)], detailed=True)


@blueprint.get("/v2/config/")
def config() -> Response:
    settings = here().settings
    product = "AWX" if settings.layout == "awx" else "Red Hat Ansible Automation Platform"
    license_info = {
        "license_type": "open",
        "valid_key": True,
        "subscription_name": "OPEN",
        "product_name": product,
    }
    return json_reply(
        {
            "time_zone": "UTC",
            "license_info": license_info,
            "version": settings.controller_version,
            "eula": "",
            "analytics_status": "off",
            "become_methods": [["sudo", "Sudo"], ["su", "Su"]],
            "ui_next": True,
        }
    )
