"""The ten slowest tasks of a run, each by its slowest host, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable

from aap_launcher.models.findings import TaskTime

_MOST = 10


class Slowest:
    """The ten slowest so far."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskTime] = {}
        self.threshold = 0.0  # a task that took no longer is not among them

    def add(self, key: str, name: str, host: str, seconds: float) -> None:
        """A task (`key`) took so long on a host. One that was pushed out comes back when a slower host of it ends."""
        known = self._tasks.get(key)
        if known is not None and known.seconds >= seconds:
            return
        self._tasks[key] = TaskTime(name, seconds, host)
        if len(self._tasks) > _MOST:
            del self._tasks[min(self._tasks, key=lambda k: self._tasks[k].seconds)]
        if len(self._tasks) == _MOST:
            self.threshold = min(task.seconds for task in self._tasks.values())

    def told(self) -> tuple[TaskTime, ...]:
        """The slowest first."""
        return slowest(self._tasks.values())


def slowest(found: Iterable[TaskTime]) -> tuple[TaskTime, ...]:
    """The ten slowest of these, the slowest first."""
    return tuple(sorted(found, key=lambda task: -task.seconds)[:_MOST])
