"""What an answer does not show is never told as done: created, changed, attached, deleted, copied, started."""

from __future__ import annotations

from typing import Any

import pytest

from aap_launcher.client.kinds import KINDS
from aap_launcher.client.readback import made_of
from aap_launcher.errors import AnswerLost
from tests.answers.conftest import HTML, StandIn

SHOP = {"id": 7, "type": "inventory", "name": "Shop", "variables": "", "url": "/api/v2/inventories/7/"}
WEB1 = {
    "id": 5, "type": "host", "name": "web1", "inventory": 7, "enabled": True, "description": "old", "variables": "",
    "url": "/api/v2/hosts/5/", "related": {},
}  # fmt: skip
DEPLOY = {
    "id": 12,
    "type": "job_template",
    "name": "Deploy",
    "url": "/api/v2/job_templates/12/",
    "related": {},
}
NONSENSE: tuple[Any, ...] = ([], {}, HTML, None, {"id": True})


@pytest.fixture(autouse=True)
def objects(controller: StandIn) -> None:
    controller.says("GET inventories/7/", SHOP)
    controller.lists("inventories/", SHOP)
    controller.says("GET hosts/5/", WEB1)
    controller.lists("hosts/")
    controller.lists("labels/")
    controller.says("GET job_templates/12/", DEPLOY)
    controller.lists("job_templates/", DEPLOY)
    controller.lists("unified_job_templates/", DEPLOY)
    controller.says("GET job_templates/12/launch/", {"ask_limit_on_launch": True, "defaults": {}})


def unknown(controller: StandIn, *arguments: str, stdin: str = "", codes: tuple[int, ...] = (4,)) -> str:
    ended = controller.run(*arguments, stdin=stdin)
    assert ended.code in codes, ended.said
    assert ended.stdout == ""
    return " ".join(ended.stderr.split())


HOSTS = '{"name": "web1"}\n{"name": "web2", "enabled": false}\n'


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        HTML,
        None,
        {"hosts": None},
        {"hosts": []},
        {"hosts": [{"name": "db9", "id": 1}, {"name": "db8", "id": 2}]},
        {"hosts": [{"name": "web1", "id": 1}]},
        {"hosts": [{"name": "web1"}, {"name": "web2"}]},
        {"hosts": [{"name": "web1", "id": 1}, {"name": "web2", "id": 2, "enabled": True}]},
    ],
)
def test_hosts_that_no_answer_shows_are_not_told_as_created(controller: StandIn, answer: Any) -> None:
    controller.says("POST bulk/host_create/", answer, status=201)
    told = unknown(controller, "hosts", "import", "-", "--format", "jsonl", "-i", "7", stdin=HOSTS)
    assert "0 created, 0 updated so far; the same command again does the rest" in told
    assert "web2" in told or "not the controller's" in told


def test_hosts_that_the_answer_shows_are_created(controller: StandIn) -> None:
    rows = [{"name": "web1", "id": 1}, {"name": "web2", "id": 2, "enabled": False}]
    controller.says("POST bulk/host_create/", {"hosts": rows}, status=201)
    ended = controller.run("hosts", "import", "-", "--format", "jsonl", "-i", "7", stdin=HOSTS)
    assert (ended.code, ended.stdout) == (0, "2 created · 0 updated · 0 unchanged\n")


@pytest.mark.parametrize(
    "answer", [*NONSENSE, {"id": 9, "type": "job", "url": "/x/"}, {"id": 9, "type": "workflow_job", "url": "/x/", "name": "other"}]
)  # fmt: skip
def test_a_bulk_launch_that_no_answer_shows_is_unknown_and_exit_6(controller: StandIn, answer: Any) -> None:
    controller.says("POST bulk/job_launch/", answer, status=201)
    told = unknown(
        controller, "bulk", "launch", "-", stdin='[{"template": "Deploy", "limit": "web1"}]', codes=(6,)
    )
    assert "aap-launcher workflow_jobs list 'name=Bulk launch'" in told
    assert "workflow job 9" not in told


@pytest.mark.parametrize("answer", [*NONSENSE, WEB1 | {"name": "db1"}, WEB1 | {"type": "group"}])
def test_an_object_that_no_answer_shows_is_not_told_as_made(controller: StandIn, answer: Any) -> None:
    controller.says("POST hosts/", answer, status=201)
    told = unknown(controller, "hosts", "create", "name=web1", "inventory=7")
    assert "not known" in told or "may have taken effect" in told


