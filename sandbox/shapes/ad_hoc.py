"""Ad hoc commands."""

from typing import Any

from sandbox.clock import stamp
from sandbox.models import AdHocJob, User
from sandbox.models.access import administers
from sandbox.shapes import summaries
from sandbox.shapes.jobs import DETAIL_ONLY, course
from sandbox.shapes.outcome import host_status_counts
from sandbox.state import State

Shape = dict[str, Any]
_BELOW = ("stdout", "events", "activity_stream", "notifications", "cancel", "relaunch")


def ad_hoc_detail(state: State, job: AdHocJob, user: User) -> Shape:
    links, prompts = state.links, job.prompts
    inventory, credential = prompts.inventory, prompts.credentials[0]
    assert inventory
    who = {"created_by": links("users", job.created_by.id)} if job.created_by else {}
    admin = administers(user, job.organization)
    return {
        "id": job.id,
        "type": job.kind,
        "url": links("ad_hoc_commands", job.id),
        "related": {
            **who,
            "inventory": links("inventories", inventory.id),
            "credential": links("credentials", credential.id),
            **links.below("ad_hoc_commands", job.id, *_BELOW),
        },
        "summary_fields": {
            "inventory": summaries.inventory(inventory),
            "credential": summaries.credential(credential),
            **({"created_by": summaries.user(job.created_by)} if job.created_by else {}),
            "user_capabilities": {"delete": admin, "start": admin},
        },
        "created": stamp(job.created),
        "modified": stamp(job.started or job.created),
        "name": job.name,
        **course(links, job),
        "job_type": prompts.job_type,
        "inventory": inventory.id,
        "limit": prompts.limit,
        "credential": credential.id,
        "module_name": job.module_name,
        "module_args": job.module_args,
        "forks": prompts.forks,
        "verbosity": prompts.verbosity,
        "extra_vars": job.given.get("extra_vars") or "",
        "become_enabled": job.become_enabled,
        "diff_mode": prompts.diff_mode,
        "host_status_counts": host_status_counts(job),
    }


def ad_hoc_in_list(state: State, job: AdHocJob, user: User) -> Shape:
    left_out = {*DETAIL_ONLY, "host_status_counts"}
    return {key: value for key, value in ad_hoc_detail(state, job, user).items() if key not in left_out}
