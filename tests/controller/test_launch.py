from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from aap_launcher.controller.controller import Controller
from aap_launcher.controller.recent_jobs import Family
from aap_launcher.errors import AnswerLost, Forbidden, NotFound, Refused, Unreachable
from aap_launcher.models.templates import Template, TemplateType
from tests.controller.conftest import HEADERS, World, job_row, ok, page

TEMPLATE = Template(12, TemplateType.JOB, "Deploy", "Retail")
LAUNCH = "/api/v2/job_templates/12/launch/"
Connect = Callable[..., Controller]


def test_the_answer_tells_what_was_made(world: World, awx: Connect) -> None:
    posted = world.json(
        "POST", LAUNCH, job_row(status="pending", job=5, ignored_fields={"limit": "web"}), status=201
    )
    launched = awx().launch(TEMPLATE, {"limit": "web", "verbosity": 0})
    assert (launched.job.id, launched.job.url, launched.ignored_fields) == (
        5,
        "/api/v2/jobs/5/",
        {"limit": "web"},
    )
    assert launched.job.link == "https://aap.example.com/#/jobs/playbook/5/output"
    assert posted.last_request.json() == {"limit": "web", "verbosity": 0}
    assert "finishing 4" in world.signals.heard


def test_a_sliced_template_makes_a_workflow_job(world: World, awx: Connect) -> None:
    world.json("POST", LAUNCH, job_row(74, "workflow_job", workflow_job=74), status=201)
    job = awx().launch(TEMPLATE, {}).job
    assert (job.type, job.url) == ("workflow_job", "/api/v2/workflow_jobs/74/")


def refused_connection() -> requests.ConnectionError:
    refused = NewConnectionError(HTTPSConnection("aap.example.com"), "[Errno 111] Connection refused")
    return requests.ConnectionError(MaxRetryError(None, "/", refused))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "before",
    [
        {"json": {"detail": "JWT has expired"}, "status_code": 401, "headers": HEADERS},
        {
            "json": {"detail": "Authentication credentials were not provided."},
            "status_code": 401,
            "headers": HEADERS,
        },
    ],
)
def test_a_launch_that_the_controller_says_it_did_not_act_on_is_sent_again(
    world: World, awx: Connect, before: Any
) -> None:
    made = {"json": job_row(), "status_code": 201, "headers": HEADERS}
    posted = world.answers("POST", LAUNCH, before, made)
    controller = awx()
    controller.greet()  # the credential was accepted before
    assert controller.launch(TEMPLATE, {}).job.id == 5
    assert posted.call_count == 2


def test_the_words_of_an_error_prove_nothing(world: World, awx: Connect) -> None:
    """Only our own sockets tell that nothing was handed over (test_transport.py), and here they are not in use."""
    refused = NewConnectionError(HTTPSConnection("aap.example.com"), "[Errno 111] Connection refused")
    words = requests.ConnectionError(MaxRetryError(None, "/", refused))  # type: ignore[arg-type]
    posted = world.answers("POST", LAUNCH, {"exc": words})
    with pytest.raises(AnswerLost):
        awx().launch(TEMPLATE, {})
    assert posted.call_count == 1


