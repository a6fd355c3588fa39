"""The objects a controller knows, as plain data."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


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
