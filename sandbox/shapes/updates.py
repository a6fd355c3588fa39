"""Project updates: the runs that fetch a project before the job that needs it."""

from typing import Any

from sandbox.clock import stamp
from sandbox.models import Job, Project, User
from sandbox.shapes import summaries
from sandbox.shapes.jobs import DETAIL_ONLY, ancestor_summary, course, source_link, source_summary
from sandbox.shapes.outcome import host_status_counts, playbook_counts
from sandbox.state import State

Shape = dict[str, Any]


def _related(state: State, job: Job, project: Project) -> Shape:
    links = state.links
    own = ("cancel", "scm_inventory_updates", "notifications", "events")
    return {
        "unified_job_template": links("projects", project.id),
        "stdout": links("project_updates", job.id, "stdout"),
        "project": links("projects", project.id),
        **source_link(links, job),
        **links.below("project_updates", job.id, *own),
    }


def update_in_list(state: State, job: Job, user: User) -> Shape:
    left_out = {*DETAIL_ONLY, "host_status_counts", "playbook_counts"}
    return {key: value for key, value in update_detail(state, job, user).items() if key not in left_out}


def update_detail(state: State, job: Job, user: User) -> Shape:
    project = job.project
    assert project
    named = {"id": project.id, "name": project.name, "description": project.description}
    run = course(state.links, job)
    del run["controller_node"]
    nested = {**source_summary(job), **ancestor_summary(state.links, job)}
    return {
        "id": job.id,
        "type": "project_update",
        "url": state.links("project_updates", job.id),
        "related": _related(state, job, project),
        "summary_fields": {
            "organization": summaries.organization(job.organization),
            "project": summaries.project(project),
            "unified_job_template": {**named, "unified_job_type": "project_update"},
            "instance_group": summaries.instance_group(state.catalog.instance_groups[0]),
            "user_capabilities": {"delete": user.is_superuser, "start": user.is_superuser},
            **nested,
        },
        "created": stamp(job.created),
        "modified": stamp(job.created),
        "name": job.name,
        "description": job.description,
        "local_path": f"_{project.id}__{project.name.lower().replace(' ', '_')}",
        "scm_type": project.scm_type,
        "scm_url": project.scm_url,
        "scm_branch": project.scm_branch,
        "scm_refspec": "",
        "scm_clean": False,
        "scm_track_submodules": False,
        "scm_delete_on_update": False,
        "credential": None,
        "timeout": 0,
        "scm_revision": "",
        "unified_job_template": project.id,
        **run,
        "project": project.id,
        "job_type": "check",
        "job_tags": "update_git,install_roles,install_collections",
        "host_status_counts": host_status_counts(job),
        "playbook_counts": playbook_counts(job),
    }
