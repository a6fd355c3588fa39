"""Many launches in one, each checked as `launch` checks it: `bulk/job_launch/` drops what a template does not take.

Seen on AWX 24.6.1: prompts that are not asked for are dropped, and a missing survey answer is no error; at most 100.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.client import prompts
from aap_launcher.errors import InvalidInput, Problem, Refused
from aap_launcher.inputs.choices import TemplateKind
from aap_launcher.inputs.parsing import Connection, Inputs
from aap_launcher.preflight.request import launch_request
from aap_launcher.text.quoting import quoted

if TYPE_CHECKING:
    from aap_launcher.controller import Controller

CHUNK = 100  # BULK_JOB_MAX_LAUNCH, as it is by default


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


def bodies(
    rows: Sequence[Mapping[str, Any]], *, name: str, organization: int | None
) -> Iterator[dict[str, Any]]:
    """The calls that launch them, a hundred each."""
    for at in range(0, len(rows), CHUNK):
        body: dict[str, Any] = {"name": name, "jobs": list(rows[at : at + CHUNK])}
        yield body if organization is None else {**body, "organization": organization}


def _job(controller: Controller, row: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(row)
    template = given.pop("template", None)
    if isinstance(template, bool) or not isinstance(template, int | str) or not str(template).strip():
        raise InvalidInput('template is missing: an id or a name, as in {"template": "Deploy shop"}.')
    organization = str(given.pop("organization", None) or "")
    inputs = Inputs(Connection(controller.site), template=str(template), prompts=prompts.read(given))
    found = controller.find_template(inputs.template, TemplateKind.AUTO, organization)
    request = launch_request(inputs, found, controller.prompts(found), controller.find_object)
    body = dict(request.body)
    if "credential_passwords" in body or request.secrets:
        raise InvalidInput("it takes passwords, which a bulk launch would keep in clear: use launch.")
    variables = body.pop("extra_vars", None)
    job = {"unified_job_template": found.id, **body}
    return job if variables is None else {**job, "extra_data": variables}
