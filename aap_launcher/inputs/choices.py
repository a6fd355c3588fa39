"""The closed sets among the inputs: each a type, its members in the contract's spelling."""

from __future__ import annotations

from enum import StrEnum


class TemplateKind(StrEnum):
    """`template_type`: which kind of template is meant."""

    AUTO = "auto"
    JOB = "job"
    WORKFLOW = "workflow"


class RelaunchHosts(StrEnum):
    """`relaunch_hosts`; the API's spelling of `hosts`."""

    ALL = "all"
    FAILED = "failed"


class RunType(StrEnum):
    """`job_type`; the API's spelling."""

    RUN = "run"
    CHECK = "check"


class JobEnd(StrEnum):
    """`on_timeout`, `on_interrupt`: what becomes of the job."""

    CANCEL = "cancel"
    LEAVE = "leave"


class Approvals(StrEnum):
    """`approvals`: what to do where a workflow waits for one."""

    WAIT = "wait"
    FAIL = "fail"


class OnNoHosts(StrEnum):
    """`on_no_hosts`: what a job that matched no host is."""

    WARN = "warn"
    FAIL = "fail"


class GroupBy(StrEnum):
    """`group_by`: what one group of the log holds."""

    TASK = "task"
    PLAY = "play"
    NONE = "none"


class Show(StrEnum):
    """`show`: which results the log shows."""

    ALL = "all"
    CHANGED = "changed"
    FAILED = "failed"
