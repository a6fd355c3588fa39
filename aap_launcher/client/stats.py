"""How jobs went over a time: counts, durations and failure rate by template; rows in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aap_launcher.models import shapes

COLUMNS = (
    "template",
    "jobs",
    "successful",
    "failed",
    "error",
    "canceled",
    "failure_rate",
    "median",
    "p95",
)
_BAD = frozenset({"failed", "error", "canceled"})


@dataclass(slots=True)
class _Gathered:
    counts: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def add(self, row: Mapping[str, Any]) -> None:
        status = str(row.get("status"))
        self.counts[status] = self.counts.get(status, 0) + 1
        elapsed = row.get("elapsed")
        if status == "successful" and isinstance(elapsed, int | float) and not isinstance(elapsed, bool):
            self.seconds.append(float(elapsed))


def stats(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each template, the most failures first.

    `jobs` have ended; `failure_rate` is failed, error and canceled of them (0 to 1); `median` and `p95` are the
    seconds of successful ones, None where there was none.
    """
    by_template: dict[str, _Gathered] = {}
    for row in rows:
        told = shapes.row(shapes.row(row, "summary_fields"), "unified_job_template")
        name = shapes.text_at(told, "name") or shapes.text_at(row, "name")
        by_template.setdefault(name, _Gathered()).add(row)
    found = [_row(name, gathered) for name, gathered in by_template.items()]
    yield from sorted(
        found, key=lambda one: (-one["failed"] - one["error"] - one["canceled"], one["template"])
    )


def _row(name: str, gathered: _Gathered) -> dict[str, Any]:
    counts, seconds = gathered.counts, sorted(gathered.seconds)
    ended = sum(counts.get(status, 0) for status in ("successful", *_BAD))
    bad = sum(counts.get(status, 0) for status in _BAD)
    return {
        "template": name,
        "jobs": ended,
        **{status: counts.get(status, 0) for status in ("successful", "failed", "error", "canceled")},
        "failure_rate": round(bad / ended, 3) if ended else 0.0,
        "median": _at(seconds, 0.5),
        "p95": _at(seconds, 0.95),
    }


def _at(seconds: list[float], share: float) -> float | None:
    return round(seconds[min(int(len(seconds) * share), len(seconds) - 1)], 1) if seconds else None
