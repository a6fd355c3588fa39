"""The way of a failed task, counted: what its reason passes from the event to the log, the annotation and every file.

Counted is each function of findings, models, render and report that takes or gives something in which the reason
stands, found by watching one run. What carries any text (text, ci, launcher) and any event (controller, follow) is not.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
from msgspec.structs import replace

import aap_launcher
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Status
from aap_launcher.models.marks import Annotation
from aap_launcher.models.updates import Finished, Log, Logged
from tests.findings.test_agreement import Story, Told, told
from tests.render.streams import JOB

REASON = "no space left on device"
MODULES, FUNCTIONS = 13, 46
_ROOT = Path(aap_launcher.__file__).parent
_ROOMS = ("findings", "models", "render", "report")


def holds(value: object, depth: int = 0) -> bool:
    """Whether the reason stands in it, however deep."""
    if depth > 8:
        return False
    if isinstance(value, str):
        return REASON in value
    if isinstance(value, (bytes, msgspec.Raw)):
        return REASON.encode() in bytes(value)
    return any(holds(inner, depth + 1) for inner in _inside(value))


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from (*value.keys(), *value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from value
    elif isinstance(value, msgspec.Struct):
        yield from (getattr(value, name) for name in value.__struct_fields__)
    elif dataclasses.is_dataclass(value):
        yield from (getattr(value, each.name, None) for each in dataclasses.fields(value))


class Watched:
    """The functions that the reason passed, by module; what is defined inside of another one is part of it."""

    def __init__(self) -> None:
        self.way: dict[str, set[str]] = {}

    def __call__(self, frame: FrameType, event: str, given: Any) -> None:
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith(str(_ROOT)):
            return
        module = str(Path(code.co_filename).relative_to(_ROOT))
        if module.partition("/")[0] not in _ROOMS:
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        taken = [frame.f_locals.get(name) for name in names if name != "self"] if event == "call" else [given]
        if any(map(holds, taken)):
            self.way.setdefault(module, set()).add(code.co_qualname.partition(".<locals>")[0])


def watched() -> tuple[Told, Watched]:
    rows = [
        Event(1, "playbook_on_play_start", play="Deploy"),
        Event(2, "playbook_on_task_start", "TASK [Install] ****", uuid="t", play="Deploy", task="Install"),
        *(
            Event(number, name, f"{host}: {said}", f"u{number}", "t", "Deploy", "Install", "", host, host == "web2",
                  event_data=msgspec.Raw(msgspec.json.encode({"res": {"msg": said, "rc": 1}, "task_path": "/x.yml:3"})))
            for number, name, host, said in ((3, "runner_on_ok", "web1", "well"), (4, "runner_on_failed", "web2", REASON))
        ),
        Event(5, "playbook_on_stats", event_data=msgspec.Raw(b'{"processed":{"web1":1,"web2":1},"failures":{"web2":1}}')),
    ]  # fmt: skip
    end = Finished(replace(JOB, status=Status.FAILED), Log(5))
    story = Story([*map(Logged, rows), end], status=Status.FAILED)
    watch = Watched()
    sys.setprofile(watch)
    try:
        return told(story), watch
    finally:
        sys.setprofile(None)


def test_the_reason_of_a_failed_task_passes_few_functions() -> None:
    what, watch = watched()
    ends = [what.outputs["explanation"], what.summary, str(what.document["failures"])]
    assert all(REASON in text for text in ends)
    assert any(isinstance(mark, Annotation) and REASON in mark.message for mark in what.marks)
    assert any(REASON in (failure.get("message") or "") for failure in what.junit.iter("failure"))
    listed = "\n".join(f"{module}: {', '.join(sorted(names))}" for module, names in sorted(watch.way.items()))
    assert len(watch.way) <= MODULES, listed
    assert sum(map(len, watch.way.values())) <= FUNCTIONS, listed
