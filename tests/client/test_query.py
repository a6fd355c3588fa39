"""Filters and order: what the controller would not mind is refused before anything is asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from aap_launcher.client import fields, kind_names
from aap_launcher.client.query import Query, query
from aap_launcher.client.records import Record
from aap_launcher.errors import InvalidInput
from tests.client.conftest import API, Desk, problems
from tests.runtimes import ROOT

IDS = {"Retail": 4, "Shop": 7, "Missing": 0}


def resolve(resource: str, given: Any) -> int:
    if given == "Missing":
        raise InvalidInput(f"no {resource} Missing")
    return given["id"] if isinstance(given, Record) else IDS.get(str(given)) or int(given)


def read(resource: str, *terms: Any, search: Any = None, order_by: Any = None, **named: Any) -> Query:
    kind = kind_names.kind(resource)
    return query(kind, fields.shape(kind), terms, named, search=search, order_by=order_by, resolve=resolve)


def wrong(resource: str, *terms: Any, **named: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as raised:
        read(resource, *terms, **named)
    return dict(problems(raised.value))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"name": "web"}, ("name", "web")),
        ({"name__icontains": "web"}, ("name__icontains", "web")),
        ({"enabled": True}, ("enabled", "true")),
        ({"enabled": "false"}, ("enabled", "false")),
        ({"id__in": [3, 1]}, ("id__in", "3,1")),
        ({"id": [3, 1]}, ("id__in", "3,1")),
        ({"name__in": "a, b ,c"}, ("name__in", "a,b,c")),
        ({"inventory": "Shop"}, ("inventory", "7")),
        ({"inventory": 7}, ("inventory", "7")),
        ({"inventory": Record({"id": 7, "type": "inventory"})}, ("inventory", "7")),
        ({"inventory__in": "Shop,9"}, ("inventory__in", "7,9")),
        ({"inventory": None}, ("inventory", "null")),
        ({"inventory__organization__name": "Retail"}, ("inventory__organization__name", "Retail")),
        ({"groups__name": "web"}, ("groups__name", "web")),
        ({"or__groups__name__startswith": "w"}, ("or__groups__name__startswith", "w")),
        ({"not__name__endswith": "x"}, ("not__name__endswith", "x")),
        ({"chain__groups__name": "a"}, ("chain__groups__name", "a")),
        ({"created__gt": datetime(2026, 1, 2, tzinfo=UTC)}, ("created__gt", "2026-01-02T00:00:00+00:00")),
        ({"last_job__isnull": False}, ("last_job__isnull", "false")),
        ({"host_filter": "name=web"}, ("host_filter", "name=web")),
        ({"variables__icontains": "x"}, ("variables__icontains", "x")),
        ({"created_by__username": "anna"}, ("created_by__username", "anna")),
        ({"pk": 3}, ("pk", "3")),
        ({"name": 5}, ("name", "5")),
    ],
)
def test_a_filter_is_sent_as_the_api_writes_it(given: dict[str, Any], sent: tuple[str, str]) -> None:
    assert read("hosts", **given).terms == (sent,)


def test_filters_as_text_are_the_same_and_may_stand_twice() -> None:
    assert read("hosts", "or__name=a", "or__name=b=c", ("enabled", True)).terms == (
        ("or__name", "a"),
        ("or__name", "b=c"),
        ("enabled", "true"),
    )


@pytest.mark.parametrize(
    ("resource", "given", "advice"),
    [
        ("hosts", {"nmae": "x"}, 'Did you mean "name"?'),
        ("hosts", {"name__icontians": "x"}, '"icontains"'),
        ("hosts", {"inventry": 3}, '"inventory"'),
        ("hosts", {"inventory__nmae": "x"}, 'inventories have no field "nmae" Did you mean "name"?'),
        ("hosts", {"groups__nmae": "x"}, 'groups have no field "nmae"'),
        ("hosts", {"not__nmae": "x"}, 'Did you mean "name"?'),
        ("jobs", {"status": "succesful"}, 'Did you mean "successful"?'),
        ("jobs", {"status__in": "failed,eror"}, 'Did you mean "error"?'),
        ("jobs", {"not__status": "finished"}, '"finished" is not one of its values'),
        ("hosts", {"limit": 5}, "the controller ignores it"),
        ("hosts", {"page_size": 5}, "all pages are read"),
        ("hosts", {"page": 2}, "all pages are read"),
        ("hosts", {"validate": "x"}, "ignores it"),
        ("inventories", {"summary_fields": "x"}, "cannot be filtered by"),
        ("hosts", {"url": "x"}, "cannot be filtered by"),
        ("hosts", {"name": ["a,b"]}, "comma"),
        ("hosts", {"name__in": '["a"]'}, "is JSON"),
        ("hosts", {"name__in": ""}, "is empty"),
        ("hosts", {"name__icontains": ["a", "b"]}, "list"),
        ("hosts", {"inventory": "Missing"}, "no inventories Missing"),
        ("hosts", {"": "x"}, "is no filter"),
        ("job_templates", {"role_level": "excute_role"}, '"execute_role"'),
        ("hosts", {"role_level": "read_role"}, "no field"),
        ("teams", {"host_filter": "x"}, "for hosts alone"),
    ],
)
def test_a_wrong_filter_is_refused_with_the_near_miss(
    resource: str, given: dict[str, Any], advice: str
) -> None:
    told = wrong(resource, **given)
    assert list(told) == [name if name in told else f"{name}__in" for name in given]
    assert advice in " ".join(told.values())


def test_every_wrong_filter_is_told_at_once() -> None:
    assert set(wrong("jobs", "nmae=x", status="bad", order_by="foo", search="")) == {
        "nmae",
        "status",
        "order_by",
        "search",
    }


@pytest.mark.parametrize(
    "order", ["", ",", "nmae", "name desc", "+name", "?", "groups__name", "groups", ["name", "bad"]]
)
def test_an_order_that_the_controller_would_break_is_refused(order: Any) -> None:
    assert set(wrong("hosts", order_by=order)) == {"order_by"}


def test_an_order_by_several_fields_is_kept() -> None:
    assert read("hosts", order_by="-name, inventory__name").order == ("-name", "inventory__name")
    assert read("hosts", order_by=["created_by__username"]).order == ("created_by__username",)


def test_words_to_search_for_are_given_once() -> None:
    assert read("hosts", search="a,b").terms == (("search", "a,b"),)
    assert "twice" in wrong("hosts", "search=a", search="b")["search"]


def test_an_empty_list_of_values_asks_nothing() -> None:
    assert read("hosts", id__in=[]).nothing


def test_types_are_asked_for_one_by_one_as_type_in_finds_nothing() -> None:
    assert read("unified_jobs", type__in=["job", "workflow_job"]).terms == (
        ("or__type", "job"),
        ("or__type", "workflow_job"),
    )
    assert "or__type" in wrong("unified_jobs", "or__name=x", type__in="job,system_job")["type__in"]
    assert 'Did you mean "workflow_job"' in wrong("unified_jobs", type="workflowjob")["type"]


def test_a_field_that_is_called_like_a_parameter_is_asked_for_as_a_field() -> None:
    assert read("jobs", limit="web").terms == (("limit__exact", "web"),)
    assert read("inventories", host_filter="name=x").terms == (("host_filter__exact", "name=x"),)


def test_one_field_cannot_have_two_values() -> None:
    assert "name__in" in wrong("hosts", "name=a", "name=b")["name"]
    assert "twice" in wrong("unified_jobs", "type=job", "type=workflow_job")["type"]


def test_an_order_is_no_filter() -> None:
    assert "Give it as the order" in wrong("hosts", "order_by=name")["order_by"]


def test_a_text_without_an_equals_sign_is_no_filter() -> None:
    with pytest.raises(InvalidInput, match="has no ="):
        read("hosts", "name")


@pytest.mark.parametrize(
    ("resource", "name", "value", "told"),
    [
        ("hosts", "id", "abc", '"abc" is no whole number'),
        ("hosts", "id__in", "1,x", '"x" is no whole number'),
        ("hosts", "inventory__id", "abc", '"abc" is no whole number'),
        ("hosts", "id__gt", "1.5", '"1.5" is no whole number'),
        ("job_templates", "forks", "many", '"many" is no whole number'),
        ("hosts", "created__gte", "yesterday", '"yesterday" is no time Write 2026-01-31'),
        ("hosts", "created__gt", "2026-13-01", "is no time"),
        ("hosts", "created__gt", "2026-1-32", "is no time"),
        ("hosts", "enabled", "maybe", '"maybe" is neither true nor false Write true or false.'),
        ("hosts", "enabled", "yes", "is neither true nor false"),
        ("hosts", "groups__isnull", "maybe", "is neither true nor false"),
        ("teams", "name__isnull", "maybe", "is neither true nor false"),
        ("jobs", "elapsed__gt", "five", '"five" is no number'),
        ("unified_jobs", "type", "jobb", 'Did you mean "job"?'),
        ("jobs", "status", "failled", 'Did you mean "failed"?'),
    ],
)
def test_a_value_of_another_type_is_refused_before_it_is_asked(
    resource: str, name: str, value: str, told: str
) -> None:
    assert told in wrong(resource, **{name: value})[name]


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("hosts", "enabled", "1"),
        ("hosts", "enabled", "False"),
        ("hosts", "last_job__isnull", "1"),
        ("job_templates", "inventory", "null"),
        ("hosts", "created", "2026-11-25"),
        ("hosts", "created__gt", "2026-11-25 12:00"),
        ("hosts", "created__gt", "2026-11-25T12:00:00.123456Z"),
        ("hosts", "created__gt", "2026-1-5T1:02"),
        ("hosts", "created__lt", "2026-11-25T12:00:00+02:00"),
        ("jobs", "elapsed__gte", "5"),
        ("jobs", "elapsed__gte", "1e3"),
        ("hosts", "id__startswith", "1"),
        ("hosts", "id__regex", "^1"),
        ("credential_types", "kind", "ssh"),
        ("credentials", "credential_type__kind", "vault"),
        ("activity_stream", "actor__username", "ana"),
        ("activity_stream", "object_relationship_type__contains", "role"),
        ("unified_jobs", "polymorphic_ctype__model", "workflowjob"),
        ("role_definitions", "content_type__model", "jobtemplate"),
        ("roles", "singleton_name__isnull", "false"),
        ("instances", "peers__search", "awx"),
        ("workflow_job_nodes", "success_nodes__search", "deploy"),
    ],
)
def test_a_value_that_the_controller_takes_is_not_refused(resource: str, name: str, value: str) -> None:
    assert read(resource, **{name: value}).terms == ((name, value),)


def test_what_is_shown_and_cannot_be_given_is_asked_for_and_not_created(aap: Desk) -> None:
    kind = kind_names.kind("credential_types")
    shown, given = [["ssh", "Machine"], ["net", "Network"]], [["net", "Network"]]
    told = {
        "actions": {
            "GET": {"kind": {"type": "choice", "choices": shown}},
            "POST": {
                "name": {"type": "string", "required": True},
                "kind": {"type": "choice", "choices": given, "required": True},
            },
        }
    }
    for of in (fields.live(kind, told), fields.shape(kind)):
        assert query(kind, of, ["kind=ssh"], {}, resolve=lambda _resource, _reference: 7).terms == (
            ("kind", "ssh"),
        )
        with pytest.raises(InvalidInput):
            query(kind, of, ["kind=shh"], {}, resolve=lambda _resource, _reference: 7)
    aap.world.json("OPTIONS", f"{API}credential_types/", told)
    with pytest.raises(InvalidInput) as refused:
        aap["credential_types"].create(name="x", kind="ssh")
    assert problems(refused.value) == {"kind": '"ssh" is not one of its values There are: net.'}
    assert "POST" not in {one.method for one in aap.world.http.request_history}


# What the controller takes and does not mind.
NOT_MINDED = {"list/bad_choice", "list/filter_on_type_bad", "list/limit_on_hosts", "list/order_alias_order"}
NOT_MINDED |= {"list/same_key_twice_exact", "list/unified_type_workflow_job_type_project_update"}


def test_no_filter_that_the_controller_was_seen_to_take_is_refused() -> None:
    looked, refused = 0, set()
    for file in (ROOT / "tests/sandbox/recorded_resources").glob("*.json"):
        recorded = json.loads(file.read_text(encoding="utf-8"))
        for one in recorded if isinstance(recorded, list) else ():
            kind = kind_names.known(one["path"].strip("/"))
            if kind is None or one["status"] != 200 or one["method"] != "GET":
                continue
            terms = [
                (name, value)
                for name, values in one.get("query", {}).items()
                for value in (values if isinstance(values, list) else [values])
                if name not in {"page", "page_size", "format", "count_disabled", "order_by", "search"}
            ]
            looked += len(terms)
            try:
                query(kind, fields.shape(kind), terms, {}, resolve=lambda _resource, _reference: 7)
            except InvalidInput:
                refused.add(one["name"])
    assert refused == NOT_MINDED
    assert looked > 90
