"""JSON -> models: the only place that knows the names of the API's fields.

Job details are read leniently: a field of a strange type is left empty, since only `id`, `type` and
`status` decide anything. Events have a decoder of their own (`pages`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from aap_launcher.controller.references import COLLECTIONS, UI_SEGMENTS
from aap_launcher.errors import Unreachable
from aap_launcher.models.findings import HostSummary
from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.platform import Platform
from aap_launcher.models.shapes import Row
from aap_launcher.models.shapes import number_at as _number
from aap_launcher.models.shapes import numbers_at as _numbers
from aap_launcher.models.shapes import row as _row
from aap_launcher.models.shapes import text_at as _text
from aap_launcher.models.templates import Choice, Prompts, Question, Template, TemplateType

_ASKED = re.compile(r"ask_\w+_on_launch")


def decoded_job(row: Row, platform: Platform, local: Callable[[str], str]) -> Job:
    """A unified job's detail. `local` makes the path to ask for from a path that the controller gives.

    Raises `Unreachable` where it is none, or one whose end this launcher does not understand.
    """
    kind, number = _text(row, "type"), _number(row, "id")
    if not kind or number is None:
        raise Unreachable("the controller's answer holds no job: it has no id or no type.")
    collection = COLLECTIONS.get(kind, kind + "s")
    url = local(_text(row, "url") or f"{platform.api}{collection}/{number}/")
    related, summary = _row(row, "related"), _row(row, "summary_fields")
    events_path = _text(related, "job_events") or _text(related, "events")
    artifacts = row.get("artifacts")
    return Job(
        id=number,
        type=kind,
        name=_text(row, "name"),
        status=_status(row),
        url=url,
        elapsed=_bound(row.get("elapsed")) or 0.0,
        created=_text(row, "created"),
        started=_text(row, "started"),
        finished=_text(row, "finished"),
        canceled_on=_text(row, "canceled_on"),
        explanation=_text(row, "job_explanation"),
        traceback=_text(row, "result_traceback"),
        events_processed=row.get("event_processing_finished") is True,
        host_status_counts=_counts(row.get("host_status_counts")),
        artifacts=artifacts if isinstance(artifacts, dict) else {},
        launched_by=_text(_row(row, "launched_by"), "name"),
        template_id=_number(row, "unified_job_template"),
        template=_text(_row(summary, "unified_job_template"), "name"),
        project=_text(_row(summary, "project"), "name"),
        scm_revision=_text(row, "scm_revision"),
        scm_branch=_text(row, "scm_branch"),
        inventory=_text(_row(summary, "inventory"), "name"),
        limit=_text(row, "limit"),
        execution_environment=_text(_row(summary, "execution_environment"), "name"),
        events_url=local(events_path) if events_path else "",
        cancel_url=local(_text(related, "cancel")) if _text(related, "cancel") else url + "cancel/",
        link=_link(kind, number, platform),
    )


def node(row: Row, platform: Platform, local: Callable[[str], str]) -> Node | None:
    """One row of workflow_nodes/. Its job is a stub: id, type, name, status, elapsed; None without an id."""
    number, summary = _number(row, "id"), _row(row, "summary_fields")
    if number is None:
        return None
    made, template = _row(summary, "job"), _row(summary, "unified_job_template")
    made_job = decoded_job(made, platform, local) if _number(made, "id") and _text(made, "type") else None
    kind = _text(made, "type") or _text(template, "unified_job_type")
    do_not_run = row.get("do_not_run") is True
    return Node(
        id=number,
        identifier=_text(row, "identifier"),
        name=_text(made, "name") or _text(template, "name") or f"node {number}",
        type=kind,
        job=made_job,
        do_not_run=do_not_run,
        orphaned=made_job is None and not do_not_run and row.get("unified_job_template") is None,
        on_success=_numbers(row, "success_nodes"),
        on_failure=_numbers(row, "failure_nodes"),
        always=_numbers(row, "always_nodes"),
        all_parents=row.get("all_parents_must_converge") is True,
    )


def approval(row: Row) -> Approval:
    """An approval's detail. `elapsed` counts on while it waits, so it tells how much time is left."""
    summary = _row(row, "summary_fields")
    timeout = _number(_row(summary, "workflow_approval_template"), "timeout") or 0
    elapsed, may = row.get("elapsed"), row.get("can_approve_or_deny")
    passed = float(elapsed) if isinstance(elapsed, int | float) else 0.0
    return Approval(
        name=_text(row, "name"),
        description=_text(row, "description"),
        timeout=timeout,
        timed_out=row.get("timed_out") is True,
        left=max(timeout - passed, 0.0) if timeout else 0.0,
        started=_text(row, "started") or _text(row, "created"),
        by=_text(_row(summary, "approved_or_denied_by"), "username"),
        may_decide=may if isinstance(may, bool) else None,
    )


