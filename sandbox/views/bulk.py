"""Many hosts or jobs with one request: all of them, or none."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, request

from sandbox.launch.nodes import new_bulk_job
from sandbox.models import Prompts, Template, Workflow
from sandbox.models.access import may_start
from sandbox.replies import Refused, json_reply
from sandbox.resources import deletion
from sandbox.resources.reading import read
from sandbox.resources.rights import administers, may_edit
from sandbox.shapes.workflow_jobs import workflow_job_detail
from sandbox.store.kinds import kinds
from sandbox.store.roles import holders
from sandbox.store.store import Record
from sandbox.views.auth import here, me
from sandbox.views.common import location, runs
from sandbox.views.negotiation import body_of
from sandbox.views.system import setting

blueprint = Blueprint("bulk", __name__)
_SHOWN = ("name", "enabled", "instance_id", "description", "variables")


def _all(words: str) -> Refused:
    return Refused(400, {"__all__": [words]})


@blueprint.get("/bulk/")
def names() -> Response:
    links = here().links
    return json_reply({name: links("bulk", name) for name in ("host_create", "host_delete", "job_launch")})


@blueprint.get("/bulk/<any(host_create, host_delete, job_launch):name>/")
def told(name: str) -> Response:
    what = {
        "host_create": "Specify a list of hosts to create, and the inventory for them",
        "host_delete": "Specify a list of ids of hosts to delete",
        "job_launch": "Specify a list of templates to launch, each with its parameters",
    }
    return json_reply({"detail": what[name]})


@blueprint.post("/bulk/host_create/")
def host_create() -> Response:
    state, user, body = here(), me(), body_of(request)
    with state.lock:
        rows, number = _rows_of_hosts(body), body["inventory"]
        inventory = state.store.find("inventories", number)
        if inventory is None or not administers(state.store, user, inventory):
            raise _all(f"Inventory with id {number} not found or lack permissions to add hosts.")
        _check_names(inventory, rows)
        made = [state.store.add("hosts", {**row, "inventory": inventory.id}, by=user.id) for row in rows]
        url = state.links("inventories", inventory.id)
        hosts = [
            {
                **{name: one.values[name] for name in _SHOWN},
                "id": one.id,
                "url": state.links("hosts", one.id),
                "inventory": url,
            }
            for one in made
        ]
        return json_reply({"url": url, "hosts": hosts}, 201)


def _rows_of_hosts(body: dict[str, Any]) -> list[dict[str, Any]]:
    errors: dict[str, Any] = {
        name: ["This field is required."] for name in ("inventory", "hosts") if name not in body
    }
    if errors:
        raise Refused(400, errors)
    given = body["hosts"]
    if not isinstance(given, list):
        raise Refused(400, {"hosts": [f'Expected a list of items but got type "{type(given).__name__}".']})
    if not given:
        raise Refused(400, {"hosts": ["This list may not be empty."]})
    found = []
    for place, row in enumerate(given):
        values, wrong = read(
            here().store,
            kinds()["hosts"],
            {key: row[key] for key in _SHOWN if key in row},
            "post",
            whole=True,
        )
        wrong.pop("inventory", None)
        if wrong:
            errors[str(place)] = wrong
        found.append(values)
    if errors:
        raise Refused(400, {"hosts": errors})
    if len(found) > setting("BULK_HOST_MAX_CREATE"):
        raise _all("Number of hosts exceeds system setting BULK_HOST_MAX_CREATE")
    return found


def _check_names(inventory: Record, rows: list[dict[str, Any]]) -> None:
    store = here().store
    counts = Counter(row["name"] for row in rows)
    twice = [row["name"] for row in rows if counts[row["name"]] > 1]
    kind = kinds()["hosts"]
    there = [
        row["name"]
        for row in rows
        if store.holder(kind, {"name": row["name"], "inventory": inventory.id}) is not None
    ]
    if twice or there:
        raise _all(f"Hostnames must be unique in an inventory. Duplicates found: {twice or there}")


@blueprint.post("/bulk/host_delete/")
def host_delete() -> Response:
    state, body = here(), body_of(request)
    numbers = body.get("hosts") or []
    if not numbers:
        raise Refused(400, {"hosts": ["This list may not be empty."]})
    most = setting("BULK_HOST_MAX_DELETE")
    if len(numbers) > most:
        words = "Number of hosts exceeds system setting BULK_HOST_MAX_DELETE"
        counts = {"BULK_HOST_MAX_DELETE": [str(most)], "Hosts_count": [str(len(numbers))]}
        raise Refused(400, {"ERROR": [words], **counts})
    with state.lock:
        found = {number: state.store.find("hosts", number) for number in numbers}
        refused = {
            str(number): "Hosts do not exist or you lack permission to delete it"
            for number, one in found.items()
            if one is None or not may_edit(state.store, me(), one)
        }
        if refused:
            raise Refused(400, {"hosts": refused})
        for one in found.values():
            if one:
                deletion.delete(state.store, one)
        told = {str(number): f"The host {one.name} was deleted" for number, one in found.items() if one}
        return json_reply({"hosts": told}, 201)


@blueprint.post("/bulk/job_launch/")
def job_launch() -> Response:
    """A workflow job of its own, with a node for each. What a template does not ask for is dropped silently."""
    state, user, body = here(), me(), body_of(request)
    rows = body.get("jobs")
    if not rows:
        raise Refused(
            400,
            {
                "jobs": {"__all__": ["This list may not be empty."]}
                if rows == []
                else ["This field is required."]
            },
        )
    if len(rows) > setting("BULK_JOB_MAX_LAUNCH"):
        raise _all("Number of requested jobs exceeds system setting BULK_JOB_MAX_LAUNCH")
    runnables = {row["unified_job_template"]: _runnable(row["unified_job_template"]) for row in rows}
    barred = {number for number, one in runnables.items() if one is None or not may_start(user, one)}
    if barred:
        raise _all(f"Job Templates {barred} not found or you don't have permissions to access it")
    organization = _organization(body.get("organization"))
    prompts = Prompts(
        inventory=state.catalog.inventory(body.get("inventory")),
        limit=body.get("limit") or "",
        extra_vars=body.get("extra_vars") or {},
    )
    job = new_bulk_job(
        state,
        body,
        [(row, runnables[row["unified_job_template"]]) for row in rows],
        prompts=prompts,
        user=user,
        organization=organization,
    )
    runs().submit(job)
    shape = workflow_job_detail(state, job, user)
    return json_reply(shape, 201, location(shape["url"]))


def _runnable(number: Any) -> Template | Workflow | None:
    catalog = here().catalog
    found = catalog.template(number) or catalog.workflow(number)
    if found is None and me().is_superuser:
        raise Refused(500, {"detail": "A server error has occurred."})
    return found


def _organization(number: Any) -> Record | None:
    """The one that was named, or the only one of the user."""
    store, user = here().store, me()
    homes = [
        one
        for one in store.all("organizations")
        if user.id in holders(store, one, "member_role", "admin_role")
    ]
    if number is not None:
        named = store.find("organizations", number)
        if named is None or not (user.is_superuser or named in homes):
            raise _all(f"Organization {number} not found or you don't have permissions to access it")
        return named
    if user.is_superuser:
        return None
    if not homes:
        raise _all(
            "User not part of any organization, please assign an organization to assign to the bulk job"
        )
    if len(homes) > 1:
        raise _all("User has permission to multiple Organizations, please set one of them in the request")
    return homes[0]
