"""What people give to mean one object: only decimal ids go into paths, names are looked up, never the first of several."""

from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.client import kind_names, references
from aap_launcher.client.records import Record
from aap_launcher.errors import Ambiguous, InvalidInput, NotFound
from tests.client.conftest import Desk, row

SITE = "https://aap.example.com/sub"


@pytest.mark.parametrize(
    ("resource", "given", "number"),
    [
        ("hosts", 7, 7),
        ("hosts", "7", 7),
        ("hosts", " 7 ", 7),
        ("hosts", "/api/v2/hosts/7/", 7),
        ("hosts", "https://aap.example.com/sub/api/controller/v2/hosts/7/?x=1", 7),
        ("hosts", "https://aap.example.com/sub/api/v2/hosts/7", 7),
        ("hosts", "https://aap.example.com/#/hosts/7/details", 7),
        ("hosts", "https://aap.example.com/#/inventories/inventory/3/hosts/edit/../hosts/7/", 7),
        ("inventories", "https://aap.example.com/#/inventories/inventory/3/hosts/7/details", 3),
        ("inventories", "https://aap.example.com/#/inventories/smart_inventory/3/details", 3),
        ("inventories", "/api/v2/constructed_inventories/3/", 3),
        ("job_templates", "https://aap.example.com/execution/templates/job-template/5/details", 5),
        ("job_templates", "https://aap.example.com/#/templates/job_template/5/schedules/9", 5),
        ("schedules", "https://aap.example.com/#/templates/job_template/5/schedules/9", 9),
        ("workflow_job_templates", "https://aap.example.com/execution/templates/workflow-job-template/6/", 6),
        ("unified_job_templates", "https://aap.example.com/execution/templates/workflow-job-template/6/", 6),
        ("unified_job_templates", "/api/v2/projects/6/", 6),
        ("jobs", "https://aap.example.com/execution/jobs/playbook/8/output", 8),
        ("project_updates", "https://aap.example.com/#/jobs/project/8/output", 8),
        ("unified_jobs", "https://aap.example.com/#/jobs/inventory/8/output", 8),
        ("organizations", "https://aap.example.com/access/organizations/2/details", 2),
        ("credentials", Record({"id": 4, "type": "credential"}), 4),
        ("hosts", {"id": 4}, 4),
    ],
)
def test_an_id_is_read_from_whatever_is_pasted(resource: str, given: Any, number: int) -> None:
    assert references.read_reference(kind_names.kind(resource), given, SITE).id == number


@pytest.mark.parametrize(
    ("resource", "given"),
    [
        ("hosts", True),
        ("hosts", None),
        ("hosts", 1.5),
        ("hosts", 0),
        ("hosts", -1),
        ("hosts", 2**31),
        ("hosts", ""),
        ("hosts", "  "),
        ("hosts", "/api/v2/groups/7/"),
        ("hosts", "https://other.example.com/api/v2/hosts/7/"),
        ("hosts", "https://aap.example.com/#/teams/7"),
        ("inventories", "https://aap.example.com/#/jobs/inventory/8/output"),
        ("projects", "https://aap.example.com/#/jobs/project/8/output"),
        ("hosts", Record({"id": 4, "type": "group"})),
        ("hosts", {"name": "x"}),
        ("hosts", "https://[::1"),
    ],
)
def test_what_can_mean_no_such_object_is_refused_before_anything_is_asked(resource: str, given: Any) -> None:
    with pytest.raises(InvalidInput):
        references.read_reference(kind_names.kind(resource), given, SITE)


@pytest.mark.parametrize("text", ["1.0", "-1", "007x", "web", "²", "99999999999999999999"])
def test_anything_else_is_a_name(text: str) -> None:
    found = references.read_reference(kind_names.kind("hosts"), text, SITE)
    assert (found.id, found.name) == (None, text)


def test_a_name_is_looked_up_by_a_filter_and_never_put_into_a_path(aap: Desk) -> None:
    aap.lists("hosts/", [row(3, "a/b ?x")])
    aap.world.json("GET", "/api/v2/hosts/3/", row(3, "a/b ?x", enabled=True))
    assert aap["hosts"].one("a/b ?x")["enabled"] is True
    assert [one for one in aap.asked() if "hosts" in one] == [
        "GET hosts/?name=a/b ?x&page_size=25",
        "GET hosts/3/",
    ]


def test_several_of_a_name_are_an_error_that_lists_them(aap: Desk) -> None:
    shop = {"inventory": {"name": "Shop"}}
    aap.lists(
        "hosts/",
        [row(3, "web", summary_fields=shop), row(4, "web", summary_fields={"inventory": {"name": "Lab"}})],
    )
    with pytest.raises(Ambiguous) as raised:
        aap["hosts"].one("web")
    assert "3 · host · web · inventory Shop" in str(raised.value)
    assert "4 · host · web · inventory Lab" in str(raised.value)


