"""The steps of a workflow."""

from __future__ import annotations

import re

import msgspec

from aap_launcher.models.jobs import Job


class Node(msgspec.Struct, frozen=True):
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


class Approval(msgspec.Struct, frozen=True):
    """What an approval node waits for. `timeout` and `left` are in seconds, 0 for none."""

    name: str
    description: str = ""
    timeout: int = 0
    timed_out: bool = False
    left: float = 0.0  # until it times out, when it was read
    started: str = ""  # when it came up, ISO 8601
    by: str = ""  # who approved or denied it
    may_decide: bool | None = None  # can_approve_or_deny: whether this user may; None where it is not told
