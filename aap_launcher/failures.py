"""What a failing task says of itself: the few lines of a module's result that a person needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aap_launcher.models import EventData, Failure
from aap_launcher.words import one_line, plain, shortened

_MOST = 2_000  # characters of one message
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
    return shortened(_message(data.res), _MOST, _LINES)


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
        condition = _text(res.get("assertion"))
        return f"{said}: {condition}" if condition else said
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
        return plain(value).strip()
    if isinstance(value, list):
        return "\n".join(_text(part) for part in value[:100])
    return json.dumps(value, ensure_ascii=False, default=str)


def by_task(failures: Iterable[Failure]) -> list[tuple[Failure, ...]]:
    """The failures of each task together, in the order in which the tasks failed first."""
    tasks: dict[tuple[str, str, str, str], list[Failure]] = {}
    for failure in failures:
        tasks.setdefault((failure.kind, failure.play, failure.task, failure.path), []).append(failure)
    return [tuple(group) for group in tasks.values()]