def test_a_name_that_matches_none_lists_near_misses(aap: Desk) -> None:
    aap.lists("hosts/", [])
    aap.world.http.register_uri(
        "GET", "https://aap.example.com/api/v2/hosts/?or__name__icontains=wbe1",
        json={"count": 2, "next": None, "results": [row(3, "web1"), row(4, "zebra")]},
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    with pytest.raises(NotFound) as raised:
        aap["hosts"].delete("wbe1")
    assert "web1" in str(raised.value)
    assert "zebra" not in str(raised.value)
    assert not aap.sent()


def test_the_part_after_two_pluses_is_the_owner(aap: Desk) -> None:
    world = aap.world
    aap.lists("hosts/", [])
    world.http.register_uri(
        "GET", "https://aap.example.com/api/v2/hosts/?inventory__name=Shop",
        json={"count": 1, "next": None, "results": [row(3, "web")]}, headers={"Content-Type": "application/json"},
    )  # fmt: skip
    world.json("GET", "/api/v2/hosts/3/", row(3, "web"))
    assert aap["hosts"].one("web++Shop").id == 3
    assert "GET hosts/?name=web++Shop&page_size=25" in aap.asked()
    assert "GET hosts/?name=web&inventory__name=Shop&page_size=25" in aap.asked()


def test_two_pluses_and_nothing_mean_no_owner(aap: Desk) -> None:
    aap.lists("job_templates/", [])
    with pytest.raises(NotFound):
        aap["job_templates"].one("Deploy++")
    assert "GET job_templates/?name=Deploy&organization__isnull=true&page_size=25" in aap.asked()


def test_a_name_of_digits_is_found_where_no_object_has_that_id(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/hosts/404/", {"detail": "No Host matches the given query."}, status=404)
    aap.lists("hosts/", [row(3, "404")])
    aap.world.json("GET", "/api/v2/hosts/3/", row(3, "404"))
    assert aap["hosts"].one("404").id == 3


def test_a_text_that_is_the_id_of_one_and_the_name_of_another_is_refused(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/hosts/7/", row(7, "web"))
    aap.lists("hosts/", [row(3, "7")])
    for call in (aap["hosts"].one, aap["hosts"].delete, aap["hosts"].update):
        with pytest.raises(Ambiguous, match="is the id of one host and the name of another"):
            call("7")
    assert aap["hosts"].one(7).name == "web"
    assert not aap.sent()


def test_a_foreign_key_of_digits_is_looked_up_as_a_name_too(aap: Desk) -> None:
    """`inventory=4711` on a command line: an inventory of that name was never found, and 4711 was sent."""
    aap.lists("inventories/", [row(4, "4711", "inventory")])
    aap.world.json("GET", "/api/v2/inventories/4711/", {"detail": "Not found."}, status=404)
    aap.world.json("GET", "/api/v2/inventories/4/", row(4, "4711", "inventory"))
    aap.lists("hosts/", [row(3, "web")])
    assert [one.id for one in aap["hosts"].list("inventory=4711")] == [3]
    assert any("hosts/?inventory=4&" in asked for asked in aap.asked())
    for given, sent in (("4711", 4), (4711, 4711)):
        (planned,) = aap["hosts"].planned_create(name="h", inventory=given)
        assert planned.body == {"name": "h", "inventory": sent}
    aap.world.json("GET", "/api/v2/inventories/4711/", row(4711, "Shop", "inventory"))
    with pytest.raises(Ambiguous, match="is the id of one inventory and the name of another"):
        list(aap["hosts"].list("inventory=4711"))


def test_an_address_whose_object_is_gone_is_no_name(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/hosts/404/", {"detail": "No Host matches the given query."}, status=404)
    with pytest.raises(NotFound, match="host 404 does not exist"):
        aap["hosts"].one("/api/v2/hosts/404/")
    with pytest.raises(NotFound):
        aap["hosts"].one(404)


def test_what_has_no_name_is_meant_by_its_id(aap: Desk) -> None:
    with pytest.raises(InvalidInput, match="a token has no name; give its id"):
        aap["tokens"].one("mine")


def test_one_by_filters_is_the_only_one(aap: Desk) -> None:
    aap.lists("hosts/", [row(3, "web")])
    aap.world.json("GET", "/api/v2/hosts/3/", row(3, "web", enabled=True))
    assert aap["hosts"].one(name="web", enabled=True)["enabled"] is True
    aap.lists("hosts/", [row(3), row(4)])
    with pytest.raises(Ambiguous):
        aap["hosts"].one(enabled=True)
    aap.lists("hosts/", [])
    with pytest.raises(NotFound, match="enabled=True"):
        aap["hosts"].one(enabled=True)
    with pytest.raises(InvalidInput):
        aap["hosts"].one()
    with pytest.raises(InvalidInput):
        aap["hosts"].one("web", name="web")


@pytest.mark.parametrize(
    "name", ["hosts", "host", "jt", "wfjt", "ee", "org", "job-template", "Job Templates", "inventory"]
)
def test_a_resource_is_known_by_plural_singular_and_alias(name: str) -> None:
    assert kind_names.kind(name).name.endswith("s")


def test_an_unknown_resource_names_the_near_miss() -> None:
    with pytest.raises(InvalidInput, match='Did you mean "host" or "hosts"'):
        kind_names.kind("hosst")
    with pytest.raises(InvalidInput, match="There are:"):
        kind_names.kind("zzzzzz")
