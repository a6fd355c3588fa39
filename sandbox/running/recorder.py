"""Turns what ansible-runner emits into rows of a job's event table."""

import itertools
import threading
import uuid
from collections.abc import Callable
from typing import Any

from sandbox.clock import stamp
from sandbox.events.eventlog import EventLog
from sandbox.events.jsonbytes import encode, storable
from sandbox.events.rows import EVENTS, EventRow, changed, display, failed
from sandbox.links import Links
from sandbox.models import Job, now

# Rows get their ids when they are inserted, so ids do not follow counters.
_SHUFFLE = (5, 12, 0, 9, 3, 14, 7, 1, 11, 6, 15, 2, 10, 4, 13, 8)
_lock = threading.Lock()
_serial = itertools.count()


def next_event_id() -> int:
    with _lock:
        block, place = divmod(next(_serial), len(_SHUFFLE))
    return block * len(_SHUFFLE) + _SHUFFLE[place] + 1


def reserve_event_ids(count: int) -> int:
    """The first of as many ids which nobody else gets."""
    global _serial  # noqa: PLW0603 - the one sequence of the one event table
    with _lock:
        first = (next(_serial) // len(_SHUFFLE) + 1) * len(_SHUFFLE)
        blocks = count // len(_SHUFFLE) + 2
        _serial = itertools.count(first + blocks * len(_SHUFFLE))
    return first + 1


class Recorder:
    """Writes the event log of one job."""

    def __init__(
        self, job: Job, log: EventLog, links: Links, new_id: Callable[[], int] = next_event_id
    ) -> None:
        self._new_id = new_id
        self._job = job
        self._log = log
        self._links = links
        self._guid = uuid.uuid4().hex
        inventory = job.prompts.inventory
        self._hosts = {host.name: host.id for host in inventory.hosts} if inventory else {}

    def record(self, emitted: dict[str, Any]) -> None:
        if emitted["event"] not in EVENTS:
            return
        row = self._row(storable(emitted))
        if row.event == "playbook_on_stats":
            self._mark_tasks()
        self._log.add(row)

    def _mark_tasks(self) -> None:
        """When a playbook ends, its failed and changed hosts are carried over to the rows of their tasks."""
        rows = self._log.rows()
        parents_failed = {row.fields.get("parent_uuid") for row in rows if row.fields["failed"]}
        parents_changed = {row.fields.get("parent_uuid") for row in rows if row.fields["changed"]}
        for row in rows:
            flags = {}
            if row.uuid in parents_failed:
                flags["failed"] = True
            if row.uuid in parents_changed:
                flags["changed"] = True
            if flags:
                row.mark(**flags)

    def _row(self, emitted: dict[str, Any]) -> EventRow:
        event, data = emitted["event"], emitted.get("event_data") or {}
        data["guid"] = self._guid
        number = self._new_id()
        host = str(data.get("host") or "").strip()
        is_job = self._job.kind == "job"
        return EventRow(
            id=number,
            counter=emitted["counter"],
            event=event,
            uuid=emitted["uuid"],
            data=data,
            fields=self._fields(emitted, data, host) if is_job else self._update_fields(emitted, data, host),
            head=self._head(number, host) if is_job else self._update_head(number),
        )

    def _fields(self, emitted: dict[str, Any], data: dict[str, Any], host: str) -> dict[str, Any]:
        common = self._common(emitted, data)
        return {
            "created": common.pop("created"),
            "modified": common.pop("modified"),
            "job": self._job.id,
            **common,
            "uuid": emitted["uuid"],
            "parent_uuid": emitted.get("parent_uuid") or "",
            "host": self._hosts.get(host),
            "host_name": host,
            **self._place(emitted, data),
        }

    def _update_fields(self, emitted: dict[str, Any], data: dict[str, Any], host: str) -> dict[str, Any]:
        return {
            **self._common(emitted, data),
            "uuid": emitted["uuid"],
            "host_name": host or "localhost",
            **self._place(emitted, data),
            self._job.kind: self._job.id,
        }

    @staticmethod
    def _common(emitted: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        event = emitted["event"]
        play, task, role = (str(data.get(name) or "").strip() for name in ("play", "task", "role"))
        return {
            "created": _created(emitted),
            "modified": stamp(now()),
            "event": event,
            "counter": emitted["counter"],
            "event_display": display(event, play, task, role, data),
            "event_data": data,
            "event_level": EVENTS[event][0],
            "failed": failed(event, data),
            "changed": changed(event, data),
        }

    @staticmethod
    def _place(emitted: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        named = {name: str(data.get(name) or "").strip() for name in ("playbook", "play", "task", "role")}
        return {
            **named,
            "stdout": emitted["stdout"],
            "start_line": emitted["start_line"],
            "end_line": emitted["end_line"],
            "verbosity": emitted.get("verbosity", 0),
        }

    def _head(self, number: int, host: str) -> bytes:
        related = {
            "job": self._links("jobs", self._job.id),
            "children": self._links("job_events", number, "children"),
        }
        summary = b""
        if host in self._hosts:
            related["host"] = self._links("hosts", self._hosts[host])
            summary = b'"host":' + encode({"id": self._hosts[host], "name": host, "description": ""}) + b","
        shape = {
            "id": number,
            "type": "job_event",
            "url": self._links("job_events", number),
            "related": related,
        }
        return encode(shape)[:-1] + b',"summary_fields":{' + summary + b'"job":'

    def _update_head(self, number: int) -> bytes:
        kind = self._job.kind
        related = {kind: self._links(f"{kind}s", self._job.id)}
        shape = {"id": number, "type": f"{kind}_event", "url": "", "related": related}
        return encode(shape)[:-1] + f',"summary_fields":{{"{kind}":'.encode()


def _created(emitted: dict[str, Any]) -> str:
    text = str(emitted["created"])
    return text.replace("+00:00", "Z")
