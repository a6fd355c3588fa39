"""A sentence of ours beside the job's log."""

from __future__ import annotations

import msgspec


class Notice(msgspec.Struct, frozen=True):
    """Something the user should know that is not the job's own word."""

    text: str
    warning: bool = False
    outage: float = 0.0  # seconds that the controller was away, where the notice tells that it is back
