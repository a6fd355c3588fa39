"""What the controller demands of an object beyond its single fields, kind by kind."""

from collections.abc import Callable
from pathlib import Path

from sandbox.replies import Refused, forbidden
from sandbox.resources import definitions, inputs, notifications, schedules, smart_filter, system_rules
from sandbox.resources.proposal import Proposal, Values
from sandbox.resources.reading import Errors
from sandbox.store.kinds import Kind, kinds
from sandbox.store.store import Record, Store
from sandbox.store.variables import mapping

PLAYBOOKS = Path(__file__).parent.parent / "project"
OWNERS = ("organization", "team", "user")
_STILL_USED = (
    "You cannot change the credential type of the credential, "
    "as it may break the functionality of the resources using it."
)
_NOT_ALLOWED = (
    "Variables {} are not allowed on launch. "
    "Check the Prompt on Launch setting on the {} to include Extra Variables."
)
CREDENTIAL_SOURCES = {"ec2": "aws", "gce": "gce", "azure_rm": "azure_rm", "controller": "controller"}


def check(store: Store, kind: Kind, values: Values, old: Record | None, given: Values) -> Errors:
    """What is wrong with the object as a whole."""
    rule = _RULES.get(kind.path)
    errors = rule(Proposal(store, values, old, given)) if rule else {}
    return errors or _taken(store, kind, values, old)


def _taken(store: Store, kind: Kind, values: Values, old: Record | None) -> Errors:
    holder = store.holder(kind, values)
    if holder is None or kind.again or (old and holder == old.id):
        return {}
    if any(values.get(name) is None for name in kind.unique) and kind.path != "projects":
        return {}
    return taken(kind)


def taken(kind: Kind) -> Errors:
    """The words for a name that another object has already."""
    title = kind.type.replace("o_auth2_", "").replace("_", " ").capitalize()
    names = [name.replace("_", " ").capitalize() for name in kind.unique]
    words = kind.taken or f"{title} with this {' and '.join(names)} already exists."
    return {kind.unique[0] if len(kind.unique) == 1 else "__all__": [words]}


def _user(of: Proposal) -> Errors:
    if of.old is None and not of.given.get("password"):
        return {"password": ["Password required for new User."]}
    if of.old and of.given.get("password") == "$encrypted$":
        of.values["password"] = of.old.values["password"]
    return {}


def _job_template(of: Proposal) -> Errors:
    project = of.store.find("projects", of.values["project"])
    errors: Errors = {}
    of.values["organization"] = project.values["organization"] if project else None
    unset = of.values["inventory"] is None and not of.values["ask_inventory_on_launch"]
    if unset and (of.old is None or {"inventory", "ask_inventory_on_launch"} & of.given.keys()):
        errors["inventory"] = ["You must either set a default value or ask to prompt on launch."]
    if project is None:
        return {"project": ["Job Templates must have a project assigned."]}
    errors |= _playbook(project, of.values)
    errors |= _webhook(of)
    if of.values["scm_branch"] and not project.values["allow_override"]:
        errors["scm_branch"] = ["Project does not allow overriding branch."]
    return errors


def _webhook(of: Proposal) -> Errors:
    """A credential for the answers must be a token of the service that is chosen."""
    credential = of.store.find("credentials", of.values["webhook_credential"])
    if credential is None:
        return {}
    kind = of.store.get("credential_types", credential.values["credential_type"])
    if kind.values["kind"] != "token":
        return {"webhook_credential": ["Must be a Personal Access Token."]}
    if kind.values["namespace"] != f"{of.values['webhook_service'] or ''}_token":
        return {"webhook_credential": ["Must match the selected webhook service."]}
    return {}


def _playbook(project: Record, values: Values) -> Errors:
    if not values["playbook"]:
        return {"playbook": ["Must select playbook for project."]}
    seed = project.hidden.get("seed")
    folder = PLAYBOOKS.parent / seed.local_path if seed else PLAYBOOKS
    updated = project.values["status"] in {"ok", "successful"}
    if not updated or not (folder / values["playbook"]).is_file():
        return {"playbook": ["Playbook not found for project."]}
    return {}


