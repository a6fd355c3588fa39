"""The failures of a run: what a failing task says of itself, and which failures count in the end.

How Ansible tells it (seen on AWX 24.6.1, and in ansible-core's strategy and callback plugins):

* An ignored error is `runner_on_failed` with `failed` false. A rescued one has `failed` true and cannot be
  told from a real one until `playbook_on_stats` counts each host's failures: those are the host's last ones.
* A loop sends `runner_item_on_failed` and an asynchronous task `runner_on_async_failed` before the one
  `runner_on_failed` that ends the task on the host. Only that one counts; the earlier ones lend their message
  where the controller dropped the result for its size.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from aap_launcher.models import Event, EventData, Failure
from aap_launcher.text.words import one_line, shortened, without_escapes

REAL = frozenset({"failed", "unreachable"})  # the kinds that count; ignored and rescued do not
MOST = 1_000  # failures that are kept
_CHARACTERS = 2_000  # of one message
_LINES = 20
_ITEMS = 5
_HIDDEN = "the result is hidden: the task has no_log set"
_OF_NO_USE = re.compile(r"(?i)MODULE FAILURE|non-zero return code|^One or more items failed$|^$")


def failure_message(data: EventData) -> str:
    """Why a task failed on a host, at most 2,000 characters and 20 lines, never empty.

    Modules are free in what they return, so every key is read with care. A loop tells
    the messages of its failed items, a command its code and the end of its stderr, a broken module the last
    line of its traceback.
    """
    return shortened(_message(data.res), _CHARACTERS, _LINES)


def _message(res: object) -> str:
    if not isinstance(res, Mapping):
        # AWX drops a result of more than MAX_EVENT_RES_DATA (700,000 bytes)
        return _text(res) or "no message: the controller kept no result of it"
    if res.get("censored"):
        return _HIDDEN
    items = res.get("results")
    if isinstance(items, list) and (failed := [item for item in items if _bad(item)]):
        return "\n".join(_item_lines(failed))
    return _own_words(res)


def _bad(item: object) -> bool:
    return isinstance(item, Mapping) and bool(item.get("failed") or item.get("unreachable"))


def _item_lines(items: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for item in items[:_ITEMS]:
        if item.get("censored"):
            yield _HIDDEN
            continue
        name = item.get("_ansible_item_label", item.get("item"))
        yield f"(item={one_line(_text(name), 100)}) {shortened(_own_words(item), 400, 5)}"
    if len(items) > _ITEMS:
        yield f"and {len(items) - _ITEMS} more items"


def _own_words(res: Mapping[str, object]) -> str:
    said = _text(res.get("msg"))
    if not _OF_NO_USE.search(said):
        more = _text(res.get("assertion")) or (_last_lines(res, ("stderr",), 1) if res.get("rc") else "")
        return f"{said}\n{more}" if more and more not in said else said
    if "non-zero" in said or (not said and res.get("rc")):
        code = one_line(_text(res.get("rc")), 20)
        last = _last_lines(res, ("stderr", "stdout"), 3)
        return f"non-zero return code {code}".rstrip() + (f": {last}" if last else "")
    keys = ("exception", "module_stderr", "module_stdout", "reason", "stderr", "stdout")
    last = _last_lines(res, keys, 1)
    if said:
        return f"{said.splitlines()[0]}: {last}" if last else said
    return last or "failed without a message"


def _last_lines(res: Mapping[str, object], keys: Iterable[str], most: int) -> str:
    """The end of the first of these texts that has one; a traceback's last line names the error."""
    for key in keys:
        lines = [line.rstrip() for line in _text(res.get(key))[-8_000:].splitlines() if line.strip()]
        if lines:
            return "\n".join(lines[-most:])
    return ""


def _text(value: object) -> str:
    """Any JSON value as people read it; a list is its lines."""
    if value is None:
        return ""
    if isinstance(value, str):
        return without_escapes(value).strip()
    if isinstance(value, list):
        return "\n".join(_text(part) for part in value[:100])
    return json.dumps(value, ensure_ascii=False, default=str)


class Failures:
    """The failures of one run, in bounded memory: the first 1,000 and the last 1,000."""

    def __init__(self) -> None:
        self.total = 0
        self._first: list[tuple[Failure, int]] = []  # with its place among its host's failures
        self._last: deque[tuple[Failure, int]] = deque(maxlen=MOST)
        self._of_host: dict[str, int] = {}
        self._early: dict[tuple[str, str], str] = {}
        self._real: Mapping[str, int] | None = None
        self._forgiven = False

    def remember(self, event: Event) -> None:
        """A part of a task failed on a host; how the task ends there is yet to come."""
        if len(self._early) < MOST:
            self._early[event.parent_uuid, event.host_name] = failure_message(event.data())

    def next_task(self) -> None:
        """What was remembered of parts is of no use any more."""
        self._early.clear()

    def add(self, event: Event, kind: str) -> tuple[Failure, int]:
        """A task failed on a host (`kind` failed) or could not reach it (unreachable).

        Returns the failure, whose kind may be ignored, and its place among its host's failures, from 0.
        """
        data = event.data()
        if data.ignore_errors or not event.failed:
            kind = "ignored"
        early = self._early.pop((event.parent_uuid, event.host_name), "")
        failure = Failure(
            task=task_name(event),
            host=event.host_name,
            message=early if early and data.res is None else failure_message(data),
            kind=kind,
            play=event.play,
            path=one_line(data.task_path or "", 300),
            counter=event.counter,
        )
        place = self._of_host.get(event.host_name, 0)
        if kind == "failed":
            self._of_host[event.host_name] = place + 1
        self.total += 1
        kept = self._first if len(self._first) < MOST else self._last
        kept.append((failure, place))
        return failure, place

    def count(self, real: Mapping[str, int]) -> None:
        """Ansible's own count of each host's failures has come: what is more than that was rescued."""
        self._real = real

    def forgive(self) -> None:
        """The run was successful: whatever failed was rescued."""
        self._forgiven = True

    def kind(self, kind: str, host: str, place: int) -> str:
        """The kind as far as it is known by now: failed may have become rescued."""
        if kind != "failed":
            return kind
        if self._forgiven:
            return "rescued"
        if self._real is None:
            return kind
        return "rescued" if place < self._of_host.get(host, 0) - self._real.get(host, 0) else kind

    def told(self) -> tuple[Failure, ...]:
        """By their place in the log, at most 1,000; when there are more, the real ones go first."""
        found = [
            replace(failure, kind=self.kind(failure.kind, failure.host, place))
            for failure, place in (*self._first, *self._last)
        ]
        if len(found) > MOST:
            found = sorted(found, key=lambda failure: failure.kind not in REAL)[:MOST]
        return tuple(sorted(found, key=lambda failure: failure.counter))


def task_name(event: Event) -> str:
    """A task as Ansible prints it, in one line: `web : Restart service`."""
    name = f"{event.role} : {event.task}" if event.role else event.task
    return name if len(name) < 200 and name.isprintable() else one_line(name)


def by_task(failures: Iterable[Failure]) -> list[tuple[Failure, ...]]:
    """The failures of each task together, in the order in which the tasks failed first."""
    tasks: dict[tuple[str, ...], list[Failure]] = {}
    for failure in failures:
        key = (failure.node, failure.kind, failure.play, failure.task, failure.path)
        tasks.setdefault(key, []).append(failure)
    return [tuple(group) for group in tasks.values()]
