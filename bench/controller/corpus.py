"""Events as real ones are: their sizes, their words, and how many of them print something.

The proportions were measured over real playbooks on 16 hosts: 3.7 kB an event, half of the events without output,
facts of 14 kB, packages of 100 kB, 120 bytes of log an event. Each event that prints carries its counter as `#e17#`,
so that a reader can tell which lines came, when, how often and in which order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

HOSTS = 16
_STARS = "*" * 60
_GREEN, _YELLOW, _RED, _RESET = "\x1b[0;32m", "\x1b[0;33m", "\x1b[0;31m", "\x1b[0m"
_WORDS = "the component was built signed checked and deployed from its release of this month"


@dataclass(frozen=True, slots=True)
class Mould:
    """An event's JSON with gaps (`%(counter)d`), and how many lines it prints."""

    json: bytes
    lines: int

    def fill(self, gaps: dict[bytes, object]) -> bytes:
        """The event."""
        return self.json % gaps


@dataclass(frozen=True, slots=True)
class Kind:
    """What a task does on a host: bytes of `event_data.res`, lines it prints, and its colour."""

    name: str
    size: int
    lines: int = 1
    colour: str = _GREEN
    word: str = "ok"
    event: str = "runner_on_ok"


# Thirteen tasks on 16 hosts are 430 events: the playbook whose stream was measured.
KINDS = (
    Kind("Gather the facts", 15_500),
    Kind("Gather the packages", 31_000),
    Kind("Make the folders", 1_300, colour=_YELLOW, word="changed"),
    Kind("Write the configuration", 3_000, lines=24, colour=_YELLOW, word="changed"),
    Kind("Look at the service", 2_400),
    Kind("Skip what is not asked for", 300, colour="\x1b[0;36m", word="skipping", event="runner_on_skipped"),
    Kind("Fetch the release", 1_400, colour=_YELLOW, word="changed"),
    Kind("Show the variables", 2_600, lines=20),
    Kind("Migrate the database", 1_800, colour=_YELLOW, word="changed"),
    Kind("Check the ports", 1_200),
    Kind("Restart the service", 3_200, colour=_YELLOW, word="changed"),
    Kind("Wait for the service", 1_000),
    Kind("Report the release", 900, lines=6),
)
_FAILED = Kind("Break", 900, colour=_RED, word="fatal", event="runner_on_failed")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stream is made of. `line`: characters of each printed line; `say`: words put into it."""

    hosts: int = HOSTS
    failing: bool = False
    line: int = 0
    say: str = ""


@cache
def start_of_host() -> Mould:
    """`runner_on_start`: nearly half of all events, and nothing to print."""
    return _mould("runner_on_start", "", {"host": "%(host)s", "uuid": "%(uuid)s"}, filler=480)


@cache
def start_of_task() -> Mould:
    """`playbook_on_task_start`."""
    text = f"\r\nTASK [%(task)s] {_STARS} #e%(counter)d#"
    return _mould("playbook_on_task_start", text, {"name": "%(task)s", "is_conditional": False}, host=False)


@cache
def opening(counter: int) -> Mould:
    """The first two events."""
    if counter == 1:
        return _mould("playbook_on_start", "", {"playbook": "site.yml"}, host=False)
    text = f"\r\nPLAY [Deploy the shop] {_STARS} #e%(counter)d#"
    return _mould("playbook_on_play_start", text, {"name": "Deploy the shop"}, host=False)


@cache
def result(number: int, shape: Shape) -> Mould:
    """What the task of this number says of a host."""
    kind = _FAILED if shape.failing else KINDS[number % len(KINDS)]
    first = f"{kind.colour}{kind.word}: [%(host)s] #e%(counter)d#"
    if shape.failing:
        first = f'{kind.colour}fatal: [%(host)s]: FAILED! #e%(counter)d# => {{"msg": "it is broken"}}'
    body = [f"{kind.colour}{_words(at, max(shape.line, 76), shape.say)}" for at in range(kind.lines - 1)]
    if shape.line:
        first += " " + _words(0, shape.line, shape.say)
    text = "\r\n".join(f"{line}{_RESET}" for line in [first, *body])
    data = {
        "task": "%(task)s",
        "task_action": "ansible.builtin.command",
        "host": "%(host)s",
        "duration": 0.25,
        "res": {"changed": kind.word == "changed", "msg": "it is broken", "facts": _facts(kind.size)},
    }
    return _mould(kind.event, text, data, failed=shape.failing)


@cache
def stats(shape: Shape) -> Mould:
    """`playbook_on_stats`: the hosts' numbers and the recap."""
    names = [host(number) for number in range(shape.hosts)]
    counts = dict.fromkeys(names, 1)
    recap = [f"{_GREEN}{name:<26}{_RESET} : {_GREEN}ok=9   {_RESET} changed=3    failed=0" for name in names]
    text = "\r\n".join(["", f"PLAY RECAP {_STARS} #e%(counter)d#", *recap])
    data = {"ok": counts, "processed": counts, "failures": counts if shape.failing else {}, "changed": {}}
    return _mould("playbook_on_stats", text, data, host=False)


def host(number: int) -> str:
    """A host's name."""
    return f"web{number + 1}.example.com"


def task(number: int) -> str:
    """A task's name; those of one kind are told apart by their round."""
    kind, rounds = KINDS[number % len(KINDS)], number // len(KINDS)
    return f"{kind.name} {rounds + 1}" if rounds else kind.name


def _mould(
    event: str, text: str, data: object, *, host: bool = True, failed: bool = False, filler: int = 0
) -> Mould:
    row = {
        "id": "%(id)d",
        "type": "job_event",
        "url": "/api/v2/job_events/%(id)d/",
        "related": {"job": "/api/v2/jobs/%(job)d/", "children": "/api/v2/job_events/%(id)d/children/"},
        "summary_fields": {
            "job": {"id": "%(job)d", "name": "Deploy the shop", "type": "job", "status": "running"},
            "role": {},
        },
        "created": "2026-11-22T10:00:00.000000Z",
        "modified": "2026-11-22T10:00:00.000000Z",
        "job": "%(job)d",
        "event": event,
        "counter": "%(counter)d",
        "event_display": "An event of the playbook",
        "event_data": {"playbook": "site.yml", "pid": 4711, "filler": "." * filler, **_object(data)},
        "event_level": 3,
        "failed": failed,
        "changed": False,
        "uuid": "%(uuid)s",
        "parent_uuid": "%(parent)s",
        "host_name": "%(host)s" if host else "",
        "playbook": "site.yml",
        "play": "Deploy the shop",
        "task": "%(task)s",
        "role": "",
        "stdout": text,
        "start_line": "%(start)d",
        "end_line": "%(end)d",
        "verbosity": 0,
    }
    written = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    for number in ("id", "job", "counter", "start", "end"):
        written = written.replace(f'"%({number})d"', f"%({number})d")
    return Mould(written.encode(), text.count("\r\n") + 1 if text else 0)


def _object(data: object) -> dict[str, object]:
    assert isinstance(data, dict)
    return data


def _facts(size: int) -> dict[str, object]:
    """Facts of about `size` bytes, nested as Ansible's."""
    return {f"fact_{at:04}": {"value": _words(at, 60, ""), "known": True} for at in range(size // 105)}


def _words(seed: int, length: int, say: str) -> str:
    words = _WORDS.split()
    turned = " ".join([say, *words[seed % len(words) :], *words[: seed % len(words)]]).strip()
    return (turned * (length // len(turned) + 1))[:length]