def _credential(of: Proposal) -> Errors:
    if of.old is None:
        owners = [name for name in OWNERS if of.given.get(name)]
        if not owners:
            raise Refused(400, {"detail": ["Missing 'user', 'team', or 'organization'."]})
        if len(owners) > 1:
            one = "Only one of 'user', 'team', or 'organization' should be provided"
            words = f"{one}, received {', '.join(owners)} fields."
            raise Refused(400, {"detail": [words]})
        if team := of.store.find("teams", of.given.get("team")):
            of.values["organization"] = team.values["organization"]
    kind = of.store.get("credential_types", of.values["credential_type"])
    if of.old and kind.id != of.old.values["credential_type"] and _is_used(of.store, of.old):
        return {"credential_type": [_STILL_USED]}
    try:
        of.values["inputs"] = inputs.checked(
            kind.values["inputs"], of.values["inputs"], of.old.values["inputs"] if of.old else {}
        )
    except inputs.WrongInputs as error:
        return {"inputs": error.words}
    return {}


def _is_used(store: Store, credential: Record) -> bool:
    return any(credential.id in one.links["credentials"] for one in store.all("job_templates"))


def _credential_type(of: Proposal) -> Errors:
    if of.old and of.old.values["managed"]:
        raise forbidden("Modifications not allowed for managed credential types")
    used = of.old and any(one.values["credential_type"] == of.old.id for one in of.store.all("credentials"))
    for name in ("inputs", "injectors"):
        if used and of.old and name in of.given and of.given[name] != of.old.values[name]:
            raise forbidden(f"Modifications to {name} are not allowed for credential types that are in use")
    if of.old is None and of.values["kind"] not in {"cloud", "net"}:
        return {"kind": [f"Must be 'cloud' or 'net', not {of.values['kind']}"]}
    if words := inputs.wrong_type(of.values["inputs"] or {}):
        return {"inputs": [words]}
    of.values["inputs"] = inputs.typed(of.values["inputs"] or {})
    return {}


def _inventory(of: Proposal) -> Errors:
    if of.old and "kind" in of.given and of.values["kind"] != of.old.values["kind"]:
        words = 'You cannot turn a regular inventory into a "smart" or "constructed" inventory.'
        raise Refused(405, {"error": words})
    if of.values["kind"] == "smart" and not of.values["host_filter"]:
        return {"host_filter": ["Smart inventories must specify host_filter"]}
    if of.values["host_filter"]:
        try:
            smart_filter.parse(of.values["host_filter"])
        except smart_filter.Unreadable:
            return {"host_filter": [f"Invalid query {of.values['host_filter']}"]}
    return {}


def _host(of: Proposal) -> Errors:
    return _in_inventory(of.store, of.values, "Host")


def _group(of: Proposal) -> Errors:
    if errors := _in_inventory(of.store, of.values, "Group"):
        return errors
    if of.store.holder(kinds()["hosts"], of.values) is not None:
        return {"__all__": ["A Host with that name already exists."]}
    return {}


def _in_inventory(store: Store, values: Values, title: str) -> Errors:
    inventory = store.get("inventories", values["inventory"])
    if inventory.values["kind"]:
        return {"inventory": {"detail": f"Cannot create {title} for Smart or Constructed Inventories"}}
    return {}


def _inventory_source(of: Proposal) -> Errors:
    source = of.values["source"]
    if not source:
        return {"source": ['"" is not a valid choice.']}
    if source == "constructed":
        raise Refused(400, {"error": ["constructed not a valid source for inventory"]})
    if source == "scm" and (words := _wrong_source_project(of)):
        return {"source_project": [words]}
    credential = of.store.find("credentials", of.values["credential"])
    if credential and source in CREDENTIAL_SOURCES:
        kind = of.store.get("credential_types", credential.values["credential_type"])
        if kind.values["namespace"] != CREDENTIAL_SOURCES[source]:
            sources = f"Cloud-based inventory sources (such as {source})"
            return {"credential": [f"{sources} require credentials for the matching cloud service."]}
    return {}


