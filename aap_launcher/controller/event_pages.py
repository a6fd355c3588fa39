"""A page of events: its JSON goes straight into the model, since events are most of what is transferred."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from aap_launcher.controller.json_depth import decoded
from aap_launcher.models.events import Event


class _Page(msgspec.Struct):
    results: list[Event]


_PAGE = msgspec.json.Decoder(_Page)


def events(body: bytes) -> Sequence[Event] | None:
    """The events of a page, None where it is no page.

    An event that is broken is left out: then its counter is missing, and told to be.
    """
    try:
        return decoded(_PAGE.decode, body).results
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _events_one_by_one(body)


def _events_one_by_one(body: bytes) -> Sequence[Event] | None:
    """For a page with a null, or half of a surrogate pair, where there should be text."""
    try:
        page = decoded(json.loads, body.decode("utf-8", "replace").encode())
    except (ValueError, RecursionError):
        return None
    rows = page.get("results") if isinstance(page, dict) else None
    if not isinstance(rows, list):
        return None
    found = (_event(row) for row in rows if isinstance(row, dict))
    return [event for event in found if event is not None]


def _event(row: Mapping[str, Any]) -> Event | None:
    present = {key: value for key, value in row.items() if value is not None}
    try:
        text = json.dumps(present, ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(text, type=Event, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