@pytest.mark.parametrize(
    "lost",
    [
        {"exc": requests.ConnectionError("Connection aborted.")},
        {"exc": requests.ReadTimeout()},
        {"exc": requests.exceptions.ChunkedEncodingError()},
        {"status_code": 500, "text": "Server Error (500)"},
        {"status_code": 502, "text": ""},
        {"status_code": 504, "text": "upstream request timeout"},
        {"status_code": 403, "text": ""},
        {"status_code": 429, "text": "slow down"},
        *(
            {"status_code": status, "text": "<html>proxy</html>"}
            for status in (302, 401, 403, 404, 408, 413, 421)
        ),
        # JSON that lacks the controller's headers, where the controller was seen to send them
        {"status_code": 404, "json": {"message": "no Route matched"}},
        {"status_code": 401, "json": {"detail": "JWT has expired"}},
        {"exc": requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number")},
    ],
)
def test_a_launch_whose_answer_is_lost_is_never_sent_again(world: World, awx: Connect, lost: Any) -> None:
    posted = world.answers("POST", LAUNCH, lost)
    with pytest.raises(AnswerLost, match=r"(?i)it may have taken effect"):
        awx().launch(TEMPLATE, {})
    assert posted.call_count == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 201, "text": "<html>", "headers": {"Content-Type": "text/html"}},
        {"status_code": 201, "text": '{"id": 5, "ty', "headers": HEADERS},
        {"status_code": 201, "json": {}, "headers": HEADERS},
        {"status_code": 200, "text": "Signed in", "headers": {"Content-Type": "text/html"}},
    ],
)
def test_a_launch_whose_answer_cannot_be_read_is_lost_as_well(
    world: World, awx: Connect, answer: Any
) -> None:
    world.answers("POST", LAUNCH, answer)
    with pytest.raises(AnswerLost, match="It may have taken effect"):
        awx().launch(TEMPLATE, {})


@pytest.mark.parametrize(
    "foreign",
    [{"extra_vars": '{"mark": "another"}'}, {"unified_job_template": 13}, {"type": "project_update"}],
)
def test_the_answer_of_another_launch_is_lost_and_its_location_leads_nowhere(
    world: World, awx: Connect, foreign: Any
) -> None:
    """Out of a cache: the head names the same foreign job as the body."""
    world.json("POST", LAUNCH, job_row() | foreign, status=201, Location="/api/v2/jobs/5/")
    with pytest.raises(AnswerLost, match="of another launch") as raised:
        awx().launch(TEMPLATE, {"extra_vars": {"mark": "ours"}}, {"mark": "ours"})
    assert raised.value.location == ""


@pytest.mark.parametrize("held", ['{"mark": "ours"}', "{}", None, "no JSON"])
def test_an_answer_that_does_not_tell_the_proof_counts(world: World, awx: Connect, held: Any) -> None:
    world.json("POST", LAUNCH, job_row(extra_vars=held), status=201)
    assert awx().launch(TEMPLATE, {}, {"mark": "ours"}).job.id == 5


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (
            {"variables_needed_to_start": ["'version' value missing", "'env' value missing"]},
            [("extra_vars", "'version' value missing"), ("extra_vars", "'env' value missing")],
        ),
        (
            {"passwords_needed_to_start": ["ssh_password"]},
            [("credential_passwords", "ssh_password is needed to start")],
        ),
        (
            {
                "resources_needed_to_start": ["Job Template project is missing or undefined."],
                "project": ["A project."],
            },
            [("template", "Job Template project is missing or undefined."), ("project", "A project.")],
        ),
        ({"hosts": "No failed hosts."}, [("hosts", "No failed hosts.")]),
        ({"detail": "JSON parse error"}, [("", "JSON parse error")]),
        ({"__all__": ["Nope."]}, [("", "Nope.")]),
        ({"jobs": {"__all__": ["Too many."]}}, [("jobs", "Too many.")]),
        ({"error": "Already approved."}, [("", "Already approved.")]),
        ({"limit": [5, None, {"a": ["b"]}]}, [("limit", "5"), ("limit.a", "b")]),
        (["flat"], [("", "flat")]),
    ],
)
def test_each_reason_of_a_refusal_is_told_in_the_controllers_words(
    world: World, awx: Connect, body: Any, problems: list[tuple[str, str]]
) -> None:
    world.json("POST", LAUNCH, body, status=400)
    with pytest.raises(Refused, match='the launch of job template "Deploy"') as raised:
        awx().launch(TEMPLATE, {})
    assert [(problem.field, problem.fault) for problem in raised.value.problems] == problems


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (403, {"detail": "You do not have permission to perform this action."}, Forbidden, "role Execute"),
        (
            403,
            {"details": "Your token has insufficient scope to perform this action"},
            Forbidden,
            "read-only",
        ),
        (
            403,
            {"detail": "License has expired."},
            Forbidden,
            "the controller refuses it: License has expired",
        ),
        (404, {"detail": "Not found."}, NotFound, "does not exist"),
        (413, {}, Refused, "too large"),
        (415, {"detail": "Unsupported media type"}, Refused, "Unsupported media type"),
    ],
)
def test_other_refusals_say_what_to_check(  # noqa: PLR0917 - a table's columns
    world: World, awx: Connect, status: int, body: Any, error: type[Refused], words: str
) -> None:
    world.json("POST", LAUNCH, body, status=status, Location="/elsewhere/?token=x")
    with pytest.raises(error, match=words):
        awx().launch(TEMPLATE, {})


