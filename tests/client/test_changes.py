"""Create, update and delete: what stands there in the end is what was asked for, or it is told."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from aap_launcher.errors import AnswerLost, Conflict, Forbidden, InvalidInput, NotFound, Refused, TimedOut
from tests.client.conftest import Desk, problems, row
from tests.controller.conftest import HEADERS, ok

HOST = "/api/v2/hosts/3/"


def host(**more: Any) -> dict[str, Any]:
    return {**row(3, "web1"), "inventory": 7, "enabled": True, "description": "", "variables": "", **more}


def template(**more: Any) -> dict[str, Any]:
    return {**row(5, "Deploy", "job_template"), "forks": 0, "limit": "", "extra_vars": "---", **more}


# --- create ---------------------------------------------------------------------------------------------


def test_a_create_sends_one_post_and_returns_what_is_there(aap: Desk) -> None:
    made = aap.world.json("POST", "/api/v2/hosts/", host(variables='{"a": 1}'), status=201)
    record = aap["hosts"].create(name="web1", inventory=7, variables={"a": 1})
    assert made.last_request.json() == {"name": "web1", "inventory": 7, "variables": '{"a": 1}'}
    assert (record.id, record.name, record["variables"]) == (3, "web1", {"a": 1})
    assert record.content["variables"] == '{"a": 1}'
    assert record.url == "https://aap.example.com/api/v2/hosts/3/"
    assert made.call_count == 1


def test_a_wrong_field_sends_nothing(aap: Desk) -> None:
    aap.world.json("OPTIONS", "/api/v2/hosts/", {"actions": {}})
    with pytest.raises(InvalidInput) as raised:
        aap["hosts"].create(nmae="web1", inventory=7)
    assert problems(raised.value)["nmae"].endswith('Did you mean "name"?')
    assert [one.method for one in aap.world.http.request_history if one.method in {"POST", "PATCH"}] == []


def test_a_field_of_a_newer_controller_is_asked_for_and_sent(aap: Desk) -> None:
    field = {"type": "string", "required": False, "label": "Shelf", "help_text": "Where  it stands."}
    name = {"type": "string", "required": True}
    inventory = {"type": "id", "required": True}
    writable = {"name": name, "inventory": inventory, "shelf": field}
    asked = aap.world.json("OPTIONS", "/api/v2/hosts/", {"actions": {"POST": writable, "GET": writable}})
    made = aap.world.json("POST", "/api/v2/hosts/", host(shelf="A"), status=201)
    hosts = aap["hosts"]
    assert hosts.create(name="web1", inventory=7, shelf="A")["shelf"] == "A"
    assert hosts.create(name="web1", inventory=7, shelf="A")["shelf"] == "A"
    assert (asked.call_count, made.call_count) == (1, 2)
    assert hosts.fields()["shelf"].help == "Where it stands."
    assert [one["name"] for one in hosts.list("shelf=A")] if aap.lists("hosts/", [host(shelf="A")]) else False


def test_a_controller_of_another_version_is_asked_for_its_fields_before_anything_is_sent(aap: Desk) -> None:
    older: Any = {**HEADERS, "X-API-Product-Version": "4.5.0"}
    aap.world.json("GET", "/api/v2/ping/", {}, **older)
    aap.requests.read("ping/", what="ping")
    fields = {"name": {"type": "string", "required": True}, "inventory": {"type": "id"}}
    aap.world.json("OPTIONS", "/api/v2/hosts/", {"actions": {"POST": fields, "GET": fields}}, **older)
    with pytest.raises(InvalidInput) as raised:
        aap["hosts"].create(name="web1", inventory=7, enabled=False)
    assert "no such field" in problems(raised.value)["enabled"]


def test_a_field_that_the_controller_dropped_is_told(aap: Desk) -> None:
    dropped = {key: value for key, value in host(enabled=True).items() if key != "instance_id"}
    aap.world.json("POST", "/api/v2/hosts/", dropped, status=201)
    with pytest.raises(Refused, match="host 3 was made, but not as asked: 2 fields had no effect") as raised:
        aap["hosts"].create(name="web1", inventory=7, description="in the rack", instance_id="i-1")
    assert set(problems(raised.value)) == {"description", "instance_id"}


def test_the_controllers_way_of_writing_the_same_is_no_fault(aap: Desk) -> None:
    aap.world.json("POST", "/api/v2/hosts/", host(name="web1", variables="a: 1", enabled=False), status=201)
    assert aap["hosts"].create(name=" web1 ", inventory=7, variables="a: 1\n", enabled=False).id == 3


def test_a_lost_answer_is_never_sent_again(aap: Desk) -> None:
    lost = aap.world.http.register_uri("POST", aap.world.host + "/api/v2/hosts/", exc=requests.ReadTimeout)
    with pytest.raises(AnswerLost, match="if_absent"):
        aap["hosts"].create(name="web1", inventory=7)
    assert lost.call_count == 1


@pytest.mark.parametrize(
    ("status", "content", "error", "said"),
    [
        (400, {"name": ["This field may not be blank."]}, Refused, "name: This field may not be blank."),
        (403, {"detail": "You do not have permission."}, Forbidden, "You do not have permission."),
        (
            403,
            {"inventory": ["You do not have use permission on Inventory"]},
            Forbidden,
            "inventory: You do not",
        ),
        (403, {}, Forbidden, "this user may not do this (403)"),
        (403, {"details": "Your token has insufficient scope"}, Forbidden, "read-only"),
        (405, {"detail": 'Method "POST" not allowed.'}, Refused, "does not allow POST"),
        (415, {"detail": "Unsupported media type"}, Refused, "Unsupported media type"),
    ],
)
def test_a_no_is_told_in_the_controllers_words(
    aap: Desk, status: int, content: Any, error: type[Refused], said: str
) -> None:
    sent = aap.world.json("POST", "/api/v2/hosts/", content, status=status)
    with pytest.raises(error) as raised:
        aap["hosts"].create(name="web1", inventory=7)
    assert said in str(raised.value)
    assert (raised.value.status, raised.value.content) == (status, content)
    assert sent.call_count == 1


def test_a_page_of_html_is_no_word_of_the_controllers_and_may_hide_a_change(aap: Desk) -> None:
    aap.world.answers(
        "POST",
        "/api/v2/hosts/",
        {"text": "<h1>Too long</h1>", "status_code": 414, "headers": {"Content-Type": "text/html"}},
    )
    with pytest.raises(AnswerLost, match=r"414.*it may have taken effect"):
        aap["hosts"].create(name="web1", inventory=7)


def test_what_no_user_can_make_is_refused_at_once(aap: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"no way to create one\. There is: get, list"):
        aap["roles"].create(name="x")
    with pytest.raises(InvalidInput, match="no way to delete one"):
        aap["labels"].delete(3)
    with pytest.raises(InvalidInput, match="no way to edit one"):
        aap["jobs"].update(3, name="x")


# --- if_absent ------------------------------------------------------------------------------------------


def test_one_that_is_there_is_returned_and_not_changed(aap: Desk) -> None:
    aap.lists("hosts/", [host()])
    aap.world.json("GET", HOST, host(enabled=False))
    record = aap["hosts"].create(if_absent=True, name="web1", inventory=7, enabled=True)
    assert record.notes == ("host 3 was there already; nothing was changed (other than asked for: enabled)",)
    assert not aap.sent()
    assert "GET hosts/?name=web1&inventory=7&page_size=25" in aap.asked()


def test_a_template_of_that_name_in_another_organization_is_not_the_one_that_is_meant(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/projects/1/", row(1, "Shop", "project", organization=4))
    aap.lists("job_templates/", [])
    made = template(inventory=2, project=1, playbook="x")
    aap.world.json("POST", "/api/v2/job_templates/", made, status=201)
    aap["job_templates"].create(if_absent=True, name="Deploy", project=1, playbook="x", inventory=2)
    assert "GET job_templates/?name=Deploy&organization=4&page_size=25" in aap.asked()
    aap.lists("projects/", [])
    aap.world.json("POST", "/api/v2/projects/", row(6, "Mine", "project"), status=201)
    aap["projects"].create(if_absent=True, name="Mine")
    assert "GET projects/?name=Mine&organization__isnull=true&page_size=25" in aap.asked()


def test_one_that_is_absent_is_made_and_looked_for_again(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/hosts/", {"results": []}, {"results": [host()]})
    aap.world.json("POST", "/api/v2/hosts/", host(), status=201)
    assert aap["hosts"].create(if_absent=True, name="web1", inventory=7).notes == ()


def test_two_that_were_made_at_the_same_moment_are_told(aap: Desk) -> None:
    twins = [row(5, "Deploy", "project"), row(6, "Deploy", "project")]
    aap.world.json("GET", "/api/v2/projects/", {"results": []}, {"results": twins})
    aap.world.json("POST", "/api/v2/projects/", {**twins[1], "organization": 4}, status=201)
    with pytest.raises(Conflict, match="made twice at the same moment: 6 by this call, 5 by"):
        aap["projects"].create(if_absent=True, name="Deploy", organization=4)


def test_somebody_who_was_quicker_made_it(aap: Desk) -> None:
    aap.world.json("GET", "/api/v2/hosts/", {"results": []}, {"results": [host()]})
    aap.world.json("GET", HOST, host())
    aap.world.json(
        "POST",
        "/api/v2/hosts/",
        {"__all__": ["Host with this Name and Inventory already exists."]},
        status=400,
    )
    assert aap["hosts"].create(if_absent=True, name="web1", inventory=7).id == 3


# --- update ---------------------------------------------------------------------------------------------


def test_an_edit_reads_writes_and_reads_back(aap: Desk) -> None:
    aap.world.json("GET", HOST, host(), host(enabled=False))
    patched = aap.world.json("PATCH", HOST, host(enabled=False))
    record = aap["hosts"].update(3, enabled=False)
    assert patched.last_request.json() == {"enabled": False}
    assert (record["enabled"], record.notes) == (False, ())
    assert [one.split()[0] for one in aap.asked()[-3:]] == ["GET", "PATCH", "GET"]


def test_what_stands_there_already_is_not_written(aap: Desk) -> None:
    aap.world.json("GET", HOST, host(variables='{"a": 1}'))
    record = aap["hosts"].update(3, enabled=True, name="web1", variables={"a": 1}, description="")
    assert not aap.sent()
    assert record.notes == ("host 3 is so already; nothing was sent",)


def test_a_change_that_somebody_elses_edit_undid_is_written_again(aap: Desk) -> None:
    aap.world.json("GET", HOST, host(), host(description="theirs"), host(enabled=False, description="theirs"))
    patched = aap.world.json("PATCH", HOST, host(enabled=False))
    record = aap["hosts"].update(3, enabled=False)
    assert patched.call_count == 2
    assert record["enabled"] is False
    assert "somebody else changed enabled of host 3 at the same moment; it was written again" in record.notes
    assert "somebody else changed description of host 3 meanwhile" in record.notes


def test_a_change_that_is_undone_again_and_again_is_a_conflict(aap: Desk) -> None:
    aap.world.json("GET", HOST, host())
    aap.world.json("PATCH", HOST, host(enabled=False))
    with pytest.raises(Conflict, match="somebody else changed enabled"):
        aap["hosts"].update(3, enabled=False)


def test_somebody_elses_change_that_our_edit_put_back_is_told(aap: Desk) -> None:
    links = {"activity_stream": HOST + "activity_stream/"}
    aap.world.json("GET", HOST, host(modified="2026-11-25T10:00:00Z"), host(enabled=False, related=links))
    aap.world.json("PATCH", HOST, host(enabled=False))
    entries = [
        {"operation": "update", "changes": {"enabled": [True, False], "description": ["theirs", ""]}},
        {"operation": "update", "changes": {"description": ["", "theirs"]}},
    ]
    aap.lists("hosts/3/activity_stream/", entries)
    assert aap["hosts"].update(3, enabled=False).notes == (
        "somebody else changed description of host 3 at the same moment, and that change is gone: repeat it",
    )
    assert "timestamp__gte=2026-11-25T10:00:00Z" in aap.asked()[-1]


def test_an_activity_stream_that_cannot_be_read_spoils_no_edit(aap: Desk) -> None:
    links = {"activity_stream": HOST + "activity_stream/"}
    aap.world.json("GET", HOST, host(), host(enabled=False, related=links))
    aap.world.json("PATCH", HOST, host(enabled=False))
    aap.world.json("GET", HOST + "activity_stream/", {"detail": "no"}, status=403)
    assert aap["hosts"].update(3, enabled=False).notes == ()


def test_what_was_made_but_not_completed_is_told(aap: Desk) -> None:
    aap.world.json(
        "POST", "/api/v2/job_templates/", template(inventory=2, project=1, playbook="x"), status=201
    )
    aap.world.json("POST", "/api/v2/job_templates/5/labels/", {"msg": "no such label"}, status=400)
    with pytest.raises(
        Refused, match=r"job template 5 was made, but not all that belongs to it: .*no such label"
    ):
        aap["job_templates"].create(name="Deploy", project=1, playbook="x", inventory=2, labels=[9])


def test_a_password_is_written_although_it_cannot_be_seen(aap: Desk) -> None:
    place = "/api/v2/users/4/"
    user = {**row(4, type_="user"), "username": "ann", "password": "$encrypted$"}
    aap.world.json("GET", place, user)
    patched = aap.world.json("PATCH", place, user)
    aap["users"].update(4, password="n3w")
    sent = aap.world.http.register_uri("PATCH", aap.world.host + place, exc=requests.ReadTimeout)
    aap["users"].update(4, password="n3w")
    assert (patched.call_count, sent.call_count) == (1, 1)


def test_a_lost_answer_of_an_edit_is_settled_by_reading_back(aap: Desk) -> None:
    aap.world.json("GET", HOST, host(), host(enabled=False))
    sent = aap.world.http.register_uri("PATCH", aap.world.host + HOST, exc=requests.ReadTimeout)
    assert aap["hosts"].update(3, enabled=False)["enabled"] is False
    assert sent.call_count == 1


def test_an_edit_that_the_controller_dropped_is_told(aap: Desk) -> None:
    aap.world.json("GET", HOST, host())
    aap.world.json("PATCH", HOST, host())
    with pytest.raises(Refused, match="host 3 was changed, but not as asked: 1 field had no effect"):
        aap["hosts"].update(3, description="new")


def test_an_edit_of_one_secret_keeps_the_others(aap: Desk) -> None:
    place = "/api/v2/credentials/8/"
    stored = {"username": "ci", "password": "$encrypted$", "become_method": "sudo"}
    before = {**row(8, "Machine", "credential"), "inputs": stored}
    after = {**before, "inputs": {"username": "root", "password": "$encrypted$"}}
    patched = aap.world.json("PATCH", place, after)
    aap.world.json("GET", place, before, after)
    aap["credentials"].update(8, inputs={"username": "root", "become_method": None})
    assert patched.last_request.json() == {"inputs": {"username": "root", "password": "$encrypted$"}}


def test_the_survey_and_labels_are_set_by_calls_of_their_own_and_told(aap: Desk) -> None:
    place = "/api/v2/job_templates/5/"
    aap.world.json("GET", place, template(), template(limit="web"))
    kept = row(2, "kept", "label")
    before, after = [row(1, "old", "label"), kept], [kept, row(3, "new", "label")]
    pages = [{"count": 2, "next": None, "results": rows} for rows in (before, after)]
    aap.world.json("GET", place + "labels/", *pages)
    labels = aap.world.json("POST", place + "labels/", status=204)
    survey = aap.world.json("POST", place + "survey_spec/", {}, status=200)
    aap.world.json("GET", place + "survey_spec/", {"spec": [{"variable": "x"}]})
    aap.world.json("PATCH", place, template(limit="web"), template(limit="web", survey_enabled=True))
    aap.world.json("GET", "/api/v2/labels/1/", {"detail": "No Label matches the given query."}, status=404)
    record = aap["job_templates"].update(5, limit="web", labels=[2, 3], survey_spec=[{"variable": "x"}])
    assert [
        one.json() for one in aap.world.http.request_history if one.path.endswith("labels/") and one.body
    ] == [
        {"id": 1, "disassociate": True},
        {"id": 3},
    ]
    assert labels.call_count == 2
    assert survey.last_request.json() == {"name": "", "description": "", "spec": [{"variable": "x"}]}
    told = "\n".join(record.notes)
    assert "label 1 of job template 5 (labels) detached; it was attached nowhere else" in told
    assert "label 3 of job template 5 (labels) attached" in told
    assert "the survey was set by a call of its own" in told
    assert "survey_enabled was turned on with it" in told


def test_what_would_be_sent_can_be_seen_before(aap: Desk) -> None:
    aap.world.json("GET", HOST, host())
    plan = aap["hosts"].planned_update(3, enabled=False, description="")
    assert [(one.method, one.path, one.body) for one in plan] == [("PATCH", "hosts/3/", {"enabled": False})]
    plan = aap["job_templates"].planned_create(
        name="a", project=1, playbook="x", inventory=2, labels=[4], survey_spec=[]
    )
    assert [(one.method, one.path) for one in plan] == [
        ("POST", "job_templates/"),
        ("POST", "job_templates/N/labels/"),
        ("POST", "job_templates/N/survey_spec/"),
    ]
    assert not aap.sent()


# --- delete ---------------------------------------------------------------------------------------------


def test_a_delete_says_whether_there_was_one(aap: Desk) -> None:
    aap.world.json("GET", HOST, host())
    gone = aap.world.json("DELETE", HOST, status=204)
    assert aap["hosts"].delete(3) is True
    assert gone.call_count == 1


def test_what_is_missing_is_an_error_unless_it_may_be(aap: Desk) -> None:
    aap.world.json("GET", HOST, {"detail": "No Host matches the given query."}, status=404)
    aap.lists("hosts/", [])
    for reference in (3, "3", "web1"):
        assert aap["hosts"].delete(reference, missing_ok=True) is False
        with pytest.raises(NotFound):
            aap["hosts"].delete(reference)
    assert not [one for one in aap.world.http.request_history if one.method == "DELETE"]


def test_what_is_in_use_names_the_jobs(aap: Desk) -> None:
    aap.world.json("GET", HOST, host())
    body = {
        "error": "Resource is being used by running jobs.",
        "active_jobs": [{"id": 278, "type": "job"}, {"id": 279, "type": "workflow_job"}],
    }
    aap.world.json("DELETE", HOST, body, status=409)
    with pytest.raises(Conflict, match=r"used by running jobs\. In use by job 278, workflow job 279\."):
        aap["hosts"].delete(3)


def test_an_inventory_is_waited_for_until_it_is_gone(aap: Desk) -> None:
    place = "/api/v2/inventories/7/"
    there, gone = (
        ok(row(7, "Shop", "inventory")),
        {"json": {"detail": "No Inventory matches"}, "status_code": 404, "headers": HEADERS},
    )
    aap.world.answers("GET", place, there, there, there, gone)
    aap.world.json("DELETE", place, {}, status=202)
    assert aap["inventories"].delete(7, wait=60) is True
    aap.world.answers("GET", place, there)
    with pytest.raises(TimedOut, match="was not gone after 5 s"):
        aap["inventories"].delete(7, wait=5)


def test_an_inventory_that_is_being_deleted_already_is_waited_for_as_well(aap: Desk) -> None:
    place = "/api/v2/inventories/7/"
    there, gone = (
        ok(row(7, "Shop", "inventory")),
        {"json": {"detail": "No Inventory matches"}, "status_code": 404, "headers": HEADERS},
    )
    aap.world.answers("GET", place, there, there, gone)
    aap.world.json("DELETE", place, {"error": "Inventory is already pending deletion."}, status=400)
    assert aap["inventories"].delete(7, wait=60) is True


def test_a_lost_answer_of_a_delete_is_settled_by_looking(aap: Desk) -> None:
    gone = {"json": {"detail": "No Host matches the given query."}, "status_code": 404, "headers": HEADERS}
    aap.world.answers("GET", HOST, ok(host()), gone)
    sent = aap.world.http.register_uri("DELETE", aap.world.host + HOST, exc=requests.ReadTimeout)
    assert aap["hosts"].delete(3) is True
    aap.world.answers("GET", HOST, ok(host()))
    with pytest.raises(AnswerLost):
        aap["hosts"].delete(3)
    assert sent.call_count == 2


# --- actions --------------------------------------------------------------------------------------------


def test_an_action_returns_what_it_started(aap: Desk) -> None:
    aap.lists("projects/", [row(6, "Shop", "project")])
    aap.world.json(
        "POST",
        "/api/v2/projects/6/update/",
        {"id": 57, "type": "project_update", "status": "pending"},
        status=202,
    )
    started = aap["projects"].act("Shop", "update")
    assert (started.id, started.type) == (57, "project_update")


def test_an_unknown_action_and_its_unknown_fields_are_refused(aap: Desk) -> None:
    with pytest.raises(InvalidInput, match=r'projects cannot "updat"\. Did you mean "update"'):
        aap["projects"].act(6, "updat")
    with pytest.raises(InvalidInput, match="takes no limit"):
        aap["projects"].act(6, "update", limit="web")
    with pytest.raises(InvalidInput, match="no such thing to do"):
        aap["hosts"].act(6, "launch")
