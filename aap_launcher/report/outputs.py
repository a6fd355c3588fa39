"""The outputs: each one's name and words, once, and its value: every one always there, "" where nothing is known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from aap_launcher.errors import ENDINGS
from aap_launcher.models.findings import HostSummary
from aap_launcher.models.jobs import Job
from aap_launcher.models.outcomes import Clean
from aap_launcher.text.host_pattern import as_limit
from aap_launcher.text.quoting import one_of

# GitHub takes 1 MB of outputs from a job, and drops them whole beyond; the result file has everything.
_MOST_ARTIFACTS = 512 * 1024
_MOST_HOSTS = 256 * 1024
_COUNTS = ("ok", "changed", "failed", "unreachable", "skipped", "rescued", "ignored")


@dataclass(frozen=True, slots=True)
class Output:
    """One output. `make generate` writes what repeats it."""

    name: str
    description: str


OUTPUTS: tuple[Output, ...] = (
    Output("job_id", "Id of the job, as soon as it is launched."),
    Output("job_type", "What the launch made: job or workflow_job."),
    Output("job_url", "The job's page."),
    Output("status", "The controller's status: successful, failed, error, canceled, or the last one seen."),
    Output(
        "outcome",
        f"The launcher's verdict: {one_of([verdict for ending in ENDINGS for verdict in ending.verdicts])}.",
    ),
    Output("elapsed", "Seconds that the job ran."),
    Output("artifacts", "What the playbook returned with set_stats, as JSON."),
    Output("host_summary", "Numbers per host (ok, changed, failed, ...), as JSON."),
    Output(
        "failed_hosts",
        "Hosts that failed or were unreachable, commas between, as a limit takes them: a name that a limit would "
        "read as a pattern stands there as one that matches this host alone.",
    ),
    Output("events", "How whole the log is: complete, partial or none."),
    Output("explanation", "Why it ended so, in words."),
)


def launched_outputs(job: Job) -> dict[str, str]:
    """What is known right after the launch: job_id, job_type, job_url."""
    return {"job_id": str(job.id), "job_type": job.type, "job_url": job.link}


def outputs(outcome: Clean) -> dict[str, str]:
    """Every output. Artifacts over 512 KiB are left out; host_summary keeps the worst hosts up to 256 KiB."""
    job, hosts = outcome.job, outcome.findings.hosts
    artifacts = _compact(dict(job.artifacts)) if job else ""
    known = launched_outputs(job) if job else {"job_id": "", "job_type": "", "job_url": ""}
    return known | {
        "status": str(job.status) if job else "",
        "outcome": str(outcome.verdict),
        "elapsed": _seconds(job.elapsed) if job else "",
        "artifacts": artifacts if len(artifacts) <= _MOST_ARTIFACTS else "",
        "host_summary": _host_summary(worst_first(hosts)) if hosts else "",
        "failed_hosts": as_limit(outcome.findings.failed_hosts),
        "events": outcome.log.state,
        "explanation": outcome.explanation,
    }


def worst_first(hosts: Iterable[HostSummary]) -> list[HostSummary]:
    """Unreachable and failed hosts before changed ones before the rest; by name among equals."""
    return sorted(hosts, key=lambda host: (not host.bad, not host.changed, host.host))


def counts(host: HostSummary) -> dict[str, int]:
    """A host's numbers by name: ok, changed, failed, unreachable, skipped, rescued, ignored."""
    return {name: getattr(host, name) for name in _COUNTS}


def _host_summary(hosts: Iterable[HostSummary]) -> str:
    """Compact JSON: {"web1": {"ok": 3, ...}, ...}, as many hosts as fit."""
    entries: list[str] = []
    room = _MOST_HOSTS
    for host in hosts:
        entry = f"{_compact(host.host)}:{_compact(counts(host))}"
        room -= len(entry) + 1
        if room < 0:
            break
        entries.append(entry)
    return "{" + ",".join(entries) + "}"


def _compact(value: object) -> str:
    # ASCII only: one byte is one character, and no shell or dotenv file can bend it.
    return json.dumps(value, separators=(",", ":"))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
