"""Which group each line of one job's log belongs to, and what stands open below a group: its failures.

One `Grouping` holds the state of one job, so that several jobs of a workflow can each have their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aap_launcher.findings.failures import task_name
from aap_launcher.findings.job import is_error
from aap_launcher.models.events import Event
from aap_launcher.models.findings import Failure
from aap_launcher.models.marks import GroupEnd, GroupStart, Line, Mark, Tone
from aap_launcher.text.words import one_line, some_of, without_escapes

_BANNER = re.compile(r"((?:PLAY|(?:CLEANUP )?TASK|RUNNING HANDLER)\b.*?) \*{3,} *$", re.DOTALL | re.MULTILINE)
_MOST = 10  # messages of one task, and hosts named for each
_RECAP = "recap"

# What show=changed and show=failed leave out; the results of items are judged as the results of hosts are.
_QUIET = frozenset(
    {
        "runner_on_skipped",
        "runner_item_on_skipped",
        "runner_on_start",
        "runner_on_async_poll",
        "runner_on_async_ok",
        "runner_retry",
        "playbook_on_include",
        "playbook_on_notify",
        "playbook_on_start",
    }
)
_OK = frozenset({"runner_on_ok", "runner_item_on_ok"})
_ENDS = frozenset({"runner_on_ok", "runner_on_failed", "runner_on_unreachable", "runner_on_skipped"})
_MOST_ITEMS = 200  # that wait for the end of their task


class _Failing:
    """The failures of one task that were not told yet: hosts with the same message stand together."""

    def __init__(self) -> None:
        self._task = ""
        self._hosts: dict[tuple[str, str], list[str]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._lines: dict[str, str] = {}  # of each message the line that tells the most
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, failure: Failure) -> None:
        self._task = failure.task
        self._lines[failure.message] = failure.said
        key = (failure.kind, failure.message)
        if key not in self._counts and len(self._counts) == _MOST:
            self._more += 1
            return
        self._counts[key] = self._counts.get(key, 0) + 1
        hosts = self._hosts.setdefault(key, [])
        if len(hosts) < _MOST:
            hosts.append(failure.host)

    def tell(self, prefix: str) -> Iterator[Line]:
        task = f"{prefix}TASK [{self._task}]"
        for (kind, message), total in self._counts.items():
            where = f"{task} · {some_of(self._hosts[kind, message], _MOST, total)}"
            if kind == "ignored":
                yield Line(f"{where}: {one_line(self._lines[message])}", Tone.NOTE, "ignored")
            else:
                where += " (unreachable)" if kind == "unreachable" else ""
                yield Line(f"{where}\n{message}", Tone.BAD, "FAILED")
        if self._more:
            yield Line(f"{task} · and {self._more:,} more hosts", Tone.BAD, "FAILED")


class Grouping:
    """Turns the events of one job into lines in groups; every event's stdout once and in order.

    `group_by` is task, play or none; `show` is all, changed or failed. A group opens only when there is a
    line to show in it. `prefix` stands before each title, e.g. the name of a workflow's node.
    """

    def __init__(self, group_by: str = "task", show: str = "all", prefix: str = "") -> None:
        self._group_by = group_by
        self._show = show
        self._prefix = prefix
        self.lines = 0  # how many marks of the job's own output there were
        self._open = ""  # the key of the open group
        self._last = ""  # the key of the group that was opened last
        self._section = ""  # the task, or the recap, that the last line belonged to
        self._play = ""  # the title of the current play
        self._plays = 0
        self._task = ("", "")  # uuid and title of the task whose banner came last
        self._held_play = ""  # a play's banner waits for the first line below, to stand in one group with it
        self._held_task = ""  # a task's banner waits for a line that is shown
        self._failing = _Failing()
        self._items: list[
            tuple[Event, str]
        ] = []  # failed items: whether they are ignored their task's end tells

    def event(self, event: Event, failure: Failure | None) -> Iterable[Mark]:
        """The marks of one event; `failure` is what it tells of."""
        text = event.stdout.replace("\r\n", "\n")
        if event.parent_uuid and event.parent_uuid == self._open and self._show == "all":
            if failure is not None:
                self._failing.add(failure)
            self.lines += bool(text)
            return (Line(text),) if text else ()  # nearly every event: one more result of the open task
        return self._elsewhere(event, failure, text)

    def _elsewhere(self, event: Event, failure: Failure | None, text: str) -> Iterator[Mark]:
        if event.event == "playbook_on_play_start":
            yield from self._play_begins(event, text)
        elif event.event == "playbook_on_task_start":
            yield from self._task_begins(event, text)
        elif self._show == "failed" and event.event == "runner_item_on_failed":
            self._items.append((event, text))
            if len(self._items) > _MOST_ITEMS:
                yield from self._items_of(event)
        elif not self._hidden(event, failure):
            yield from self._items_of(event)
            yield from self._line(event, text)
            if failure is not None:
                self._failing.add(failure)
        elif self._items and event.event in _ENDS:
            self._items = [held for held in self._items if not _same(held[0], event)]

    def _items_of(self, event: Event | None) -> Iterator[Mark]:
        """The failed items of the task that ends so; without an event, all that wait for an end."""
        if self._items:
            told = [held for held in self._items if event is None or _same(held[0], event)]
            self._items = [held for held in self._items if held not in told]
            for item, text in told:
                yield from self._line(item, text)

    def close(self) -> Iterator[Mark]:
        """End the open group and tell the failures of its task."""
        if self._open:
            self._open = ""
            yield GroupEnd()
        if self._failing:
            failing, self._failing = self._failing, _Failing()
            yield from failing.tell(self._prefix)

    def finish(self) -> Iterator[Mark]:
        """Print what still waits, and close."""
        yield from self._items_of(None)
        if self._held_play and self._show == "all":
            yield from self._put("", self._play, "")
        self._held_play = ""
        yield from self.close()

    def _play_begins(self, event: Event, text: str) -> Iterator[Mark]:
        yield from self.finish()
        self._plays += 1
        self._play = _title(text) or (f"PLAY [{one_line(event.play)}]" if event.play else "PLAY")
        self._held_play, self._held_task, self._section = text, "", ""

    def _task_begins(self, event: Event, text: str) -> Iterator[Mark]:
        self._task = (event.uuid, _title(text) or f"TASK [{task_name(event.role, event.task)}]")
        if self._show != "all":
            if text or self._failing:
                yield from self._leave(event.uuid)
            self._held_task = text
        elif text:
            yield from self._put(event.uuid, self._task[1], text)

    def _line(self, event: Event, text: str) -> Iterator[Mark]:
        if not text:
            return
        name = event.event
        if name == "playbook_on_stats":
            self._held_task = ""
            yield from self.finish()
            yield from self._put(_RECAP, _title(text) or "PLAY RECAP", text)
        elif name == "playbook_on_no_hosts_remaining" or is_error(event, without_escapes(text)):
            yield from self.finish()
            self.lines += 1
            yield Line(text)
        elif event.task and not name.startswith("verbose"):
            uuid, title = self._task
            key = event.parent_uuid or uuid
            if key != uuid:
                title = f"TASK [{task_name(event.role, event.task)}]"
            yield from self._put(key, _title(text) or title, text)
        else:
            yield from self._put("", self._play, text)

    def _put(self, section: str, title: str, text: str) -> Iterator[Mark]:
        """Print in the section's group; "" is wherever the last line stood."""
        if section:
            yield from self._leave(section)
        first = bool(self._held_play)
        if section or first:
            yield from self._enter(section or f"play {self._plays}", title, first=first)
        waiting = [held for held in (self._held_play, self._held_task if section else "", text) if held]
        self._held_play = ""
        if section:
            self._held_task = ""
        self.lines += 1
        yield Line("\n".join(waiting))

    def _leave(self, section: str) -> Iterator[Mark]:
        """Another section begins: the failures of the one before are told."""
        if section != self._section:
            self._section = section
            if self._failing or self._group_by == "task" or section == _RECAP:
                yield from self.close()

    def _enter(self, key: str, title: str, *, first: bool) -> Iterator[Mark]:
        if self._group_by == "none":
            return
        if self._group_by == "play" and key != _RECAP:
            key, title = f"play {self._plays}", self._play
        elif self._prefix and self._play and key != _RECAP and title != self._play:
            # Groups of several nodes stand between each other: each says in which play it is.
            title = f"{self._play.removeprefix('PLAY [').removesuffix(']')} > {title}"
        elif first and title != self._play and self._play:
            title = f"{self._play} · {title}"
        if key == self._open:
            return
        yield from self.close()
        again = " · continued" if key == self._last else ""
        self._open = self._last = key
        yield GroupStart(one_line(self._prefix + title, 200 - len(again)) + again)

    def _hidden(self, event: Event, failure: Failure | None) -> bool:
        if self._show == "all":
            return False
        if event.event in _QUIET or (event.event in _OK and not event.changed):
            return True
        if self._show == "changed":
            return False
        ignored = failure is not None and failure.kind == "ignored"
        return ignored or event.event in _OK or event.event == "runner_on_file_diff"


def _same(item: Event, event: Event) -> bool:
    """Whether both are of one task on one host."""
    return (item.parent_uuid, item.host_name) == (event.parent_uuid, event.host_name)


def _title(text: str) -> str:
    """The title in a banner that Ansible printed, `TASK [web : Restart]`, or "" where there is none."""
    start = text[:4_000]  # as far as a banner reaches: the rest is what modules print
    found = _BANNER.match(without_escapes(start).lstrip()) if " ***" in start else None
    return one_line(found[1]) if found else ""
