"""What was typed is what is sent: variables of every write, as of a launch. Otherwise it is refused, nothing sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.answers.conftest import StandIn

FORMS = 'Write "0644" for the text, 420 for the number'
INVENTORY = {"id": 7, "type": "inventory", "name": "Shop", "variables": "", "url": "/api/v2/inventories/7/"}


@pytest.fixture(autouse=True)
def objects(controller: StandIn) -> None:
    controller.says("GET inventories/7/", INVENTORY)
    controller.lists("inventories/", INVENTORY)
    controller.says("POST hosts/", {"id": 5, "type": "host", "name": "web1", "inventory": 7}, status=201)


WRITES = [
    ("hosts", "create", "name=web1", "inventory=7", "variables=m: 0644"),
    ("groups", "create", "name=web", "inventory=7", "variables=m: 0644"),
    ("inventories", "edit", "7", "variables=m: 0644"),
    ("job_templates", "create", "name=x", "project=1", "playbook=a.yml", "inventory=7", "extra_vars=m: 0644"),
    ("workflow_job_templates", "create", "name=x", "extra_vars=m: 0644"),
    ("workflow_job_template_nodes", "create", "workflow_job_template=1", "extra_data=m: 0644"),
    ("schedules", "create", "name=x", "unified_job_template=1", "rrule=x", "extra_data=m: 0644"),
    ("inventory_sources", "create", "name=x", "inventory=7", "source=scm", "source_vars=m: 0644"),
    ("ad_hoc_commands", "run", "inventory=7", "credential=1", "module_name=ping", "extra_vars=m: 0644"),
]


@pytest.mark.parametrize("words", WRITES, ids=lambda words: " ".join(words[:2]))
def test_variables_are_changed_by_no_write(controller: StandIn, words: tuple[str, ...]) -> None:
    ended = controller.run(*words)
    assert ended.code == 2, ended.said
    assert FORMS in ended.stderr
    assert controller.sent == []


def test_variables_are_sent_as_the_text_that_was_typed_with_its_comments(controller: StandIn) -> None:
    text = 'port: 8080  # of the shop\nmode: "0644"\n'
    controller.file("vars.yml", text)
    made = {"id": 5, "type": "host", "name": "web1", "inventory": 7, "variables": text}
    controller.says("POST hosts/", made, status=201)
    assert controller.run("hosts", "create", "name=web1", "inventory=7", "variables=@vars.yml").code == 0
    assert controller.sent == [("POST hosts/", {"name": "web1", "inventory": 7, "variables": text})]


def test_a_word_without_quotes_in_a_file_is_told_with_file_key_value_and_forms(controller: StandIn) -> None:
    name = controller.file(
        "two.yml", "- {name: a, inventory: 7, variables: {m: 0644}}\n- {name: 1.10, inventory: 7}\n"
    )
    ended = controller.run("hosts", "create", "-f", name)
    assert ended.code == 2
    assert name in ended.stderr
    assert "1. variables.m  0644 without quotes would arrive as 420" in ended.stderr
    assert FORMS in ended.stderr
    assert "2. name         1.10 without quotes would arrive as 1.1" in ended.stderr
    assert "Unquoted" not in ended.said
    assert controller.sent == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"name": "a", "name": "b", "inventory": 7}', "twice"),
        ('{"name": "a", "inventory": 7, "variables": {"v": 1.10}}', "variables.v  1.10 without quotes"),
        ('{"name": "a", "inventory": 7, "variables": {"v": "\\u0000"}}', "variables.v  holds a NUL"),
        ('{"name": "a", "inventory": 7, "variables": {"v": NaN}}', "NaN"),
        ('{"name": "a", "inventory": 7 // of the shop\n}', "has a comment"),
        ("name: a\ninventory: 7\nvariables: {x: 1, x: 2}\n", "twice"),
    ],
)
def test_a_file_of_fields_loses_no_key_and_changes_no_number(
    controller: StandIn, text: str, told: str
) -> None:
    ended = controller.run("hosts", "create", "-f", "-", stdin=text)
    assert ended.code == 2
    assert told in ended.stderr
    assert controller.sent == []


def test_a_secret_in_a_file_is_not_shown_with_its_fault(controller: StandIn) -> None:
    name = controller.file(
        "c.yml", "name: a\ncredential_type: 1\norganization: 1\ninputs: {username: 0755, password: 0644}\n"
    )
    ended = controller.run("credentials", "create", "-f", name)
    assert ended.code == 2
    assert "inputs.password" in ended.stderr
    assert "Put it in quotes" in ended.stderr
    assert not any(word in ended.said for word in ("0644", "420", "0755", "493"))


def test_a_default_of_a_survey_is_not_changed(controller: StandIn) -> None:
    text = (
        "name: x\nproject: 1\nplaybook: a.yml\ninventory: 7\nsurvey_spec:\n"
        "- {variable: v, type: text, default: 1.10}\n"
    )
    ended = controller.run("job_templates", "create", "-f", controller.file("t.yml", text))
    assert ended.code == 2
    assert "survey_spec[0].default  1.10 without quotes" in ended.stderr


def test_a_body_of_api_is_sent_byte_by_byte(controller: StandIn) -> None:
    body = '{"name": "web1", "variables": "", "x": 1.10}'
    controller.says("POST hosts/", {"id": 5}, status=201)
    assert controller.run("api", "POST", "hosts/", "--input", "-", stdin=body).code == 0
    assert controller.raw == [body.encode()]
    for wrong in ('{"a": 1, "a": 2}', '{"a": NaN}'):
        assert controller.run("api", "POST", "hosts/", "--input", "-", stdin=wrong).code == 2
    assert len(controller.raw) == 1


@pytest.mark.parametrize("word", ["forks=0644", "forks=1_000", "forks=1.0", "forks=\u0665"])
def test_a_whole_number_is_the_digits_that_were_typed(controller: StandIn, word: str) -> None:
    ended = controller.run(
        "job_templates", "create", "name=x", "project=1", "playbook=a.yml", "inventory=7", word
    )
    assert ended.code == 2
    assert "is no whole number" in ended.stderr


def test_a_port_in_a_name_is_cut_off_by_no_create(controller: StandIn) -> None:
    ended = controller.run("hosts", "create", "name=web1:2222", "inventory=7")
    assert ended.code == 2
    assert "ansible_port" in ended.stderr
    assert controller.sent == []


def _template(controller: StandIn, **more: Any) -> None:
    row = {"id": 12, "type": "job_template", "name": "Deploy", "url": "/api/v2/job_templates/12/"}
    controller.lists("unified_job_templates/", row)
    controller.says("GET job_templates/12/", row)
    controller.says(
        "GET job_templates/12/launch/",
        {"ask_variables_on_launch": True, "survey_enabled": False, "defaults": {}, **more},
    )


def test_a_bulk_launch_names_file_key_value_and_forms(controller: StandIn) -> None:
    _template(controller)
    name = controller.file("jobs.yml", "- {template: Deploy, extra_vars: {m: 0644, n: 1}}\n")
    ended = controller.run("bulk", "launch", name)
    assert ended.code in {2, 3}
    assert name in ended.stderr
    flat = " ".join(ended.stderr.split())
    assert '1. "Deploy": m 0644 with' in flat
    assert "0644 without quotes would arrive as 420" in flat
    assert FORMS in flat
    assert controller.sent == []


def test_a_bulk_launch_sends_no_nul_and_drops_no_key(controller: StandIn) -> None:
    _template(controller)
    for text, told in (
        ('[{"template": "Deploy", "extra_vars": {"a": "\\u0000"}}]', "holds a NUL"),
        ('[{"template": "Deploy", "extra_vars": {"a": 1, "a": 2}}]', "twice"),
        ('[{"template": "Deploy", "limit": 1.10}]', "1.10 without quotes"),
    ):
        ended = controller.run("bulk", "launch", controller.file("jobs.json", text))
        assert ended.code in {2, 3}
        assert told in ended.stderr
    assert controller.sent == []


def test_a_launch_sends_no_nul(controller: StandIn) -> None:
    _template(controller)
    ended = controller.run("launch", "Deploy", "-e", '{"a": {"b": ["x\\u0000"]}}')
    assert ended.code == 2
    assert "a.b[0]: holds a NUL" in ended.said
    assert controller.sent == []
