"""The tasks that were tried again (`until` and `retries`), in bounded memory: the most retried ones.

Ansible sends one `runner_retry` for each attempt that another one follows, then the result that ends the task on the
host. The events are counted, since `attempts` in them starts anew with each item of a loop, and is one too low in the
result of a task that failed in the end (seen on ansible-core 2.19).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from aap_launcher.findings.decisions import Seen
from aap_launcher.findings.failures import Failures, task_name
from aap_launcher.models.events import Event
from aap_launcher.models.findings import CaseKind, Retried

MOST_RETRIED = 20  # tasks, each on one host, that are kept


class Retries:
    """The retried tasks of one run. What is being retried now takes memory with the hosts, what has ended does not."""

    def __init__(self) -> None:
        self._now: dict[tuple[str, str], Retried] = {}  # by the task's uuid and the host
        self._ended: list[tuple[Retried, Seen | None]] = []  # with the failure that ended it

    def again(self, event: Event) -> None:
        """A `runner_retry`: an attempt did not do, another follows."""
        key = event.parent_uuid, event.host_name
        known = self._now.get(key) or Retried(task_name(event.role, event.task), event.host_name, 0)
        self._now[key] = replace(known, retries=known.retries + 1)

    def end(self, event: Event, kind: CaseKind, seen: Seen | None) -> None:
        """The result of any task on a host; `seen` where it is a failure."""
        retried = self._now.pop((event.parent_uuid, event.host_name), None)
        if retried is not None:
            self._ended.append((replace(retried, kind=kind), seen))
            self._ended.sort(key=lambda each: -each[0].retries)
            del self._ended[MOST_RETRIED:]

    def told(self, failures: Failures) -> tuple[Retried, ...]:
        """The most retried first, with the kinds as far as they are known by now."""
        ended = (
            each if seen is None else replace(each, kind=failures.decided(each.host, seen).kind)
            for each, seen in self._ended
        )
        return most_retried([*ended, *self._now.values()])

    def __bool__(self) -> bool:
        return bool(self._now)


def most_retried(found: Iterable[Retried]) -> tuple[Retried, ...]:
    """The twenty that were retried most, those first."""
    return tuple(sorted(found, key=lambda each: -each.retries)[:MOST_RETRIED])
