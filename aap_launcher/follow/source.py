"""What following needs of the controller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job
from aap_launcher.models.nodes import Approval, Node

PAGE = 200  # the controller's own cap of a page; a larger one is no faster and costs memory


class JobSource(Protocol):
    """What following needs of the controller."""

    def job(self, job: Job, *, once: bool = False) -> Job:
        """The job's detail as it is now. `once`: a trouble is raised at once, and not outlived."""
        ...

    def events(self, job: Job, after: int, limit: int = PAGE) -> Sequence[Event]:
        """Up to `limit` events with a counter above `after`, by counter, with their whole stdout.

        A trouble is raised at once.
        """
        ...

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        """The update that failed before the job began, and its last lines; None where there was none."""
        ...


class WorkflowSource(JobSource, Protocol):
    """What following a workflow needs besides; `once` as for a job."""

    def nodes(self, job: Job, *, once: bool = False) -> Sequence[Node]:
        """Every node of the workflow job, by id."""
        ...

    def approval(self, job: Job, *, once: bool = False) -> Approval:
        """What the approval node's job waits for, or how it was decided."""
        ...
