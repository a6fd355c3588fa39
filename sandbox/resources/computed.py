"""Fields that nobody gives: counted from what is attached, or read from the jobs that ran."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.models import Job, now
from sandbox.resources import inputs, schedules
from sandbox.resources.notifications import SECRETS
from sandbox.state import State
from sandbox.store.store import Record

Values = dict[str, Any]
ENCRYPTED = inputs.ENCRYPTED
FAILED = frozenset({"failed", "error", "canceled"})
CPU_CAPACITY, MEMORY_CAPACITY = 8, 220


def values_of(state: State, record: Record) -> Values:
    """All of them, of one object."""
    compute = _COMPUTED.get(record.kind.path)
    return compute(state, record) if compute else {}


def value_of(state: State, record: Record, name: str) -> Any:
    """One of them, for a filter; None when it is not computed."""
    if name not in _NAMES.get(record.kind.path, ()):
        return None
    return values_of(state, record).get(name)


def runs_of(state: State, record: Record) -> list[Job]:
    """The jobs that were made from it, the latest first."""
    with state.lock:
        jobs = list(state.jobs.values())
    return sorted(
        (job for job in jobs if made_from(job) == (record.kind.path, record.id)), key=lambda job: -job.id
    )


def made_from(job: Job) -> tuple[str, int] | None:
    """Path and id of what a job runs."""
    for attribute, path in (
        ("workflow", "workflow_job_templates"),
        ("source", "inventory_sources"),
        ("system", "system_job_templates"),
    ):
        if thing := getattr(job, attribute, None):
            return path, thing.id
    if job.kind == "project_update" and job.project:
        return "projects", job.project.id
    return ("job_templates", job.template.id) if job.template else None


def _last_run(state: State, record: Record) -> Values:
    runs = runs_of(state, record)
    if not runs:
        return {}
    last = runs[0]
    return {
        "last_job_run": stamp(last.finished),
        "last_job_failed": last.status in FAILED,
        "status": last.status,
        "next_job_run": None,
    }


def _template(state: State, record: Record) -> Values:
    return {"status": "never updated", "last_job_failed": False, **_last_run(state, record)}


def _project(state: State, record: Record) -> Values:
    run = _last_run(state, record)
    updated = (
        {"last_update_failed": run["last_job_failed"], "last_updated": run["last_job_run"]} if run else {}
    )
    default = "ok" if not record.values["scm_type"] else "never updated"
    return {"status": record.values["status"] or default, **run, **updated}


def inventory_numbers(state: State, record: Record) -> Values:
    found: Values = state.store.once(("numbers", record.id), lambda: _inventory_numbers(state, record))
    return found


def _inventory_numbers(state: State, record: Record) -> Values:
    store = state.store
    hosts = sum(1 for one in store.all("hosts") if one.values["inventory"] == record.id)
    groups = sum(1 for one in store.all("groups") if one.values["inventory"] == record.id)
    sources = sum(1 for one in store.all("inventory_sources") if one.values["inventory"] == record.id)
    return {
        "has_active_failures": False,
        "total_hosts": hosts,
        "hosts_with_active_failures": 0,
        "total_groups": groups,
        "has_inventory_sources": bool(sources),
        "total_inventory_sources": sources,
        "inventory_sources_with_failures": 0,
    }


def _inventory(state: State, record: Record) -> Values:
    pending = bool(record.hidden.get("pending_deletion"))
    return {**inventory_numbers(state, record), "pending_deletion": pending}


def credential_kind(state: State, record: Record) -> Values:
    kind = state.store.get("credential_types", record.values["credential_type"])
    namespace = kind.values["namespace"]
    cloud = kind.values["kind"] == "cloud"
    return {
        "kind": namespace or kind.values["kind"],
        "cloud": cloud,
        "kubernetes": kind.values["kind"] == "kubernetes",
    }


def _credential(state: State, record: Record) -> Values:
    kind = state.store.get("credential_types", record.values["credential_type"])
    shown = inputs.shown(kind.values["inputs"], record.values["inputs"])
    return {**credential_kind(state, record), "inputs": shown}


def _notification(_: State, record: Record) -> Values:
    given = record.values["notification_configuration"] or {}
    shown = {name: ENCRYPTED if name in SECRETS and value else value for name, value in given.items()}
    return {"notification_configuration": shown}


def _schedule(_: State, record: Record) -> Values:
    rule = record.values["rrule"]
    first = schedules.occurrences(rule, datetime.min.replace(tzinfo=UTC), 1)
    ahead = schedules.occurrences(rule, now(), 1) if record.values["enabled"] else []
    return {
        "dtstart": _seconds(first[0]) if first else None,
        "next_run": _seconds(ahead[0]) if ahead else None,
        "timezone": schedules.zone_of(rule),
        "until": schedules.until_of(rule),
    }


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _instance_group(state: State, record: Record) -> Values:
    active = [job for job in list(state.jobs.values()) if job.status == "running"]
    default = record.name == "default"
    return {
        "capacity": MEMORY_CAPACITY,
        "consumed_capacity": 0,
        "percent_capacity_remaining": 100.0,
        "jobs_running": len(active) if default else 0,
        "jobs_total": len(state.jobs) if default else 0,
        "instances": len(record.links["instances"]),
    }


def _instance(_: State, record: Record) -> Values:
    """Between what its processors and what its memory allow, or beyond."""
    adjustment = float(record.values["capacity_adjustment"])
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, record.name)),
        "capacity": round(CPU_CAPACITY + (MEMORY_CAPACITY - CPU_CAPACITY) * adjustment),
        "consumed_capacity": 0,
        "percent_capacity_remaining": 100.0,
        "cpu_capacity": CPU_CAPACITY,
        "mem_capacity": MEMORY_CAPACITY,
    }


def _node(_: State, record: Record) -> Values:
    return {f"{kind}_nodes": list(record.links[f"{kind}_nodes"]) for kind in ("success", "failure", "always")}


def _application(_: State, record: Record) -> Values:
    return {"client_secret": ENCRYPTED if record.values["client_secret"] else ""}


def _authors(_: State, record: Record) -> Values:
    return {"created_by": record.created_by, "modified_by": record.modified_by}


_COMPUTED: dict[str, Callable[[State, Record], Values]] = {
    "job_templates": _template,
    "workflow_job_templates": _template,
    "system_job_templates": _template,
    "inventory_sources": _template,
    "projects": _project,
    "inventories": _inventory,
    "users": lambda _state, _record: {"password": ENCRYPTED},
    "credentials": _credential,
    "notification_templates": _notification,
    "schedules": _schedule,
    "instance_groups": _instance_group,
    "instances": _instance,
    "workflow_job_template_nodes": _node,
    "applications": _application,
    "role_definitions": _authors,
    "role_user_assignments": _authors,
    "role_team_assignments": _authors,
}
_RUN = ("last_job_run", "last_job_failed", "status", "next_job_run")
# Those for which a list can be filtered.
_NAMES: dict[str, tuple[str, ...]] = {
    "job_templates": _RUN,
    "workflow_job_templates": _RUN,
    "system_job_templates": _RUN,
    "inventory_sources": _RUN,
    "projects": (*_RUN, "last_updated"),
    "inventories": (
        "total_hosts",
        "total_groups",
        "has_active_failures",
        "pending_deletion",
        "total_inventory_sources",
    ),
    "schedules": ("dtstart", "next_run"),
    "instance_groups": ("instances",),
}
