"""Starting a template as GitHub, GitLab or Bitbucket Data Center would: signed with its key, without a token.

The controller knows a delivery by its id (GitHub's and Bitbucket's header, the hash of GitLab's body) and starts a job
for it once, so one whose answer was lost can be sent again. Of GitHub's signatures it knows sha1 alone; without a
delivery id it answers 400 with a row of its database (SAW webhook/*).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aap_launcher.controller.requests import Requests
from aap_launcher.controller.transport import Answer
from aap_launcher.errors import AnswerLost, Forbidden, Refused
from aap_launcher.models import Clock

_PAUSES = (10.0, 30.0)  # seconds before a delivery is sent again: two at one moment would both start a job
_SENT_BEFORE = "previously received"


class Service(StrEnum):
    """Who seems to call."""

    GITHUB = "github"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket_dc"


EVENTS = {Service.GITHUB: "push", Service.GITLAB: "Push Hook", Service.BITBUCKET: "repo:refs_changed"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event. `body` is sent byte for byte, as it is signed."""

    service: Service
    event: str
    number: str  # the delivery's id
    body: bytes
    key: str = field(repr=False)

    @property
    def guid(self) -> str:
        """What the controller calls it (`webhook_guid` of the job)."""
        return hashlib.sha1(self.body, usedforsecurity=False).hexdigest() if self._gitlab else self.number

    @property
    def headers(self) -> Mapping[str, str]:
        """Event, delivery and signature."""
        if self._gitlab:
            return {
                "X-Gitlab-Event": self.event,
                "X-Gitlab-Event-UUID": self.number,
                "X-Gitlab-Token": self.key,
            }
        if self.service is Service.BITBUCKET:
            signature = hmac.new(self.key.encode(), self.body, hashlib.sha256).hexdigest()
            return {
                "X-Event-Key": self.event,
                "X-Request-Id": self.number,
                "X-Hub-Signature": f"sha256={signature}",
            }
        signature = hmac.new(self.key.encode(), self.body, hashlib.sha1).hexdigest()
        return {
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.number,
            "X-Hub-Signature": f"sha1={signature}",
        }

    @property
    def _gitlab(self) -> bool:
        return self.service is Service.GITLAB


def payload(service: Service, *, ref: str, commit: str, number: str) -> bytes:
    """What a push looks like; the delivery's id in it keeps two pushes of one commit apart."""
    body: dict[str, Any] = {"ref": ref, "delivery": number}
    match service:
        case Service.GITHUB:
            body |= {"after": commit}
        case Service.GITLAB:
            body |= {"object_kind": "push", "checkout_sha": commit}
        case Service.BITBUCKET:
            body |= {"changes": [{"refId": ref, "toHash": commit, "type": "UPDATE"}]}
    return json.dumps(body).encode()


def send(requests: Requests, template: str, delivery: Delivery, clock: Clock) -> bool:
    """Deliver to `job_templates/7/`, again where the answer was lost; whether a job was started now.

    Raises `Forbidden` where key or service are not the template's, `Refused`, `Unreachable`.
    """
    path, what = f"{template}{delivery.service}/", f"the webhook of {template.rstrip('/')}"
    answer = _delivered(requests, path, delivery, clock)
    if answer.status in {401, 403}:
        raise Forbidden(
            f"{what}: refused. The controller does not tell whether the key is wrong, the template has no webhook of "
            f"{delivery.service}, or does not exist. aap-launcher webhook setup shows its service and key."
        )
    said = requests.json(answer)
    if answer.status < 300 and not isinstance(said, dict):
        raise AnswerLost(
            f"{what}: the answer ({answer.status}) is not the controller's: {answer.beginning} "
            "Whether a job was started is not known."
        )
    message = str(said.get("message", "")) if isinstance(said, dict) else ""
    if answer.status == 200:
        raise Refused(f"{what}: {message or 'ignored'}: the event {delivery.event} starts nothing.")
    if answer.status != 202:
        # Its words may quote a row of the database, so they are not shown.
        raise Refused(f"{what}: answered {answer.status}.", status=answer.status)
    return _SENT_BEFORE not in message


def _delivered(requests: Requests, path: str, delivery: Delivery, clock: Clock) -> Answer:
    """The answer to the delivery, which is sent again where it was lost."""
    for pause in _PAUSES:
        try:
            return requests.raw("POST", path, body=delivery.body, headers=delivery.headers)
        except AnswerLost:
            clock.sleep(pause)
    return requests.raw("POST", path, body=delivery.body, headers=delivery.headers)
