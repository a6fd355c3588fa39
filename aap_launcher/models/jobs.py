"""Jobs: what they are, how they stand, and what a launch made."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec


class Status(StrEnum):
    """A job's status, in the controller's spelling (AWX awx/main/models/unified_jobs.py)."""

    NEW = "new"
    PENDING = "pending"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCESSFUL = "successful"
    FAILED = "failed"
    ERROR = "error"
    CANCELED = "canceled"

    @property
    def final(self) -> bool:
        """Whether a job with this status has ended."""
        match self:
            case Status.NEW | Status.PENDING | Status.WAITING | Status.RUNNING:
                return False
            case Status.SUCCESSFUL | Status.FAILED | Status.ERROR | Status.CANCELED:
                return True


class JobType(StrEnum):
    """What a launch or a workflow node can make; the API's spelling of `type`."""

    JOB = "job"
    WORKFLOW_JOB = "workflow_job"
    PROJECT_UPDATE = "project_update"
    INVENTORY_UPDATE = "inventory_update"
    WORKFLOW_APPROVAL = "workflow_approval"
    SYSTEM_JOB = "system_job"
    AD_HOC_COMMAND = "ad_hoc_command"


class Job(msgspec.Struct, frozen=True):
    """A unified job, read from its detail page. Times are ISO 8601 text in UTC, `elapsed` is in seconds."""

    id: int
    type: str  # a JobType's value where it is one we know
    name: str
    status: Status
    url: str  # API path, e.g. "/api/v2/jobs/423/"
    elapsed: float = 0.0
    created: str = ""
    started: str = ""
    finished: str = ""
    canceled_on: str = ""
    explanation: str = ""  # job_explanation
    traceback: str = ""  # result_traceback
    events_processed: bool = False  # event_processing_finished
    host_status_counts: Mapping[str, int] | None = None  # None: no stats event; {}: stats without hosts
    artifacts: Mapping[str, Any] = msgspec.field(default_factory=dict)
    launched_by: str = ""
    template_id: int | None = None
    template: str = ""
    project: str = ""
    scm_revision: str = ""
    scm_branch: str = ""
    inventory: str = ""
    limit: str = ""
    execution_environment: str = ""
    events_url: str = ""  # related.job_events or related.events; "" where the type has none
    cancel_url: str = ""
    link: str = ""  # the page for people

    @property
    def label(self) -> str:
        """The job as people name it: `job 423`, `workflow job 7`, `project update 57`."""
        return f"{self.type.replace('_', ' ')} {self.id}"


class Launched(msgspec.Struct, frozen=True):
    """The launch's answer: the job it made, and the fields that the controller ignored."""

    job: Job
    ignored_fields: Mapping[str, Any] = msgspec.field(default_factory=dict)
