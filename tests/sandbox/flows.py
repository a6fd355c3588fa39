"""Workflow jobs in a sandbox, and how a test waits for them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import Sandbox
from tests.sandbox.client import TIMEOUT, Client, client_of

Json = dict[str, Any]
ENDED = frozenset({"successful", "failed", "error", "canceled"})
TRAIN, APPROVAL, BROKEN, HANDLED, NESTED, SLICED, TIMEOUT_FLOW, CHILD, ORPHAN, EMPTY = range(60, 70)
HUNDRED, MIXED, HOSTILE, SURVEYED, SLOW, TWO_CHECKS, QUICK_APPROVAL = range(70, 77)
SLICED_TEMPLATE = 54


@dataclass
class Flows:
    """The workflow jobs of one sandbox, as one of its users starts and sees them."""

    box: Sandbox
    user: str = "ci-bot"
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        return client_of(self.box, self.user)

    def launch(self, template: int, **body: Any) -> int:
        response = self.client.post(f"workflow_job_templates/{template}/launch/", body)
        assert response.status_code == 201, response.text
        return int(response.json()["workflow_job"])

    def nodes(self, number: int) -> list[Json]:
        found: list[Json] = self.client.get(f"workflow_jobs/{number}/workflow_nodes/", page_size=200)[
            "results"
        ]
        return found

    def node(self, number: int, identifier: str) -> Json:
        return next(node for node in self.nodes(number) if node["identifier"] == identifier)

    def jobs(self, number: int) -> dict[str, str | None]:
        """The status of each node's job by its identifier; `skipped` for a node that will not run."""
        return {
            node["identifier"]: "skipped" if node["do_not_run"] else self._status(node)
            for node in self.nodes(number)
        }

    @staticmethod
    def _status(node: Json) -> str | None:
        job = node["summary_fields"].get("job")
        return job["status"] if job else None

    def job_of(self, number: int, identifier: str) -> int:
        """The id of a node's job, once there is one."""
        return int(wait_for(lambda: self.node(number, identifier)["job"]))

    def ended(self, number: int) -> Json:
        def final() -> Json | None:
            job: Json = self.client.get(f"workflow_jobs/{number}/")
            return job if job["status"] in ENDED else None

        return dict(wait_for(final))

    def running(self, job: int) -> None:
        """Until a job of a node has said something."""
        self.client.job_when(job, lambda seen: seen["playbook_counts"]["task_count"])

    def decide(self, approval: int, verb: str, user: str = "approver") -> int:
        return client_of(self.box, user).post(f"workflow_approvals/{approval}/{verb}/").status_code


def wait_for(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + TIMEOUT
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing after {TIMEOUT} s"
        time.sleep(0.05)
    return found