@pytest.mark.parametrize("status", [300, 301, 304, 307])
def test_a_redirect_of_the_launch_proves_nothing(world: World, awx: Connect, status: int) -> None:
    world.json("POST", LAUNCH, {}, status=status, Location="/elsewhere/", **{"X-API-Node": "awx-1"})
    with pytest.raises(AnswerLost, match="it may have taken effect"):
        awx().launch(TEMPLATE, {})


def test_secrets_of_the_body_are_in_no_message(world: World, awx: Connect) -> None:
    world.answers("POST", LAUNCH, {"status_code": 502, "text": "Bad Gateway"})
    with pytest.raises(AnswerLost) as raised:
        awx().launch(TEMPLATE, {"extra_vars": {"password": "hunter2"}})
    assert "hunter2" not in str(raised.value) + "".join(world.traced) + world.words


def test_a_recent_job_tells_who_and_what_launched_it(world: World, awx: Connect) -> None:
    rows = [
        job_row(9, extra_vars=json.dumps({"a": 1, "pw": "$encrypted$"}), limit="web", inventory=3),
        job_row(8, launched_by={"id": 7, "type": "schedule"}, launch_type="scheduled"),
        job_row(7, "workflow_job", launched_by={"id": 4, "name": "me", "type": "user"}),
        job_row(6, launch_type="workflow"),
    ]
    asked = world.json("GET", "/api/v2/unified_jobs/", page(*rows))
    controller = awx()
    found = controller.recent_jobs(Family(12), 5)
    may_be = {one.job.id: one.may_be("manual", 2) for one in found}
    assert may_be == {6: False, 7: False, 8: False, 9: True}
    assert asked.last_request.qs["id__gt"] == ["5"]
    assert asked.last_request.qs["unified_job_template"] == ["12"]


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        ({}, True),
        ({"extra_vars": {"a": 1, "pw": "hunter2"}, "limit": "web", "inventory": 3}, True),
        ({"extra_vars": {"a": 2}}, False),
        ({"extra_vars": {"b": 1}}, False),
        ({"limit": "db"}, False),
        ({"credentials": [4], "labels": [1, 2], "credential_passwords": {"x": "y"}}, True),
        ({"credentials": [5]}, False),
        ({"verbosity": 0, "diff_mode": False}, True),
    ],
)
def test_a_recent_job_tells_whether_it_holds_what_was_sent(
    world: World, awx: Connect, body: dict[str, Any], holds: object
) -> None:
    summary = {"credentials": [{"id": 4}], "labels": {"count": 2, "results": [{"id": 1}, {"id": 2}]}}
    row = job_row(
        extra_vars='{"a": 1, "pw": "$encrypted$"}',
        limit="web",
        inventory=3,
        verbosity=0,
        diff_mode=False,
        summary_fields=summary,
    )
    world.json("GET", "/api/v2/unified_jobs/", page(row))
    (found,) = awx().recent_jobs(Family(12), 0)
    assert found.may_hold(body) is holds


