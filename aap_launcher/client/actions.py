"""Deleting an object, and what else can be done with one: the answer is compared with what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aap_launcher.client.fields import shape
from aap_launcher.client.kind import Action, Kind
from aap_launcher.client.kind_names import known
from aap_launcher.client.readback import made_of
from aap_launcher.client.records import Record
from aap_launcher.errors import AnswerLost, NotFound, Refused, TimedOut
from aap_launcher.models.ports import Clock

if TYPE_CHECKING:
    from aap_launcher.controller.requests import Requests

_STEP = 0.5  # seconds between two looks at what is being deleted


def delete(
    requests: Requests, kind: Kind, number: int, clock: Clock, *, missing_ok: bool, wait: float | None
) -> bool:
    """Delete; whether there was one. `wait`: so many seconds until it is gone. Raises `TimedOut`, `AnswerLost`."""
    path, what = f"{kind.folder}{number}/", f"{kind.label} {number}"
    there = True
    try:
        requests.change("DELETE", path, None, what=what)
    except NotFound:
        if not missing_ok:
            raise
        there = False
    except Refused as refused:
        if refused.status != 400 or "pending deletion" not in str(refused):
            raise
    except AnswerLost:
        if _gone(requests, path, what):
            return True
        raise
    if there and wait is not None:
        _wait_gone(requests, path, what, clock, wait)
    return there


def _wait_gone(requests: Requests, path: str, what: str, clock: Clock, seconds: float) -> None:
    """An inventory answers 202, and is gone later; until then its name is taken."""
    until = clock.now() + seconds
    while not _gone(requests, path, what):
        if clock.now() >= until:
            raise TimedOut(f"{what} is being deleted, and was not gone after {seconds:g} s.")
        clock.sleep(_STEP)


def _gone(requests: Requests, path: str, what: str) -> bool:
    """Whether it is no more, or as a host metric stays and says so of itself."""
    try:
        row = requests.read(path, what=what)
    except NotFound:
        return True
    return row.get("deleted") is True


def act(requests: Requests, kind: Kind, action: Action, number: int, given: Mapping[str, Any]) -> Record:
    """POST to an action's path; its answer. Raises `AnswerLost` where that does not show what was asked for."""
    what = f"{action.name} of {kind.label} {number}"
    path = f"{kind.folder}{number}/{action.path or action.name + '/'}"
    answer = requests.change("POST", path, dict(given), what=what)
    found = requests.json(answer)
    if isinstance(found, list) and found:  # the updates of all sources of an inventory
        row: Mapping[str, Any] = {"results": found}
    else:
        row = requests.content(answer, what, empty=not (action.starts or action.name == "copy"))
    if action.name == "copy":
        made_of(row, given.get("name"), kind, shape(kind).types, what)
        if row["id"] == number:
            raise AnswerLost(
                f"{what}: the answer shows the original; whether a copy was made is not known: look."
            )
    elif action.starts and not isinstance(row.get("id"), int):
        raise AnswerLost(f"{what}: the answer names no run; whether one was started is not known: look.")
    return Record(row, known(str(row.get("type", ""))), site=requests.origin)
