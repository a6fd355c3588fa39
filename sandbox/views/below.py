"""What stands below an object and is no list of other objects: variables, the Ansible inventory, copies, surveys ..."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, request

from sandbox.models.access import may_read_job
from sandbox.replies import Refused, empty, forbidden, json_reply, method_not_allowed, no_such
from sandbox.resources import inventory, notifications, survey
from sandbox.resources.computed import runs_of
from sandbox.resources.copying import copy
from sandbox.resources.editing import create, new_webhook_key
from sandbox.resources.pages import page
from sandbox.resources.query import Query, chosen
from sandbox.resources.rights import administers, capabilities, may_edit
from sandbox.resources.shape import shape
from sandbox.resources.starting import start_system_job, update_project, update_source
from sandbox.shapes.unified import in_list
from sandbox.store.kinds import kinds
from sandbox.store.roles import holders, roles_of
from sandbox.store.store import Record
from sandbox.store.variables import mapping
from sandbox.views.auth import here, me
from sandbox.views.common import runs
from sandbox.views.negotiation import body_of

PROJECT = Path(__file__).parent.parent / "project"
View = Callable[[Record], Response]


def _pairs() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


def _must_edit(record: Record) -> None:
    if not may_edit(here().store, me(), record):
        raise forbidden()


def _nothing(_: Record) -> Response:
    return json_reply(page(kinds()["activity_stream"], [], _pairs(), request.path, dict))


def _runs(record: Record) -> Response:
    found = [job for job in reversed(runs_of(here(), record)) if may_read_job(me(), job)]
    kind = kinds()["unified_jobs"]
    rows = chosen(Query(here().store, kind), [in_list(here(), job, me()) for job in found], _pairs())
    return json_reply(page(kind, rows, _pairs(), request.path, dict))


def _variable_data(record: Record) -> Response:
    """A PATCH replaces everything as well."""
    if request.method != "GET":
        _must_edit(record)
        here().store.change(record, {"variables": json.dumps(body_of(request))}, by=me().id)
    return json_reply(mapping(record.values["variables"]))


def _script(record: Record) -> Response:
    name = request.args.get("host")
    if name is not None:
        host = inventory.host_called(here().store, record, name)
        if host is None:
            raise no_such("Host")
        return json_reply(mapping(host.values["variables"]))
    return json_reply(inventory.script(here().store, record, request.args))


def _tree(record: Record) -> Response:
    return json_reply(inventory.tree(here(), record, me()))


def _survey(record: Record) -> Response:
    before = record.hidden.get("survey") or {}
    if request.method == "GET":
        return json_reply(survey.shown(before))
    _must_edit(record)
    if request.method == "DELETE":
        record.hidden["survey"] = {}
    else:
        given = body_of(request)
        if words := survey.wrong(given, before):
            raise Refused(400, {"error": words})
        record.hidden["survey"] = survey.stored(given, before)
    here().store.touch()
    return empty(200)


def _copy(record: Record) -> Response:
    may = capabilities(here().store, me(), record).get("copy", may_edit(here().store, me(), record))
    if request.method == "GET":
        workflow = record.kind.path == "workflow_job_templates"
        if workflow and not may:
            raise forbidden()
        unable: dict[str, Any] = {
            f"{name}_unable_to_copy": [] for name in ("templates", "credentials", "inventories")
        }
        return json_reply(
            {"can_copy": may, **({"can_copy_without_user_input": True, **unable} if workflow else {})}
        )
    if not may:
        raise forbidden()
    made = copy(here(), record, body_of(request), me())
    body = shape(here(), made, me())
    return json_reply(body, 201, {"Location": body["url"]})


def _playbooks(record: Record) -> Response:
    if not administers(here().store, me(), record) and me().id not in holders(
        here().store, record, "use_role"
    ):
        raise forbidden()
    seed = record.hidden.get("seed")
    folder = PROJECT.parent / seed.local_path if seed else PROJECT
    return json_reply(sorted(path.name for path in folder.glob("*.yml")))


def _inventory_files(_: Record) -> Response:
    return json_reply([])


def _update(record: Record) -> Response:
    manual = record.kind.path == "projects" and not record.values["scm_type"]
    if request.method == "GET":
        return json_reply({"can_update": not manual})
    if not capabilities(here().store, me(), record)["start"]:
        raise forbidden()
    if manual:
        raise method_not_allowed("POST")
    start = update_project if record.kind.path == "projects" else update_source
    job = start(here(), record, me())
    runs().submit(job)
    body = in_list(here(), job, me())
    return json_reply({job.kind: job.id, **body}, 202, {"Location": body["url"]})


def _update_sources(record: Record) -> Response:
    store = here().store
    sources = [one for one in store.all("inventory_sources") if one.values["inventory"] == record.id]
    if request.method == "GET":
        return json_reply([{"inventory_source": one.id, "can_update": True} for one in sources])
    _must_edit(record)
    if not sources:
        raise Refused(400, {"detail": "No inventory sources to update."})
    started = []
    for source in sources:
        job = update_source(here(), source, me())
        runs().submit(job)
        row = in_list(here(), job, me())
        started.append(
            {"inventory_update": job.id, "inventory_source": source.id, **row, "status": "started"}
        )
    return json_reply(started, 200)


def _webhook_key(record: Record) -> Response:
    """Whoever may change the template may see it; each POST makes a new one."""
    _must_edit(record)
    if request.method == "GET":
        return json_reply({"webhook_key": record.hidden.get("webhook_key", "")})
    if record.values["webhook_service"]:
        new_webhook_key(record, "")
    return json_reply({"webhook_key": record.hidden.get("webhook_key", "")}, 201)


def _approval_template(record: Record) -> Response:
    if request.method == "GET":
        return json_reply({})
    _must_edit(record)
    state = here()
    body = body_of(request)
    made = create(state, kinds()["workflow_approval_templates"], state.catalog.users[0], body)
    state.store.change(record, {"unified_job_template": made.id}, by=me().id)
    return json_reply(shape(state, made, me()), 201)


def _object_roles(record: Record) -> Response:
    found = [role for _, role in roles_of(here().store, record)]
    kind = kinds()["roles"]
    rows = chosen(Query(here().store, kind), found, _pairs())
    return json_reply(
        page(kind, rows, _pairs(), request.path, lambda row: shape(here(), row, me(), detail=False))
    )


def _access_list(record: Record) -> Response:
    """Every user who may do anything with it, and by which roles."""
    store = here().store
    users = [
        one for one in store.all("users") if one.values["is_superuser"] or one.id in holders(store, record)
    ]
    kind = kinds()["users"]
    rows = chosen(Query(store, kind), users, _pairs())
    return json_reply(page(kind, rows, _pairs(), request.path, lambda row: _access(record, row)))


def _access(record: Record, user: Record) -> dict[str, Any]:
    row = shape(here(), user, me(), detail=False)
    direct = [
        {"role": _role(role.id, role.values, record), "descendant_roles": [field]}
        for field, role in roles_of(here().store, record)
        if user.id in role.links["users"]
    ]
    system = {"name": "System Administrator", "description": "May do everything"}
    fields = list(record.kind.roles)
    indirect = (
        [{"role": _role(None, system, record), "descendant_roles": fields}]
        if user.values["is_superuser"]
        else []
    )
    row["summary_fields"] |= {"direct_access": direct, "indirect_access": indirect}
    return row


def _role(number: int | None, values: dict[str, Any], record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {"id": number, "name": values["name"], "description": values["description"]}
    if number is not None:
        found |= {
            "resource_name": record.name,
            "resource_type": record.kind.type,
            "related": {record.kind.type: here().links(record.kind.path, record.id)},
        }
    return {**found, "user_capabilities": {"unattach": number is not None}}


def _test(record: Record) -> Response:
    """The notification counts as sent: nothing leaves the sandbox."""
    _must_edit(record)
    values = record.values
    if any(
        name not in values["notification_configuration"]
        for name in notifications.CONFIGURATION.get(values["notification_type"], ())
    ):
        raise Refused(500, {"detail": "A server error has occurred."})
    sent = {"notification_template": record.id, "status": "successful", "error": "", "notifications_sent": 1}
    sent |= {"notification_type": values["notification_type"], "recipients": "", "subject": "", "body": ""}
    made = here().store.add("notifications", sent, by=me().id)
    location = here().links("notifications", made.id)
    return json_reply({"notification": made.id}, 202, {"Location": location})


def _launch(record: Record) -> Response:
    """Of a system job: its variables are not looked at before it runs."""
    if not me().is_superuser:
        raise forbidden()
    if request.method == "GET":
        return json_reply({})
    given = body_of(request).get("extra_vars") or {}
    job = start_system_job(here(), record, me(), mapping(given) if isinstance(given, str) else given)
    runs().submit(job)
    body = in_list(here(), job, me())
    return json_reply({job.kind: job.id, **body}, 201, {"Location": body["url"]})


def _facts(_: Record) -> Response:
    return json_reply({})


BELOW: dict[str, View] = {
    "activity_stream": _nothing,
    "job_events": _nothing,
    "job_host_summaries": _nothing,
    "ad_hoc_command_events": _nothing,
    "unified_jobs": _nothing,
    "jobs": _runs,
    "workflow_jobs": _runs,
    "slice_workflow_jobs": _runs,
    "project_updates": _runs,
    "inventory_updates": _runs,
    "variable_data": _variable_data,
    "script": _script,
    "tree": _tree,
    "survey_spec": _survey,
    "copy": _copy,
    "playbooks": _playbooks,
    "inventory_files": _inventory_files,
    "launch": _launch,
    "update": _update,
    "update_inventory_sources": _update_sources,
    "webhook_key": _webhook_key,
    "create_approval_template": _approval_template,
    "object_roles": _object_roles,
    "access_list": _access_list,
    "ansible_facts": _facts,
    "test": _test,
}
