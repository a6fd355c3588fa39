"""What somebody else did to an object while it was edited, and what of it is gone.

AWX saves the whole row: of two edits of different fields at the same moment the later one puts the other's field
back, and both are answered 200. Its activity stream tells: the entry of that edit changes a field that it never sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.client.query_terms import RUNNING
from aap_launcher.client.records import mapping_of
from aap_launcher.errors import LauncherError

if TYPE_CHECKING:
    from aap_launcher.controller.requests import Requests

_QUIET = RUNNING | {"modified", "related", "summary_fields"}


def changed(before: Mapping[str, Any], after: Mapping[str, Any], ours: set[str], what: str) -> Sequence[str]:
    """In words: the fields that somebody else changed between our two looks."""
    others = [
        name
        for name, value in after.items()
        if name not in ours | _QUIET and name in before and before[name] != value
    ]
    return [f"somebody else changed {', '.join(others)} of {what} meanwhile"] if others else []


def undone(
    requests: Requests, before: Mapping[str, Any], after: Mapping[str, Any], ours: set[str], what: str
) -> Sequence[str]:
    """In words: the fields of somebody else's that our edit put back, as far as this user may see that."""
    links = after.get("related")
    path = links.get("activity_stream") if isinstance(links, Mapping) else None
    if not isinstance(path, str):
        return []
    terms = [("order_by", "-id"), ("page_size", "20")]
    if before.get("modified"):
        terms.append(("timestamp__gte", str(before["modified"])))
    try:
        rows = requests.read(path, terms, what=f"the activity of {what}").get("results")
    except LauncherError:
        return []  # it is no reason to call a change that stands there a failure
    lost = list(dict.fromkeys(_put_back(rows if isinstance(rows, list) else [], ours)))
    told = f"somebody else changed {', '.join(lost)} of {what} at the same moment, and that change is gone: repeat it"
    return [told] if lost else []


def _put_back(rows: Sequence[object], ours: set[str]) -> Iterator[str]:
    """Fields in the entries of our edit which we never sent."""
    for row in rows:
        changes = row.get("changes") if isinstance(row, Mapping) else None
        changes = mapping_of(changes) if isinstance(changes, str) else changes
        if isinstance(changes, Mapping) and ours & set(changes):
            yield from (str(name) for name in changes if name not in ours | _QUIET)
