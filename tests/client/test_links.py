"""Related lists: attached and detached, said as what it is; no cycle of nodes."""

from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.errors import InvalidInput, NotFound, Refused
from tests.client.conftest import Desk, row

LABELS = "/api/v2/job_templates/5/labels/"


@pytest.fixture
def template(aap: Desk) -> Desk:
    aap.world.json("GET", "/api/v2/job_templates/5/", row(5, "Deploy", "job_template"))
    return aap


def test_attaching_sends_the_id_of_what_is_not_attached_yet(template: Desk) -> None:
    template.lists("labels/", [row(9, "web", "label")])
    after = [row(number, "any", "label") for number in (9, 10, 11)]
    template.lists("job_templates/5/labels/", [row(11, "old", "label")], after)
    template.world.json("POST", LABELS, status=204)
    assert template["job_templates"].attach(5, "labels", "web", 10, 11) == [
        "label 9 of job template 5 (labels) attached",
        "label 10 of job template 5 (labels) attached",
        "label 11 of job template 5 (labels) was attached already",
    ]
    assert template.sent() == [{"id": 9}, {"id": 10}]


def test_detaching_says_what_became_of_the_label(template: Desk) -> None:
    template.lists("job_templates/5/labels/", [row(9, "web", "label"), row(10, "db", "label")], [])
    template.world.json(
        "GET", "/api/v2/labels/9/", {"detail": "No Label matches the given query."}, status=404
    )
    template.world.json("GET", "/api/v2/labels/10/", row(10, "db", "label"))
    template.world.json("POST", LABELS, status=204)
    told = template["job_templates"].detach(5, "labels", 9, 10, 11)
    assert told == [
        "label 9 of job template 5 (labels) detached; it was attached nowhere else, so the controller deleted it",
        "label 10 of job template 5 (labels) detached",
        "label 11 of job template 5 (labels) was not attached",
    ]
    assert template.sent() == [{"id": 9, "disassociate": True}, {"id": 10, "disassociate": True}]


@pytest.mark.parametrize("name", ["hosts", "groups"])
def test_detaching_from_the_inventory_is_a_deletion_and_must_be_said(aap: Desk, name: str) -> None:
    aap.world.json("GET", "/api/v2/inventories/7/", row(7, "Shop", "inventory"))
    aap.lists(f"inventories/7/{name}/", [row(3)], [])
    aap.world.json("POST", f"/api/v2/inventories/7/{name}/", status=204)
    with pytest.raises(InvalidInput, match="from its inventory deletes it"):
        aap["inventories"].detach(7, name, 3)
    assert not aap.sent()
    assert aap["inventories"].detach(7, name, 3, deletes=True) == [f"{name[:-1]} 3 was deleted"]
    assert aap.sent() == [{"id": 3, "disassociate": True}]


