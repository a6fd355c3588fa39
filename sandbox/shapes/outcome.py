"""What the stored events say about a run: counts, artifacts, hosts. All of it grows and lags as they do."""

from typing import Any

from sandbox.events.rows import Row
from sandbox.models import Job

# A host counts once: in the last of these in which it appears.
_RANKING = ("skipped", "ok", "changed", "failures", "dark")
_PER_HOST = ("changed", "dark", "failures", "ok", "processed", "skipped", "ignored", "rescued")


def stats_of(job: Job) -> dict[str, Any]:
    """Data of the event with which a playbook ends; empty until that is stored, and when there is none."""
    row = _last(job)
    return row.data if row and job.log.visible(row.counter - 1) else {}


def automated(job: Job) -> list[str]:
    """The hosts on which it ran, whether that is stored already or not."""
    row = _last(job)
    return list(row.data.get("processed") or {}) if row else []


def _last(job: Job) -> Row | None:
    return next((row for row in reversed(job.log.emitted()[-3:]) if row.event == "playbook_on_stats"), None)


def host_status_counts(job: Job) -> dict[str, int] | None:
    stats = stats_of(job)
    if not stats:
        return None
    state_of: dict[str, str] = {}
    for state in _RANKING:
        state_of |= dict.fromkeys((host for host, count in (stats.get(state) or {}).items() if count), state)
    states = list(state_of.values())
    return {state: states.count(state) for state in _RANKING if state in states}


def playbook_counts(job: Job) -> dict[str, int]:
    return {
        "play_count": job.log.count("playbook_on_play_start"),
        "task_count": job.log.count("playbook_on_task_start"),
    }


def hosts(job: Job) -> list[dict[str, Any]]:
    """The numbers of each host, in the order in which the play saw them."""
    stats = stats_of(job)
    summaries = []
    for name in stats.get("processed") or {}:
        numbers = {key: (stats.get(key) or {}).get(name, 0) for key in _PER_HOST}
        summaries.append(
            {"host_name": name, **numbers, "failed": bool(numbers["dark"] or numbers["failures"])}
        )
    return summaries


def failed_hosts(job: Job) -> list[str]:
    return [host["host_name"] for host in hosts(job) if host["failed"]]
