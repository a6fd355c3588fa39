"""The template: may it be launched, what it asks for, would these inputs pass, can its project and log be read."""

from __future__ import annotations

from collections.abc import Iterator

from aap_launcher.controller.controller import Controller
from aap_launcher.controller.references import COLLECTIONS
from aap_launcher.controller.requests import Requests
from aap_launcher.doctor.check import Check, State, failed
from aap_launcher.errors import LauncherError, Refused, Unreachable
from aap_launcher.inputs.definitions import Inputs
from aap_launcher.models import shapes
from aap_launcher.models.outcomes import CIContext
from aap_launcher.models.templates import Prompts, Template, TemplateType
from aap_launcher.preflight.request import launch_request

# A launch ends by its job's status whatever becomes of its log, so none of this is more than a warning.
_NO_LOG = "Without events the log is empty; the verdict is right all the same."
_NO_SYNC = frozenset({"failed", "error", "missing", "canceled", "never updated"})


def check_template(
    controller: Controller, requests: Requests, inputs: Inputs, context: CIContext
) -> Iterator[Check]:
    """Everything about the template that a launch would find out."""
    try:
        found = controller.find_template(inputs.template, inputs.template_type, inputs.organization)
        prompts = controller.prompts(found)
    except LauncherError as error:
        yield failed("template", error)
        return
    kind = found.type.replace("_", " ")
    yield Check(
        "template",
        State.OK,
        " · ".join(filter(None, [f"{found.name}, {kind} {found.id}", found.organization])),
    )
    yield _permission(found)
    yield Check("prompts", State.OK, _asked(prompts))
    yield _inputs(controller, inputs, found, prompts, context)
    if found.type is TemplateType.JOB:
        yield _project(requests, found)
    yield _events(requests, found)


def _permission(found: Template) -> Check:
    if found.may_start is None:
        return Check(
            "permission", State.UNKNOWN, "the controller does not tell whether this user may launch it"
        )
    if not found.may_start:
        advice = "Have the Execute role granted on the template, or use the token of a user who has it."
        return Check("permission", State.NOT_OK, "this user may see it, but not launch it", advice, 3)
    return Check("permission", State.OK, "this user may launch it")


def _asked(prompts: Prompts) -> str:
    asks = sorted(name.removeprefix("ask_").removesuffix("_on_launch") for name in prompts.asks)
    told = [f"asks for {', '.join(asks)}" if asks else "asks for nothing"]
    if prompts.survey:
        questions = [one.variable + ("" if one.required else " (optional)") for one in prompts.survey]
        told.append(f"survey: {', '.join(questions)}")
    if prompts.passwords_needed:
        told.append(f"passwords: {', '.join(prompts.passwords_needed)}")
    return " · ".join(told)


def _inputs(
    controller: Controller, inputs: Inputs, found: Template, prompts: Prompts, context: CIContext
) -> Check:
    try:
        request = launch_request(inputs, found, prompts, controller.find_object, context=context)
    except Refused as error:
        return failed("inputs", error)
    told = " ".join(f"{name}={value}" for name, value in request.shown)
    return Check("inputs", State.OK, f"would be taken{f': {told}' if told else ''}")


def _project(requests: Requests, found: Template) -> Check:
    """A project whose last update failed makes the launch fail before a task runs."""
    try:
        row = requests.read(f"{COLLECTIONS[found.type]}/{found.id}/", what=f"template {found.id}")
    except (Refused, Unreachable) as error:
        return Check("project", State.UNKNOWN, f"not told: {error}")
    project = shapes.row(shapes.row(row, "summary_fields"), "project")
    name, status = shapes.text_at(project, "name"), shapes.text_at(project, "status")
    if not name:
        advice = "Give the template a project, or this user the right to see it."
        return Check("project", State.WARNING, "none that this user may see", advice)
    if status in _NO_SYNC:
        advice = "Update it: the job takes its playbook from there."
        return Check("project", State.WARNING, f"{name}: its last update is {status}", advice)
    return Check("project", State.OK, f"{name}: {status}")


def _events(requests: Requests, found: Template) -> Check:
    """Whether a log can be read: of the template's newest job, as the launcher will read it."""
    if found.type is not TemplateType.JOB:
        return Check("events", State.UNKNOWN, "a workflow has none of its own; its nodes' jobs have")
    query = (("order_by", "-id"), ("page_size", "1"))
    try:
        page = requests.read(f"{COLLECTIONS[found.type]}/{found.id}/jobs/", query, what="the template's jobs")
    except (Refused, Unreachable) as error:
        return Check("events", State.WARNING, f"not told, as no job is: {error}", _NO_LOG)
    if not (rows := shapes.rows(page, "results")):
        return Check("events", State.UNKNOWN, "no job of this template was run yet")
    newest = shapes.number_at(rows[0], "id")
    try:
        requests.read(f"jobs/{newest}/job_events/", (("page_size", "1"),), what=f"the events of job {newest}")
    except (Refused, Unreachable) as error:
        return Check("events", State.WARNING, str(error), _NO_LOG)
    return Check("events", State.OK, f"those of job {newest} can be read")
