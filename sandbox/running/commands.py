"""Inventory updates and system jobs: runs that are no playbooks. Their events are plain lines of output."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.clock import stamp
from sandbox.events.eventlog import EventLog
from sandbox.events.jsonbytes import encode
from sandbox.events.rows import EventRow, shorten
from sandbox.links import Links
from sandbox.models import InventoryUpdateJob, Job, SystemJob, now
from sandbox.running.recorder import next_event_id

LINE_SECONDS = 0.15
_BLUE, _END = "\x1b[0;34m", "\x1b[0m"


@dataclass(slots=True)
class LineRow(EventRow):
    """Its summary names nothing."""

    def json(self, _: bytes, *, whole: bool) -> bytes:
        shown = self.fields if whole else {**self.fields, "stdout": shorten(self.fields["stdout"])}
        return self.head + b"," + encode(shown)[1:]


def play(job: InventoryUpdateJob | SystemJob, links: Links, directory: Path, pause: float) -> str:
    """Emits the lines one after the other, and answers how the run ended."""
    directory.mkdir(parents=True)
    output = directory / "stdout"
    output.touch()
    job.runner_stdout = str(output)
    assert isinstance(job.log, EventLog)
    lines = _inventory_lines(job) if isinstance(job, InventoryUpdateJob) else _system_lines(job)
    for counter, line in enumerate(lines, start=1):
        if job.cancel_asked.wait(pause):
            return "canceled"
        with output.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        job.log.add(_row(job, links, counter, line))
    return "successful"


def _row(job: Job, links: Links, counter: int, line: str) -> LineRow:
    number = next_event_id()
    related = {job.kind: links(f"{job.kind}s", job.id)}
    head = {"id": number, "type": f"{job.kind}_event", "url": "", "related": related, "summary_fields": {}}
    name = str(uuid.uuid4())
    fields: dict[str, Any] = {
        "created": stamp(now()),
        "modified": stamp(now()),
        "event": "verbose",
        "counter": counter,
        "event_display": "verbose",
        "event_data": {},
        "failed": False,
        "changed": False,
        "uuid": name,
        "stdout": line,
        "start_line": counter - 1,
        "end_line": counter,
        "verbosity": 0,
        job.kind: job.id,
    }
    return LineRow(number, counter, "verbose", name, {}, fields, encode(head)[:-1])


def _inventory_lines(job: InventoryUpdateJob) -> Iterator[str]:
    inventory = job.source.inventory
    groups = {group for host in inventory.hosts for group in host.groups}
    for line in (
        "ansible-inventory [core 2.16.14]",
        "No config file found; using defaults",
        "host_list declined parsing hosts.ini as it did not pass its verify_file() method",
        "Parsed hosts.ini inventory source with ini plugin",
    ):
        yield f"{_BLUE}{line}{_END}"
    yield "    1.026 INFO     Processing JSON output..."
    yield f"    1.027 INFO     Loaded {len(groups)} groups, {len(inventory.hosts)} hosts"
    yield f"    1.070 INFO     Inventory import completed for {job.source.name} in 0.0s"


def _system_lines(job: SystemJob) -> Iterator[str]:
    yield f"{job.system.job_type}: older than {job.prompts.extra_vars.get('days', 90)} days"
    for kind in ("Jobs", "Ad Hoc Commands", "Project Updates", "Inventory Updates", "Workflow Jobs"):
        yield f"{kind}: 0 deleted, 0 skipped."
