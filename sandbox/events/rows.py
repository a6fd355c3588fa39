"""One event of ansible-runner as a row of the controller's event table, and that row as JSON.

A page of events is joined from bytes: everything in a row is serialised once, only the small summary of
the job (its status changes) is put in at each request.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.events.jsonbytes import encode

# event: (level, words shown for it, whether it means failure), as the controller's table has them.
EVENTS: dict[str, tuple[int, str, bool]] = {
    "runner_on_failed": (3, "Host Failed", True),
    "runner_on_start": (3, "Host Started", False),
    "runner_on_ok": (3, "Host OK", False),
    "runner_on_error": (3, "Host Failure", True),
    "runner_on_skipped": (3, "Host Skipped", False),
    "runner_on_unreachable": (3, "Host Unreachable", True),
    "runner_on_no_hosts": (3, "No Hosts Remaining", False),
    "runner_on_async_poll": (3, "Host Polling", False),
    "runner_on_async_ok": (3, "Host Async OK", False),
    "runner_on_async_failed": (3, "Host Async Failure", True),
    "runner_item_on_ok": (3, "Item OK", False),
    "runner_item_on_failed": (3, "Item Failed", True),
    "runner_item_on_skipped": (3, "Item Skipped", False),
    "runner_retry": (3, "Host Retry", False),
    "runner_on_file_diff": (3, "File Difference", False),
    "playbook_on_start": (0, "Playbook Started", False),
    "playbook_on_notify": (2, "Running Handlers", False),
    "playbook_on_include": (2, "Including File", False),
    "playbook_on_no_hosts_matched": (2, "No Hosts Matched", False),
    "playbook_on_no_hosts_remaining": (2, "No Hosts Remaining", False),
    "playbook_on_task_start": (2, "Task Started", False),
    "playbook_on_vars_prompt": (2, "Variables Prompted", False),
    "playbook_on_setup": (2, "Gathering Facts", False),
    "playbook_on_play_start": (1, "Play Started", False),
    "playbook_on_stats": (1, "Playbook Complete", False),
    "debug": (0, "Debug", False),
    "verbose": (0, "Verbose", False),
    "deprecated": (0, "Deprecated", False),
    "warning": (0, "Warning", False),
    "system_warning": (0, "System Warning", False),
    "error": (0, "Error", True),
}
DISPLAY_LENGTH = 1024
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_RESET = "\x1b[0m"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def display(event: str, play: str, task: str, role: str, data: dict[str, Any]) -> str:
    """The words for an event; plays and tasks are named in them."""
    words = EVENTS[event][1]
    if event == "playbook_on_play_start" and play:
        return f"{words} ({play})"
    if event == "playbook_on_task_start" and task:
        words = "Handler Notified" if data.get("is_conditional") else words
        return f"{words} ({role} | {task})" if role else f"{words} ({task})"
    return words


def failed(event: str, data: dict[str, Any]) -> bool:
    if event == "playbook_on_stats":
        return any((data.get("failures") or {}).values()) or any((data.get("dark") or {}).values())
    return EVENTS[event][2] and not data.get("ignore_errors")


def changed(event: str, data: dict[str, Any]) -> bool:
    if event == "playbook_on_stats":
        return any((data.get("changed") or {}).values())
    result = data.get("res")
    return isinstance(result, dict) and bool(result.get("changed"))


def shorten(stdout: str) -> str:
    """What a list shows of a long stdout: its beginning, an ellipsis, and an end to each open colour."""
    if len(stdout) <= DISPLAY_LENGTH:
        return stdout
    kept = stdout[: DISPLAY_LENGTH - 1] + ELLIPSIS
    colours = _COLOUR.findall(kept)
    resets = colours.count(_RESET)
    return kept + _RESET * (len(colours) - 2 * resets)


class Row(Protocol):
    """What the views need of an event's row."""

    @property
    def id(self) -> int: ...

    @property
    def counter(self) -> int: ...

    @property
    def event(self) -> str: ...

    @property
    def uuid(self) -> str: ...

    @property
    def data(self) -> dict[str, Any]: ...

    @property
    def fields(self) -> dict[str, Any]: ...

    def json(self, job_summary: bytes, *, whole: bool) -> bytes: ...


@dataclass(slots=True)
class EventRow:
    id: int
    counter: int
    event: str
    uuid: str
    data: dict[str, Any]
    """`event_data` of the runner, whole."""
    fields: dict[str, Any]
    """What stands in the row after `summary_fields`, in the API's order, with the whole stdout."""
    head: bytes
    """JSON up to the value of `summary_fields.job`."""
    visible_at: float = 0.0
    _tails: dict[bool, bytes] = field(default_factory=dict)

    def mark(self, **flags: bool) -> None:
        """A failed or changed host marks its task's row when the play ends."""
        self.fields.update(flags)
        self._tails.clear()

    def json(self, job_summary: bytes, *, whole: bool) -> bytes:
        tail = self._tails.get(whole)
        if tail is None:
            shown = self.fields if whole else {**self.fields, "stdout": shorten(self.fields["stdout"])}
            tail = self._tails[whole] = b',"role":{}},' + encode(shown)[1:]
        return self.head + job_summary + tail