@pytest.mark.parametrize("number", [None, True, "5", 0, -1, 1.5])
def test_an_answer_without_an_id_shows_no_object(number: object) -> None:
    with pytest.raises(AnswerLost, match="names no id"):
        made_of({"id": number, "name": "a"}, "a", KINDS["hosts"], ("host",), "x")
    assert made_of({"id": 5, "name": "ﬁx"}, " fix ", KINDS["users"], ("host",), "x")["id"] == 5


@pytest.mark.parametrize(
    ("word", "shown"), [("enabled=true", {"enabled": False}), ("inventory=7", {"inventory": 8})]
)
def test_a_field_that_stands_otherwise_is_not_told_as_made(
    controller: StandIn, word: str, shown: dict[str, Any]
) -> None:
    controller.says("POST hosts/", WEB1 | shown, status=201)
    words = dict.fromkeys(("name=web1", "inventory=7", word))
    told = unknown(controller, "hosts", "create", *words, codes=(3,))
    assert next(iter(shown)) in told


def test_a_text_that_stands_otherwise_is_told(controller: StandIn) -> None:
    controller.says("POST hosts/", WEB1 | {"description": "other"}, status=201)
    ended = controller.run("hosts", "create", "name=web1", "inventory=7", "description=mine")
    assert ended.code == 0
    assert 'description: "mine" was sent, "other" stands there' in ended.stderr


@pytest.mark.parametrize("answer", [*NONSENSE, WEB1 | {"id": 6}])
def test_an_edit_is_told_by_what_is_read_back(controller: StandIn, answer: Any) -> None:
    controller.says("PATCH hosts/5/", answer)
    told = unknown(controller, "hosts", "edit", "5", "description=new", codes=(3, 4))
    assert "description" in told
    assert "somebody else" not in told
    controller.says("GET hosts/5/", WEB1, WEB1, WEB1 | {"description": "new"})
    ended = controller.run("hosts", "edit", "5", "description=new")
    assert ended.code == 0, ended.said
    assert 'description  "old" -> "new"' in ended.stdout


def test_another_object_is_never_edited(controller: StandIn) -> None:
    controller.says("GET hosts/5/", WEB1 | {"id": 6})
    assert "shows 6" in unknown(controller, "hosts", "edit", "5", "description=new")
    controller.lists("hosts/", WEB1 | {"name": "db1"})
    controller.deaf = True
    for verb in (("edit", "web1", "description=new"), ("delete", "web1", "--yes")):
        told = unknown(controller, "hosts", *verb)
        assert 'asked for "web1", it shows "db1"' in told
    assert controller.sent == []


@pytest.mark.parametrize("answer", [[], HTML, {"id": 9}])
@pytest.mark.parametrize("verb", ["attach", "detach"])
def test_a_link_that_no_answer_shows_is_not_told_as_made(controller: StandIn, answer: Any, verb: str) -> None:
    controller.says("GET labels/3/", {"id": 3, "type": "label", "name": "x"})
    controller.lists("job_templates/12/labels/", *([{"id": 3}] if verb == "detach" else []))
    controller.says("POST job_templates/12/labels/", answer)
    told = unknown(controller, "job_templates", verb, "12", "labels", "3")
    assert "may have taken effect" in told


@pytest.mark.parametrize("answer", [{}, {"results": [{}]}, {"results": [1]}])
def test_a_list_that_is_none_says_nothing_about_what_is_attached(controller: StandIn, answer: Any) -> None:
    controller.says("GET job_templates/12/labels/", answer)
    told = unknown(controller, "job_templates", "detach", "12", "labels", "3")
    assert "not the controller's" in told
    assert "was not attached" not in told


@pytest.mark.parametrize("answer", [[], HTML, None])
def test_what_is_there_still_is_not_told_as_deleted(controller: StandIn, answer: Any) -> None:
    controller.says("DELETE hosts/5/", answer)
    told = unknown(controller, "hosts", "delete", "5", "--yes")
    assert "deleted host" not in told


def test_an_inventory_is_not_told_as_deleted_before_it_is_gone(controller: StandIn) -> None:
    controller.says("DELETE inventories/7/", None, status=202)
    ended = controller.run("inventories", "delete", "7", "--yes")
    assert ended.code == 0
    assert ended.stdout.startswith("is being deleted  inventory 7")


