"""follow -> render: what is new."""

from __future__ import annotations

import msgspec

from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.notices import Notice


class Logged(msgspec.Struct, frozen=True):
    """The next event, in order, each exactly once."""

    event: Event


class StatusChanged(msgspec.Struct, frozen=True):
    """The status, or the reason why it waits, is new. `at`: seconds since following began."""

    job: Job
    at: float


class Tick(msgspec.Struct, frozen=True):
    """The job was asked. `at`: seconds since following began; `silent`: since the last event or change."""

    job: Job
    at: float
    silent: float


class Log(msgspec.Struct, frozen=True):
    """How whole the log is: events received, and the counters that never came (inclusive ranges)."""

    received: int = 0
    missing: tuple[tuple[int, int], ...] = ()
    settled: bool = True  # False: the controller never said that it had stored every event

    @property
    def lost(self) -> int:
        """How many events are known to be missing."""
        return sum(last - first + 1 for first, last in self.missing)

    @property
    def whole(self) -> bool:
        """Whether nothing of it is missing, as far as the controller tells."""
        return self.settled and not self.lost

    @property
    def state(self) -> str:
        """The `events` output: complete, partial or none."""
        if not self.received:
            return "none"
        return "complete" if self.whole else "partial"


class Finished(msgspec.Struct, frozen=True):
    """The end: the job's final detail, how whole its log is, and the last lines of the update that failed it."""

    job: Job
    log: Log
    update_lines: tuple[str, ...] = ()


class NodeChanged(msgspec.Struct, frozen=True):
    """A node is new, was skipped, or its job's status changed. `path`: names of the nodes that it is nested in."""

    node: Node
    at: float
    path: tuple[str, ...] = ()
    approval: Approval | None = None  # told for nodes that wait for an approval, and when that ends


class NodeUpdate(msgspec.Struct, frozen=True):
    """An update of one node's job."""

    node: Node
    update: JobUpdate
    path: tuple[str, ...] = ()


JobUpdate = Logged | StatusChanged | Tick | Notice | Finished
Update = JobUpdate | NodeChanged | NodeUpdate
