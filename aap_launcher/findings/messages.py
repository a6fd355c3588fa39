"""What a failing task says of itself: the reason, and not the words that ansible-core puts in its place.

The placeholders (seen in real runs of ansible-core 2.14 to 2.21, whose results tests/findings/recorded holds):

| ansible-core | placeholder | the reason stands in |
|---|---|---|
| all | One or more items failed; All items completed | results |
| 2.14-2.20 | non-zero return code | stderr, stdout |
| 2.21 | The command exited with a non-zero return code. | stderr, stdout |
| 2.19- | (traceback unavailable), in `exception` | any other key |
| 2.14-2.20 | an empty msg, with failed_when_result | stderr, stdout: the condition decided |
| 2.21 | Task failed: Action failed: A 'failed_when' expression evaluated to 'True'. | stderr, stdout |
| 2.14-2.18 | MODULE FAILURE; The module failed to execute correctly ... | module_stderr, module_stdout, exception |
| 2.19- | Module result deserialization failed: ... | module_stderr, module_stdout |
| 2.19- | Task failed: Module failed: Unknown error. | reason, errors, error: modules that have no msg |
| all | The following modules failed to execute: ... | failed_modules |
| 2.19- | Error executing command. | cmd |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aap_launcher.models.events import EventData
from aap_launcher.text.words import one_line, shortened, without_escapes

_CHARACTERS = 2_000  # of one message
_LINES = 20
_LINE = 500  # characters of its line
_ITEMS = 5
_TAIL = 12  # lines of a command's output
_HIDDEN = "the result is hidden: the task has no_log set"
_NOTHING = "failed without a message"
_NON_ZERO = re.compile(r"(?i)^(The command exited with a )?non-zero return code\.?$")
_OF_NO_USE = re.compile(
    r"(?i)^$|MODULE FAILURE|^The module failed to execute correctly|^Module result deserialization failed"
    r"|^(Task failed: )?(Module failed: )?Unknown error\.?$|^One or more items failed$|^All items completed$"
    r"|^(Task failed: )?(Action failed: )?A 'failed_when' expression evaluated to"
    r"|^The following modules failed to execute|^Error executing command\.?$|^\(traceback unavailable\)$"
)
_CHAIN = re.compile(r"^(?:Task failed: )?(?:(?:Module|Action) failed: )?")
_SEE = re.compile(r"(?im)[:.]?\s*See stdout/stderr for the exact error\.?$")
_TRACEBACK = "Traceback (most recent call last)"
_REASONS = ("reason", "errors", "error", "message", "details", "detail")


class Said(NamedTuple):
    """A reason: in one line, and whole (at most 2,000 characters and 20 lines). Neither is ever empty."""

    line: str
    text: str


def reason_of(data: EventData) -> Said:
    """Why a task failed on a host. Modules are free in what they return, so every key is read with care."""
    found = _said(data.res)
    line = one_line(found.line, _LINE) or _NOTHING
    return Said(line, shortened(found.text.strip("\n"), _CHARACTERS, _LINES) or line)


def _said(res: object) -> Said:
    if not res or not isinstance(res, Mapping):
        # of more than 700,000 bytes AWX drops it (MAX_EVENT_RES_DATA), and ansible-runner empties it (MAX_EVENT_RES)
        return _whole(value_text(res or None) or "no message: the controller kept no result of it")
    if res.get("censored"):
        return _whole(_HIDDEN)
    items = res.get("results")
    if isinstance(items, list) and (bad := _bad(items)):
        lines = list(_items(bad))
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        return Said(one_line(lines[0].line, _LINE - len(more)) + more, "\n".join(item.text for item in lines))
    return _own(res)


def _bad(items: Sequence[object]) -> Sequence[Mapping[str, object]]:
    """The items that failed; ansible-core 2.21 leaves `failed` out of them."""
    found = [item for item in items if isinstance(item, Mapping)]
    bad = [item for item in found if item.get("failed") or item.get("unreachable")]
    return bad or [
        item
        for item in found
        if item.get("failed_when_result") is True
        or (item.get("failed_when_result") is None and "exception" in item)
    ]


def _items(items: Sequence[Mapping[str, object]]) -> Iterator[Said]:
    for item in items[:_ITEMS]:
        if item.get("censored"):
            yield _whole(_HIDDEN)
            continue
        name = f"(item={one_line(value_text(item.get('_ansible_item_label', item.get('item'))), 100)}) "
        own = _own(item)
        yield Said(name + own.line, name + shortened(own.text, 400, 5))
    if len(items) > _ITEMS:
        yield _whole(f"and {len(items) - _ITEMS} more items")


def _own(res: Mapping[str, object]) -> Said:
    """A result's own words: its msg where that says something, else whatever does."""
    message = value_text(res.get("msg"))
    if _NON_ZERO.match(message) or (not message and res.get("rc")):
        return _command(res)
    message = _CHAIN.sub("", message) if not _OF_NO_USE.search(message) else message
    if res.get("failed_when_result") is True and not res.get("rc"):
        return _condition(res, message)
    if _OF_NO_USE.search(message):
        return _instead(res, message)
    more = value_text(res.get("assertion")) if message == "Assertion failed" else ""
    more = more or (_last(res, "stderr") if res.get("rc") else "")
    line = _telling(message)
    if more and more not in message:
        return Said(f"{line}: {more}", f"{message}\n{more}")
    return Said(line, message)


