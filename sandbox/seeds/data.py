"""The seeded organizations, users, inventories and credentials. Demos rely on their names and ids."""

from dataclasses import dataclass
from typing import Any

from sandbox.models import (
    Credential,
    CredentialType,
    ExecutionEnvironment,
    Host,
    InstanceGroup,
    Inventory,
    InventorySource,
    Label,
    Organization,
    Project,
    SystemTemplate,
    Template,
    User,
    Workflow,
)

ADMIN = User(id=1, username="admin", password="admin-password", is_superuser=True)
CI_BOT = User(id=2, username="ci-bot", password="ci-bot-password", first_name="CI", last_name="Bot")
VIEWER = User(id=3, username="viewer", password="viewer-password", first_name="Vera", last_name="Viewer")
NOBODY = User(id=4, username="nobody", password="nobody-password")
SSO_USER = User(id=5, username="sso-user", password="sso-user-password", external=True)
APPROVER = User(
    id=6, username="approver", password="approver-password", first_name="Ada", last_name="Approver"
)
USERS = (ADMIN, CI_BOT, VIEWER, NOBODY, SSO_USER, APPROVER)

DEFAULT = Organization(id=1, name="Default", description="The default organization")
RETAIL = Organization(
    id=2, name="Retail", description="Shops and their databases", admins=frozenset({APPROVER.username})
)
PLATFORM = Organization(id=3, name="Platform", description="What the others run on")

_BOT = frozenset({CI_BOT.username})

SHOP = Inventory(
    id=1,
    name="Shop",
    organization=RETAIL,
    description="Five hosts, all of them this machine",
    hosts=(
        Host(id=1, name="web1", groups=("web",)),
        Host(id=2, name="web2", groups=("web",)),
        Host(id=3, name="app1", groups=("app",)),
        Host(id=4, name="db1", groups=("db",)),
        Host(id=5, name="db2", groups=("db",)),
    ),
    users=_BOT,
)
EMPTY = Inventory(id=2, name="Empty", organization=RETAIL, users=_BOT)
BACK_OFFICE = Inventory(
    id=3,
    name="Back office",
    organization=PLATFORM,
    description="ci-bot may not use it",
    hosts=(Host(id=6, name="erp1"),),
)

MACHINE = CredentialType(id=1, name="Machine", kind="ssh", namespace="ssh")
SOURCE_CONTROL = CredentialType(id=2, name="Source Control", kind="scm", namespace="scm")
VAULT = CredentialType(id=3, name="Vault", kind="vault", namespace="vault")
GITHUB = CredentialType(id=11, name="GitHub Personal Access Token", kind="token", namespace="github_token")
CONTROLLER = CredentialType(
    id=16, name="Red Hat Ansible Automation Platform", kind="cloud", namespace="controller"
)
REGISTRY = CredentialType(id=18, name="Container Registry", kind="registry", namespace="registry")
GALAXY = CredentialType(
    id=19, name="Ansible Galaxy/Automation Hub API Token", kind="galaxy", namespace="galaxy_api_token"
)
HASHIVAULT = CredentialType(
    id=27, name="HashiCorp Vault Secret Lookup", kind="external", namespace="hashivault_kv"
)
GITLAB = CredentialType(id=12, name="GitLab Personal Access Token", kind="token", namespace="gitlab_token")
CLOUD = CredentialType(id=5, name="Amazon Web Services", kind="cloud", namespace="aws")


def _input(name: str, *, secret: bool = False, ask: bool = False, key: bool = False) -> dict[str, Any]:
    label = name.replace("_", " ").capitalize()
    more = {"secret": secret or key, "ask_at_runtime": ask, "multiline": key}
    return {
        "id": name,
        "label": label,
        "type": "string",
        **{name: True for name, on in more.items() if on},
        **({"format": "ssh_private_key"} if key else {}),
    }


