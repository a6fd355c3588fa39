"""Webhooks: what GitHub, GitLab and Bitbucket send starts a template, when it is signed with the template's key."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from sandbox.launch import survey
from sandbox.launch.nodes import new_workflow_job
from sandbox.launch.slices import new_run
from sandbox.models import Job, Prompts, Template, Workflow
from sandbox.replies import Refused, bad_request, forbidden, json_reply
from sandbox.resources.names import matches
from sandbox.store.kinds import kinds
from sandbox.store.store import Record
from sandbox.views.auth import here
from sandbox.views.common import runs
from sandbox.views.negotiation import body_of

blueprint = Blueprint("webhooks", __name__)
SERVICES = ("github", "gitlab", "bitbucket_dc")
ALREADY = "Webhook previously received, aborting."
BITBUCKET_EVENTS = frozenset({"repo:refs_changed", "pr:opened", "pr:from_ref_updated", "pr:modified"})
_NO_GUID = (
    'null value in column "webhook_guid" of relation "main_job" violates not-null constraint\n'
    "DETAIL:  Failing row contains ({}, run, {}, 0, {{}})."
)
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a service told of one event."""

    service: str
    event: str
    guid: str | None
    ref: str | None
    status_api: str | None
    payload: Payload

    def variables(self) -> Payload:
        told = {
            "event_type": self.event,
            "event_guid": self.guid,
            "event_ref": self.ref,
            "status_api": self.status_api,
            "payload": self.payload,
        }
        return {
            f"{product}_webhook_{name}": value for product in ("awx", "tower") for name, value in told.items()
        }


@blueprint.post(
    "/<any(job_templates, workflow_job_templates):path>/<ident>/<any(github, gitlab, bitbucket_dc):service>/"
)
def receive(path: str, ident: str, service: str) -> Response:
    """Needs no credential but the signature; who has a wrong one learns nothing of the template."""
    record = _find(path, ident)
    body = body_of(request)
    if service == "bitbucket_dc" and request.headers.get("X-Event-Key") not in BITBUCKET_EVENTS:
        return json_reply({"message": "Webhook ignored"})
    if record is None or record.values["webhook_service"] != service or not _is_signed(service, record):
        raise forbidden() if ident.isdigit() else Refused(404, {"detail": "Not found."})
    delivery = _DELIVERIES[service](body)
    with here().lock:
        if delivery.guid and any(_is_of(job, delivery) for job in here().jobs.values()):
            return json_reply({"message": ALREADY}, 202)
        if delivery.guid is None:
            raise bad_request(_NO_GUID.format(len(here().jobs) + 1, record.values.get("playbook", "")))
        template = (
            here().catalog.template(record.id)
            if path == "job_templates"
            else here().catalog.workflow(record.id)
        )
        assert template
        job = _start(template, delivery)
    runs().submit(job)
    return json_reply({"message": "Job queued."}, 202)


def _find(path: str, ident: str) -> Record | None:
    store = here().store
    if ident.isdigit():
        return store.find(path, int(ident))
    return next((one for one in store.all(kinds()[path].path) if matches(store, one, ident)), None)


def _is_of(job: Job, delivery: Delivery) -> bool:
    return job.webhook_guid == delivery.guid and job.webhook_service == delivery.service


def _is_signed(service: str, record: Record) -> bool:
    key = str(record.hidden.get("webhook_key") or "").encode()
    if not key:
        return False
    if service == "gitlab":
        return secrets.compare_digest(request.headers.get("X-Gitlab-Token", "").encode(), key)
    header = request.headers.get("X-Hub-Signature", "")
    if not header:
        return False
    if "=" not in header:
        raise Refused(500, {"detail": "A server error has occurred."})
    kind, _, given = header.partition("=")
    if kind not in ({"sha1"} if service == "github" else {"sha1", "sha256"}):
        return False
    expected = hmac.new(key, request.get_data(), getattr(hashlib, kind)).hexdigest()
    return secrets.compare_digest(given.encode(), expected.encode())


def _github(payload: Payload) -> Delivery:
    event = request.headers.get("X-GitHub-Event")
    pull: Payload = payload.get("pull_request") or {}
    ref = (pull.get("head") or {}).get("sha") or payload.get("after")
    return Delivery(
        "github",
        event or "",
        request.headers.get("X-GitHub-Delivery"),
        ref,
        pull.get("statuses_url"),
        payload,
    )


def _gitlab(payload: Payload) -> Delivery:
    """The same body is the same event."""
    ref = payload.get("checkout_sha") or (
        (payload.get("object_attributes") or {}).get("last_commit") or {}
    ).get("id")
    project: Payload = payload.get("project") or {}
    root, slash, _ = str(project.get("web_url", "")).removeprefix("https://").partition("/")
    status = f"https://{root}/api/v4/projects/{project.get('id')}/statuses/{ref}" if ref and slash else None
    guid = hashlib.sha1(request.get_data(), usedforsecurity=False).hexdigest()
    return Delivery("gitlab", request.headers.get("X-Gitlab-Event", ""), guid, ref, status, payload)


def _bitbucket(payload: Payload) -> Delivery:
    changes = payload.get("changes") or [{}]
    ref = changes[0].get("toHash")
    links = ((payload.get("actor") or {}).get("links") or {}).get("self") or [{}]
    host = str(links[0].get("href", "")).removeprefix("https://").partition("/")[0]
    status = f"https://{host}/rest/build-status/1.0/commits/{ref}" if host and ref else None
    guid = request.headers.get("X-Request-Id")
    return Delivery("bitbucket_dc", request.headers.get("X-Event-Key", ""), guid, ref, status, payload)


_DELIVERIES: dict[str, Callable[[Payload], Delivery]] = {
    "github": _github,
    "gitlab": _gitlab,
    "bitbucket_dc": _bitbucket,
}


def _start(template: Template | Workflow, delivery: Delivery) -> Job:
    """Surveys are not asked: what has no default stays without an answer."""
    state = here()
    told = {
        "launch_type": "webhook",
        "webhook_service": delivery.service,
        "webhook_guid": delivery.guid,
        "payload": delivery.payload,
    }
    own = template.extra_vars if isinstance(template, Workflow) else template.values.extra_vars
    variables = {**own, **survey.defaults(template.survey), **delivery.variables()}
    if isinstance(template, Workflow):
        prompts = Prompts(inventory=template.inventory, limit=template.limit or "", extra_vars=variables)
        return new_workflow_job(state, template, prompts, None, **told)
    return new_run(state, template, replace(template.values, extra_vars=variables), created_by=None, **told)
