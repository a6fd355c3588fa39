"""The nouns that cross the house's rooms: frozen values, no behaviour beyond reading themselves.

They are msgspec Structs: a dataclass costs a millisecond to define, which every start would pay thirty times, and twice
as much to make. `msgspec.structs.replace` makes a changed copy.
"""

from __future__ import annotations

from aap_launcher.models.events import Event, EventData
from aap_launcher.models.findings import (
    Case,
    CaseKind,
    FailedTask,
    Failure,
    FailureKind,
    Findings,
    HostState,
    HostSummary,
    Reason,
    Retried,
    TaskTime,
    by_task,
)
from aap_launcher.models.jobs import (
    Job,
    JobType,
    Launched,
    Platform,
    Status,
)
from aap_launcher.models.marks import (
    BELOW,
    Annotation,
    GroupEnd,
    GroupStart,
    Level,
    Line,
    Mark,
    Progress,
    Tone,
)
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.outcomes import (
    CIContext,
    Clean,
    NodeOutcome,
    Outcome,
    Verdict,
)
from aap_launcher.models.ports import Clock, Signals
from aap_launcher.models.templates import (
    Choice,
    Found,
    LaunchRequest,
    Prompts,
    Question,
    RelaunchPrompts,
    Template,
    TemplateType,
)
from aap_launcher.models.updates import (
    Finished,
    JobUpdate,
    Log,
    Logged,
    NodeChanged,
    NodeUpdate,
    Notice,
    StatusChanged,
    Tick,
    Update,
)

__all__ = [
    "BELOW",
    "Annotation",
    "Approval",
    "CIContext",
    "Case",
    "CaseKind",
    "Choice",
    "Clean",
    "Clock",
    "Event",
    "EventData",
    "FailedTask",
    "Failure",
    "FailureKind",
    "Findings",
    "Finished",
    "Found",
    "GroupEnd",
    "GroupStart",
    "HostState",
    "HostSummary",
    "Job",
    "JobType",
    "JobUpdate",
    "LaunchRequest",
    "Launched",
    "Level",
    "Line",
    "Log",
    "Logged",
    "Mark",
    "Node",
    "NodeChanged",
    "NodeOutcome",
    "NodeUpdate",
    "Notice",
    "Outcome",
    "Platform",
    "Progress",
    "Prompts",
    "Question",
    "Reason",
    "RelaunchPrompts",
    "Retried",
    "Signals",
    "Status",
    "StatusChanged",
    "TaskTime",
    "Template",
    "TemplateType",
    "Tick",
    "Tone",
    "Update",
    "Verdict",
    "by_task",
]
