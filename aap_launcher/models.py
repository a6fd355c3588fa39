"""The nouns that cross the house's rooms: frozen values, no behaviour beyond reading themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import msgspec

# --- the controller's side ----------------------------------------------------------------------------


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
        return self in _FINAL


_FINAL = frozenset({Status.SUCCESSFUL, Status.FAILED, Status.ERROR, Status.CANCELED})


class TemplateType(StrEnum):
    """The two kinds of template that can be launched; the API's spelling of `type`."""

    JOB = "job_template"
    WORKFLOW = "workflow_job_template"


class JobType(StrEnum):
    """What a launch or a workflow node can make; the API's spelling of `type`."""

    JOB = "job"
    WORKFLOW_JOB = "workflow_job"
    PROJECT_UPDATE = "project_update"
    INVENTORY_UPDATE = "inventory_update"
    WORKFLOW_APPROVAL = "workflow_approval"
    SYSTEM_JOB = "system_job"
    AD_HOC_COMMAND = "ad_hoc_command"


@dataclass(frozen=True, slots=True)
class Platform:
    """What discovery learned: where the controller's API lives, and what it is."""

    api: str  # path of the controller's API with slashes at both ends, e.g. "/api/controller/v2/"
    gateway: bool  # AAP 2.5+: the platform gateway stands in front
    ui: str  # base URL for people, without a slash at the end


@dataclass(frozen=True, slots=True)
class Template:
    """A job template or workflow job template."""

    id: int
    type: TemplateType
    name: str
    organization: str = ""
    may_start: bool | None = None  # summary_fields.user_capabilities.start; None where it is not told


@dataclass(frozen=True, slots=True)
class Question:
    """One survey question. `min` and `max` bound the text's length or the number's value."""

    variable: str
    type: str  # text, textarea, password, integer, float, multiplechoice, multiselect
    name: str = ""
    required: bool = False
    default: object = ""
    choices: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a template asks on launch: GET .../launch/ and, where a survey is on, .../survey_spec/."""

    asks: frozenset[str]  # the `ask_*_on_launch` names that are true, e.g. {"ask_limit_on_launch"}
    known: frozenset[str]  # every `ask_*_on_launch` name that this controller has for this template
    survey: tuple[Question, ...] = ()
    passwords_needed: tuple[str, ...] = ()  # e.g. ("ssh_password", "vault_password.dev")
    inventory_needed: bool = False
    default_inventory: str = ""


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """The body of the launch POST, and what the user should know about it before it is sent."""

    body: Mapping[str, Any] = field(repr=False)
    notices: tuple[str, ...] = ()  # e.g. "env: the survey's default dev is sent"
    shown: tuple[tuple[str, str], ...] = ()  # (input, value as it may be shown), secrets already replaced
    secrets: tuple[str, ...] = field(default=(), repr=False)  # to mask: answers to password questions


@dataclass(frozen=True, slots=True)
class Job:
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
    artifacts: Mapping[str, Any] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True)
class Launched:
    """The launch's answer: the job it made, and the fields that the controller ignored."""

    job: Job
    ignored_fields: Mapping[str, Any] = field(default_factory=dict)


class EventData(msgspec.Struct, frozen=True):
    """`event_data`: only the keys that are read; `ok` to `processed` are playbook_on_stats' host maps."""

    task_path: str | None = None
    task_action: str | None = None
    name: str | None = None
    duration: float | None = None
    ignore_errors: bool | None = None
    is_conditional: bool | None = None
    res: Any = None  # a module's result: a mapping, but modules are free; read it with care
    ok: dict[str, int] = msgspec.field(default_factory=dict)
    changed: Any = None
    failures: dict[str, int] = msgspec.field(default_factory=dict)
    dark: dict[str, int] = msgspec.field(default_factory=dict)
    skipped: dict[str, int] = msgspec.field(default_factory=dict)
    ignored: dict[str, int] = msgspec.field(default_factory=dict)
    rescued: dict[str, int] = msgspec.field(default_factory=dict)
    processed: dict[str, int] = msgspec.field(default_factory=dict)


class Event(msgspec.Struct, frozen=True, gc=False):
    """One job event. `event_data` stays undecoded bytes: it is most of a page and seldom needed."""

    counter: int
    event: str
    stdout: str = ""
    uuid: str = ""
    parent_uuid: str = ""
    play: str = ""
    task: str = ""
    role: str = ""
    host_name: str = ""
    failed: bool = False
    changed: bool = False
    created: str = ""
    event_data: msgspec.Raw = msgspec.Raw(b"{}")

    def data(self) -> EventData:
        """The event's data; empty where the controller dropped it or its shape is not the usual one."""
        try:
            return msgspec.json.decode(self.event_data, type=EventData)
        except (msgspec.MsgspecError, RecursionError):
            return EventData()


