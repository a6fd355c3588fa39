"""A job's events, read straight from the JSON of a page: they are most of what is transferred."""

from __future__ import annotations

from typing import Any

import msgspec


class EventData(msgspec.Struct, frozen=True):
    """`event_data`: only the keys that are read; `ok` to `processed` are playbook_on_stats' host maps."""

    task_path: str | None = None
    task_action: str | None = None
    name: str | None = None
    duration: float | None = None
    ignore_errors: bool | None = None
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