def _status(row: Row) -> Status:
    """The status; a word that we do not know is waited through, but never taken for an end."""
    said = _text(row, "status")
    try:
        return Status(said)
    except ValueError:
        if not row.get("finished"):
            return Status.RUNNING
    raise Unreachable(
        f'job {row.get("id")} ended with the status "{said}", which this launcher does not know'
    )


def _link(kind: str, number: int, platform: Platform) -> str:
    """The job's page in the user interface of AAP 2.5+, or of AWX and AAP 2.4."""
    if kind == JobType.WORKFLOW_APPROVAL:
        page = f"execution/administration/workflow-approvals/{number}/details"
        return f"{platform.ui}/{page if platform.gateway else f'#/workflow_approvals/{number}'}"
    page = f"jobs/{UI_SEGMENTS.get(kind, kind)}/{number}/output"
    return f"{platform.ui}/{'execution' if platform.gateway else '#'}/{page}"


def decoded_template(row: Row) -> Template:
    """A template from its detail or a list. Raises `Unreachable` where it is none."""
    summary = _row(row, "summary_fields")
    may_start = _row(summary, "user_capabilities").get("start")
    kind = _text(row, "type")
    if kind not in tuple(TemplateType):
        raise Unreachable("the controller's answer holds no template: it has no type that can be launched.")
    return Template(
        id=object_id(row),
        type=TemplateType(kind),
        name=_text(row, "name"),
        organization=_text(_row(summary, "organization"), "name"),
        may_start=may_start if isinstance(may_start, bool) else None,
        newest_job=_newest(summary.get("recent_jobs")),
    )


def _newest(recent: object) -> int | None:
    """The highest id of a template's last ten jobs; None where any of them does not tell."""
    if not isinstance(recent, list):
        return None
    numbers = [_number(row, "id") if isinstance(row, dict) else None for row in recent]
    return None if None in numbers else max((one for one in numbers if one is not None), default=0)


def object_id(row: Row) -> int:
    """The object's id. Raises `Unreachable` where it has none."""
    found = _number(row, "id")
    if found is None:
        raise Unreachable("the controller's answer holds an object without an id.")
    return found


def owner_and_kind(row: Row) -> tuple[str, str]:
    """The names of the object's organization and credential type, else its kind; "" where it has none."""
    summary = _row(row, "summary_fields")
    kind = _text(_row(summary, "credential_type"), "name") or _text(row, "kind")
    return _text(_row(summary, "organization"), "name"), kind


def prompts(row: Row, survey: Row) -> Prompts:
    """GET .../launch/ and .../survey_spec/; of a workflow fewer keys are there (seen on AWX 24.6.1)."""
    known = frozenset(key for key in row if _ASKED.fullmatch(key))
    spec = survey.get("spec")
    return Prompts(
        asks=frozenset(key for key in known if row[key] is True),
        known=known,
        survey=tuple(_question(item) for item in spec if isinstance(item, dict))
        if isinstance(spec, list)
        else (),
        passwords_needed=texts(row.get("passwords_needed_to_start")),
        inventory_needed=row.get("inventory_needed_to_start") is True,
        default_inventory=_text(_row(_row(row, "defaults"), "inventory"), "name"),
    )


def _question(row: Row) -> Question:
    return Question(
        variable=_text(row, "variable"),
        type=_text(row, "type"),
        name=_text(row, "question_name"),
        required=row.get("required") is True,
        default=row.get("default", ""),
        choices=_choices(row.get("choices")),
        min=_bound(row.get("min")),
        max=_bound(row.get("max")),
    )


def _choices(found: object) -> tuple[Choice, ...]:
    """Text with a choice per line, or a list, by what made the survey; as the controller takes them apart.

    awx/main/models/mixins.py: `[choice for choice in choices.splitlines() if choice.strip() != '']`.
    """
    if isinstance(found, str):
        return tuple(choice for choice in found.splitlines() if choice.strip())
    items = found if isinstance(found, list) else []
    return tuple(item for item in items if isinstance(item, str | int | float))


def _bound(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    except OverflowError:  # an integer of hundreds of digits
        return None


def host_summary(row: Row) -> HostSummary:
    """One row of job_host_summaries/."""
    names = {"failed": "failures", "unreachable": "dark"}
    fields = ("ok", "changed", "failed", "unreachable", "skipped", "rescued", "ignored")
    return HostSummary(
        host=_text(row, "host_name"), **{name: _number(row, names.get(name, name)) or 0 for name in fields}
    )


def texts(value: object) -> tuple[str, ...]:
    """A list's items as text; () for anything else."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _counts(value: object) -> Mapping[str, int] | None:
    if not isinstance(value, dict):
        return None
    return {key: number for key, number in value.items() if isinstance(number, int)}
