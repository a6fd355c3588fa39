from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.controller import references
from aap_launcher.controller.controller import Controller
from aap_launcher.controller.references import Owned, Reference
from aap_launcher.errors import Forbidden, InvalidInput, NotFound, Refused
from aap_launcher.models.templates import Found, Template, TemplateType
from tests.controller.conftest import HOST, World, page, template_row

Connect = Callable[..., Controller]
UNIFIED = "/api/v2/unified_job_templates/"
JOB, WORKFLOW = "job_template", "workflow_job_template"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("15", Reference(15, name="15")),
        (" 15 ", Reference(15, name="15")),
        ("Deploy shop", Reference(name="Deploy shop")),
        ("a/b", Reference(name="a/b")),
        ("C++ build", Reference(name="C++ build", owned=Owned("C", " build"))),
        ("012", Reference(name="012")),
        ("/prod/deploy", Reference(name="/prod/deploy")),
        ("/templates/job_template/15", Reference(15, JOB, "/templates/job_template/15")),
        ("99999999999", Reference(name="99999999999")),
        ("٣", Reference(name="٣")),
        ("/api/v2/job_templates/15/", Reference(15, JOB)),
        ("api/controller/v2/workflow_job_templates/15/launch/", Reference(15, WORKFLOW)),
        ("job_templates/15", Reference(15, JOB, "job_templates/15")),
        (
            HOST + "/api/v2/job_templates/Deploy%20shop++Retail/",
            Reference(None, JOB, "Deploy shop++Retail", Owned("Deploy shop", "Retail")),
        ),
        (
            "/api/v2/job_templates/C[+][+]++A%2FB/",
            Reference(None, JOB, "C[+][+]++A/B", Owned("C++", "A/B")),
        ),
        (HOST + "/#/templates/job_template/15/details", Reference(15, JOB)),
        (HOST + "/#/templates/workflow_job_template/15", Reference(15, WORKFLOW)),
        (HOST + "/execution/templates/job-template/15/details", Reference(15, JOB)),
        (HOST + "/execution/templates/workflow-job-template/15", Reference(15, WORKFLOW)),
        ("https://AAP.example.com:443/sub/execution/templates/job-template/15", Reference(15, JOB)),
    ],
)
def test_each_way_to_name_a_template_is_read(text: str, reference: Reference) -> None:
    assert references.template_reference(text, HOST) == reference


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("https://other.example.com/#/templates/job_template/15", "address of other.example.com"),
        (HOST + "/#/projects/5", "does not name one"),
        ("/api/v2/projects/5/", "does not name one"),
        ("https://[x/templates/job_template/7", "does not name one"),
        ("/#/templates/job_template/" + "9" * 5000, "does not name one"),
    ],
)
def test_what_names_no_template_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        references.template_reference(text, HOST)


@given(st.text(max_size=50))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    for read in (
        references.template_reference,
        references.job_reference,
        partial(references.prompted, "inventory", "inventories"),
    ):
        try:
            reference = read(text, HOST)
        except InvalidInput:
            continue
        assert reference.id or reference.name


def test_an_id_costs_one_request_that_tells_name_permission_and_newest_job(
    world: World, awx: Connect
) -> None:
    row = template_row()
    row["summary_fields"]["recent_jobs"] = [{"id": 9, "type": "job"}, {"id": 11, "type": "job"}]
    asked = world.json("GET", UNIFIED, page(row))
    controller = awx()
    before = len(world.paths())
    assert controller.find_template("12") == Template(
        12, TemplateType.JOB, "Deploy", "Retail", may_start=True, newest_job=11
    )
    assert world.paths()[before:] == [UNIFIED]
    assert asked.last_request.qs["or__id"] == asked.last_request.qs["or__name"] == ["12"]


def test_a_row_that_does_not_tell_who_may_start_it_is_no_answer(world: World, awx: Connect) -> None:
    row = template_row()
    del row["summary_fields"]["user_capabilities"]
    world.json("GET", UNIFIED, page(row))
    world.json("GET", "/api/v2/job_templates/12/", template_row())
    assert awx().find_template("12").may_start is True


@pytest.mark.parametrize(
    ("recent", "newest"), [([], 0), ([{"id": 3}, {"id": 8}], 8), (None, None), ({}, None), ([{}], None)]
)
def test_the_newest_job_is_known_where_the_template_tells_it(
    world: World, awx: Connect, recent: object, newest: int | None
) -> None:
    row = template_row()
    row["summary_fields"]["recent_jobs"] = recent
    world.json("GET", UNIFIED, page(row))
    assert awx().find_template("Deploy").newest_job == newest


