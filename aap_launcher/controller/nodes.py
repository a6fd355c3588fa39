"""The nodes of a workflow job, and the approvals among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from aap_launcher.controller import decode, refusals
from aap_launcher.controller.session import Session
from aap_launcher.errors import AnswerLost, Forbidden
from aap_launcher.models.jobs import Job, JobType
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.platform import Platform

_MOST_PAGES = 1_000


class Nodes:
    """What .../workflow_nodes/ and .../workflow_approvals/ tell."""

    def __init__(self, session: Session, platform: Platform) -> None:
        self._session, self._platform = session, platform

    def of(self, job: Job, *, once: bool = False) -> Sequence[Node]:
        """Every node of the workflow job, by id; nodes that have no name of their own are told apart."""
        local = self._session.address.local
        nodes = [decode.node(row, self._platform, local) for row in self._rows(job, once=once)]
        return tuple(_told_apart([node for node in nodes if node is not None]))

    def _rows(self, job: Job, *, once: bool) -> Iterator[Mapping[str, Any]]:
        for page in range(1, _MOST_PAGES + 1):
            query = {"order_by": "id", "page": page, "page_size": 200}
            what = f"the nodes of {job.label}"
            body = self._session.json(
                job.url + "workflow_nodes/", query, what=what, keys={"results"}, once=once
            )
            results = body.get("results")
            yield from (row for row in results if isinstance(row, dict)) if isinstance(results, list) else ()
            if not body.get("next"):
                return

    def approval(self, job: Job, *, once: bool = False) -> Approval:
        """What an approval waits for, or how it was decided."""
        return decode.approval(self._session.json(job.url, what=_named(job), like={"id": job.id}, once=once))

    def decide(self, job: Job, *, approve: bool) -> bool:
        """Approve or deny. False: it was decided before. Raises `Forbidden` for who may not."""
        verb = "approve" if approve else "deny"
        what = f"{_named(job)} ({verb})"
        answer = self._session.post(f"{job.url}{verb}/", {}, what=what, allow=frozenset({400, 403}))
        if answer.status == 403:
            raise Forbidden(
                f"{_named(job)}: this user may not {verb} it. It takes the role Approve on the workflow template "
                "or its organization, or an administrator of the organization; having launched it is not enough."
            )
        if answer.status == 400 and not _decided(refusals.json_body(answer)):
            raise refusals.error(answer, what)
        if answer.status < 300 and answer.body.strip() and not isinstance(refusals.json_body(answer), dict):
            raise AnswerLost(f"{what}: {answer.status} {answer.beginning}; it may have taken effect.")
        return answer.status < 300


def open_approvals(nodes: Nodes, job: Job) -> Iterator[Job]:
    """The approvals that the workflow job waits for, those of nested workflows as well."""
    for node in nodes.of(job):
        if node.job is None or node.job.status.final:
            continue
        if node.job.type == JobType.WORKFLOW_APPROVAL:
            yield node.job
        elif node.job.type == JobType.WORKFLOW_JOB:
            yield from open_approvals(nodes, node.job)


def _decided(body: object) -> bool:
    # {"error": "This workflow step has already been approved or denied."} (seen on AWX 24.6.1)
    return isinstance(body, dict) and "already" in str(body.get("error", ""))


def _named(job: Job) -> str:
    return f'{job.label} "{job.name}"' if job.name else job.label


def _told_apart(nodes: Sequence[Node]) -> Iterator[Node]:
    """Slices all have their template's name: they become `Deploy 1/3`, `Deploy 2/3`, `Deploy 3/3`."""
    total = Counter(node.label for node in nodes)
    seen: Counter[str] = Counter()
    for node in nodes:
        label = node.label
        seen[label] += 1
        if total[label] == 1:
            yield node
        else:
            yield replace(node, identifier="", name=f"{label} {seen[label]}/{total[label]}")
