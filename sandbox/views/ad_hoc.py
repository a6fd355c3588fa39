"""Ad hoc commands: one module on the hosts of an inventory, run by Ansible itself."""

from typing import Any

from flask import Blueprint, Response, request

from sandbox.models import AdHocJob, Job, Prompts
from sandbox.models.access import may_use
from sandbox.replies import Refused, bad_request, forbidden, json_reply
from sandbox.resources.reading import read
from sandbox.resources.rights import administers
from sandbox.shapes.ad_hoc import ad_hoc_detail, ad_hoc_in_list
from sandbox.store.kinds import kinds
from sandbox.store.roles import holders
from sandbox.store.variables import mapping
from sandbox.views.auth import here, me
from sandbox.views.common import find_job, list_reply, location, runs
from sandbox.views.jobs import cancel, readable
from sandbox.views.negotiation import body_of
from sandbox.views.resources import find
from sandbox.views.system import setting

blueprint = Blueprint("ad_hoc", __name__)
KIND = kinds()["ad_hoc_commands"]
# Modules that do nothing without arguments.
_NEED_ARGUMENTS = frozenset({"command", "shell"})
_BELOW = "<any(inventories, groups, hosts):path>"


def _found(number: int) -> AdHocJob:
    job = find_job(number, "ad_hoc_command")
    assert isinstance(job, AdHocJob)
    return job


def _listed(jobs: list[Job]) -> Response:
    commands = [job for job in jobs if isinstance(job, AdHocJob)]
    return list_reply([ad_hoc_in_list(here(), job, me()) for job in commands], KIND)


@blueprint.get("/ad_hoc_commands/")
def command_list() -> Response:
    return _listed(readable("ad_hoc_command"))


@blueprint.post("/ad_hoc_commands/")
def command_create() -> Response:
    return _start(body_of(request))


@blueprint.get(f"/{_BELOW}/<ident>/ad_hoc_commands/")
def commands_below(path: str, ident: str) -> Response:
    record = find(kinds()[path], ident)
    number = record.id if path == "inventories" else record.values["inventory"]
    commands = [job for job in readable("ad_hoc_command") if job.prompts.inventory]
    return _listed([job for job in commands if job.prompts.inventory and job.prompts.inventory.id == number])


@blueprint.post(f"/{_BELOW}/<ident>/ad_hoc_commands/")
def command_create_below(path: str, ident: str) -> Response:
    """Of a group or a host: limited to it."""
    record = find(kinds()[path], ident)
    own = (
        {"inventory": record.id}
        if path == "inventories"
        else {"inventory": record.values["inventory"], "limit": record.name}
    )
    return _start({**body_of(request), **own})


def _start(body: dict[str, Any]) -> Response:
    values, errors = read(here().store, KIND, body, "post", whole=False)
    if errors := errors or _wrong(values):
        raise Refused(400, errors)
    store, user = here().store, me()
    inventory = store.get("inventories", values["inventory"])
    credential = here().catalog.credential(values["credential"])
    assert credential
    allowed = administers(store, user, inventory) or user.id in holders(store, inventory, "adhoc_role")
    if not allowed or not may_use(user, credential):
        raise forbidden()
    return _made(_new(values))


def _wrong(values: dict[str, Any]) -> dict[str, Any]:
    module = values.setdefault("module_name", "command")
    errors: dict[str, Any] = {}
    if values.get("inventory") is None:
        errors["inventory"] = ["No valid inventory."]
    kind = here().catalog.credential(values.get("credential"))
    if kind is None:
        errors["credential"] = ["This field cannot be blank."]
    elif kind.type.kind != "ssh":
        errors["credential"] = ["You must provide a machine / SSH credential."]
    if module not in setting("AD_HOC_COMMANDS"):
        errors["module_name"] = [f'"{module}" is not a valid choice.']
    elif module in _NEED_ARGUMENTS and not values.get("module_args"):
        errors["module_args"] = [f"No argument passed to {module} module."]
    reserved = [name for name in mapping(values.get("extra_vars")) if name.startswith("ansible_")]
    if reserved:
        errors["extra_vars"] = [f"{', '.join(reserved)} are prohibited from use in ad hoc commands."]
    return errors


def _new(values: dict[str, Any]) -> AdHocJob:
    catalog = here().catalog
    inventory, credential = catalog.inventory(values["inventory"]), catalog.credential(values["credential"])
    assert inventory
    assert credential
    prompts = Prompts(
        inventory=inventory,
        credentials=(credential,),
        limit=values.get("limit") or "",
        job_type=values.get("job_type") or "run",
        verbosity=values.get("verbosity") or 0,
        forks=values.get("forks") or 0,
        diff_mode=bool(values.get("diff_mode")),
        extra_vars=mapping(values.get("extra_vars")),
    )
    return here().add_job(
        AdHocJob,
        kind="ad_hoc_command",
        name=values["module_name"],
        prompts=prompts,
        organization=inventory.organization,
        project=None,
        playbook="",
        created_by=me(),
        module_name=values["module_name"],
        module_args=values.get("module_args") or "",
        become_enabled=bool(values.get("become_enabled")),
        given=values,
    )


def _made(job: AdHocJob) -> Response:
    shape = ad_hoc_detail(here(), job, me())
    runs().submit(job)
    return json_reply(shape, 201, location(shape["url"]))


@blueprint.get("/ad_hoc_commands/<int:number>/")
def command(number: int) -> Response:
    return json_reply(ad_hoc_detail(here(), _found(number), me()))


@blueprint.get("/ad_hoc_commands/<int:number>/cancel/")
def cancel_get(number: int) -> Response:
    job = _found(number)
    return json_reply({"can_cancel": job.active, "job_explanation": job.job_explanation})


@blueprint.post("/ad_hoc_commands/<int:number>/cancel/")
def cancel_post(number: int) -> Response:
    return cancel(_found(number))


@blueprint.get("/ad_hoc_commands/<int:number>/relaunch/")
def relaunch_get(number: int) -> Response:
    _found(number)
    return json_reply({"passwords_needed_to_start": []})


@blueprint.post("/ad_hoc_commands/<int:number>/relaunch/")
def relaunch_post(number: int) -> Response:
    """With what exists of it to this day."""
    again = _found(number).given
    if here().store.find("inventories", again["inventory"]) is None:
        raise bad_request("Inventory matching query does not exist.")
    return _start(dict(again))
