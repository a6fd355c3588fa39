"""Every resource against the sandbox, in AWX's and the gateway's layout: listed, shown, made, edited, attached, deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

import sandbox
from aap_launcher import Ambiguous, Conflict, Controller, Forbidden, InvalidInput, NotFound, Record, Refused
from aap_launcher.client import fields
from aap_launcher.client.kinds import KINDS
from sandbox import Sandbox

pytestmark = pytest.mark.sandbox
_ABSENT = frozenset({"ad_hoc_commands"})  # the sandbox has none of these


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(speed=20, layout=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def aap(box: Sandbox) -> Iterator[Controller]:
    with Controller(box.url, username="admin", password="admin-password") as controller:
        yield controller


@pytest.fixture(scope="module")
def lab(aap: Controller) -> Record:
    """An organization for what a test makes."""
    return aap.organizations.create(name="Lab")


@pytest.mark.parametrize("name", sorted(KINDS.keys() - _ABSENT))
def test_every_resource_is_listed_counted_and_shown(aap: Controller, name: str) -> None:
    resource, shape = aap[name], fields.shape(KINDS[name])
    number = resource.count()
    rows = list(resource.list())
    assert len(rows) == number
    assert len({row.id for row in rows}) == number
    assert set(resource.fields()) >= {"id"}
    if rows and "get" in shape.verbs:
        shown = resource.one(rows[0])
        assert shown.id == rows[0].id
        known = {one for one, field in shape.fields.items() if one in shown}
        assert known
        if KINDS[name].key and rows[0].name and number < 100:
            same = [row for row in rows if row.name == rows[0].name]
            if len(same) == 1 and not rows[0].name.isdigit():
                assert resource.one(rows[0].name).id == rows[0].id


MADE: dict[str, dict[str, Any]] = {
    "organizations": {"description": "d"},
    "teams": {"organization": "Lab", "description": "d"},
    "labels": {"organization": "Lab"},
    "inventories": {"organization": "Lab", "variables": {"a": [1, "ü"]}},
    "constructed_inventories": {"organization": "Lab", "source_vars": {"plugin": "constructed"}},
    "hosts": {"inventory": "Shop", "variables": {"http_port": 8080}, "enabled": False},
    "groups": {"inventory": "Shop", "variables": {"a": 1}},
    "projects": {"organization": "Lab", "scm_type": "", "description": "d"},
    "job_templates": {"project": "Shop playbooks", "playbook": "deploy_shop.yml", "inventory": "Shop", "extra_vars": {"q": 1}},
    "workflow_job_templates": {"organization": "Lab", "extra_vars": {"q": 1}},
    "execution_environments": {"image": "quay.io/lab/ee", "pull": "always"},
    "instance_groups": {"max_forks": 5},
    "credentials": {"organization": "Lab", "credential_type": "Machine", "inputs": {"username": "u", "password": "p"}},
    "credential_types": {"kind": "cloud", "inputs": {"fields": [{"id": "a", "label": "A"}]}, "injectors": {}},
    "notification_templates": {
        "organization": "Lab",
        "notification_type": "webhook",
        "notification_configuration": {"url": "http://hook.example.com", "headers": {}, "http_method": "POST"},
    },
    "applications": {"organization": "Lab", "client_type": "public", "authorization_grant_type": "password"},
    "schedules": {"unified_job_template": "Deploy shop", "rrule": "DTSTART:20300101T000000Z RRULE:FREQ=DAILY;INTERVAL=1"},
    "users": {"password": "s3cret-of-lab", "first_name": "Ann"},
    "workflow_job_template_nodes": {"workflow_job_template": "Release train", "unified_job_template": "Deploy shop"},
    "tokens": {"description": "d", "scope": "read"},
}  # fmt: skip
_EDITED: dict[str, dict[str, Any]] = {
    "tokens": {},  # the sandbox does not edit them
    "instance_groups": {"max_forks": 7},
    "users": {"first_name": "Bea"},
    "workflow_job_template_nodes": {"all_parents_must_converge": True},
    "labels": {"name": "made anew"},
}


@pytest.mark.parametrize("name", MADE)
def test_what_can_be_made_is_made_edited_and_deleted(aap: Controller, lab: Record, name: str) -> None:
    kind, resource = KINDS[name], aap[name]
    given = dict(MADE[name])
    if kind.key:
        given[kind.key] = "made-by-a-test"
    made = resource.create(**given)
    assert made.id
    for one in kind.text:
        if one in given:
            assert resource.one(made)[one] == given[one]
    if kind.key and name != "workflow_job_template_nodes":
        assert resource.create(if_absent=True, **given).id == made.id
    if name == "constructed_inventories":  # of which the sandbox shows alone
        return
    changes = _EDITED.get(name, {"description": "changed"})
    changed = resource.update(made, **changes)
    assert {one: changed[one] for one in changes} == changes
    assert resource.update(made, **changes).notes == (
        f"{kind.label} {made.id} is so already; nothing was sent",
    )
    if "delete" in fields.shape(kind).verbs:
        assert resource.delete(made, wait=30)
        assert not resource.delete(made.id, missing_ok=True)
        with pytest.raises(NotFound):
            resource.delete(made.id)


def test_an_edit_of_one_secret_keeps_the_others(aap: Controller, lab: Record) -> None:
    made = aap.credentials.create(
        name="keep", organization=lab, credential_type="Machine", inputs={"username": "u", "password": "p"}
    )
    changed = aap.credentials.update(made, inputs={"username": "v"})
    assert changed["inputs"] == {"username": "v", "password": "$encrypted$"}
    assert aap.credentials.update(made, inputs={"username": None})["inputs"] == {"password": "$encrypted$"}


def test_a_node_is_linked_and_no_cycle_is_closed(aap: Controller, lab: Record) -> None:
    flow = aap.workflow_job_templates.create(name="flow", organization=lab)
    first, second = (
        aap.workflow_job_template_nodes.create(
            workflow_job_template=flow, unified_job_template="Locked", identifier=one
        )
        for one in ("first", "second")
    )
    aap.workflow_job_template_nodes.attach(first, "success_nodes", "second++flow")
    with pytest.raises(InvalidInput, match="cycle"):
        aap.workflow_job_template_nodes.attach(second, "always_nodes", "first++flow")
    assert [node.id for node in aap.workflow_job_template_nodes.related(first, "success_nodes")] == [
        second.id
    ]


def test_detaching_a_host_from_its_inventory_deletes_it_only_when_that_is_said(
    aap: Controller, lab: Record
) -> None:
    place = aap.inventories.create(name="place", organization=lab)
    host = aap.hosts.create(name="gone", inventory=place)
    with pytest.raises(InvalidInput, match="deletes it"):
        aap.inventories.detach(place, "hosts", host)
    assert aap.hosts.count(inventory=place) == 1
    assert aap.inventories.detach(place, "hosts", host, deletes=True) == [f"host {host.id} was deleted"]
    with pytest.raises(NotFound):
        aap.hosts.one(host)


def test_what_is_in_use_names_the_job(aap: Controller) -> None:
    run = aap.launch("Slow deploy")
    try:
        with pytest.raises(Conflict, match=f"job {run.id}"):
            aap.job_templates.delete("Slow deploy")
    finally:
        run.cancel()
    assert run.wait(60).outcome == "canceled"


def test_two_of_a_name_are_told_apart_by_their_organization(aap: Controller) -> None:
    with pytest.raises(Ambiguous, match="organization Platform"):
        aap.job_templates.one("Duplicate")
    assert aap.job_templates.one("Duplicate++Platform").id != aap.job_templates.one("Duplicate++Retail").id


def test_a_duplicate_is_told_in_the_controllers_words(aap: Controller, lab: Record) -> None:
    aap.teams.create(name="twice", organization=lab)
    with pytest.raises(Refused, match="already exists"):
        aap.teams.create(name="twice", organization=lab)


def test_who_may_not_is_told(box: Sandbox) -> None:
    viewer = Controller(box.url, token="viewer-token")
    with pytest.raises(Forbidden):
        viewer.organizations.create(name="mine")
    with pytest.raises(Forbidden):
        viewer.organizations.update("Retail", description="mine")
    viewer.close()


def test_hosts_that_are_added_while_a_list_is_read_shift_nothing(aap: Controller, lab: Record) -> None:
    crowd = aap.inventories.create(name="crowd", organization=lab)
    hosts = [{"name": f"c{one:03}"} for one in range(450)]
    for at in range(0, 450, 90):
        aap.request("POST", "bulk/host_create/", json={"inventory": crowd.id, "hosts": hosts[at : at + 90]})
    rows = aap.hosts.list(inventory=crowd)
    seen = [row.id for row in islice(rows, 200)]
    aap.hosts.delete(seen[10])
    aap.hosts.create(name="late", inventory=crowd)
    seen += [row.id for row in rows]
    assert len(seen) == len(set(seen)) == 451
    names = [row.name for row in aap.hosts.list(inventory=crowd, order_by="-name")]
    assert names == sorted(names, reverse=True)
    assert len(names) == 450
    wanted = [row.id for row in aap.hosts.list(inventory=crowd)][:400]
    assert [row.id for row in aap.hosts.list(id__in=wanted * 3)] == wanted


def test_two_edits_at_the_same_moment_both_stand_in_the_end(
    box: Sandbox, aap: Controller, lab: Record
) -> None:
    host = aap.inventories.create(name="shared", organization=lab)
    faults: list[Exception] = []

    def edit(**change: Any) -> None:
        with Controller(box.url, token="admin-token") as other:
            try:
                other.inventories.update(host.id, **change)
            except Conflict:
                pass  # told, which is what must not be missing
            except Exception as fault:  # noqa: BLE001 - of a thread
                faults.append(fault)

    threads = [
        threading.Thread(target=edit, kwargs={"description": "d"}),
        threading.Thread(target=edit, kwargs={"variables": {"a": 1}}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
