"""A launch, checked exactly as the controller checks it: what is taken, what is ignored, what is refused."""

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.launch import survey
from sandbox.launch.fields import InvalidFields, launch_fields, read_all
from sandbox.launch.slices import new_run
from sandbox.models import Credential, Job, Prompts, Template, User
from sandbox.models.access import may_use
from sandbox.replies import Refused, forbidden
from sandbox.shapes.templates import ASKS
from sandbox.state import State


@dataclass(slots=True)
class Verdict:
    accepted: dict[str, Any] = field(default_factory=dict)
    ignored: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)


def check(state: State, template: Template, user: User, given: dict[str, Any]) -> Verdict:
    """Raises what the controller would answer when it does not start the job."""
    try:
        values = read_all(launch_fields(state.catalog), given)
    except InvalidFields as error:
        raise Refused(400, error.errors) from error
    verdict = Verdict()
    _variables(template, values.get("extra_vars", {}), verdict)
    _prompts(template, values, verdict)
    _resources(template, verdict)
    _credentials(template, values, verdict)
    if verdict.errors:
        raise Refused(400, verdict.errors)
    _permissions(user, verdict)
    return verdict


def _variables(template: Template, given: dict[str, Any], verdict: Verdict) -> None:
    if errors := survey.errors_in(template.survey, given):
        verdict.errors["variables_needed_to_start"] = errors
    asked = {question["variable"] for question in template.survey}
    taken = {name: value for name, value in given.items() if name in asked or "variables" in template.asks}
    own = template.values.extra_vars
    left = {
        name: value
        for name, value in given.items()
        if name not in taken and (name not in own or own[name] != value)
    }
    if taken:
        verdict.accepted["extra_vars"] = taken
    if left:
        verdict.ignored["extra_vars"] = left


def _prompts(template: Template, values: dict[str, Any], verdict: Verdict) -> None:
    for ask, name in ASKS.items():
        if name not in values or name == "extra_vars":
            continue
        new, old = values[name], getattr(template.values, name)
        if name == "credentials" and not set(new) - set(old):
            continue
        if new == old or (isinstance(new, tuple) and set(new) == set(old)):
            continue  # neither taken nor ignored: nothing would change
        if ask not in template.asks:
            verdict.ignored[name] = new
        elif name == "scm_branch" and template.project and not template.project.allow_override:
            verdict.errors[name] = ["Project does not allow override branch."]
        else:
            verdict.accepted[name] = new


def _resources(template: Template, verdict: Verdict) -> None:
    needed = {"project": template.project, "inventory": template.values.inventory}
    missing = [name for name, thing in needed.items() if thing is None and name not in verdict.accepted]
    if missing:
        words = [f"Job Template {name} is missing or undefined." for name in missing]
        verdict.errors["resources_needed_to_start"] = words
    if template.project is None:
        verdict.errors["project"] = ["A project is required to run a job."]


def _credentials(template: Template, values: dict[str, Any], verdict: Verdict) -> None:
    own = template.values.credentials
    accepted: tuple[Credential, ...] = verdict.accepted.get("credentials", ())
    errors = _conflicts(accepted)
    if "credentials" in values:
        errors += _removals(own, values["credentials"])
    if errors:
        verdict.errors["credentials"] = errors
    used = {credential.unique: credential for credential in (*own, *accepted)}
    given = values.get("credential_passwords", {})
    needed = [name for credential in used.values() for name in credential.passwords]
    if lacking := [name for name in needed if not given.get(name)]:
        verdict.errors["passwords_needed_to_start"] = lacking
    verdict.accepted["credential_passwords"] = {name: given[name] for name in needed if name in given}


def _conflicts(chosen: tuple[Credential, ...]) -> list[str]:
    errors = []
    seen: set[str] = set()
    for credential in chosen:
        if credential.unique in seen:
            errors.append(f"Cannot assign multiple {credential.unique_name} credentials.")
        if credential.type.kind not in {"ssh", "vault", "cloud"}:
            errors.append(f"Cannot assign a Credential of kind `{credential.type.kind}`")
        seen.add(credential.unique)
    return errors


def _removals(own: tuple[Credential, ...], chosen: tuple[Credential, ...]) -> list[str]:
    removed = [credential for credential in own if credential not in chosen]
    replaced = {credential.unique for credential in chosen}
    listed = ", ".join(f"{credential.name}-{credential.id}" for credential in removed)
    return [
        f"Removing {credential.unique_name} credential at launch time without replacement is not supported. "
        f"Provided list lacked credential(s): {listed}."
        for credential in removed
        if credential.unique not in replaced
    ]


def _permissions(user: User, verdict: Verdict) -> None:
    wanted = list(verdict.accepted.get("credentials", ()))
    if inventory := verdict.accepted.get("inventory"):
        wanted.append(inventory)
    if not all(may_use(user, resource) for resource in wanted):
        raise forbidden()


def create_job(state: State, template: Template, user: User, given: dict[str, Any], verdict: Verdict) -> Job:
    accepted = dict(verdict.accepted)
    passwords = accepted.pop("credential_passwords", {})
    launched = survey.without_placeholders(template.survey, accepted.pop("extra_vars", {}))
    variables = {**template.values.extra_vars, **survey.defaults(template.survey), **launched}
    if "credentials" in accepted:
        kept = {one.unique: one for one in (*template.values.credentials, *accepted["credentials"])}
        accepted["credentials"] = tuple(kept.values())
    prompts = replace(template.values, **accepted, extra_vars=variables)
    return new_run(
        state,
        template,
        prompts,
        created_by=user,
        payload=given,
        passwords=passwords,
        secret_vars=survey.secret_names(template.survey),
    )


def relaunch_job(state: State, job: Job, user: User, passwords: dict[str, str], limit: str | None) -> Job:
    """The same run once more, with the same prompts; at most its limit differs."""
    prompts: Prompts = job.prompts if limit is None else replace(job.prompts, limit=limit)
    return state.new_job(
        kind="job",
        name=job.name,
        description=job.description,
        prompts=prompts,
        organization=job.organization,
        project=job.project,
        playbook=job.playbook,
        template=job.template,
        created_by=user,
        launch_type="relaunch",
        passwords=passwords,
        secret_vars=job.secret_vars,
        slice_number=job.slice_number,
    )


def ignored_as_given(ignored: dict[str, Any]) -> dict[str, Any]:
    """Objects are named by their ids again."""
    return {name: _plain(value) for name, value in ignored.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return getattr(value, "id", value)
