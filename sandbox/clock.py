"""Times as the API writes them."""

from datetime import UTC, datetime


def stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_between(start: datetime | None, end: datetime) -> float:
    return 0.0 if start is None else round((end - start).total_seconds(), 3)
