"""Many rows in as many bulk calls as they take: a hundred each, or fewer where the controller's own limit is lower."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from aap_launcher.errors import Refused

CHUNK = 100  # BULK_HOST_MAX_CREATE and BULK_JOB_MAX_LAUNCH, as they are by default

Row = TypeVar("Row")
Answer = TypeVar("Answer")


def in_pieces(
    rows: Sequence[Row], send: Callable[[Sequence[Row]], Answer], setting: str
) -> Iterator[tuple[Sequence[Row], Answer]]:
    """Send the rows piece by piece; each piece and its answer. `setting`: what a refusal of too many names.

    Only administrators may read the limit; a call that is above it is refused whole (SAW bulk), so half is tried.
    """
    at, size = 0, CHUNK
    while at < len(rows):
        piece = rows[at : at + size]
        try:
            answer = send(piece)
        except Refused as refused:
            if len(piece) == 1 or setting not in str(refused):
                raise
            size = len(piece) // 2
            continue
        yield piece, answer
        at += len(piece)
