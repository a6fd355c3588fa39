"""Each resource from Python, in AWX's and the gateway's layout: made, found, changed, attached to, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from aap_launcher import Controller, InvalidInput, LauncherError, NotFound, Record, Refused
from aap_launcher.client import fields
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.resource import Resource
from sandbox import Sandbox
from tests.lives import LIVES, TABLE, build, meant
from tests.runtimes import KEPT_RUNS

pytestmark = pytest.mark.sandbox
CHANGES = frozenset({"create", "edit", "delete"})


@pytest.fixture(scope="module", params=["awx", "gateway26"])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox.start(speed=20, layout=request.param, kept_runs=KEPT_RUNS) as running:
        yield running


@pytest.fixture(scope="module")
def aap(box: Sandbox) -> Iterator[Controller]:
    with Controller(box.url, username="admin", password="admin-password") as controller:
        yield controller


@pytest.fixture(scope="module")
def ids(aap: Controller) -> dict[str, int]:
    return build(aap)


def test_the_table_says_of_each_resource_what_is_done_with_it_or_why_nothing_is() -> None:
    assert sorted([*LIVES, *TABLE["unchanged"]]) == sorted(KINDS)
    for name in TABLE["unchanged"]:
        assert [*(fields.shape(KINDS[name]).verbs & CHANGES), *KINDS[name].attach] == [], name
    for name, life in LIVES.items():
        kind, verbs = KINDS[name], fields.shape(KINDS[name]).verbs & CHANGES
        refused = TABLE["refused"].get(name, {})
        done = {verb for verb in ("create", "edit") if verb in life} | (verbs & {"delete"})
        assert done | refused.keys() == verbs, name
        assert not done & refused.keys(), name
        assert sorted(life.get("attach", ())) == sorted(kind.attach), name
        assert len({"create", "run", "there"} & life.keys()) == 1, name


@pytest.mark.parametrize("name", sorted(LIVES))
def test_each_resource_lives_from_create_to_delete(aap: Controller, ids: dict[str, int], name: str) -> None:
    kind, resource, life = KINDS[name], aap[name], meant(LIVES[name], ids)
    record = begun(aap, name, life)
    assert resource.one(record.id).id == record.id
    named = {kind.key: record[kind.key]} if kind.key else {"id": record.id}
    assert record.id in [one.id for one in resource.list(**named)]
    if "edit" in life:
        edited(resource, record, life["edit"])
    for related, other in life.get("attach", {}).items():
        attached(aap, resource, record, related, other)
    if "delete" in fields.shape(kind).verbs:
        assert resource.delete(record, wait=30)
        gone(resource, record, life)


def begun(aap: Controller, name: str, life: dict[str, Any]) -> Record:
    """The object that lives: made, left behind by a run, or there."""
    kind, resource = KINDS[name], aap[name]
    if "there" in life:
        return resource.one(life["there"])
    if "run" in life:
        template, of = life["run"]
        call = "launch" if "launch" in {one.name for one in KINDS[template].actions} else "update"
        started = aap.run(aap[template].act(of, call))
        assert started.wait(60).outcome in {"successful", "failed"}
        return next(resource.list(order_by="-id"))
    made = resource.create(**life["create"])
    assert {one: made[one] for one in kind.text if one in life["create"]} == {
        one: life["create"][one] for one in kind.text if one in life["create"]
    }
    if kind.key in life["create"]:
        again = resource.create(if_absent=True, **life["create"])
        assert (again.id, len(again.notes)) == (made.id, 1)
    if name == "ad_hoc_commands":
        assert aap.run(made).wait(60).outcome == "successful"
    return made


def edited(resource: Resource, record: Record, changes: dict[str, Any]) -> None:
    before = {one: record[one] for one in changes}
    changed = resource.update(record, **changes)
    assert {one: changed[one] for one in changes} == changes != before
    assert {one: resource.one(record.id)[one] for one in changes} == changes
    so = f"{resource.kind.label} {record.id} is so already; nothing was sent"
    assert resource.update(record, **changes).notes == (so,)


def attached(aap: Controller, resource: Resource, record: Record, related: str, other: object) -> None:
    if other is None:  # what is detached from where it was made is deleted
        inside = aap[related].create(name="inside", inventory=record)
        assert [one.id for one in resource.related(record, related)] == [inside.id]
        with pytest.raises(InvalidInput, match="deletes it"):
            resource.detach(record, related, inside)
        assert resource.detach(record, related, inside, deletes=True)
        with pytest.raises(NotFound):
            aap[related].one(inside.id)
        return
    before = {one.id for one in resource.related(record, related)}
    (told,) = resource.attach(record, related, other)
    assert told.endswith(" attached")
    (new,) = {one.id for one in resource.related(record, related)} - before
    assert resource.attach(record, related, new)[0].endswith(" was attached already")
    assert resource.detach(record, related, other)[0].endswith(" detached")
    assert {one.id for one in resource.related(record, related)} == before


def gone(resource: Resource, record: Record, life: dict[str, Any]) -> None:
    if "stays" in life:  # and only says that it is no longer there
        assert resource.one(record.id)[life["stays"]] is True
        return
    assert not resource.delete(record.id, missing_ok=True)
    with pytest.raises(NotFound):
        resource.delete(record.id)


def test_what_is_said_to_stand_below_an_object_is_there(aap: Controller, ids: dict[str, int]) -> None:
    missing = []
    for name, kind in KINDS.items():
        found = next(aap[name].list(order_by="id", at_most=1), None)
        lists = [one for one, methods in fields.shape(kind).related.items() if "GET" in methods]
        for related in lists if found else ():
            try:
                list(aap[name].related(found, related, at_most=1))
            except LauncherError as fault:
                if " has no " not in str(fault):
                    missing.append(f"{name}: {related}: {fault}")
    assert missing == []


def test_a_label_is_deleted_where_it_is_detached_last(aap: Controller, ids: dict[str, int]) -> None:
    label = aap.labels.create(name="for a while", organization="Lab")
    for place in ("Locked", "Deploy shop"):
        aap.job_templates.attach(place, "labels", label)
    assert aap.job_templates.detach("Locked", "labels", label)[0].endswith(" detached")
    assert "the controller deleted it" in aap.job_templates.detach("Deploy shop", "labels", label)[0]
    with pytest.raises(NotFound):
        aap.labels.one(label.id)


def test_what_the_controller_never_makes_is_told_in_its_words(aap: Controller) -> None:
    assert TABLE["refused"].keys() == {"instances"}
    with pytest.raises(Refused, match="only create instances on Kubernetes"):
        aap.instances.create(hostname="another")


def test_a_role_that_is_given_is_an_assignment_and_the_other_way_round(
    aap: Controller, ids: dict[str, int]
) -> None:
    viewer = aap.users.one("viewer").id
    of: dict[str, Any] = {"user": viewer, "object_id": str(ids["Lab inventory"])}
    aap.roles.attach(ids["use"], "users", "viewer")
    (assignment,) = aap.role_user_assignments.list(**of)
    assert aap.role_user_assignments.create(role_definition="Inventory Use", **of).id == assignment.id
    assert aap.role_user_assignments.delete(assignment)
    assert viewer not in [one.id for one in aap.roles.related(ids["use"], "users")]
    given = aap.role_user_assignments.create(role_definition="Inventory Use", **of)
    assert viewer in [one.id for one in aap.roles.related(ids["use"], "users")]
    aap.users.detach("viewer", "roles", ids["use"])
    with pytest.raises(NotFound):
        aap.role_user_assignments.one(given.id)
