"""What an object's making or change starts by itself: the update of a project from its repository."""

from sandbox.models import InventoryUpdateJob, Job, Prompts, SystemJob, User
from sandbox.state import State
from sandbox.store.catalog import NOWHERE
from sandbox.store.store import Record

_SCM = ("scm_type", "scm_url", "scm_branch", "scm_refspec", "credential")


def after_creation(state: State, record: Record, user: User) -> Job | None:
    """The job that is to be started."""
    if record.kind.path == "projects":
        if record.values["scm_type"]:
            record.values["status"] = "pending"
            record.values["local_path"] = f"_{record.id}__{_slug(record.name)}"
            return update_project(state, record, user)
        record.values["status"] = "ok"
        record.values["local_path"] = record.values["local_path"] or ""
    return None


def _slug(name: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in name.lower())


def after_change(state: State, record: Record, user: User, before: dict[str, object]) -> Job | None:
    if record.kind.path != "projects" or not record.values["scm_type"]:
        return None
    changed = any(record.values[name] != before[name] for name in _SCM)
    return update_project(state, record, user) if changed else None


def update_project(state: State, record: Record, user: User) -> Job:
    project = state.catalog.project(record.id)
    assert project
    return state.new_job(
        kind="project_update",
        name=project.name,
        description=project.description,
        prompts=Prompts(),
        organization=project.organization,
        project=project,
        playbook=project.update_playbook,
        created_by=user,
    )


def update_source(state: State, record: Record, user: User) -> Job:
    source = state.catalog.source(record.id)
    assert source
    return state.add_job(
        InventoryUpdateJob,
        kind="inventory_update",
        name=f"{source.inventory.name} - {source.name}",
        prompts=Prompts(),
        organization=source.inventory.organization,
        project=None,
        playbook="",
        created_by=user,
        source=source,
    )


def start_system_job(state: State, record: Record, user: User, variables: dict[str, object]) -> Job:
    system = state.catalog.system_template(record.id)
    assert system
    return state.add_job(
        SystemJob,
        kind="system_job",
        name=system.name,
        description=system.description,
        prompts=Prompts(extra_vars=variables),
        organization=NOWHERE,
        project=None,
        playbook="",
        created_by=user,
        system=system,
    )