# namespace of a managed credential type: what its credentials hold
CREDENTIAL_INPUTS: dict[str, dict[str, Any]] = {
    "ssh": {
        "fields": [
            _input("username"),
            _input("password", secret=True, ask=True),
            _input("ssh_key_data", key=True),
            _input("ssh_public_key_data"),
            _input("ssh_key_unlock", secret=True, ask=True),
            _input("become_method"),
            _input("become_username"),
            _input("become_password", secret=True, ask=True),
        ]
    },
    "scm": {
        "fields": [
            _input("username"),
            _input("password", secret=True),
            _input("ssh_key_data", key=True),
            _input("ssh_key_unlock", secret=True),
        ]
    },
    "vault": {
        "fields": [_input("vault_password", secret=True, ask=True), _input("vault_id")],
        "required": ["vault_password"],
    },
    "aws": {
        "fields": [
            _input("username"),
            _input("password", secret=True),
            _input("security_token", secret=True),
        ],
        "required": ["username", "password"],
    },
    "controller": {
        "fields": [
            _input("host"),
            _input("username"),
            _input("password", secret=True),
            _input("oauth_token", secret=True),
            {"id": "verify_ssl", "label": "Verify SSL", "type": "boolean", "secret": False},
        ],
        "required": ["host"],
    },
    "registry": {
        "fields": [
            _input("host"),
            _input("username"),
            _input("password", secret=True),
            {"id": "verify_ssl", "label": "Verify SSL", "type": "boolean", "default": True},
        ],
        "required": ["host"],
    },
    "galaxy_api_token": {
        "fields": [_input("url"), _input("auth_url"), _input("token", secret=True)],
        "required": ["url"],
    },
    "hashivault_kv": {
        "fields": [_input("url"), _input("token", secret=True), _input("api_version")],
        "metadata": [_input("secret_path"), _input("secret_key"), _input("secret_version")],
        "required": ["url", "secret_path", "secret_key"],
    },
    "github_token": {"fields": [_input("token", secret=True)], "required": ["token"]},
    "gitlab_token": {"fields": [_input("token", secret=True)], "required": ["token"]},
}

SHOP_MACHINE = Credential(id=1, name="Shop machine", type=MACHINE, organization=RETAIL, users=_BOT)
ASKING_MACHINE = Credential(
    id=2,
    name="Machine, asks",
    type=MACHINE,
    organization=RETAIL,
    passwords=("ssh_password", "become_password"),
    users=_BOT,
)
DEV_VAULT = Credential(
    id=3,
    name="Dev vault, asks",
    type=VAULT,
    organization=RETAIL,
    passwords=("vault_password.dev",),
    vault_id="dev",
    users=_BOT,
)
SHOP_CLOUD = Credential(id=4, name="Shop cloud", type=CLOUD, organization=RETAIL, users=_BOT)
GIT_ACCESS = Credential(id=5, name="Git access", type=SOURCE_CONTROL, organization=RETAIL, users=_BOT)
ROOT_MACHINE = Credential(
    id=6, name="Root machine", type=MACHINE, organization=PLATFORM, description="ci-bot may not use it"
)

SHOP_PROJECT = Project(id=1, name="Shop playbooks", organization=RETAIL, local_path="project")
BROKEN_PROJECT = Project(
    id=2,
    name="Broken checkout",
    organization=RETAIL,
    local_path="project",
    scm_url="file:///nonexistent/shop.git",
    scm_branch="main",
    update_on_launch=True,
    allow_override=True,
)
LOST_PROJECT = Project(id=3, name="Lost folder", organization=RETAIL, local_path="no-such-project")

UPDATED_PROJECT = Project(
    id=4,
    name="Shop from git",
    organization=RETAIL,
    local_path="project",
    scm_url="https://git.example.test/shop.git",
    scm_branch="main",
    update_playbook="project_update_offline.yml",
)
SHOP_SOURCE = InventorySource(id=90, name="Shop hosts", inventory=SHOP)
CLEANUP = SystemTemplate(
    id=95, name="Cleanup Job Details", job_type="cleanup_jobs", description="Remove job history"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """What exists from the start."""

    templates: tuple[Template, ...]
    workflows: tuple[Workflow, ...] = ()
    users: tuple[User, ...] = USERS
    organizations: tuple[Organization, ...] = (DEFAULT, RETAIL, PLATFORM)
    inventories: tuple[Inventory, ...] = (SHOP, EMPTY, BACK_OFFICE)
    credential_types: tuple[CredentialType, ...] = (
        *(MACHINE, SOURCE_CONTROL, VAULT, CLOUD, GITHUB, GITLAB, CONTROLLER, REGISTRY, GALAXY, HASHIVAULT),
    )
    credentials: tuple[Credential, ...] = (
        SHOP_MACHINE,
        ASKING_MACHINE,
        DEV_VAULT,
        SHOP_CLOUD,
        GIT_ACCESS,
        ROOT_MACHINE,
    )
    projects: tuple[Project, ...] = (SHOP_PROJECT, BROKEN_PROJECT, LOST_PROJECT, UPDATED_PROJECT)
    labels: tuple[Label, ...] = (
        Label(id=1, name="ci", organization=RETAIL),
        Label(id=2, name="nightly", organization=RETAIL),
    )
    execution_environments: tuple[ExecutionEnvironment, ...] = (
        ExecutionEnvironment(id=1, name="Sandbox EE", image="localhost/sandbox-ee:latest"),
        ExecutionEnvironment(
            id=2, name="Control Plane EE", image="localhost/control-ee:latest", managed=True
        ),
    )
    instance_groups: tuple[InstanceGroup, ...] = (
        InstanceGroup(id=1, name="controlplane"),
        InstanceGroup(id=2, name="default"),
    )
    inventory_sources: tuple[InventorySource, ...] = (SHOP_SOURCE,)
    system_templates: tuple[SystemTemplate, ...] = (CLEANUP,)
