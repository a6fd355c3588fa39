"""The roots of the API, and what it says about itself and about who asks."""

import uuid
from typing import Any

from flask import Blueprint, Response

from sandbox.auth import here, me
from sandbox.clock import stamp
from sandbox.filters import Filters
from sandbox.models import User, now
from sandbox.replies import json_reply
from sandbox.runs import NODE
from sandbox.shapes.users import user_detail
from sandbox.views.common import list_reply

blueprint = Blueprint("meta", __name__)

_RESOURCES = {
    "ping": "ping",
    "instance_groups": "instance_groups",
    "config": "config",
    "me": "me",
    "organizations": "organizations",
    "execution_environments": "execution_environments",
    "projects": "projects",
    "project_updates": "project_updates",
    "credentials": "credentials",
    "tokens": "tokens",
    "inventory": "inventories",
    "job_templates": "job_templates",
    "jobs": "jobs",
    "labels": "labels",
    "unified_job_templates": "unified_job_templates",
    "unified_jobs": "unified_jobs",
    "workflow_job_templates": "workflow_job_templates",
    "workflow_jobs": "workflow_jobs",
    "workflow_job_nodes": "workflow_job_nodes",
    "workflow_approvals": "workflow_approvals",
    "inventory_updates": "inventory_updates",
    "system_jobs": "system_jobs",
}
USERS = Filters("User", frozenset({"id", "username", "email", "first_name", "last_name", "is_superuser"}))


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
    who: User = me()
    return list_reply([user_detail(here(), who)], USERS)


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