def test_the_newest_job_of_a_template_is_the_mark_before_a_launch(world: World, awx: Connect) -> None:
    asked = world.json("GET", "/api/v2/unified_jobs/", page(job_row(9)))
    assert awx().newest_job(Family(12)) == 9
    assert asked.last_request.qs["page_size"] == ["1"]
    world.json("GET", "/api/v2/unified_jobs/", page())
    assert awx().newest_job(Family(12)) == 0


def test_every_page_of_the_recent_jobs_is_read_whatever_the_servers_cap(world: World, awx: Connect) -> None:
    pages = [
        ok({"count": 5, "next": "/api/v2/unified_jobs/?page=2", "results": [job_row(9), job_row(8)]}),
        ok({"count": 5, "next": "/api/v2/unified_jobs/?page=3", "results": [job_row(7), job_row(6)]}),
        ok({"count": 5, "next": None, "results": [job_row(4)]}),
    ]
    asked = world.answers("GET", "/api/v2/unified_jobs/", *pages)
    found = awx().recent_jobs(Family(12), 5)
    assert [one.job.id for one in found] == [6, 7, 8, 9], "each once, and none that is older"
    assert [request.qs["page"] for request in asked.request_history] == [["1"], ["2"], ["3"]]


def test_a_list_that_does_not_hold_what_it_counts_rules_nothing_out(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/unified_jobs/", {"count": 2, "next": None, "results": [job_row(9)]})
    with pytest.raises(Unreachable, match="1 came of 2"):
        awx().recent_jobs(Family(12), 5)


def test_what_a_row_does_not_tell_is_read_from_the_jobs_own_page(world: World, awx: Connect) -> None:
    row = {key: value for key, value in job_row(9).items() if key not in {"extra_vars", "launched_by"}}
    world.json("GET", "/api/v2/unified_jobs/", page(row))
    world.json("GET", "/api/v2/jobs/9/", job_row(9, extra_vars='{"mark": 1}'))
    (found,) = awx().recent_jobs(Family(12), 5)
    assert (found.extra_vars, found.user_id) == ({"mark": 1}, 2)


def test_a_relaunch_is_looked_for_by_type_where_the_template_is_gone(world: World, awx: Connect) -> None:
    rows = [job_row(9, "ad_hoc_command", unified_job_template=None, launch_type="relaunch"), job_row(10)]
    asked = world.json("GET", "/api/v2/unified_jobs/", page(*rows))
    (found,) = awx().recent_jobs(Family(None, "ad_hoc_command", "relaunch"), 5)
    assert (found.job.type, found.launch_type) == ("ad_hoc_command", "relaunch")
    assert asked.last_request.qs["type"] == ["ad_hoc_command"]


def test_the_head_of_an_unreadable_answer_names_the_job(world: World, awx: Connect) -> None:
    headers = {**HEADERS, "Location": "/api/v2/jobs/5/"}
    world.answers("POST", LAUNCH, {"status_code": 201, "text": '{"id": 5, "ty', "headers": headers})
    world.json("GET", "/api/v2/jobs/5/", job_row())
    controller = awx()
    with pytest.raises(AnswerLost) as raised:
        controller.launch(TEMPLATE, {})
    assert controller.made_job(raised.value.location).id == 5


def test_a_relaunch_tells_what_it_asks_for_and_what_it_made(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/jobs/5/", job_row(status="failed"))
    world.json(
        "GET",
        "/api/v2/jobs/5/relaunch/",
        {"passwords_needed_to_start": ["ssh_password"], "retry_counts": {"all": 5, "failed": 1}},
    )
    world.json("POST", "/api/v2/jobs/5/relaunch/", job_row(6, launch_type="relaunch"), status=201)
    controller = awx()
    job = controller.find_job("jobs/5")
    asked = controller.relaunch_prompts(job)
    assert (asked.passwords_needed, asked.hosts) == (("ssh_password",), {"all": 5, "failed": 1})
    assert controller.relaunch(job, {"hosts": "failed"}).job.id == 6