def test_an_id_that_is_another_templates_name_is_refused_with_what_to_give(
    world: World, awx: Connect
) -> None:
    world.json("GET", "/api/v2/job_templates/12/", template_row())
    world.json("GET", UNIFIED, page(template_row(30, "12")))
    with pytest.raises(Refused, match=r"the id of one and the name of another") as raised:
        awx().find_template("12")
    assert '/api/v2/job_templates/12/  job template "Deploy"' in str(raised.value)
    assert '/api/v2/job_templates/30/  job template "12"' in str(raised.value)


def test_an_id_may_be_a_workflow_templates(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/job_templates/48/", {"detail": "No"}, status=404)
    world.json("GET", "/api/v2/workflow_job_templates/48/", template_row(48, kind=WORKFLOW))
    world.json("GET", UNIFIED, page())
    assert awx().find_template("48").type is TemplateType.WORKFLOW


def test_digits_may_be_a_name_where_no_such_id_exists(world: World, awx: Connect) -> None:
    for collection in ("job_templates", "workflow_job_templates"):
        world.json("GET", f"/api/v2/{collection}/2024/", {"detail": "No"}, status=404)
    world.json("GET", UNIFIED, page(template_row(9, "2024")))
    assert awx().find_template("2024").id == 9


def test_an_id_that_may_not_be_seen_is_forbidden(world: World, awx: Connect) -> None:
    world.json("GET", UNIFIED, page())
    world.json("GET", "/api/v2/job_templates/12/", {"detail": "You do not have permission."}, status=403)
    with pytest.raises(Forbidden, match=r"job template 12 exists, .* role"):
        awx().find_template("12")


def test_an_id_of_the_other_type_is_explained(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/job_templates/48/", {"detail": "No"}, status=404)
    world.json("GET", "/api/v2/workflow_job_templates/48/", template_row(48, "Flow", WORKFLOW))
    world.json("GET", UNIFIED, page())
    with pytest.raises(Refused, match=r'workflow job template "Flow" .* is not of the template_type given'):
        awx().find_template("48", "job")


def test_an_address_of_the_other_type_is_explained_without_asking(world: World, awx: Connect) -> None:
    with pytest.raises(InvalidInput, match="Leave template_type out"):
        awx().find_template("/#/templates/job_template/15", "workflow")


def test_an_address_of_nothing_says_so(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/job_templates/15/", {"detail": "No"}, status=404)
    with pytest.raises(NotFound, match="job template 15 does not exist"):
        awx().find_template(HOST + "/#/templates/job_template/15")


def test_a_name_costs_one_request_and_is_exact(world: World, awx: Connect) -> None:
    asked = world.json("GET", UNIFIED, page(template_row(), {"type": "project", "id": 3, "name": "Deploy"}))
    assert awx().find_template("Deploy").id == 12
    assert asked.call_count == 1
    assert asked.last_request.qs["name"] == ["Deploy"]
    assert asked.last_request.qs["type"] == ["job_template,workflow_job_template"]


def test_a_name_in_two_organizations_lists_them(world: World, awx: Connect) -> None:
    world.json(
        "GET", UNIFIED, page(template_row(12), template_row(13, org="Bank"), template_row(14, kind=WORKFLOW))
    )
    controller = awx()
    with pytest.raises(Refused) as raised:
        controller.find_template("Deploy")
    assert 'job template "Deploy" (id 13, organization Bank)' in str(raised.value)
    assert "workflow job template" in str(raised.value)
    assert controller.find_template("Deploy", organization="Bank").id == 13
    assert controller.find_template("Deploy", "workflow").id == 14
    with pytest.raises(NotFound, match="there is:"):
        controller.find_template("Deploy", organization="Elsewhere")


def test_name_plus_plus_organization_is_taken_apart_only_if_no_name_is_so(world: World, awx: Connect) -> None:
    world.json("GET", UNIFIED, page(), page(template_row(12), template_row(13, org="Bank")))
    assert awx().find_template("Deploy++Bank").id == 13


def test_a_name_with_pluses_is_a_name_first(world: World, awx: Connect) -> None:
    asked = world.json("GET", UNIFIED, page(template_row(12, "C++ build")))
    assert awx().find_template("C++ build").id == 12
    assert asked.call_count == 2, "and nothing is called C in the organization build"


def test_a_name_that_matches_none_lists_near_misses(world: World, awx: Connect) -> None:
    others = page(template_row(3, "Deploy shop"), template_row(4, "Backup", kind=WORKFLOW))
    world.json("GET", UNIFIED, page(), page(), others)
    with pytest.raises(NotFound) as raised:
        awx().find_template("deploi shop")
    assert 'Similar:\n  "Deploy shop" (id 3, job template, organization Retail)' in str(raised.value)
    assert "Backup" not in str(raised.value)
    assert not raised.value.problems, "the message says it all, and once"
    assert "Without read permission" in str(raised.value)


def test_what_a_template_asks_for_is_read_with_its_survey(world: World, awx: Connect) -> None:
    launch = {
        "ask_limit_on_launch": True,
        "ask_variables_on_launch": False,
        "survey_enabled": True,
        "passwords_needed_to_start": ["ssh_password"],
        "inventory_needed_to_start": True,
        "defaults": {"inventory": {"id": None, "name": None}},
    }
    spec = [
        {"variable": "n", "type": "integer", "min": 1, "max": 10, "required": True, "default": ""},
        {"variable": "c", "type": "multiselect", "choices": "a\nb", "min": None, "max": None},
        {"variable": "d", "type": "multiplechoice", "choices": ["x"], "question_name": "D?"},
        "nonsense",
    ]
    world.json("GET", "/api/v2/job_templates/12/launch/", launch)
    world.json("GET", "/api/v2/job_templates/12/survey_spec/", {"spec": spec})
    prompts = awx().prompts(Template(12, TemplateType.JOB, "Deploy"))
    assert prompts.asks == {"ask_limit_on_launch"}
    assert prompts.known == {"ask_limit_on_launch", "ask_variables_on_launch"}
    assert (prompts.inventory_needed, prompts.default_inventory) == (True, "")
    assert prompts.passwords_needed == ("ssh_password",)
    assert [(q.variable, q.choices, q.min, q.max, q.required) for q in prompts.survey] == [
        ("n", (), 1.0, 10.0, True),
        ("c", ("a", "b"), None, None, False),
        ("d", ("x",), None, None, False),
    ]


@pytest.mark.parametrize(
    ("prompt", "collection"),
    [("inventory", "inventories"), ("execution_environment", "execution_environments"), ("labels", "labels")],
)
def test_an_object_is_found_by_its_exact_name(
    world: World, awx: Connect, prompt: str, collection: str
) -> None:
    asked = world.json("GET", f"/api/v2/{collection}/", page({"id": 3, "name": "web & db"}))
    assert awx().find_object(prompt, " web & db ") == Found(3, "web & db")
    assert asked.last_request.qs["name"] == ["web & db"]


@pytest.mark.parametrize(
    ("prompt", "collection", "one"),
    [("credentials", "credentials", "credential"), ("labels", "labels", "label"), ("inventory", "inventories", "inventory"),
     ("instance_groups", "instance_groups", "instance group"),
     ("execution_environment", "execution_environments", "execution environment")],
)  # fmt: skip
def test_an_object_that_is_not_there_is_spoken_of_as_one(
    world: World, awx: Connect, prompt: str, collection: str, one: str
) -> None:
    world.json("GET", f"/api/v2/{collection}/", page())
    with pytest.raises(NotFound, match=rf'^There is no {one} "nope" that this user may see\.'):
        awx().find_object(prompt, "nope")


def prompted(number: int, name: str, org: str = "", kind: str = "") -> dict[str, Any]:
    summary = {"organization": {"name": org}} if org else {}
    return {
        "id": number,
        "name": name,
        "summary_fields": summary | ({"credential_type": {"name": kind}} if kind else {}),
    }


@pytest.mark.parametrize(
    "text",
    ["7", "/api/v2/inventories/7/", HOST + "/#/inventories/inventory/7/details", "#/inventories/smart_inventory/7",
     HOST + "/execution/infrastructure/inventories/inventory/7/details"],
)  # fmt: skip
def test_an_inventory_is_found_by_its_id_and_its_addresses(world: World, awx: Connect, text: str) -> None:
    world.json("GET", "/api/v2/inventories/7/", prompted(7, "Shop"))
    named = world.json("GET", "/api/v2/inventories/", page())
    assert awx().find_object("inventory", text) == Found(7, "Shop")
    assert named.call_count == (text == "7"), "an id may be a name as well; an address is none"


@pytest.mark.parametrize(
    ("prompt", "text", "path"),
    [
        ("credentials", "/#/credentials/7/details", "/api/v2/credentials/7/"),
        ("credentials", HOST + "/execution/infrastructure/credentials/7", "/api/v2/credentials/7/"),
        ("execution_environment", "/#/execution_environments/7", "/api/v2/execution_environments/7/"),
        ("execution_environment", HOST + "/execution/infrastructure/execution-environments/7/details", "/api/v2/execution_environments/7/"),
        ("instance_groups", "/#/instance_groups/container_group/7", "/api/v2/instance_groups/7/"),
        ("labels", "/api/controller/v2/labels/7/", "/api/v2/labels/7/"),
    ],
)  # fmt: skip
def test_every_prompts_objects_have_addresses(
    world: World, awx: Connect, prompt: str, text: str, path: str
) -> None:
    world.json("GET", path, prompted(7, "x"))
    assert awx().find_object(prompt, text).id == 7


def test_a_number_that_is_a_name_is_found_by_it(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/inventories/4711/", {"detail": "No"}, status=404)
    world.json("GET", "/api/v2/inventories/", page(prompted(1, "4711")))
    assert awx().find_object("inventory", "4711") == Found(1, "4711")


def test_a_number_that_is_an_id_and_another_ones_name_is_refused(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/labels/2024/", prompted(2024, "old", "Bank"))
    rows = page(prompted(1, "2024", "Retail"))
    world.json("GET", "/api/v2/labels/", rows, page(), page(prompted(1, "2024", "Retail")))
    controller = awx()
    with pytest.raises(Refused, match="the id of one and the name of another") as raised:
        controller.find_object("labels", "2024")
    assert '\n  /api/v2/labels/2024/  "old" (id 2024, organization Bank)' in str(raised.value)
    assert '\n  2024++Retail  "2024" (id 1, organization Retail)' in str(raised.value)
    assert controller.find_object("labels", "2024++Retail").id == 1


def test_the_templates_organization_wins_where_exactly_one_is_there_and_says_so(
    world: World, awx: Connect
) -> None:
    rows = page(prompted(3, "Shop", "Bank"), prompted(4, "Shop", "Retail"))
    world.json("GET", "/api/v2/inventories/", rows)
    found = awx().find_object("inventory", "Shop", "Retail")
    assert found.id == 4
    assert found.notice == (
        'inventory: 2 are called "Shop"; the one of the template\'s organization "Retail" is taken, id 4'
    )


def test_several_of_a_name_are_listed_as_they_can_be_given(world: World, awx: Connect) -> None:
    rows = [
        prompted(3, "de+ploy", "Retail", "Machine"),
        prompted(4, "de+ploy", "Retail", "Vault"),
        prompted(5, "de+ploy", "Bank", "Vault"),
        prompted(6, "de+ploy", "", "Vault"),
    ]
    world.json("GET", "/api/v2/credentials/", page(*rows))
    with pytest.raises(Refused, match="give one of:") as raised:
        awx().find_object("credentials", "de+ploy", "Retail")
    told = [line.split("  ")[1] for line in str(raised.value).splitlines()[1:]]
    assert told == ["/api/v2/credentials/3/", "/api/v2/credentials/4/", "de[+]ploy++Bank", "de[+]ploy++"]
    world.json("GET", "/api/v2/credentials/", page(), page(*rows), page(), page(*rows), page(), page(*rows))
    controller = awx()
    assert controller.find_object("credentials", told[2]).id == 5
    assert controller.find_object("credentials", told[3]).id == 6
    assert controller.find_object("credentials", "de[+]ploy++Machine+ssh++Retail").id == 3


def test_a_missing_object_lists_what_resembles_it(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/credentials/", page(), page(prompted(4, "deploy", "Retail", "Vault")))
    controller = awx()
    with pytest.raises(NotFound, match="Similar:") as raised:
        controller.find_object("credentials", "Deploy")
    assert '"deploy" (id 4, Vault, organization Retail)' in str(raised.value)
    with pytest.raises(InvalidInput, match="credentials is empty"):
        controller.find_object("credentials", " ")


@given(st.text(min_size=1), st.text())
def test_what_is_offered_names_the_object_again(name: str, organization: str) -> None:
    again = references.owned(references.pasted(name, organization))
    assert again == Owned(name, organization)
