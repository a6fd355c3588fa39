"""What launches refer to: organizations, inventories, credentials and the like, as lists and one by one."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response

from sandbox.access import may_use
from sandbox.auth import here, me
from sandbox.filters import Filters
from sandbox.models import Credential, Inventory, User
from sandbox.replies import forbidden, json_reply, no_such
from sandbox.shapes import catalog as shapes
from sandbox.state import State
from sandbox.views.common import list_reply

blueprint = Blueprint("catalog", __name__)
Shaper = Callable[[State, Any, User], dict[str, Any]]

_FIELDS = frozenset(
    [
        "id",
        "type",
        "name",
        "description",
        "created",
        "modified",
        "organization",
        "kind",
        "credential_type",
        "managed",
        "image",
        "scm_type",
        "scm_url",
        "scm_branch",
        "status",
        "total_hosts",
        "capacity",
    ]
)
_RELATIONS = frozenset({"organization", "credential_type", "created_by", "modified_by"})

# path: (model, the objects, their shape)
_RESOURCES: dict[str, tuple[str, Callable[[State], Sequence[Any]], Shaper]] = {
    "organizations": ("Organization", lambda state: state.catalog.organizations, shapes.organization),
    "inventories": ("Inventory", lambda state: state.catalog.inventories, shapes.inventory),
    "credentials": ("Credential", lambda state: state.catalog.credentials, shapes.credential),
    "projects": ("Project", lambda state: state.catalog.projects, shapes.project),
    "labels": ("Label", lambda state: state.catalog.labels, shapes.label),
    "execution_environments": (
        "ExecutionEnvironment",
        lambda state: state.catalog.execution_environments,
        shapes.execution_environment,
    ),
    "instance_groups": ("InstanceGroup", lambda state: state.catalog.instance_groups, shapes.instance_group),
}


def _readable(thing: Any) -> bool:
    """Users without any role see nothing; inventories and credentials need a role of their own."""
    if isinstance(thing, (Inventory, Credential)):
        return may_use(me(), thing)
    return me().username != "nobody"


def _list(resource: str) -> Response:
    model, objects, shape = _RESOURCES[resource]
    state = here()
    rows = [shape(state, one, me()) for one in objects(state) if _readable(one)]
    return list_reply(rows, Filters(model, _FIELDS, _RELATIONS))


def _detail(resource: str, number: int) -> Response:
    model, objects, shape = _RESOURCES[resource]
    state = here()
    found = next((one for one in objects(state) if one.id == number), None)
    if found is None:
        raise no_such(model)
    if not _readable(found):
        raise forbidden()
    return json_reply(shape(state, found, me()))


for _path in _RESOURCES:
    blueprint.add_url_rule(f"/{_path}/", f"{_path}_list", _list, defaults={"resource": _path})
    blueprint.add_url_rule(
        f"/{_path}/<int:number>/", f"{_path}_detail", _detail, defaults={"resource": _path}
    )
