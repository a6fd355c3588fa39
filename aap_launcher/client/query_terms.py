"""The words of queries: lookups, parameters that are no filters, and values as a query carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from aap_launcher.errors import InvalidValue


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LOOKUPS = _words(
    """
    exact iexact contains icontains startswith istartswith endswith iendswith regex iregex gt gte lt lte
    in isnull search
    """
)
PREFIXES = frozenset({"not", "or", "chain"})
# Query parameters that are no filters: pages are ours, the rest would be ignored or change what an answer is.
PARAMETERS = {
    "page": "all pages are read, as one list",
    "page_size": "all pages are read, as one list",
    "limit": "the controller ignores it on a list; at_most cuts one",
    "offset": "all pages are read, as one list",
    "cursor": "all pages are read, as one list",
    "count_disabled": "all pages are read, as one list",
    "format": "answers are JSON",
    "order": "it is another name of order_by",
    "no_truncate": "it is for events alone",
    "validate": "the controller ignores it on a list",
    "host_filter": "it is for hosts alone",
}
# Relations of one object to one other that are no field of it.
SINGLE = _words(
    """
    created_by modified_by last_job current_job next_schedule last_job_host_summary unifiedjob_ptr
    unifiedjobtemplate_ptr schedule launch_config unified_job_node instance_group approved_or_denied_by
    job_template workflow_job_template project inventory_source system_job_template job workflow_job
    project_update inventory_update ad_hoc_command system_job workflow_approval organization
    content_type user application
    """
)
# Fields that runs change, and nobody edits.
RUNNING = _words(
    """
    status last_job_run last_job_failed next_job_run last_updated last_update_failed last_job
    scm_revision next_run has_active_failures hosts_with_active_failures total_hosts total_groups
    jobs_running jobs_total capacity last_job_host_summary ansible_facts_modified last_seen
    consumed_capacity percent_capacity_remaining
    """
)


def worded(value: object) -> str:
    """A value as a query carries it. Raises `InvalidValue` for a mapping that is no object."""
    if isinstance(value, Mapping):
        if "id" not in value:
            raise InvalidValue("is a mapping without an id", "")
        return str(value["id"])
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def in_values(name: str, value: object) -> str | None:
    """The value of an `__in`; None where there is none in it. Raises `InvalidValue`.

    The controller trims nothing there, and a comma cannot be escaped (seen on AWX 24.6.1).
    """
    if isinstance(value, str) and value.lstrip().startswith("["):
        raise InvalidValue("is JSON", "Write the values with commas between: a,b.")
    items = [item.strip() for item in value.split(",")] if isinstance(value, str) else value
    if not isinstance(items, list | tuple | set | frozenset):
        items = [items]
    texts = [worded(item) for item in items]
    if isinstance(value, str) and not any(texts):
        raise InvalidValue("is empty", "Write the values with commas between: a,b.")
    if any("," in text for text in texts):
        advice = f"Use or__{name.removesuffix('__in')} for each value."
        raise InvalidValue("has a value with a comma, which __in cannot hold", advice)
    return ",".join(dict.fromkeys(texts)) if texts else None
