"""The objects that the recorded exchanges are about, under the ids that they had there."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from sandbox.app import create_app
from sandbox.models import Project
from sandbox.running.runs import Runs
from sandbox.seeds import data
from sandbox.seeds.fill import filled
from sandbox.settings import Settings
from sandbox.state import State
from sandbox.store.catalog import Catalog
from sandbox.store.definitions import managed
from sandbox.store.roles import create_roles, grant
from sandbox.store.store import Record, Store

HERE = Path(__file__).parent / "recorded_resources"
DEFINITIONS = {
    1: ("instance_groups", "admin_role"),
    2: ("instance_groups", "use_role"),
    14: ("organizations", "member_role"),
    20: ("teams", "member_role"),
    26: ("job_templates", "admin_role"),
    27: ("job_templates", "execute_role"),
    28: ("job_templates", "read_role"),
}
USERS = {6: "api-anna", 7: "api-bob", 8: "api-carl", 9: "api-dora", 11: "nobody"}


class Scene:
    """A sandbox without a server. Each request meets the same objects, whatever those before it did."""

    def __init__(self, directory: Path) -> None:
        self.state = State(settings=Settings(queue_delay=600), store=_store(), directory=directory)
        self._first = _copied(self.state.store)
        self.runs = Runs(self.state)
        self.app: Flask = create_app(self.state, self.runs)
        admin = self.state.catalog.user("admin")
        assert admin
        self.state.new_token(admin, value="admin-token", lifetime=timedelta(days=1))
        self.state.new_token(admin, value="admin-read-token", scope="read", lifetime=timedelta(days=1))
        for user in self.state.catalog.users[1:]:
            self.state.new_token(user, value=f"{user.username}-token", lifetime=timedelta(days=1))
        self._tokens = dict(self.state.tokens)

    def reset(self) -> None:
        for job in list(self.state.jobs.values()):
            self.runs.cancel(job)
            self.state.delete_job(job)
        self.state.store = _copied(self._first)
        self.state.catalog = Catalog(self.state.store)
        self.state.changed_settings = {}
        self.state.tokens = dict(self._tokens)


def _copied(store: Store) -> Store:
    """Every record anew; what is in its values is replaced and never changed in place."""
    made = Store()
    made.version = store.version
    made._last_ids |= store._last_ids
    for path, table in store._tables.items():
        made._tables[path] = {number: _copy_of(one) for number, one in table.items()}
        made._unique[path] = dict(store._unique[path])
    return made


def _copy_of(record: Record) -> Record:
    made = replace(record, values=dict(record.values), hidden={**record.hidden})
    made.hidden["roles"] = dict(record.hidden.get("roles", {}))
    made.links = defaultdict(dict, {name: dict(numbers) for name, numbers in record.links.items()})
    return made


def _store() -> Store:
    store = filled(data.Seeds(templates=(), users=(data.ADMIN,), organizations=(data.DEFAULT,), inventories=(), credentials=(), projects=(), labels=(), inventory_sources=(), execution_environments=(), system_templates=()))  # fmt: skip
    _definitions(store)
    for number, name in USERS.items():
        _add(store, "users", number, username=name, password=f"{name}-password")
    _organizations(store)
    _inventories(store)
    _templates(store)
    _more(store)
    store._last_ids["role_user_assignments"] = 105
    return store


def _add(
    store: Store,
    path: str,
    number: int,
    *,
    roles_from: int | None = None,
    by: int = 1,
    values: Any = None,
    **more: Any,
) -> Record:
    record = store.add(path, {**(values or {}), **more}, number=number, by=by)
    if roles_from is not None:
        store._last_ids["roles"] = roles_from - 1
    create_roles(store, record)
    return record


def _definitions(store: Store) -> None:
    """Those that the recordings name, with the numbers which they have there."""
    for one in list(store.all("role_definitions")):
        store.remove(one)
    known = dict(managed())
    for number, role in DEFINITIONS.items():
        store.add("role_definitions", known[role], number=number).hidden["role"] = role
    store.add("role_definitions", {"name": "api-operator", "content_type": "awx.jobtemplate", "permissions": ["awx.execute_jobtemplate", "awx.view_jobtemplate"]}, number=34)  # fmt: skip


def _organizations(store: Store) -> None:
    retail = _add(store, "organizations", 4, roles_from=274, name="api-retail")
    _add(store, "organizations", 5, roles_from=600, name="api-other")
    store._last_ids["roles"] = 700
    grant(store, retail, "admin_role", 6)
    for number in (7, 8):
        grant(store, retail, "member_role", number)
    team = _add(store, "teams", 1, roles_from=321, name="api-night", organization=4, by=6)
    grant(store, team, "member_role", 9)
    _add(store, "teams", 8, roles_from=630, name="api-day", organization=4)
    for number, name in ((2, "api-red"), (9, "api-q")):
        _add(store, "labels", number, name=name, organization=4)
    _add(store, "execution_environments", 2, name="Control Plane EE", image="localhost/ee", managed=True)
    _add(store, "execution_environments", 3, name="api-ee", image="quay.example/ee:1", organization=4)
    configuration = {"url": "http://controller.example:9/none", "http_method": "POST", "headers": {}}
    _add(store, "notification_templates", 1, name="api-hook", organization=4, notification_type="webhook", notification_configuration=configuration)  # fmt: skip
    _add(store, "applications", 1, name="api-portal", organization=4, client_type="confidential", authorization_grant_type="password")  # fmt: skip


def _more(store: Store) -> None:
    """What was made on the way of the recording, and was still there when it was asked for."""
    for number, name in ((9, "api-t9"), (11, "api-t11"), (12, "api-d")):
        _add(store, "teams", number, roles_from=1000 + 10 * number, name=name, organization=4)
    for number, name in ((10, "api-eve"), (20, "api-u20"), (23, "api-u23")):
        _add(store, "users", number, username=name, password="p")
    store._last_ids["roles"] = 2000
    grant(store, store.get("organizations", 4), "member_role", 20)
    grant(store, store.get("organizations", 5), "member_role", 23)
    _add(store, "organizations", 12, roles_from=2000, name="api-d-org")
    for path, number, name, values in (
        ("inventories", 21, "api-d-inv", {"kind": ""}),
        ("inventories", 26, "api-smart", {"kind": "smart", "host_filter": "name__icontains=shop"}),
        ("constructed_inventories", 33, "api-constructed", {"kind": "constructed"}),
        ("inventories", 35, "api-bulk", {"kind": ""}),
    ):
        _add(store, path, number, roles_from=2100 + 10 * number, name=name, values=values, organization=4)
    _add(store, "hosts", 258, name="api-in-group", inventory=8)
    store.get("groups", 5).links["hosts"][258] = None
    _add(store, "groups", 12, name="api-sub", inventory=8)
    _add(store, "labels", 10, name="api-new-label", organization=4)
    _add(store, "credential_types", 36, name="api-d-ct", kind="cloud", inputs={"fields": []})
    _add(store, "credential_types", 37, name="api-d-ct3", kind="cloud", inputs={"fields": [{"id": "user", "label": "U", "type": "string"}, {"id": "key", "label": "K", "type": "string", "secret": True}, {"id": "flag", "label": "F", "type": "boolean"}, {"id": "pick", "label": "P", "type": "string", "choices": ["a", "b"]}, {"id": "pem", "label": "M", "type": "string", "format": "ssh_private_key"}]})  # fmt: skip
    _add(
        store, "credentials", 18, roles_from=3000, name="api-d", organization=4, credential_type=36, inputs={}
    )
    _add(
        store, "credentials", 2, roles_from=3010, name="galaxy", organization=4, credential_type=19, inputs={}
    )
    _add(
        store, "credentials", 42, roles_from=3020, name="vault", organization=4, credential_type=27, inputs={}
    )
    _add(
        store, "credentials", 47, roles_from=3040, name="token", organization=4, credential_type=11, inputs={}
    )
    bob = _add(store, "credentials", 41, roles_from=3030, name="api-kb", credential_type=1, inputs={})
    grant(store, bob, "admin_role", 7)
    _add(store, "projects", 46, roles_from=3100, name="hidden", organization=5, status="ok")
    _add(store, "projects", 119, roles_from=3110, name="api-d-manual", organization=4, status="ok")
    _add(store, "projects", 136, roles_from=3120, name="api-git", organization=4, scm_type="git", scm_url="https://git.example/x.git", status="pending")  # fmt: skip
    for number in (12, 113, 118, 138):
        _add(store, "job_templates", number, roles_from=4000 + 10 * number, name=f"api-{number}", organization=2 if number == 12 else 4, inventory=8, project=61, playbook="hello.yml")  # fmt: skip
    _add(store, "job_templates", 148, roles_from=6000, name="api-lost", organization=4, inventory=None, project=None, playbook="hello.yml")  # fmt: skip
    _add(store, "instance_groups", 7, roles_from=8000, name="api-group")
    survey = _add(store, "job_templates", 40, roles_from=6010, name="api-survey", organization=4, inventory=8, project=61, playbook="hello.yml", survey_enabled=True)  # fmt: skip
    survey.hidden["survey"] = {"name": "", "description": "", "spec": [{"question_name": "V", "variable": "version", "type": "text", "required": True, "default": ""}]}  # fmt: skip
    _add(store, "schedules", 35, name="api-s35", unified_job_template=62, rrule="DTSTART:20350101T020000Z RRULE:FREQ=DAILY;INTERVAL=1")  # fmt: skip
    _add(store, "system_job_templates", 1, name="Cleanup", job_type="cleanup_jobs")
    _add(store, "workflow_job_templates", 139, roles_from=6100, name="api-two", organization=4)
    _add(
        store,
        "workflow_job_template_nodes",
        32,
        workflow_job_template=139,
        unified_job_template=None,
        identifier="gone",
    )
    cycle = [
        _add(
            store,
            "workflow_job_template_nodes",
            52 + place,
            workflow_job_template=142,
            unified_job_template=62,
            identifier=f"{place}",
        )
        for place in range(2)
    ]
    cycle[0].links["success_nodes"][53] = None
    for number, kind, name, organization in ((16, "webhook", "api-n-webhook", 4), (22, "webhook", "other", 5), (26, "webhook", "api-n-26", 4)):  # fmt: skip
        configuration = {
            "url": "http://controller.example:9/",
            "http_method": "POST",
            "headers": {},
            "username": "u",
            "password": "p",
        }
        _add(store, "notification_templates", number, name=name, organization=organization, notification_type=kind, notification_configuration=configuration)  # fmt: skip


def _inventories(store: Store) -> None:
    _add(store, "inventories", 5, roles_from=640, name="api-hidden", organization=5)
    stores = _add(
        store, "inventories", 8, roles_from=300, name="api-stores", organization=4, variables='{"b": 2}', by=6
    )
    _add(store, "inventories", 9, roles_from=650, name="api-empty", organization=4)
    _add(store, "inventories", 1, roles_from=660, name="api-first", organization=4)
    grant(store, stores, "read_role", 7)
    _add(store, "hosts", 2, name="elsewhere", inventory=9)
    for number, name, variables in ((240, "shop1", "port: 23"), (241, "shop2", ""), (242, "shop3", "")):
        _add(store, "hosts", number, name=name, inventory=8, variables=variables, by=6)
    for place in range(5):
        _add(store, "hosts", 260 + place, name=f"till{place}", inventory=8, enabled=place not in {1, 3}, description=f"Till number {place}", variables=f"n: {place}")  # fmt: skip
    shops = _add(store, "groups", 4, name="shops", inventory=8)
    north = _add(store, "groups", 5, name="north", inventory=8, variables="region: north")
    for group, hosts in ((shops, (241, 240)), (north, (240, 241))):
        group.links["hosts"] = dict.fromkeys(hosts)
    north.links["children"][4] = None


def _templates(store: Store) -> None:
    project = _add(
        store,
        "projects",
        61,
        roles_from=310,
        name="api-manual",
        organization=4,
        local_path="api_manual",
        status="ok",
    )
    project.hidden["seed"] = Project(
        id=61, name="api-manual", organization=data.RETAIL, local_path=str(HERE / "project")
    )
    for number, name, kind in ((7, "api-ssh", 1), (15, "api-ssh2", 1)):
        _add(store, "credentials", number, roles_from=324 if number == 7 else 670, name=name, organization=4, credential_type=kind, inputs={}, by=6)  # fmt: skip
    full = {
        "username": "deploy",
        "password": "p",
        "become_method": "sudo",
        "become_username": "root",
        "become_password": "b",
    }
    _add(
        store, "credentials", 21, roles_from=680, name="api-k", organization=4, credential_type=1, inputs=full
    )
    template = _add(store, "job_templates", 62, roles_from=314, name="api-deploy", organization=4, inventory=8, project=61, playbook="hello.yml", by=6)  # fmt: skip
    grant(store, template, "execute_role", 7)
    _add(store, "workflow_job_templates", 63, roles_from=317, name="api-release", organization=4, by=6)
    _add(store, "workflow_job_templates", 48, roles_from=690, name="other", organization=1)
    _add(
        store,
        "workflow_job_template_nodes",
        1,
        workflow_job_template=48,
        unified_job_template=62,
        identifier="x",
    )
    _add(
        store,
        "workflow_job_template_nodes",
        25,
        workflow_job_template=63,
        unified_job_template=62,
        identifier="deploy",
    )
    chain = [
        _add(
            store,
            "workflow_job_template_nodes",
            34 + place,
            workflow_job_template=63,
            unified_job_template=62,
            identifier=name,
        )
        for place, name in enumerate(("aa", "b", "c"))
    ]
    chain[0].links["success_nodes"][35] = None
    chain[1].links["success_nodes"][36] = None
    _add(store, "schedules", 6, name="api-nightly", unified_job_template=62, enabled=False, rrule="DTSTART;TZID=Europe/Berlin:20350101T020000 RRULE:FREQ=DAILY;INTERVAL=1")  # fmt: skip
