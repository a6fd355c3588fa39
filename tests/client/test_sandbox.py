"""Every resource against the sandbox, in AWX's and the gateway's layout: listed, counted and shown; and what is told where it is not as asked."""

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


@pytest.mark.parametrize("name", sorted(KINDS))
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