@pytest.mark.parametrize("answer", [*NONSENSE, DEPLOY, DEPLOY | {"id": 13, "name": "other"}])
def test_a_copy_that_no_answer_shows_is_not_told_as_made(controller: StandIn, answer: Any) -> None:
    controller.says("POST job_templates/12/copy/", answer, status=201)
    unknown(controller, "job_templates", "copy", "12", "name=New")


@pytest.mark.parametrize("answer", [[], HTML, None, {"id": "5"}])
def test_an_update_that_no_answer_shows_is_not_told_as_started(controller: StandIn, answer: Any) -> None:
    controller.says("GET projects/6/", {"id": 6, "type": "project", "name": "Shop"})
    controller.lists("projects/")
    controller.says("POST projects/6/update/", answer, status=202)
    told = unknown(controller, "projects", "update", "6", codes=(6,))
    assert "not known" in told or "may have taken effect" in told


@pytest.mark.parametrize("stands", [[], {"spec": [{"variable": "other"}]}])
def test_a_survey_that_does_not_stand_there_is_not_told_as_set(controller: StandIn, stands: Any) -> None:
    made = DEPLOY | {"project": 1, "playbook": "a.yml", "inventory": 7}
    controller.says("POST job_templates/", made, status=201)
    controller.says("POST job_templates/12/survey_spec/", None)
    controller.says("GET job_templates/12/survey_spec/", stands)
    text = (
        "name: Deploy\nproject: 1\nplaybook: a.yml\ninventory: 7\n"
        "survey_spec: [{variable: v, type: text, question_name: V}]\n"
    )
    told = unknown(controller, "job_templates", "create", "-f", "-", stdin=text)
    assert "the survey of job template 12" in told


def test_a_page_that_answers_a_post_of_api_may_have_taken_effect(controller: StandIn) -> None:
    controller.says("POST hosts/", HTML)
    assert "may have taken effect" in unknown(controller, "api", "POST", "hosts/", "-f", "name=x")


@pytest.mark.parametrize("answer", [[], HTML, None])
def test_a_token_is_not_told_as_revoked_by_any_answer(controller: StandIn, answer: Any) -> None:
    controller.says("DELETE tokens/9/", answer)
    assert "is revoked" not in unknown(controller, "token", "revoke", "9")


@pytest.mark.parametrize("answer", [[], {}, {"webhook_key": "other"}, HTML])
def test_a_webhook_key_is_not_told_as_new_unless_the_answer_shows_it(
    controller: StandIn, answer: Any
) -> None:
    controller.says("GET job_templates/12/", DEPLOY | {"webhook_service": "github"})
    controller.says("GET job_templates/12/webhook_key/", {"webhook_key": "the-old-one"})
    controller.says("POST job_templates/12/webhook_key/", answer, status=201)
    unknown(controller, "webhook", "setup", "12", "--service", "github", "--rotate")


def test_a_webhook_without_a_key_is_told_as_such(controller: StandIn) -> None:
    controller.says("GET job_templates/12/", DEPLOY | {"webhook_service": "github"})
    controller.says("GET job_templates/12/webhook_key/", {})
    assert "holds none" in unknown(controller, "webhook", "setup", "12", "--service", "github")


@pytest.mark.parametrize("answer", [HTML, []])
def test_an_approval_is_not_told_as_decided_by_a_page(controller: StandIn, answer: Any) -> None:
    gate = {
        "id": 6, "type": "workflow_approval", "name": "gate", "status": "pending", "url": "/api/v2/workflow_approvals/6/",
        "can_approve_or_deny": True, "related": {},
    }  # fmt: skip
    for path in ("workflow_approvals/6/", "unified_jobs/"):
        controller.says(f"GET {path}", gate if "6" in path else {"results": [gate], "count": 1})
    controller.lists("me/", {"id": 2, "username": "ci"})
    controller.says("POST workflow_approvals/6/approve/", answer)
    ended = controller.run("approve", "6")
    assert ended.code == 4, ended.said
    assert "may have taken effect" in ended.said
    assert "gate is approved" not in ended.said


@pytest.mark.parametrize(
    "following", [{"a": 1}, 7, True, ["x"], "http://[x", "https://evil.example.com/", "?a=\ud800"]
)
def test_the_address_of_a_next_page_that_is_none_is_no_fault_of_ours(
    controller: StandIn, following: object
) -> None:
    controller.says("GET hosts/", {"count": 9, "next": following, "results": [{"id": 1}]})
    ended = controller.run("api", "GET", "hosts/", "--paginate")
    assert ended.code in {2, 3, 4}
    assert "fault of aap-launcher" not in ended.said
