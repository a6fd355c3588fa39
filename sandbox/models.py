"""The objects a controller knows, as plain data."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.eventlog import Log
from sandbox.plan import Plan

if TYPE_CHECKING:
    from sandbox.workflows import Node

FINAL_STATUSES = frozenset({"successful", "failed", "error", "canceled"})


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: int
    username: str
    password: str
    first_name: str = ""
    last_name: str = ""
    is_superuser: bool = False
    external: bool = False
    """Comes from an external identity provider, so it may not make tokens."""


@dataclass(slots=True, kw_only=True)
class Token:
    id: int
    value: str
    user: User
    scope: str = "write"
    description: str = ""
    created: datetime = field(default_factory=now)
    expires: datetime
    gateway: bool = False
    application: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    id: int
    name: str
    description: str = ""
    admins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    id: int
    name: str
    groups: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    id: int
    name: str
    organization: Organization
    description: str = ""
    hosts: tuple[Host, ...] = ()
    users: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialType:
    id: int
    name: str
    kind: str
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    id: int
    name: str
    type: CredentialType
    organization: Organization
    description: str = ""
    passwords: tuple[str, ...] = ()
    """Passwords asked for at launch, as the API names them (`ssh_password`, `vault_password.dev`)."""
    vault_id: str = ""
    users: frozenset[str] = frozenset()

    @property
    def unique(self) -> str:
        """Two credentials with the same value exclude each other in one job."""
        return f"{self.type.id}_{self.vault_id}" if self.vault_id else str(self.type.id)

    @property
    def unique_name(self) -> str:
        return f"{self.type.name} (id={self.vault_id})" if self.vault_id else self.type.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    id: int
    name: str
    organization: Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEnvironment:
    id: int
    name: str
    image: str
    managed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceGroup:
    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    id: int
    name: str
    organization: Organization
    local_path: str
    """The folder beside `sandbox/` which is copied for each run; it may be missing, as on a broken node."""
    scm_url: str = ""
    scm_branch: str = ""
    update_on_launch: bool = False
    update_playbook: str = "project_update.yml"
    allow_override: bool = False
    description: str = ""

    @property
    def scm_type(self) -> str:
        return "git" if self.scm_url else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """Everything that a launch may override; a template holds its own values for all of them."""

    inventory: Inventory | None = None
    credentials: tuple[Credential, ...] = ()
    execution_environment: ExecutionEnvironment | None = None
    labels: tuple[Label, ...] = ()
    instance_groups: tuple[InstanceGroup, ...] = ()
    extra_vars: dict[str, Any] = field(default_factory=dict)
    limit: str = ""
    scm_branch: str = ""
    job_tags: str = ""
    skip_tags: str = ""
    job_type: str = "run"
    verbosity: int = 0
    diff_mode: bool = False
    forks: int = 0
    timeout: int = 0
    job_slice_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    id: int
    name: str
    organization: Organization
    playbook: str
    project: Project | None
    description: str = ""
    values: Prompts = field(default_factory=Prompts)
    asks: frozenset[str] = frozenset()
    """Names of the `ask_*_on_launch` switches that are on, without the affixes (`variables`, `limit`)."""
    survey: tuple[dict[str, Any], ...] = ()
    allow_simultaneous: bool = True
    readers: frozenset[str] = frozenset()
    executors: frozenset[str] = frozenset()
    replay: bool = False
    """Its jobs replay a recorded stream of events instead of running the playbook again."""


@dataclass(slots=True, kw_only=True)
class Job:
    """A job, or a run of another kind (`kind` is the `type` of the API)."""

    id: int
    kind: str
    name: str
    prompts: Prompts
    organization: Organization
    project: Project | None
    playbook: str
    log: Log
    template: Template | None = None
    created_by: User | None = None
    launch_type: str = "manual"
    description: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    """What the launch was asked for, word by word, for the control API."""
    passwords: dict[str, str] = field(default_factory=dict)
    secret_vars: frozenset[str] = frozenset()
    plan: Plan = field(default_factory=Plan)
    created: datetime = field(default_factory=now)
    status: str = "pending"
    started: datetime | None = None
    finished: datetime | None = None
    canceled_on: datetime | None = None
    job_explanation: str = ""
    result_traceback: str = ""
    job_args: str = ""
    job_cwd: str = ""
    job_env: dict[str, str] = field(default_factory=dict)
    execution_node: str = ""
    cancel_asked: threading.Event = field(default_factory=threading.Event)
    runner_stdout: str | None = None
    """Path of the file in which ansible-runner itself keeps the whole output."""
    process_ids: tuple[int, ...] = ()
    node: "Node | None" = None
    """The node of a workflow that started it."""
    slice_number: int = 0
    """From 1; 0 for a job that is not a slice."""
    webhook_service: str = ""
    webhook_guid: str = ""

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Those of its inventory; a slice has every n-th of them."""
        hosts = self.prompts.inventory.hosts if self.prompts.inventory else ()
        if not self.slice_number:
            return hosts
        by_name = sorted(hosts, key=lambda host: host.name)
        return tuple(by_name[self.slice_number - 1 :: self.prompts.job_slice_count])

    @property
    def active(self) -> bool:
        return self.status not in FINAL_STATUSES

    @property
    def processed(self) -> bool:
        """`event_processing_finished`: the status is final and every emitted row is stored."""
        return not self.active and not self.plan.never_processed and self.log.complete()
