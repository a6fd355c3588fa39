"""A job's events, read straight from the JSON of a page: they are most of what is transferred."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class _Timed(msgspec.Struct):
    duration: float | None = None


_timed = msgspec.json.Decoder(_Timed).decode  # reads past all else: a tenth of a full decode


class EventData(msgspec.Struct, frozen=True):
    """`event_data`: only the keys that are read; `ok` to `processed` are playbook_on_stats' host maps."""

    task_path: str | None = None
    task_action: str | None = None
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

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that playbook_on_stats names, in whichever of its maps."""
        maps = (self.ok, self.failures, self.dark, self.skipped, self.ignored, self.rescued, self.processed)
        return frozenset(host for numbers in maps for host in numbers)


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

    def seconds(self) -> float:
        """The time that a task took on a host, by its result; 0 where that is not told."""
        try:
            return _timed(self.event_data).duration or 0.0
        except (msgspec.MsgspecError, RecursionError):
            return 0.0

    def data(self) -> EventData:
        """The event's data; what is not of its usual shape is left out by itself, and takes nothing else with it."""
        try:
            return msgspec.json.decode(self.event_data, type=EventData)
        except (msgspec.MsgspecError, RecursionError):
            return _as_far_as_it_can_be_read(self.event_data)


def _as_far_as_it_can_be_read(raw: msgspec.Raw) -> EventData:
    """Field by field, and with numbers of any length, which JSON has and Python's readers refuse."""
    try:
        # Python stops at 4,300 digits (sys.set_int_max_str_digits), msgspec where a number does not fit 64 bits
        whole = json.loads(bytes(raw), parse_int=lambda digits: int(digits) if len(digits) < 20 else digits)
    except RecursionError:
        return EventData(res="(nested too deeply to be shown)")
    except ValueError:
        return EventData(res="(no JSON that can be read)") if bytes(raw).strip() else EventData()
    read: dict[str, Any] = {}
    for name in EventData.__struct_fields__ if isinstance(whole, dict) else ():
        try:
            read |= {name: getattr(msgspec.convert({name: whole[name]}, EventData), name)}
        except (KeyError, msgspec.ValidationError):
            continue
    return EventData(**read)
