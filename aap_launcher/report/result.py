"""The result file: everything that is known of the run as one JSON document, by docs/result-schema.json."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import asdict

from aap_launcher.models.jobs import Job
from aap_launcher.models.outcomes import Clean, NodeOutcome
from aap_launcher.models.templates import Template
from aap_launcher.models.updates import Log
from aap_launcher.report.outputs import outputs

SCHEMA = 1  # grows when a reader of the former could break; new fields alone do not count
# `url`, `events_url` and `cancel_url` are the API's paths, of no use to a reader; `link` opens the page.
_TEMPLATE = ("id", "type", "name", "organization", "may_start")
_JOB = tuple(
    name
    for name in Job.__struct_fields__
    if name not in {"url", "events_url", "cancel_url", "artifacts", "host_status_counts", "link"}
)


def result(outcome: Clean) -> str:
    """The document's text, UTF-8, ending in a newline."""
    found = outcome.findings
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "outcome": str(outcome.verdict),
        "exit_code": outcome.exit_code,
        "explanation": outcome.explanation,
        "seconds": outcome.seconds,
        "platform": outcome.platform,
        "job": _job(outcome.job) if outcome.job else None,
        "template": _template(outcome.template) if outcome.template else None,
        "launched_with": dict(outcome.shown),
        "artifacts": outcome.job.artifacts if outcome.job else {},
        "events": _events(outcome.log),
        "hosts": [asdict(host) for host in found.hosts],
        "recap": found.recap,
        "failed_hosts": list(found.failed_hosts),
        "no_host_plays": list(found.no_host_plays),
        "reasons": [asdict(reason) for reason in found.reasons],
        "failures": [asdict(failure) for failure in found.failures],
        "slowest": [asdict(task) for task in found.slowest],
        "retried": [asdict(task) for task in found.retried],
        "outages": list(outcome.outages),
        "nodes": [_node(node) for node in outcome.nodes],
        "ci": asdict(outcome.ci),
        "outputs": outputs(outcome),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    # A lone surrogate is legal in Python's JSON and a parse error in many others.
    return text.encode("utf-8", "replace").decode()


def _template(template: Template) -> dict[str, Any]:
    return {name: getattr(template, name) for name in _TEMPLATE}


def _job(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in _JOB} | {"url": job.link}


def _node(outcome: NodeOutcome) -> dict[str, Any]:
    node = outcome.node
    return {
        "id": node.id,
        "name": outcome.name,
        "path": list(outcome.path),
        "type": node.type,
        "state": outcome.state,
        "explanation": outcome.explanation,
        "job": _job(node.job) if node.job else None,
        "on_success": list(node.on_success),
        "on_failure": list(node.on_failure),
        "always": list(node.always),
        "all_parents": node.all_parents,
        "approval": asdict(outcome.approval) if outcome.approval else None,
        "events": _events(outcome.log),
        "hosts": [asdict(host) for host in outcome.findings.hosts],
    }


def _events(log: Log) -> dict[str, Any]:
    return {
        "state": log.state,
        "received": log.received,
        "lost": log.lost,
        "missing": [list(span) for span in log.missing],
    }
