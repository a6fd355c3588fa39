"""Bodies: what the controller would drop, cut or misread is refused, everything at once."""

from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.client import field_values, fields, kind_names
from aap_launcher.client.body import Body, request_body
from aap_launcher.client.fields import Field
from aap_launcher.client.records import Record
from aap_launcher.errors import InvalidInput, InvalidValue, NotFound
from tests.client.conftest import problems

IDS = {"Retail": 4, "Shop": 7, "Machine": 1, "web": 3}


def resolve(resource: str, given: Any) -> int:
    if isinstance(given, Record):
        return given.id
    if str(given).isdigit():
        return int(given)
    if given not in IDS:
        raise NotFound(f'There is no {resource} "{given}".')
    return IDS[given]


def build(resource: str, *, new: bool = True, **given: Any) -> Body:
    kind = kind_names.kind(resource)
    return request_body(kind, fields.shape(kind), given, new=new, resolve=resolve)


def wrong(resource: str, *, new: bool = True, **given: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput, match="nothing was sent") as raised:
        build(resource, new=new, **given)
    return dict(problems(raised.value))


def test_names_become_ids_and_mappings_the_text_that_the_api_wants() -> None:
    made = build(
        "hosts", name="web1", inventory="Shop", enabled=False, variables={"http_port": 8080, "ö": [1]}
    )
    assert made.fields == {
        "name": "web1",
        "inventory": 7,
        "enabled": False,
        "variables": '{"http_port": 8080, "ö": [1]}',
    }


@pytest.mark.parametrize("text", ['{"a": 1}', "a: 1", "---\na: 1", ""])
def test_variables_as_text_are_sent_as_they_are(text: str) -> None:
    assert build("hosts", name="web1", inventory=7, variables=text).fields["variables"] == text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            "m: 0644",
            'm: 0644 without quotes would arrive as 420 Write "0644" for the text, 420 for the number.',
        ),
        ("v: [{x: 1.10}]", "v[0].x: 1.10 without quotes would arrive as 1.1"),
        ("t: 12:30", "t: 12:30 without quotes would arrive as 750"),
        ('{"v": 1.10}', "v: 1.10 without quotes would arrive as 1.1"),
        ("a: 1\na: 2", "has the key a twice"),
        ('{"a": {"b": 1, "b": 2}}', "has the key b twice"),
        ('{"a": "\\u0000"}', "a: holds a NUL"),
        ('{"a": "\\ud800"}', "a: holds half of a surrogate pair"),
        ({"a": ["x\0"]}, "holds a NUL"),
        ({"a": {1: 2}}, "has the key 1, which is no text"),
        ({"a": "\ud800"}, "holds half of a surrogate pair"),
    ],
)
def test_variables_that_would_arrive_otherwise_are_refused(value: Any, told: str) -> None:
    every = (
        ("hosts", {"name": "a", "inventory": 7}, "variables"),
        ("job_templates", {"name": "a", "project": 1, "playbook": "a", "inventory": 7}, "extra_vars"),
        ("workflow_job_template_nodes", {"workflow_job_template": 1}, "extra_data"),
    )
    for resource, given, name in every:
        field = fields.shape(kind_names.kind(resource)).fields[name]
        try:  # where it is no text, a command line reads it first
            read = (
                field_values.from_text(field, value)
                if name == "extra_data" and isinstance(value, str)
                else value
            )
        except InvalidValue as fault:
            found = {name: f"{fault.fault} {fault.advice}"}
        else:
            found = wrong(resource, **given, **{name: read})
        told_of = " ".join(f"{key}: {fault}" for key, fault in found.items())
        assert told.partition(": ")[2] in told_of or told in told_of, resource


def test_a_secret_without_quotes_is_not_shown_in_its_fault() -> None:
    field = fields.shape(kind_names.kind("credentials")).fields["inputs"]
    inputs = field_values.from_text(field, "{username: 0755, password: 0644}")
    found = wrong("credentials", name="a", credential_type=1, organization=4, inputs=inputs)
    assert set(found) == {"inputs.username", "inputs.password"}
    assert not any(word in str(found) for word in ("0644", "420", "0755", "493"))


@pytest.mark.parametrize("value", ["just words", "[1]", "a: [", 5, ["a"]])
def test_variables_that_are_no_mapping_are_refused(value: object) -> None:
    assert set(wrong("hosts", name="web1", inventory=7, variables=value)) == {"variables"}


