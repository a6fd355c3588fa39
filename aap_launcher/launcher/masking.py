"""What an update tells in its own words, masked before any of it is shortened: a cut secret is not known any more.

Masking is the last step all the same (`ci.Outlet`); this is the first, for what findings are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from aap_launcher.models import (
    Event,
    Finished,
    Job,
    JobUpdate,
    Logged,
    NodeChanged,
    NodeUpdate,
    StatusChanged,
    Update,
)

Hide = Callable[[str], str]
# Of all other events nothing is shortened: their lines go to the log as they are.
_QUOTED = frozenset(
    {"runner_on_failed", "runner_on_error", "runner_on_unreachable", "runner_item_on_failed", "runner_retry"}
    | {"runner_on_async_failed", "verbose", "error", "warning", "deprecated", "system_warning"}
)


def masked(update: Update, hide: Hide) -> Update:
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
