"""The ten slowest tasks of a run, each by its slowest host, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aap_launcher.findings.failures import task_name
from aap_launcher.models import Event, TaskTime

_MOST = 10


class _Timed(msgspec.Struct):
    duration: float | None = None


_duration = msgspec.json.Decoder(_Timed).decode  # reads past all else: a tenth of a full decode


class Slowest:
    """The ten slowest so far."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskTime] = {}
        self._threshold = 0.0

    def time(self, event: Event) -> float:
        """The seconds that a task took on a host, by its result; 0 where that is not told."""
        try:
            seconds = _duration(event.event_data).duration or 0.0
        except (msgspec.MsgspecError, RecursionError):
            return 0.0
        if seconds > self._threshold:
            self._rank(event, seconds)
        return seconds

    def _rank(self, event: Event, seconds: float) -> None:
        """Keep the ten slowest; a task that was pushed out comes back when a slower host of it ends."""
        key = event.parent_uuid or event.task
        known = self._tasks.get(key)
        if known is not None and known.seconds >= seconds:
            return
        self._tasks[key] = TaskTime(task_name(event), seconds, event.host_name)
        if len(self._tasks) > _MOST:
            del self._tasks[min(self._tasks, key=lambda k: self._tasks[k].seconds)]
        if len(self._tasks) == _MOST:
            self._threshold = min(task.seconds for task in self._tasks.values())

    def told(self) -> tuple[TaskTime, ...]:
        """The slowest first."""
        return slowest(self._tasks.values())


def slowest(found: Iterable[TaskTime]) -> tuple[TaskTime, ...]:
    """The ten slowest of these, the slowest first."""
    return tuple(sorted(found, key=lambda task: -task.seconds)[:_MOST])
