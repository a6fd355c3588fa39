"""The store as a launch sees it: its records as the frozen objects that jobs are made from.

Built when they are asked for, and again when anything has changed since; a job keeps those of its launch.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sandbox.models import (
    Credential,
    ExecutionEnvironment,
    InstanceGroup,
    Inventory,
    InventorySource,
    Label,
    Organization,
    Project,
    Prompts,
    Runnable,
    Step,
    SystemTemplate,
    Template,
    User,
    Workflow,
)
from sandbox.store import single
from sandbox.store.roles import holders
from sandbox.store.store import Record, Store
from sandbox.store.variables import mapping

Thing = TypeVar("Thing")
NOWHERE = Organization(id=0, name="")
_PROMPTS = (
    "limit", "scm_branch", "job_tags", "skip_tags", "job_type", "verbosity", "diff_mode", "forks", "timeout",
)  # fmt: skip


class Catalog:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._version = -1
        self._built: dict[tuple[str, int], Any] = {}

    @property
    def users(self) -> tuple[User, ...]:
        return self._all("users", single.user)

    @property
    def organizations(self) -> tuple[Organization, ...]:
        return self._all("organizations", self._organization)

    @property
    def inventories(self) -> tuple[Inventory, ...]:
        return self._all("inventories", self._inventory)

    @property
    def credentials(self) -> tuple[Credential, ...]:
        return self._all("credentials", self._credential)

    @property
    def projects(self) -> tuple[Project, ...]:
        return self._all("projects", self._project)

    @property
    def labels(self) -> tuple[Label, ...]:
        return self._all("labels", self._label)

    @property
    def execution_environments(self) -> tuple[ExecutionEnvironment, ...]:
        return self._all("execution_environments", single.execution_environment)

    @property
    def instance_groups(self) -> tuple[InstanceGroup, ...]:
        return self._all("instance_groups", single.instance_group)

    @property
    def templates(self) -> tuple[Template, ...]:
        return self._all("job_templates", self._template)

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        return self._all("workflow_job_templates", self._workflow)

    def user(self, username: str) -> User | None:
        return next((user for user in self.users if user.username == username), None)

    def user_with(self, number: int) -> User | None:
        return self._one("users", number, single.user)

    def template(self, number: int | None) -> Template | None:
        return self._one("job_templates", number, self._template)

    def workflow(self, number: int | None) -> Workflow | None:
        return self._one("workflow_job_templates", number, self._workflow)

    def inventory(self, number: int | None) -> Inventory | None:
        return self._one("inventories", number, self._inventory)

    def project(self, number: int | None) -> Project | None:
        return self._one("projects", number, self._project)

    def source(self, number: int | None) -> InventorySource | None:
        return self._one("inventory_sources", number, self._source)

    def credential(self, number: int | None) -> Credential | None:
        return self._one("credentials", number, self._credential)

    def system_template(self, number: int | None) -> SystemTemplate | None:
        return self._one("system_job_templates", number, single.system_template)

    def _all(self, path: str, build: Callable[[Record], Thing]) -> tuple[Thing, ...]:
        return tuple(self._made(record, build) for record in self.store.all(path))

    def _one(self, path: str, number: int | None, build: Callable[[Record], Thing]) -> Thing | None:
        record = self.store.find(path, number)
        return self._made(record, build) if record else None

    def _made(self, record: Record, build: Callable[[Record], Thing]) -> Thing:
        if self._version != self.store.version:
            self._built.clear()
            self._version = self.store.version
        key = (record.kind.table, record.id)
        if key not in self._built:
            self._built[key] = build(record)
        found: Thing = self._built[key]
        return found

    def _attached(
        self, record: Record, name: str, build: Callable[[Record], Thing], path: str | None = None
    ) -> tuple[Thing, ...]:
        return tuple(self._made(one, build) for one in self.store.attached(record, name, path or name))

    def _organization_of(self, record: Record) -> Organization:
        return self._one("organizations", record.values.get("organization"), self._organization) or NOWHERE

    def _usernames(self, record: Record, *fields: str) -> frozenset[str]:
        numbers = holders(self.store, record, *fields)
        return frozenset(one.name for number in numbers if (one := self.store.find("users", number)))

    def _organization(self, of: Record) -> Organization:
        admins = self._usernames(of, "admin_role")
        return Organization(id=of.id, name=of.name, description=of.values["description"], admins=admins)

    def _inventory(self, of: Record) -> Inventory:
        groups: dict[int, list[str]] = {}
        for group in self.store.all("groups"):
            if group.values["inventory"] == of.id:
                for number in group.links["hosts"]:
                    groups.setdefault(number, []).append(group.name)
        hosts = (one for one in self.store.all("hosts") if one.values["inventory"] == of.id)
        return Inventory(
            id=of.id,
            name=of.name,
            organization=self._organization_of(of),
            description=of.values["description"],
            hosts=tuple(single.host(one, groups.get(one.id, [])) for one in hosts if one.values["enabled"]),
            users=self._usernames(of, "admin_role", "use_role", "adhoc_role", "update_role"),
        )

    def _credential(self, of: Record) -> Credential:
        kind = self.store.get("credential_types", of.values["credential_type"])
        inputs = of.values["inputs"]
        vault = str(inputs.get("vault_id") or "")
        return Credential(
            id=of.id,
            name=of.name,
            type=single.credential_type(kind),
            organization=self._organization_of(of),
            description=of.values["description"],
            passwords=tuple(
                single.password_name(name, vault) for name, value in inputs.items() if value == "ASK"
            ),
            vault_id=vault,
            users=self._usernames(of, "admin_role", "use_role"),
        )

    def _project(self, of: Record) -> Project:
        values = of.values
        seed: Project | None = of.hidden.get("seed")
        return Project(
            id=of.id,
            name=of.name,
            organization=self._organization_of(of),
            description=values["description"],
            local_path=seed.local_path if seed else "project",
            scm_url=values["scm_url"],
            scm_branch=values["scm_branch"],
            update_on_launch=values["scm_update_on_launch"],
            update_playbook=seed.update_playbook if seed else "project_update_offline.yml",
            allow_override=values["allow_override"],
        )

    def _label(self, of: Record) -> Label:
        return Label(id=of.id, name=of.name, organization=self._organization_of(of))

    def _source(self, of: Record) -> InventorySource:
        inventory = self.inventory(of.values["inventory"])
        assert inventory
        return InventorySource(
            id=of.id, name=of.name, inventory=inventory, description=of.values["description"]
        )

    def _template(self, of: Record) -> Template:
        values = of.values
        seed: Template | None = of.hidden.get("seed")
        prompts = Prompts(
            inventory=self.inventory(values["inventory"]),
            credentials=self._attached(of, "credentials", self._credential),
            execution_environment=self._one(
                "execution_environments", values["execution_environment"], single.execution_environment
            ),
            labels=self._attached(of, "labels", self._label),
            instance_groups=self._attached(of, "instance_groups", single.instance_group),
            extra_vars=mapping(values["extra_vars"]),
            job_slice_count=values["job_slice_count"],
            **{name: values[name] for name in _PROMPTS},
        )
        return Template(
            id=of.id,
            name=of.name,
            organization=self._organization_of(of),
            playbook=values["playbook"],
            project=self.project(values["project"]),
            description=values["description"],
            values=prompts,
            asks=single.asks(values),
            survey=single.survey(of),
            allow_simultaneous=values["allow_simultaneous"],
            readers=self._usernames(of),
            executors=self._usernames(of, "execute_role", "admin_role"),
            replay=bool(seed and seed.replay),
        )

    def _workflow(self, of: Record) -> Workflow:
        """With its steps. A workflow in a step has none: it is asked for again when its turn comes."""
        nodes = [
            one
            for one in self.store.all("workflow_job_template_nodes")
            if one.values["workflow_job_template"] == of.id
        ]
        return replace(self._shell(of), steps=tuple(self._step(one) for one in nodes))

    def _shell(self, of: Record) -> Workflow:
        values = of.values
        return Workflow(
            id=of.id,
            name=of.name,
            organization=self._organization_of(of),
            description=values["description"],
            asks=single.asks(values),
            survey=single.survey(of),
            extra_vars=mapping(values["extra_vars"]),
            inventory=self.inventory(values["inventory"]),
            limit=values["limit"],
            allow_simultaneous=values["allow_simultaneous"],
            readers=self._usernames(of),
            executors=self._usernames(of, "execute_role", "admin_role"),
        )

    def _step(self, of: Record) -> Step:
        values = of.values
        data = values["extra_data"]
        return Step(
            id=of.id,
            identifier=values["identifier"],
            runs=self._runnable(values["unified_job_template"]),
            success=self._names(of, "success_nodes"),
            failure=self._names(of, "failure_nodes"),
            always=self._names(of, "always_nodes"),
            all_parents=values["all_parents_must_converge"],
            limit=values["limit"],
            extra_vars=data if isinstance(data, dict) else mapping(data),
        )

    def _names(self, of: Record, links: str) -> tuple[str, ...]:
        found = self.store.attached(of, links, "workflow_job_template_nodes")
        return tuple(one.values["identifier"] for one in found)

    def _runnable(self, number: int | None) -> Runnable | None:
        record = self.store.find("unified_job_templates", number)
        if record is None:
            return None
        builders: dict[str, Callable[[Record], Runnable]] = {
            "job_templates": self._template,
            "projects": self._project,
            "inventory_sources": self._source,
            "system_job_templates": single.system_template,
            "workflow_approval_templates": single.approval_template,
        }
        if record.kind.path == "workflow_job_templates":
            return self._shell(record)
        return self._made(record, builders[record.kind.path])
