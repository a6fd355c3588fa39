from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.controller import Controller, references
from aap_launcher.controller.references import Reference
from aap_launcher.errors import Forbidden, InvalidInput, NotFound, Refused
from aap_launcher.models import Template, TemplateType
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
        ("C++ build", Reference(name="C++ build")),
        ("99999999999", Reference(name="99999999999")),
        ("٣", Reference(name="٣")),
        ("/api/v2/job_templates/15/", Reference(15, JOB, "15")),
        ("api/controller/v2/workflow_job_templates/15/launch/", Reference(15, WORKFLOW, "15")),
        ("job_templates/15", Reference(15, JOB, "15")),
        (
            HOST + "/api/v2/job_templates/Deploy%20shop++Retail/",
            Reference(None, JOB, "Deploy shop", "Retail"),
        ),
        ("/api/v2/job_templates/C[+][+]++A%2FB/", Reference(None, JOB, "C++", "A/B")),
        (HOST + "/#/templates/job_template/15/details", Reference(15, JOB)),
        (HOST + "/#/templates/workflow_job_template/15", Reference(15, WORKFLOW)),
        (HOST + "/execution/templates/job-template/15/details", Reference(15, JOB)),
        (HOST + "/execution/templates/workflow-job-template/15", Reference(15, WORKFLOW)),
        ("https://AAP.example.com:443/sub/execution/templates/job-template/15", Reference(15, JOB)),
    ],
)
def test_each_way_to_name_a_template_is_read(text: str, reference: Reference) -> None:
    assert references.template(text, HOST) == reference


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("https://other.example.com/#/templates/job_template/15", "address of other.example.com"),
        (HOST + "/#/projects/5", "does not name one"),
        ("/api/v2/projects/5/", "does not name one"),
    ],
)
def test_what_names_no_template_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        references.template(text, HOST)


@given(st.text(max_size=50))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    for read in (references.template, references.job):
        try:
            reference = read(text, HOST)
        except InvalidInput:
            continue
        assert reference.id or reference.name


def test_an_id_costs_no_search(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/job_templates/12/", template_row())
    controller = awx()
    before = len(world.paths())
    assert controller.find_template("12") == Template(
        12, TemplateType.JOB, "Deploy", "Retail", may_start=True
    )
    assert world.paths()[before:] == ["/api/v2/job_templates/12/"]


def test_an_id_may_be_a_workflow_templates(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/job_templates/48/", {"detail": "No"}, status=404)
    world.json("GET", "/api/v2/workflow_job_templates/48/", template_row(48, kind=WORKFLOW))
    assert awx().find_template("48").type is TemplateType.WORKFLOW


def test_digits_may_be_a_name_where_no_such_id_exists(world: World, awx: Connect) -> None:
    for collection in ("job_templates", "workflow_job_templates"):
        world.json("GET", f"/api/v2/{collection}/2024/", {"detail": "No"}, status=404)
    world.json("GET", UNIFIED, page(template_row(9, "2024")))
    assert awx().find_template("2024").id == 9


def test_an_id_that_may_not_be_seen_is_forbidden_and_not_searched_for(world: World, awx: Connect) -> None:
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
    assert asked.call_count == 1


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
    assert awx().find_id(prompt, " web & db ") == 3
    assert asked.last_request.qs["name"] == ["web & db"]


def test_an_id_is_passed_through_without_asking(awx: Connect) -> None:
    assert awx().find_id("credentials", "17") == 17


def test_an_ambiguous_or_missing_object_lists_what_there_is(world: World, awx: Connect) -> None:
    def credential(number: int, kind: str) -> dict[str, Any]:
        owner = {"organization": {"name": "Retail"}, "credential_type": {"name": kind}}
        return {"id": number, "name": "deploy", "summary_fields": owner}

    two = page(credential(3, "Machine"), credential(4, "Vault"))
    world.json("GET", "/api/v2/credentials/", two, page(), two)
    controller = awx()
    with pytest.raises(Refused, match=r"give the id:") as raised:
        controller.find_id("credentials", "deploy")
    assert '"deploy" (id 4, Vault, organization Retail)' in str(raised.value)
    with pytest.raises(NotFound, match="Similar:"):
        controller.find_id("credentials", "Deploy")
    with pytest.raises(InvalidInput, match="credentials is empty"):
        controller.find_id("credentials", " ")