# --- follow -> render -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Logged:
    """The next event, in order, each exactly once."""

    event: Event


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The status, or the reason why it waits, is new. `at`: seconds since following began."""

    job: Job
    at: float


@dataclass(frozen=True, slots=True)
class Tick:
    """The job was asked. `at`: seconds since following began; `silent`: since the last event or change."""

    job: Job
    at: float
    silent: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that is not the job's own word."""

    text: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Log:
    """How whole the log is: events received, and the counters that never came (inclusive ranges)."""

    received: int = 0
    missing: tuple[tuple[int, int], ...] = ()
    settled: bool = True  # False: the controller never said that it had stored every event

    @property
    def lost(self) -> int:
        """How many events are known to be missing."""
        return sum(last - first + 1 for first, last in self.missing)

    @property
    def state(self) -> str:
        """The `events` output: complete, partial or none."""
        if self.lost or not self.settled:
            return "partial"
        return "complete" if self.received else "none"


@dataclass(frozen=True, slots=True)
class Finished:
    """The end: the job's final detail and how whole its log is."""

    job: Job
    log: Log


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a workflow job, from .../workflow_nodes/. `job` is a stub until the node's job was read itself."""

    id: int
    identifier: str  # the author's own name for the node, or a UUID
    name: str  # the job's name, else the template's
    type: str  # a JobType's value; "" where neither job nor template tells
    job: Job | None = None  # None: not yet, or never; only `do_not_run` tells
    do_not_run: bool = False
    orphaned: bool = False  # its template was deleted
    on_success: tuple[int, ...] = ()  # ids of the nodes that run after it
    on_failure: tuple[int, ...] = ()
    always: tuple[int, ...] = ()
    all_parents: bool = False  # all_parents_must_converge

    @property
    def label(self) -> str:
        """The node as people name it: by its author's name, else by what it runs (AWX sets a UUID then)."""
        return self.name if not self.identifier or _UUID.fullmatch(self.identifier) else self.identifier

    @property
    def handled(self) -> bool:
        """Whether the workflow goes on when this node fails (AWX awx/main/scheduler/dag_workflow.py)."""
        return bool(self.on_failure or self.always)

    @property
    def ended(self) -> bool:
        """Whether nothing more can come of it."""
        return self.do_not_run or (self.job is not None and self.job.status.final)


_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approval node waits for. `timeout` and `left` are in seconds, 0 for none."""

    name: str
    description: str = ""
    timeout: int = 0
    timed_out: bool = False
    left: float = 0.0  # until it times out, when it was read
    started: str = ""  # when it came up, ISO 8601
    by: str = ""  # who approved or denied it
    may_decide: bool | None = None  # can_approve_or_deny: whether this user may; None where it is not told


@dataclass(frozen=True, slots=True)
class NodeChanged:
    """A node is new, was skipped, or its job's status changed. `path`: names of the nodes that it is nested in."""

    node: Node
    at: float
    path: tuple[str, ...] = ()
    approval: Approval | None = None  # told for nodes that wait for an approval, and when that ends


@dataclass(frozen=True, slots=True)
class NodeUpdate:
    """An update of one node's job."""

    node: Node
    update: JobUpdate
    path: tuple[str, ...] = ()


JobUpdate = Logged | StatusChanged | Tick | Notice | Finished
Update = JobUpdate | NodeChanged | NodeUpdate


# --- render -> ci ---------------------------------------------------------------------------------------


class Tone(StrEnum):
    """What a line is, so that an adapter can choose how it looks."""

    OUTPUT = "output"  # the job's own words, colours and all
    NOTE = "note"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Level(StrEnum):
    """An annotation's level, in GitHub's spelling."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class GroupStart:
    """A collapsible group begins. Groups do not nest."""

    title: str


@dataclass(frozen=True, slots=True)
class GroupEnd:
    """The open group ends."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, or several joined by newlines. `label` stands in the left column of our own."""

    text: str
    tone: Tone = Tone.OUTPUT
    label: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A finding that the CI shows beside the log."""

    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The live last line of a terminal; adapters without one ignore it."""

    text: str


Mark = GroupStart | GroupEnd | Line | Annotation | Progress