def _wrong_source_project(of: Proposal) -> str:
    project = of.store.find("projects", of.values["source_project"])
    if project is None:
        return "Project required for scm type sources."
    return "" if project.values["scm_type"] else "Cannot use manual project for SCM-based inventory."


def _project(of: Proposal) -> Errors:
    values, kind = of.values, of.values["scm_type"]
    credential = of.store.find("credentials", values["credential"])
    if kind == "insights" and credential is None:
        return {"credential": ["Insights Credential is required for an Insights Project."]}
    if kind in {"git", "svn", "archive"} and not values["scm_url"]:
        return {"scm_url": ["SCM URL is required."]}
    if (
        credential
        and of.store.get("credential_types", credential.values["credential_type"]).values["kind"] != "scm"
    ):
        return {"credential": ["Credential kind must be 'scm'."]}
    if values["scm_refspec"] and kind != "git":
        return {"scm_refspec": ["SCM refspec can only be used with git projects."]}
    return {} if kind else _manual_project(of)


def _manual_project(of: Proposal) -> Errors:
    """The controller says of a folder that is not there that it is taken."""
    if of.given.get("scm_update_on_launch"):
        return {"scm_update_on_launch": ["Update options must be set to false for manual projects."]}
    path = of.given.get("local_path")
    known = {one.values["local_path"] for one in of.store.all("projects") if one is not of.old}
    if path and (path in known or not (PLAYBOOKS.parent / path).is_dir() or path.startswith(("/", "."))):
        return {"local_path": ["This path is already being used by another manual project."]}
    return {}


def _schedule(of: Proposal) -> Errors:
    if words := schedules.wrong(of.values["rrule"]):
        return {"rrule": words}
    of.values["rrule"] = of.values["rrule"].replace("\n", " ")
    return _not_asked(of, "inventory") or _data_not_asked(of)


def _node(of: Proposal) -> Errors:
    """An inventory that is not asked for is taken, other prompts are not."""
    return _not_asked(of) or _data_not_asked(of)


def _not_asked(of: Proposal, *more: str) -> Errors:
    template = of.store.find("unified_job_templates", of.values["unified_job_template"])
    asks = template.values if template else {}
    for name in (*more, "limit", "job_tags", "skip_tags", "scm_branch"):
        ask = name.removeprefix("job_")
        if of.given.get(name) and not asks.get(f"ask_{ask}_on_launch"):
            return {name: ["Field is not configured to prompt on launch."]}
    return {}


def _data_not_asked(of: Proposal) -> Errors:
    template = of.store.find("unified_job_templates", of.values["unified_job_template"])
    data = of.given.get("extra_data")
    data = mapping(data) if isinstance(data, str) else data
    if not isinstance(data, dict) or not data or template is None:
        return {}
    asked = {one["variable"] for one in (template.hidden.get("survey") or {}).get("spec", ())}
    left = [name for name in data if name not in asked]
    if left and not template.values.get("ask_variables_on_launch"):
        title = "Workflow Job Template" if template.kind.path.startswith("workflow") else "Job Template"
        return {"extra_data": [_NOT_ALLOWED.format(", ".join(left), title)]}
    return {}


_RULES: dict[str, Callable[[Proposal], Errors]] = {
    "users": _user,
    "job_templates": _job_template,
    "projects": _project,
    "credentials": _credential,
    "credential_types": _credential_type,
    "credential_input_sources": inputs.check_source,
    "workflow_job_templates": _webhook,
    "inventories": _inventory,
    "hosts": _host,
    "groups": _group,
    "inventory_sources": _inventory_source,
    "notification_templates": notifications.check,
    "schedules": _schedule,
    "workflow_job_template_nodes": _node,
    "instances": system_rules.instance,
    "instance_groups": system_rules.instance_group,
    "applications": system_rules.application,
    "role_definitions": definitions.check,
    "role_user_assignments": definitions.check_assignment,
    "role_team_assignments": definitions.check_assignment,
}