def test_a_host_stays_in_the_inventory_that_it_was_made_in(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/inventories/7/", row(7, "Shop", "inventory"))
    with pytest.raises(InvalidInput, match="give it when they are made"):
        aap["inventories"].attach(7, "hosts", 3)


@pytest.mark.parametrize(
    ("resource", "name", "told"),
    [
        ("job_templates", "label", 'Did you mean "labels"'),
        ("job_templates", "jobs", "no list"),
        ("users", "nosuch", "There are: roles"),
        ("labels", "hosts", "Nothing is attached"),
    ],
)
def test_an_unknown_list_is_refused(aap: Desk, resource: str, name: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        aap[resource].attach(5, name, 3)
    with pytest.raises(InvalidInput, match=told):
        aap[resource].detach(5, name, 3)


def test_nothing_to_attach_is_refused(aap: Desk) -> None:
    with pytest.raises(InvalidInput, match="nothing was given"):
        aap["job_templates"].attach(5, "labels")


def node(number: int, **links: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"success_nodes": [], "failure_nodes": [], "always_nodes": []}
    return {**row(number, type_="workflow_job_template_node"), "workflow_job_template": 4, **empty, **links}


@pytest.fixture
def workflow(aap: Desk) -> Desk:
    nodes = [
        node(1, success_nodes=[2]),
        node(2, failure_nodes=[3]),
        node(3, always_nodes=[4]),
        node(4),
        node(5),
    ]
    aap.lists("workflow_job_template_nodes/", nodes)
    for one in nodes:
        aap.world.json("GET", f"/api/v2/workflow_job_template_nodes/{one['id']}/", one)
        for name in ("success_nodes", "failure_nodes", "always_nodes"):
            aap.lists(f"workflow_job_template_nodes/{one['id']}/{name}/", [], [row(4), row(5)])
            aap.world.json("POST", f"/api/v2/workflow_job_template_nodes/{one['id']}/{name}/", status=204)
    return aap


@pytest.mark.parametrize("name", ["success_nodes", "failure_nodes", "always_nodes"])
@pytest.mark.parametrize(
    ("parent", "child", "way"), [(4, 1, "4 > 1 > 2 > 3 > 4"), (2, 2, "2 > 2"), (3, 2, "3 > 2 > 3")]
)
def test_a_link_that_would_close_a_cycle_is_refused(
    workflow: Desk, name: str, parent: int, child: int, way: str
) -> None:
    with pytest.raises(InvalidInput, match=f"would close a cycle: {way}"):
        workflow["workflow_job_template_nodes"].attach(parent, name, child)
    assert not workflow.sent()


def test_a_link_that_closes_none_is_made(workflow: Desk) -> None:
    workflow["nodes"].attach(1, "always_nodes", 4, 5)
    assert workflow.sent() == [{"id": 4}, {"id": 5}]


def test_several_links_that_close_a_cycle_only_together_are_refused(workflow: Desk) -> None:
    with pytest.raises(InvalidInput, match="cycle"):
        workflow["nodes"].attach(5, "success_nodes", 4, 5)
    assert not workflow.sent()


# --- reading --------------------------------------------------------------------------------------------


def test_a_related_list_is_walked_like_any_other(template: Desk) -> None:
    template.lists("job_templates/5/labels/", [row(9, "web", "label")])
    assert [one.name for one in template["job_templates"].related(5, "labels", name__startswith="w")] == [
        "web"
    ]
    assert "GET job_templates/5/labels/?name__startswith=w&page_size=200" in template.asked()


def test_a_single_thing_is_the_only_one_given(template: Desk) -> None:
    template.world.json("GET", "/api/v2/job_templates/5/survey_spec/", {"name": "", "spec": []})
    assert [dict(one) for one in template["job_templates"].related(5, "survey_spec")] == [
        {"name": "", "spec": []}
    ]


def test_a_bare_list_is_given_row_by_row(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/inventories/7/", row(7, "Shop", "inventory"))
    aap.world.json("GET", "/api/v2/inventories/7/tree/", [{"id": 1, "name": "web"}, {"id": 2, "name": "db"}])
    assert [one["name"] for one in aap["inventories"].related(7, "tree")] == ["web", "db"]


def test_what_an_object_belongs_to_is_found_by_its_link(aap: Desk) -> None:
    links = {"inventory": "/api/v2/inventories/7/"}
    aap.world.json("GET", "/api/v2/hosts/3/", row(3, "web1", related=links))
    aap.world.json("GET", "/api/v2/inventories/7/", row(7, "Shop", "inventory"))
    assert [one.name for one in aap["hosts"].related(3, "inventory")] == ["Shop"]
    with pytest.raises(NotFound, match="host 3 has no last job"):
        list(aap["hosts"].related(3, "last_job"))


def test_an_unknown_related_name_is_refused_at_once(template: Desk) -> None:
    with pytest.raises(InvalidInput, match='Did you mean "labels"'):
        template["job_templates"].related(5, "lables")
    with pytest.raises(InvalidInput, match='Did you mean "name"'):
        template["job_templates"].related(5, "labels", nmae="x")


def test_the_variables_of_all_hosts_come_from_the_inventorys_script_in_one_request(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/inventories/7/", row(7, "Shop", "inventory"))
    aap.world.json("GET", "/api/v2/inventories/7/script/", {"_meta": {"hostvars": {"web1": {"a": 1}}}})
    (script,) = aap["inventories"].related(7, "script", hostvars=1)
    assert script["_meta"]["hostvars"]["web1"] == {"a": 1}
    assert aap.asked()[-1] == "GET inventories/7/script/?hostvars=1"
    with pytest.raises(InvalidInput, match='Did you mean "hostvars"'):
        aap["inventories"].related(7, "script", hostvar=1)


def test_the_lists_of_a_constructed_inventory_stand_below_the_inventory_that_it_is(aap: Desk) -> None:
    """Nothing is below constructed_inventories/N/ but itself."""
    aap.world.json(
        "GET",
        "/api/v2/constructed_inventories/5/",
        {**row(5, "All shops", "inventory"), "kind": "constructed"},
    )
    aap.world.json("GET", "/api/v2/inventories/7/", row(7, "Shop", "inventory"))
    aap.lists("inventories/5/input_inventories/", [])
    aap.world.json("POST", "/api/v2/inventories/5/input_inventories/", status=204)
    assert list(aap["constructed_inventories"].related(5, "input_inventories")) == []
    aap.lists("inventories/5/input_inventories/", [], [row(7)])
    assert aap["constructed_inventories"].attach(5, "input_inventories", 7)
    assert aap.sent() == [{"id": 7}]


@pytest.mark.parametrize(
    ("resource", "name", "place"),
    [
        ("schedules", "unified_jobs", "schedules/5/jobs/"),
        ("projects", "last_job", "project_updates/9/"),
        ("projects", "inventory_files", "projects/5/inventories/"),
        ("roles", "job_template", "job_templates/9/"),
    ],
)
def test_what_stands_elsewhere_than_its_name_says_is_asked_for_where_the_object_says(
    aap: Desk, resource: str, name: str, place: str
) -> None:
    links = {"related": {name: f"/api/v2/{place}"}}
    aap.world.json("GET", f"/api/v2/{resource}/5/", {**row(5), **links})
    aap.world.json("GET", f"/api/v2/{place}", {"id": 9, "name": "there"})
    assert [one["name"] for one in aap[resource].related(5, name)] == ["there"]


@pytest.mark.parametrize(
    ("resource", "name", "links"),
    [("job_templates", "last_job", {}), ("job_templates", "webhook_receiver", {"webhook_receiver": ""})],
)
def test_what_an_object_does_not_have_yet_is_not_found(
    aap: Desk, resource: str, name: str, links: dict[str, str]
) -> None:
    aap.world.json("GET", f"/api/v2/{resource}/5/", {**row(5), "related": links})
    with pytest.raises(NotFound, match="has no "):
        aap[resource].related(5, name)


def test_a_link_that_the_controller_took_and_did_not_make_is_told(template: Desk) -> None:
    template.lists("job_templates/5/labels/", [row(9, "web", "label")])
    template.world.json("POST", LABELS, status=204)
    with pytest.raises(
        Refused, match=r"label 10 of job template 5 \(labels\): .* it is not attached; 1 such link"
    ):
        template["job_templates"].attach(5, "labels", 10)
    template.world.json("GET", "/api/v2/labels/9/", row(9, "web", "label"))
    with pytest.raises(Refused, match="it is not detached"):
        template["job_templates"].detach(5, "labels", 9)


def test_many_links_are_looked_at_page_by_page(template: Desk) -> None:
    rows = [row(number, "any", "label") for number in range(1, 451)]
    template.lists("job_templates/5/labels/", rows[:200], rows[200:400], rows[400:])
    told = template["job_templates"].attach(5, "labels", *range(1, 451))
    assert all("was attached already" in line for line in told)
    assert not template.sent()