# --- tally and outcome ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HostSummary:
    """One host's numbers, as `playbook_on_stats` counts them."""

    host: str
    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0

    @property
    def bad(self) -> bool:
        """Whether this host failed or could not be reached."""
        return bool(self.failed or self.unreachable)


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that failed on one host. `kind`: failed, unreachable, ignored or rescued."""

    task: str  # as Ansible prints it: "web : Restart service"
    host: str
    message: str
    kind: str = "failed"
    play: str = ""
    path: str = ""  # file:line of the task on the controller
    counter: int = 0
    node: str = ""  # the node of a workflow: "release > deploy"

    @property
    def where(self) -> str:
        """The task as a report names it: `TASK [web : Restart]`, of a workflow with its node before it."""
        return f"{self.node} > TASK [{self.task}]" if self.node else f"TASK [{self.task}]"


@dataclass(frozen=True, slots=True)
class TaskTime:
    """How long a task took on its slowest host, in seconds."""

    task: str
    seconds: float
    host: str = ""
    node: str = ""  # the node of a workflow


@dataclass(frozen=True, slots=True)
class Case:
    """One task on one host, for the JUnit report. `kind`: ok, changed, skipped, or a Failure's kind."""

    play: str
    task: str
    host: str
    kind: str
    seconds: float = 0.0
    message: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class NodeOutcome:
    """How one node of a workflow ended; `node.job` is its job as last seen."""

    node: Node
    path: tuple[str, ...] = ()  # labels of the nodes that it is nested in, from the outside
    approval: Approval | None = None
    explanation: str = ""
    log: Log = Log()
    hosts: tuple[HostSummary, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def name(self) -> str:
        """The node with the nodes around it: `release > deploy`."""
        return " > ".join([*self.path, self.node.label])

    @property
    def state(self) -> str:
        """A word or two: the job's status, or skipped, not run, waiting, approved, denied, timed out ..."""
        job = self.node.job
        if self.node.orphaned:
            return "template deleted"
        if job is None:
            return "skipped" if self.node.do_not_run else "not run"
        if job.type != JobType.WORKFLOW_APPROVAL:
            return str(job.status)
        if self.approval is not None and self.approval.timed_out:
            return "timed out"
        words = {Status.SUCCESSFUL: "approved", Status.FAILED: "denied", Status.PENDING: "waiting"}
        return words.get(job.status, str(job.status))


class Verdict(StrEnum):
    """The launcher's word for how it ended; `exit_code` is the process's."""

    SUCCESSFUL = "successful"
    FAILED = "failed"
    ERROR = "error"
    CANCELED = "canceled"
    INVALID = "invalid"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"
    INTERNAL = "internal"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class CIContext:
    """Who runs us: read from the CI's own variables; empty where it does not tell."""

    provider: str = ""  # github, gitlab, jenkins; "" on a terminal
    repository: str = ""
    commit: str = ""
    ref: str = ""
    actor: str = ""
    run_url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, with everything that a report can tell. Pure data: reports are functions of it."""

    verdict: Verdict
    exit_code: int
    job: Job | None = None
    template: Template | None = None
    explanation: str = ""  # one or several plain sentences: why it ended so
    log: Log = Log()
    hosts: tuple[HostSummary, ...] = ()
    failures: tuple[Failure, ...] = ()
    slowest: tuple[TaskTime, ...] = ()
    cases: tuple[Case, ...] = ()  # only where a JUnit report was asked for
    shown: tuple[tuple[str, str], ...] = ()  # what was launched with, secrets replaced
    seconds: float = 0.0  # wall time of the launcher, for endings without a job
    ci: CIContext = CIContext()
    platform: str = ""  # "AAP 2.6 (controller 4.7.3)"
    nodes: tuple[NodeOutcome, ...] = ()  # of a workflow job; a nested workflow's stand after its own node


# --- what is passed in ----------------------------------------------------------------------------------


class Clock(Protocol):
    """Time, injected: tests live an hour in milliseconds."""

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a signal ends the wait by raising `Interrupted`."""
        ...


class Signals(Protocol):
    """SIGINT and SIGTERM, injected: heard only inside these two, so no state is ever half-changed."""

    def listening(self) -> AbstractContextManager[None]:
        """Inside, and on entry for one that came before, a signal raises `Interrupted` at once."""
        ...

    def finishing(self, seconds: float) -> AbstractContextManager[None]:
        """Inside, a signal gives the block `seconds` more, then raises `Interrupted`."""
        ...
