"""What people paste to name a template or a job: ids, names, API URLs, addresses from the browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from aap_launcher.errors import InvalidInput
from aap_launcher.models import JobType, TemplateType

COLLECTIONS: dict[str, str] = {
    TemplateType.JOB: "job_templates",
    TemplateType.WORKFLOW: "workflow_job_templates",
    JobType.JOB: "jobs",
    JobType.WORKFLOW_JOB: "workflow_jobs",
    JobType.PROJECT_UPDATE: "project_updates",
    JobType.INVENTORY_UPDATE: "inventory_updates",
    JobType.WORKFLOW_APPROVAL: "workflow_approvals",
    JobType.SYSTEM_JOB: "system_jobs",
    JobType.AD_HOC_COMMAND: "ad_hoc_commands",
}
_TYPES = {collection: kind for kind, collection in COLLECTIONS.items()}

# The interfaces' own words for job types: /#/jobs/playbook/5/output, /execution/jobs/playbook/5/output.
UI_SEGMENTS: dict[str, str] = {
    JobType.JOB: "playbook",
    JobType.WORKFLOW_JOB: "workflow",
    JobType.PROJECT_UPDATE: "project",
    JobType.INVENTORY_UPDATE: "inventory",
    JobType.AD_HOC_COMMAND: "command",
    JobType.SYSTEM_JOB: "management",
}
_UI_TYPES = {segment: kind for kind, segment in UI_SEGMENTS.items()}

_TEMPLATE_API = re.compile(r"(?:^|/)(job_templates|workflow_job_templates)/([^/?#]+)")
_TEMPLATE_UI = re.compile(r"(?:^|/)templates/(job|workflow[_-]job)[_-]template/(\d+)", re.ASCII)
_JOB_API = re.compile(r"(?:^|/)v\d+/(\w+)/(\d+)(?:/|$)", re.ASCII)
_JOB_SHORT = re.compile(r"^/?(\w+)/(\d+)(?:/|$)", re.ASCII)
_JOB_UI = re.compile(r"(?:^|/)jobs/([a-z]+)/(\d+)(?:/|$)", re.ASCII)
_APPROVAL_UI = re.compile(r"workflow[_-]approvals/(\d+)", re.ASCII)
_LARGEST_ID = 2**31 - 1  # AWX's ids are 32-bit integers; more digits are a name


@dataclass(frozen=True, slots=True)
class Reference:
    """What was pasted. Without `id`, `name` is set; `type` only where the text tells it."""

    id: int | None = None
    type: str = ""
    name: str = ""
    organization: str = ""


def template(text: str, site: str) -> Reference:
    """Read a reference to a template. Raises `InvalidInput` for another controller's address."""
    place = _place(text, site, "template")
    if found := _TEMPLATE_UI.search(place or ""):
        kind = TemplateType.JOB if found[1] == "job" else TemplateType.WORKFLOW
        return Reference(id=int(found[2]), type=kind)
    if found := _TEMPLATE_API.search(place or ""):
        name, _, organization = named(unquote(found[2]))
        number = number_of(name) if not organization else None
        return Reference(number, _TYPES[found[1]], name, organization)
    if place is not None:
        raise _unreadable("template", text)
    return Reference(id=number_of(text.strip()), name=text.strip())


def job(text: str, site: str) -> Reference:
    """Read a reference to a job. Raises `InvalidInput`."""
    if number := number_of(text.strip()):
        return Reference(id=number)
    place = _place(text, site, "job") or text.strip()
    if found := _APPROVAL_UI.search(place):
        return Reference(id=int(found[1]), type=JobType.WORKFLOW_APPROVAL)
    for pattern, types in ((_JOB_UI, _UI_TYPES), (_JOB_API, _TYPES), (_JOB_SHORT, _TYPES)):
        found = pattern.search(place)
        if found and found[1] in types:
            return Reference(id=int(found[2]), type=types[found[1]])
    if found := re.search(r"(?:^|/)unified_jobs/?\?id=(\d+)|(?:^|/)jobs/(\d+)(?:/|$)", place, re.ASCII):
        return Reference(id=int(found[1] or found[2]))
    raise _unreadable("job", text)


def number_of(text: str) -> int | None:
    """The id that the text is, None where it is a name."""
    if text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _LARGEST_ID:
        return int(text)
    return None


def named(text: str) -> tuple[str, str, str]:
    """NAME++ORGANIZATION taken apart like str.partition, `[+]` being a plus (AWX docs/named_url.md)."""
    name, separator, organization = text.rpartition("++")
    if not separator:
        name, organization = text, ""
    return _plain(name), separator, _plain(organization)


def _plain(text: str) -> str:
    return re.sub(r"\[([+;/?:@=&\[\]])\]", r"\1", text)


def _place(text: str, site: str, name: str) -> str | None:
    """Path and fragment of an address or path; None for an id or a plain name."""
    text = text.strip()
    if not text:
        raise InvalidInput(f"{name} is empty.")
    if re.match(r"https?://", text, re.IGNORECASE):
        parts = urlsplit(text)
        here = urlsplit(site).hostname
        if parts.hostname != here:
            raise InvalidInput(
                f"{name} is an address of {parts.hostname}, but url is {here}. "
                "Change one of them, or give the id alone."
            )
        return f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path
    if re.match(r"/|#/|api/|(workflow_)?job_templates/", text):
        return text
    return None


def _unreadable(name: str, text: str) -> InvalidInput:
    what = "an id, a name, an API URL or the address from the browser"
    if name == "job":
        what = "an id, an API URL or the address from the browser"
    return InvalidInput(f'{name}: "{text.strip()}" does not name one. Give {what}.')