@pytest.mark.parametrize(
    ("resource", "given", "told"),
    [
        ("hosts", {"name": "a", "inventory": 7, "nmae": 1}, 'Did you mean "name"?'),
        ("hosts", {"name": "a", "inventory": 7, "id": 1}, "is read-only"),
        ("hosts", {"name": "a", "inventory": 7, "created": "x"}, "is read-only"),
        ("hosts", {"name": "a", "inventory": 1.5}, "would cut to 1"),
        ("hosts", {"name": "a", "inventory": "Shpo"}, 'There is no inventories "Shpo"'),
        ("hosts", {"name": "a", "inventory": 7, "enabled": "false"}, "neither true nor false"),
        ("hosts", {"name": "a", "inventory": 7, "enabled": 1}, "neither true nor false"),
        ("hosts", {"name": "a", "inventory": 7, "enabled": None}, "takes for false"),
        ("hosts", {"name": True, "inventory": 7}, "is no text"),
        ("hosts", {"name": ["a"], "inventory": 7}, "is no text"),
        ("hosts", {"name": "a\0b", "inventory": 7}, "NUL"),
        ("hosts", {"name": "x" * 513, "inventory": 7}, "512"),
        ("hosts", {"name": "a"}, "inventory is missing"),
        ("hosts", {"inventory": 7}, "name is missing"),
        ("hosts", {"name": "", "inventory": 7}, "name is missing"),
        ("job_templates", {"name": "a", "project": 1, "inventory": 1}, "playbook is missing"),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x"},
            "Give inventory or ask_inventory_on_launch",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "organization": 4},
            "read-only",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "job_type": "rnu"},
            '"run"',
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "verbosity": 9},
            "is not one of",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "forks": -1},
            "at least 0|between 0",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "forks": 1.5},
            "no whole number",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "forks": True},
            "no whole number",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "labels": ["nosuch"]},
            "nosuch",
        ),
        (
            "job_templates",
            {"name": "a", "project": 1, "playbook": "x", "inventory": 1, "survey_spec": "x"},
            "no survey",
        ),
        ("credentials", {"name": "a", "credential_type": 1}, "Give user, team or organization"),
        (
            "credentials",
            {"name": "a", "credential_type": 1, "user": 1, "inputs": "x"},
            "inputs is no mapping",
        ),
        ("users", {"username": "a"}, "password is missing"),
        ("inventory_sources", {"name": "a", "inventory": 7}, "source is missing"),
        (
            "notification_templates",
            {"name": "a", "organization": 4, "notification_type": "webhook"},
            "configuration is miss",
        ),
        (
            "notification_templates",
            {"name": "a", "organization": 4, "notification_type": "slck", "notification_configuration": {}},
            "slack",
        ),
        ("ad_hoc_commands", {"module_name": "shell"}, "inventory is missing"),
        ("role_user_assignments", {"role_definition": 3}, "Give user or user_ansible_id"),
        ("tokens", {"scope": "write", "token": "x"}, "read-only"),
    ],
)
def test_what_would_not_be_made_as_asked_is_refused(resource: str, given: dict[str, Any], told: str) -> None:
    said = " ".join(f"{name} {text}" for name, text in wrong(resource, **given).items())
    assert any(part in said for part in told.split("|")), said


@pytest.mark.parametrize(
    ("resource", "field", "value"),
    [
        ("credentials", "inputs", "s3cret"),
        ("credentials", "inputs", ["s3cret"]),
        ("notification_templates", "notification_configuration", "s3cret"),
        ("users", "password", ["s3cret"]),
        ("hosts", "variables", ["s3cret"]),
        ("hosts", "variables", "s3cret"),
        ("job_templates", "extra_vars", "s3cret"),
    ],
)
def test_a_refusal_shows_no_secret(resource: str, field: str, value: object) -> None:
    said = wrong(resource, new=False, **{field: value})
    assert said[field]
    assert "s3cret" not in str(said)


def test_everything_wrong_is_told_at_once() -> None:
    assert set(wrong("hosts", nmae="x", id=3, enabled="maybe", inventory="Shpo")) == {
        "nmae",
        "id",
        "enabled",
        "inventory",
        "name",
    }


def test_what_can_only_be_given_once_is_refused_in_an_edit() -> None:
    assert "Delete it and make another" in wrong("hosts", new=False, inventory=7)["inventory"]
    assert "can only be given when it is made" in wrong("credentials", new=False, team=7)["team"]
    assert build("teams", new=False, organization="Retail").fields == {"organization": 4}


def test_a_foreign_key_can_be_taken_away() -> None:
    assert build("job_templates", new=False, inventory=None, webhook_credential="").fields == {
        "inventory": None,
        "webhook_credential": None,
    }


def test_labels_credentials_and_the_survey_become_calls_of_their_own() -> None:
    made = build(
        "job_templates",
        name="a", project=1, playbook="x", ask_inventory_on_launch=True,
        labels=["web", 9, 9], credentials="Machine", survey_spec=[{"variable": "x"}],
    )  # fmt: skip
    assert made.links == {"labels": (3, 9), "credentials": (1,)}
    assert made.survey == {"name": "", "description": "", "spec": [{"variable": "x"}]}
    assert not {"labels", "credentials", "survey_spec"} & set(made.fields)


def test_choices_may_be_numbers_written_as_text() -> None:
    assert build("job_templates", new=False, verbosity="3").fields == {"verbosity": 3}
    assert build("job_templates", new=False, verbosity=3, job_type="check").fields["verbosity"] == 3


def test_a_source_of_variables_takes_a_mapping_as_well() -> None:
    assert build("inventory_sources", new=False, source_vars={"a": 1}).fields == {"source_vars": '{"a": 1}'}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (Field(type="boolean"), "yes", True),
        (Field(type="boolean"), "0", False),
        (Field(type="integer"), " 5 ", 5),
        (Field(type="integer"), "null", None),
        (Field(type="string"), "null", "null"),
        (Field(type="string"), "5", "5"),
        (Field(type="id", resource="hosts"), "web", "web"),
        (Field(type="id", resource="hosts"), "null", None),
        (Field(type="json"), '{"a": [1]}', {"a": [1]}),
        (Field(type="json"), "a: 1", {"a": 1}),
        (Field(type="choice", choices=(0, 1)), "1", 1),
        (Field(type="choice", choices=("run",)), "rnu", "rnu"),
        (Field(type="list"), "[1]", [1]),
        (Field(type="datetime"), "2026-01-01", "2026-01-01"),
    ],
)
def test_a_text_of_the_command_line_is_read_by_the_fields_type(
    field: Field, text: str, value: object
) -> None:
    assert field_values.from_text(field, text) == value


@pytest.mark.parametrize(("type_", "text"), [("boolean", "maybe"), ("integer", "1.5"), ("json", "words")])
def test_a_text_that_is_no_such_value_is_refused(type_: str, text: str) -> None:
    with pytest.raises(InvalidValue):
        field_values.from_text(Field(type=type_), text)
