"""What people give to mean one object: ids, names, NAME++ORGANIZATION, API URLs, addresses from the browser.

Nothing is asked here, and nothing is ever asked by the controller's own named URLs: a malformed one makes the next
correct one of its kind fail in the same web worker (seen on AWX 24.6.1).
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import msgspec

from aap_launcher.errors import InvalidInput
from aap_launcher.models.jobs import JobType
from aap_launcher.models.templates import TemplateType
from aap_launcher.text.quoting import printable, quoted

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
_ESCAPED = re.compile(r"\[([+;/?:@=&\[\]])\]")  # AWX docs/named_url.md
# How the interfaces' addresses go on below a collection's name: /inventories/smart_inventory/5/details.
_KINDS = {
    "inventories": r"(?:constructed_)?inventories/(?:(?:smart|constructed)?[_-]?inventory/)?",
    "credentials": "credentials/",
    "labels": "labels/",
    "instance_groups": r"instance[_-]groups/(?:container[_-]group/)?",
    "execution_environments": "execution[_-]environments/",
}


class Reference(msgspec.Struct, frozen=True):
    """What was given. Text that can be an id or an address and a name as well has both `id` and `name`.

    `type` only where the text tells it; `owned`: what NAME++ORGANIZATION means, of a name that holds `++`.
    """

    id: int | None = None
    type: str = ""
    name: str = ""
    owned: Owned | None = None


class Owned(msgspec.Struct, frozen=True):
    """A name and the organization's, "" for an object without one; `kind` is a credential type's name."""

    name: str
    organization: str
    kind: str = ""


def template_reference(text: str, site: str) -> Reference:
    """Read a reference to a template. Raises `InvalidInput` for another controller's address."""
    text, place = _place(text, site, "template")
    name = "" if _is_address(text) else text
    if found := _TEMPLATE_UI.search(place):
        kind = TemplateType.JOB if found[1] == "job" else TemplateType.WORKFLOW
        return Reference(_id(found[2], "template", text), kind, name)
    if found := _TEMPLATE_API.search(place):
        return _listed(unquote(found[2]), _TYPES[found[1]], name)
    return _called("template", text)


def prompted(prompt: str, collection: str, text: str, site: str) -> Reference:
    """Read a reference to what a prompt takes. Raises `InvalidInput`."""
    text, place = _place(text, site, prompt)
    name = "" if _is_address(text) else text
    if found := re.search(rf"(?:^|/){_KINDS[collection]}([0-9]+)(?:[/?#]|$)", place):
        return Reference(_id(found[1], prompt, text), name=name)
    if found := re.search(rf"/v[0-9]+/{collection}/([^/?#]+)", place):
        return _listed(unquote(found[1]), "", name)
    return _called(prompt, text)


def job_reference(text: str, site: str) -> Reference:
    """Read a reference to a job. Raises `InvalidInput`."""
    text, place = _place(text, site, "job")
    if number := number_of(text):
        return Reference(id=number)
    if found := _APPROVAL_UI.search(place):
        return Reference(_id(found[1], "job", text), JobType.WORKFLOW_APPROVAL)
    for pattern, types in ((_JOB_UI, _UI_TYPES), (_JOB_API, _TYPES), (_JOB_SHORT, _TYPES)):
        found = pattern.search(place)
        if found and found[1] in types:
            return Reference(_id(found[2], "job", text), types[found[1]])
    if found := re.search(r"(?:^|/)unified_jobs/?\?id=(\d+)|(?:^|/)jobs/(\d+)(?:/|$)", place, re.ASCII):
        return Reference(_id(found[1] or found[2], "job", text))
    raise _unreadable("job", text)


def number_of(text: str) -> int | None:
    """The id that the text is, None where it is a name: 012 is one."""
    if re.fullmatch("[1-9][0-9]{0,9}", text) and int(text) <= _LARGEST_ID:
        return int(text)
    return None


def owned(text: str) -> Owned | None:
    """NAME++ORGANIZATION (of a credential also NAME++TYPE+KIND++ORGANIZATION) taken apart; None without ++."""
    name, separator, organization = text.rpartition("++")
    if not separator or not name:
        return None
    name, separator, kind = name.partition("++") if name.count("++") == 1 else (name, "", "")
    return Owned(_plain(name), _plain(organization), _plain(kind.partition("+")[0]))


def pasted(name: str, organization: str) -> str:
    """What names the object when it is given: NAME++ORGANIZATION, with what would be misread escaped."""
    escaped = (re.sub(r"[+\[\]]", lambda found: f"[{found[0]}]", word) for word in (name, organization))
    return "++".join(escaped)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _called(prompt: str, text: str) -> Reference:
    """An id, or a name, or both; never an address that is none of what is meant."""
    if _is_address(text):
        raise _unreadable(prompt, text)
    return Reference(number_of(text), name=text, owned=owned(text))


def _listed(name: str, kind: str, also: str) -> Reference:
    """What stands in an API path after the collection: an id or a named URL's name."""
    number = number_of(name)
    if number is not None:
        return Reference(number, kind, also)
    return Reference(None, kind, also or name, owned(name))


def _is_address(text: str) -> bool:
    """Whether the text can be nothing but an address; another one that begins with / may be a name as well."""
    return bool(re.match(r"https?://|/?api/|/?#/", text, re.IGNORECASE))


def _place(text: str, site: str, name: str) -> tuple[str, str]:
    """The text without blanks around, and path and fragment where it is an address or can be one, else ""."""
    text = text.strip()
    if not text:
        raise InvalidInput(f"{name} is empty.")
    if not re.match(r"https?://", text, re.IGNORECASE):
        return text, text if name == "job" or re.match(r"/|#/|api/|(workflow_)?job_templates/", text) else ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise _unreadable(name, text) from None
    here = urlsplit(site).hostname
    if host != here:
        raise InvalidInput(
            f"{name} is an address of {printable(str(host))}, but url is {here}. "
            "Change one of them, or give the id alone."
        )
    return text, f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path


def _id(digits: str, name: str, text: str) -> int:
    if number := number_of(digits):
        return number
    raise _unreadable(name, text)


def _unreadable(name: str, text: str) -> InvalidInput:
    what = "an id, a name, NAME++ORGANIZATION, an API URL or the address from the browser"
    if name == "job":
        what = "an id, an API URL or the address from the browser"
    return InvalidInput(f"{name}: {quoted(text)} does not name one. Give {what}.")
