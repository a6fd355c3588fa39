"""Secrets leave what is handed on: updates before findings are made of them, the outcome before reports are.

Of an update its own words are masked before any of it is shortened: a cut secret is not known any more. Masking is
the last step all the same (`ci.Outlet`); these are the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job
from aap_launcher.models.outcomes import Clean, Outcome
from aap_launcher.models.updates import (
    Finished,
    JobUpdate,
    Logged,
    NodeChanged,
    NodeUpdate,
    StatusChanged,
    Update,
)

Hide = Callable[[str], str]
# The controller's own words, counts and addresses, which later steps must be able to use.
_KEPT = frozenset(
    {"type", "kind", "source", "url", "link", "run_url", "events_url", "cancel_url", "provider", "missing"}
    | {"host_status_counts", "outages", "on_success", "on_failure", "always"}
)
_MOST_NESTED = 64  # artifacts deeper than this are cut: no one reads them, and Python's stack ends
# Of all other events nothing is shortened: their lines go to the log as they are.
_QUOTED = frozenset(
    {"runner_on_failed", "runner_on_error", "runner_on_unreachable", "runner_item_on_failed", "runner_retry"}
    | {"runner_on_async_failed", "verbose", "error", "warning", "deprecated", "system_warning"}
)


def masked_update(update: Update, hide: Hide) -> Update:
    """The update without secrets in what findings quote from it; the same object where there is nothing to hide."""
    if isinstance(update, NodeUpdate):
        return replace(update, update=_masked(update.update, hide))
    return update if isinstance(update, NodeChanged) else _masked(update, hide)


def _masked(update: JobUpdate, hide: Hide) -> JobUpdate:
    match update:
        case Logged(event) if event.event in _QUOTED:
            return Logged(_event(event, hide))
        case StatusChanged():
            return replace(update, job=_job(update.job, hide))
        case Finished():
            lines = tuple(map(hide, update.update_lines))
            return replace(update, job=_job(update.job, hide), update_lines=lines)
        case _:
            return update


def _job(job: Job, hide: Hide) -> Job:
    return replace(job, explanation=hide(job.explanation), traceback=hide(job.traceback))


def _event(event: Event, hide: Hide) -> Event:
    stdout, data = hide(event.stdout), _data(bytes(event.event_data), hide)
    if stdout is event.stdout and data is None:
        return event
    changed = event.event_data if data is None else msgspec.Raw(data)
    return replace(event, stdout=stdout, event_data=changed)


def _data(data: bytes, hide: Hide) -> bytes | None:
    """The JSON with its texts masked, None where there is nothing to mask."""
    text = data.decode("utf-8", "replace")
    if hide(text) is text and "\\u" not in text:
        return None
    try:
        return msgspec.json.encode(_texts(msgspec.json.decode(data), hide))
    except (msgspec.MsgspecError, RecursionError):
        return None  # it cannot be read at all


def _texts(value: object, hide: Hide) -> object:
    match value:
        case str():
            return hide(value)
        case list():
            return [_texts(one, hide) for one in value]
        case Mapping():
            return {key: _texts(one, hide) for key, one in value.items()}
        case _:
            return value


def hidden(outcome: Outcome, hide: Hide) -> Clean:
    """The outcome with `hide` applied to every text that people or playbooks wrote, artifacts included.

    A number among the artifacts that is a secret becomes text; one that JSON does not know (NaN) as well.
    """
    return Clean(**_fields(outcome, hide, 0))


def _hidden(value: object, hide: Hide, depth: int) -> object:
    clean: object = value
    if depth > _MOST_NESTED:
        clean = "..."
    elif isinstance(value, str) and not isinstance(value, Enum):
        clean = hide(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(value)
        clean = value if math.isfinite(value) and hide(shown) == shown else hide(shown)
    elif isinstance(value, tuple | list):
        clean = type(value)([_hidden(item, hide, depth + 1) for item in value])
    elif isinstance(value, Mapping):
        clean = {hide(str(key)): _hidden(item, hide, depth + 1) for key, item in value.items()}
    elif isinstance(value, msgspec.Struct):
        clean = type(value)(**_fields(value, hide, depth))
    return clean


def _fields(value: msgspec.Struct, hide: Hide, depth: int) -> dict[str, Any]:
    return {
        name: text if name in _KEPT or isinstance(text, int | float) else _hidden(text, hide, depth + 1)
        for name, text in asdict(value).items()
    }
