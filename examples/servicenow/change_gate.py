#!/usr/bin/env python3
"""A gate in a pipeline: a deploy goes on only while its change request is approved and inside its window.

    change_gate.py CHG0030001 && aap-launcher launch "Deploy shop"

Exit 0: it may go on. 3: it may not, and why. 4: ServiceNow could not tell, so it may not either.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from table_api import Record, ServiceNowError, from_environment

# The states of the table change_request in which a deploy may run: Scheduled and Implement.
_STATES = {"-2": "Scheduled", "-1": "Implement"}
_NAMES = {
    "-5": "New",
    "-4": "Assess",
    "-3": "Authorize",
    "0": "Review",
    "3": "Closed",
    "4": "Canceled",
} | _STATES
_FIELDS = ("state", "approval", "on_hold", "start_date", "end_date")


def why_not(change: Record, now: datetime) -> Iterator[str]:
    """Each reason why a deploy may not run now."""
    fields = change.fields
    if fields["approval"] != "approved":
        yield f"its approval is {fields['approval'] or 'not given'}, not approved"
    if fields["state"] not in _STATES:
        state = _NAMES.get(fields["state"], fields["state"] or "unknown")
        yield f"its state is {state}, not {' or '.join(_STATES.values())}"
    if fields["on_hold"] == "true":
        yield "it is on hold"
    start, end = _time(fields["start_date"]), _time(fields["end_date"])
    if start is None or end is None:
        yield "it has no planned start and end"
    elif now < start:
        yield f"its window opens in {_until(start - now)} ({start:%Y-%m-%d %H:%M} UTC)"
    elif now > end:
        yield f"its window closed {_until(now - end)} ago ({end:%Y-%m-%d %H:%M} UTC)"


def _time(text: str) -> datetime | None:
    """The Table API gives times in UTC, where display values were not asked for."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _until(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: change_gate.py CHG0030001", file=sys.stderr)
        return 2
    try:
        change = from_environment(os.environ).find("change_request", arguments[0], *_FIELDS)
    except ServiceNowError as fault:
        print(f"change gate: {fault}", file=sys.stderr)
        return 4
    reasons = list(why_not(change, change.read_at))
    for reason in reasons:
        print(f"change gate: {change.number}: {reason}", file=sys.stderr)
    if not reasons:
        print(f"change gate: {change.number} is approved, and its window is open")
    return 3 if reasons else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