def _command(res: Mapping[str, object]) -> Said:
    """A command's code and its last words; above these, what led to them."""
    code = f"non-zero return code {one_line(value_text(res.get('rc')), 20)}".rstrip()
    lines = terminal_lines(res.get("stderr")) or terminal_lines(res.get("stdout"))
    if not lines:
        return _whole(code)
    head = f"{code}: {lines[-1].strip()}"
    return Said(head, "\n".join([head, *(f"  {line}" for line in lines[-_TAIL:-1])]))


def _condition(res: Mapping[str, object], message: str) -> Said:
    """`failed_when` decided: the module itself has nothing to complain of."""
    useful = "" if _OF_NO_USE.search(message) else _telling(message)
    why = useful or _last(res, "stderr", "stdout")
    return _whole(f"failed_when was true: {why}" if why else "failed_when was true")


def _instead(res: Mapping[str, object], message: str) -> Said:
    """What tells the reason where the msg is a placeholder."""
    reason = _inner(res.get("failed_modules")) or _exception(res) or _last(res, "module_stderr")
    whole = reason or _stated(res) or _last(res, "module_stdout", "stderr", "stdout")
    if "executing command" in message:
        whole = whole or one_line(value_text(res.get("cmd")))
    head = _SEE.sub("", message).rstrip(" .:\n").partition("\n")[0] if message else ""
    if "Unknown error" in message or "traceback unavailable" in message:
        head = "" if whole else "failed without a message"
    line = ": ".join(filter(None, [head, whole.partition("\n")[0]])) or _NOTHING
    return Said(line, line + "".join(f"\n{more}" for more in whole.split("\n")[1:]))


def _inner(modules: object) -> str:
    """What the modules said that gathered facts in vain."""
    if not isinstance(modules, Mapping):
        return ""
    told = []
    for result in list(modules.values())[:_ITEMS]:
        if isinstance(result, Mapping):
            line, last = _own(result).line.rstrip("."), _last(result, "module_stderr")
            told.append(line if not last or last in line else f"{line}: {last}")
    return "; ".join(dict.fromkeys(filter(None, told)))


def _exception(res: Mapping[str, object]) -> str:
    last = _last(res, "exception")
    return "" if _OF_NO_USE.search(last) else last


def _stated(res: Mapping[str, object]) -> str:
    """The words of a module that has no msg, under the names that such modules give them."""
    for key in _REASONS:
        value = res.get(key)
        if isinstance(value, Mapping):
            value = value.get("message") or value.get("msg") or value
        if told := value_text(value):
            return told
    return ""


def _telling(message: str) -> str:
    """The line of several that tells the most: of a traceback the last one, else the first that says something."""
    lines = terminal_lines(message)
    if not lines:
        return ""
    if any(line.startswith(_TRACEBACK) for line in lines):
        return lines[-1].strip()
    first = lines[0].strip()
    return f"{first} {lines[1].strip()}" if first.endswith(":") and len(lines) > 1 else first


def _last(res: Mapping[str, object], *keys: str) -> str:
    """The last line of the first of these texts that has one; a traceback's last line names the error."""
    for key in keys:
        if lines := terminal_lines(res.get(key)):
            return lines[-1].strip()
    return ""


def terminal_lines(value: object) -> list[str]:
    """The end of a text as a terminal shows it at last: without blank lines, and of a progress bar the last state."""
    kept = value_text(value)[-20_000:].split("\n")
    shown = (next((part for part in reversed(line.split("\r")) if part.strip()), "") for line in kept)
    return [line.rstrip() for line in shown if line.strip()]


def value_text(value: object) -> str:
    """Any JSON value as people read it; a list is its lines."""
    if value is None:
        return ""
    if isinstance(value, str):
        return without_escapes(value).strip("\n\r ") if value.strip() else ""
    if isinstance(value, list):
        return "\n".join(_json(part) if isinstance(part, list) else value_text(part) for part in value[:100])
    return _json(value)


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "(nested too deeply to be shown)"


def meaningful(text: str) -> str:
    """The first line of a text that says something; of a traceback the line that names the error."""
    lines = terminal_lines(text[:200_000])
    if any(line.startswith(_TRACEBACK) for line in lines):
        return one_line(lines[-1], _LINE)
    return one_line(lines[0], _LINE) if lines else ""


def _whole(text: str) -> Said:
    return Said(text.partition("\n")[0], text)
