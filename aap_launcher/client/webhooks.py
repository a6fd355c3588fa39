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
from itertools import chain, repeat
from typing import Any

from aap_launcher.controller.requests import Requests
from aap_launcher.controller.retry import Trouble
from aap_launcher.controller.transport import Response
from aap_launcher.errors import AnswerLost, Forbidden, LaunchUnknown, Refused, Unreachable

# Seconds before a delivery is sent again, the last for ever: two at one moment would both start a job.
_PAUSES = (10.0, 30.0)
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


def deliver(requests: Requests, template: str, delivery: Delivery) -> bool:
    """Deliver to `job_templates/7/`, again where the answer was lost; whether a job was started now.

    Raises `Forbidden` where key or service are not the template's, `Refused`, `Unreachable`; `LaunchUnknown` where
    no answer came to a delivery that may have started a job.
    """
    path, what = f"{template}{delivery.service}/", f"the webhook of {template.rstrip('/')}"
    answer = _delivered(requests, path, delivery, what)
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


def _delivered(requests: Requests, path: str, delivery: Delivery, what: str) -> Response:
    """The answer to the delivery, which is sent again where it was lost, for as long as an outage may last."""
    outage = requests.outage()
    for sent, pause in enumerate(chain(_PAUSES, repeat(_PAUSES[-1])), start=1):
        try:
            answer = requests.raw("POST", path, body=delivery.body, headers=delivery.headers)
        except AnswerLost as lost:
            if lost.page or not outage.bears(pause):
                raise _unknown(delivery, lost, sent) from None
            outage.wait(Trouble(_why(lost), after=pause), what)
        except Unreachable as away:
            if sent == 1:
                raise  # it was never handed over
            raise _unknown(delivery, away, sent - 1) from None
        else:
            outage.over()
            return answer
    raise AssertionError  # the pauses never end


def _why(lost: Unreachable) -> str:
    return str(lost).removesuffix("; it may have taken effect.").rstrip(".")


def _unknown(delivery: Delivery, lost: Unreachable, sent: int) -> LaunchUnknown:
    number = delivery.number
    return LaunchUnknown(
        f"delivery {number} was sent {'once' if sent == 1 else f'{sent} times'}, and whether it started a job could "
        f"not be settled: {_why(lost)}. Nothing is doubled by sending the same again in half a minute, with "
        f"--delivery-id {number}: the controller starts a job for it once."
    )
