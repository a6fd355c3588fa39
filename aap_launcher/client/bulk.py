"""Many launches in one, each checked as `launch` checks it: `bulk/job_launch/` drops what a template does not take.

Seen on AWX 24.6.1: prompts that are not asked for are dropped, and a missing survey answer is no error; at most 100.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.client import prompts
from aap_launcher.errors import AnswerLost, InvalidInput, LaunchUnknown, Problem, Refused
from aap_launcher.inputs.choices import TemplateKind
from aap_launcher.inputs.parsing import Connection, Inputs
from aap_launcher.preflight.request import launch_request
from aap_launcher.text.quoting import quoted
from aap_launcher.text.words import count

if TYPE_CHECKING:
    from aap_launcher.controller.controller import Controller
    from aap_launcher.controller.requests import Requests

LIMIT = "BULK_JOB_MAX_LAUNCH"


def jobs(controller: Controller, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What `bulk/job_launch/` takes for each row ({template, prompts ...}). Raises with every problem of every row."""
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        where = f"{number}. {quoted(str(row.get('template', '')))}"
        try:
            found.append(_job(controller, row))
        except (InvalidInput, Refused) as error:
            problems += [
                Problem(f"{where}: {one.field}", one.fault, one.advice) for one in error.problems
            ] or [Problem(where, str(error))]
    if problems:
        raise Refused("these launches would not do what you asked; nothing was started.", problems)
    return found


def launch_many(
    requests: Requests, rows: Sequence[Mapping[str, Any]], *, name: str, organization: int | None
) -> Mapping[str, Any]:
    """Launch them in one call: the workflow job that it made. Raises `LaunchUnknown` where no answer shows it."""
    what = f"the bulk launch ({count(len(rows), 'launch', 'launches')})"
    body: dict[str, Any] = {"name": name, "jobs": list(rows)}
    if organization is not None:
        body["organization"] = organization
    try:
        found = requests.content(requests.change("POST", "bulk/job_launch/", body, what=what), what)
    except AnswerLost as lost:
        raise LaunchUnknown(f"{lost} {_look(body)}") from lost
    number, url = found.get("id"), found.get("url")
    if not isinstance(number, int) or not isinstance(url, str) or found.get("type") != "workflow_job":
        shown = f"{found.get('type', 'nothing')} {found.get('id', 'without an id')}"
        raise LaunchUnknown(f"{what}: the answer shows no workflow job, but {shown}. {_look(body)}")
    if found.get("name", body["name"]) != body["name"]:
        raise LaunchUnknown(f"{what}: the answer shows {quoted(str(found['name']))}. {_look(body)}")
    return found


def _look(body: Mapping[str, Any]) -> str:
    return (
        "Whether they were launched is not known, and they are not launched twice: look with "
        f"aap-launcher workflow_jobs list {shlex.quote('name=' + body['name'])}"
    )


def _job(controller: Controller, row: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(row)
    template = given.pop("template", None)
    if isinstance(template, bool) or not isinstance(template, int | str) or not str(template).strip():
        raise InvalidInput('template is missing: an id or a name, as in {"template": "Deploy shop"}.')
    organization = str(given.pop("organization", None) or "")
    inputs = Inputs(Connection(controller.site), template=str(template), prompts=prompts.read_prompts(given))
    found = controller.find_template(inputs.template, TemplateKind.AUTO, organization)
    request = launch_request(inputs, found, controller.prompts(found), controller.find_object)
    body = dict(request.body)
    if "credential_passwords" in body or request.secrets:
        raise InvalidInput("it takes passwords, which a bulk launch would keep in clear: use launch.")
    variables = body.pop("extra_vars", None)
    job = {"unified_job_template": found.id, **body}
    return job if variables is None else {**job, "extra_data": variables}
