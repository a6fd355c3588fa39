"""Workflows in the sandbox: real jobs, started one after the other as their graph says."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

import sandbox
from sandbox.seeds.workflow_templates import HOSTILE_NAME, HOSTILE_TEXT
from tests.runtimes import KEPT_RUNS
from tests.sandbox.client import Client, alive, client_of
from tests.sandbox.flows import (
    APPROVAL,
    EMPTY,
    HANDLED,
    HOSTILE,
    HUNDRED,
    MIXED,
    NESTED,
    ORPHAN,
    QUICK_APPROVAL,
    SLOW,
    SURVEYED,
    Flows,
    wait_for,
)

pytestmark = pytest.mark.sandbox

EVERYTHING_PROMPTED = 25


@pytest.fixture(scope="module")
def flows() -> Iterator[Flows]:
    """Everything is started before anything is waited for."""
    with sandbox.start(speed=20, kept_runs=KEPT_RUNS) as box:
        started = Flows(box)
        started.numbers = {
            "waiting": started.launch(QUICK_APPROVAL),
            "approval": started.launch(APPROVAL, extra_vars={"version": "4.5.6"}),
            "handled": started.launch(HANDLED),
            "orphan": started.launch(ORPHAN),
            "mixed": started.launch(MIXED),
            "nested": started.launch(NESTED),
            "hundred": started.launch(HUNDRED),
        }
        yield started


@pytest.fixture
def admin(flows: Flows) -> Client:
    return client_of(flows.box, "admin")


def variables(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(job["extra_vars"])
    return found


def test_an_approval_waits_in_its_own_list_and_in_no_other(flows: Flows) -> None:
    approval = flows.job_of(flows.numbers["waiting"], "gate")
    waiting = flows.client.get("workflow_approvals/", status="pending")["results"]
    assert approval in {one["id"] for one in waiting}
    assert approval not in {one["id"] for one in flows.client.get("unified_jobs/", page_size=200)["results"]}
    assert flows.client.get(f"workflow_jobs/{flows.numbers['waiting']}/")["status"] == "running"


def test_who_started_a_workflow_may_not_approve_it_but_an_administrator_may(flows: Flows) -> None:
    number = flows.launch(QUICK_APPROVAL)
    approval = flows.job_of(number, "gate")
    assert flows.decide(approval, "approve", "ci-bot") == 403
    assert not flows.client.get(f"workflow_approvals/{approval}/")["can_approve_or_deny"]
    assert client_of(flows.box, "approver").get(f"workflow_approvals/{approval}/")["can_approve_or_deny"]
    assert flows.decide(approval, "deny") == 204
    assert flows.decide(approval, "approve") == 400
    assert flows.ended(number)["status"] == "successful"
    assert flows.jobs(number) == {"gate": "failed", "deploy": "skipped", "rollback": "successful"}


def test_artifacts_reach_later_jobs_that_ask_for_no_variables(flows: Flows) -> None:
    number = flows.numbers["approval"]
    assert flows.decide(flows.job_of(number, "gate"), "approve") == 204
    assert flows.ended(number)["status"] == "successful"
    assert flows.jobs(number)["rollback"] == "skipped"
    prepared = flows.client.finished(flows.job_of(number, "prepare"))
    deployed = flows.client.finished(flows.job_of(number, "deploy"))
    assert variables(prepared) == {"version": "4.5.6"}
    assert variables(deployed) == prepared["artifacts"]
    assert variables(deployed)["nested"] == {"a": [1, 2], "b": None}
    output = flows.client.send("GET", f"/sandbox/jobs/{deployed['id']}/stdout/").text
    assert "deployed 4.5.6 on web1" not in output  # a command's own output is not shown
    assert "https://shop.example.test/builds/4.5.6 goes to web1" in output


def test_a_failed_job_with_a_failure_path_leaves_the_workflow_successful(flows: Flows) -> None:
    job = flows.ended(flows.numbers["handled"])
    assert (job["status"], job["failed"], job["job_explanation"]) == ("successful", False, "")
    expected = {"check": "failed", "deploy": "skipped", "repair": "successful"}
    assert flows.jobs(flows.numbers["handled"]) == expected


def test_a_node_whose_template_was_deleted_fails_the_workflow(flows: Flows) -> None:
    page = flows.client.get(f"workflow_job_templates/{ORPHAN}/launch/")
    assert page["node_templates_missing"]
    job = flows.ended(flows.numbers["orphan"])
    assert job["status"] == "failed"
    assert job["job_explanation"] == "No error handling paths found, marking workflow as failed"
    gone = flows.node(flows.numbers["orphan"], "gone")
    assert (gone["job"], gone["do_not_run"], gone["unified_job_template"]) == (None, False, None)
    assert flows.jobs(flows.numbers["orphan"])["after"] == "skipped"


def test_a_nested_workflow_is_a_workflow_job_and_hands_its_artifacts_on(flows: Flows) -> None:
    number = flows.numbers["nested"]
    assert flows.ended(number)["status"] == "successful"
    inner = flows.node(number, "inner")
    assert inner["summary_fields"]["job"]["type"] == "workflow_job"
    built = flows.client.job(flows.job_of(inner["job"], "build"))
    assert built["summary_fields"]["source_workflow_job"]["id"] == inner["job"]
    assert built["summary_fields"]["ancestor_job"]["id"] == number
    deployed = flows.client.finished(flows.job_of(number, "deploy"))
    assert variables(deployed)["count"] == 3
    assert set(deployed["host_status_counts"]) == {"changed"}


def _is_processed(admin: Client, path: str) -> bool:
    return bool(admin.get(f"{path}/")["event_processing_finished"])


def test_updates_and_system_jobs_are_nodes_too(flows: Flows, admin: Client) -> None:
    number = flows.numbers["mixed"]
    assert flows.ended(number)["status"] == "successful"
    jobs = {node["identifier"]: node["summary_fields"]["job"] for node in flows.nodes(number)}
    assert {name: job["type"] for name, job in jobs.items()} == {
        "fetch": "project_update",
        "refresh": "inventory_update",
        "clean-up": "system_job",
        "deploy": "job",
    }
    for name in ("fetch", "refresh", "clean-up"):
        job = jobs[name]
        path = f"{job['type']}s/{job['id']}"
        wait_for(partial(_is_processed, admin, path))
        lines = [row["stdout"] for row in admin.get(f"{path}/events/", order_by="counter")["results"]]
        written = admin.send("GET", f"/sandbox/jobs/{job['id']}/stdout/").text
        assert "".join(f"{line}\n" for line in lines if line).replace("\r\n", "\n") == written.replace(
            "\r\n", "\n"
        )


def test_who_started_a_system_job_may_not_see_it_unless_a_superuser(flows: Flows, admin: Client) -> None:
    number = flows.job_of(flows.numbers["mixed"], "clean-up")
    assert client_of(flows.box).send("GET", f"/api/v2/system_jobs/{number}/").status_code == 403
    assert "0 deleted" in wait_for(lambda: admin.get(f"system_jobs/{number}/")["result_stdout"])
    assert admin.send("GET", f"/api/v2/system_jobs/{number}/stdout/").status_code == 404


def test_a_hundred_nodes_come_in_pages_and_most_never_run(flows: Flows) -> None:
    number = flows.numbers["hundred"]
    page = flows.client.get(f"workflow_jobs/{number}/workflow_nodes/", page_size=1000)
    assert page["count"] == len(page["results"]) == 120
    first = flows.client.get(f"workflow_jobs/{number}/workflow_nodes/", page_size=50, page=3)
    assert len(first["results"]) == 20
    assert flows.ended(number)["status"] == "successful"
    statuses = list(flows.jobs(number).values())
    assert (statuses.count("skipped"), statuses.count("successful"), statuses.count("failed")) == (79, 40, 1)


def test_slices_share_the_hosts_between_them(flows: Flows) -> None:
    body = {"job_slice_count": 2, "limit": "web:db"}
    answer = flows.client.post(f"job_templates/{EVERYTHING_PROMPTED}/launch/", body).json()
    assert answer["type"] == "workflow_job"
    assert answer["is_sliced_job"]
    assert flows.client.send("GET", f"/api/v2/jobs/{answer['id']}/").status_code == 404
    assert flows.ended(answer["id"])["status"] == "successful"
    jobs = [flows.client.finished(node["job"]) for node in flows.nodes(answer["id"])]
    assert [(job["job_slice_number"], job["job_slice_count"], job["limit"]) for job in jobs] == [
        (1, 2, "web:db"),
        (2, 2, "web:db"),
    ]
    hosts = [
        {row["host_name"] for row in flows.client.get(f"jobs/{job['id']}/job_host_summaries/")["results"]}
        for job in jobs
    ]
    # by name, in turn: app1 db1 db2 web1 web2
    assert hosts == [{"db2", "web2"}, {"db1", "web1"}]


def test_there_are_never_more_slices_than_hosts(flows: Flows) -> None:
    body = {"job_slice_count": 9, "inventory": 1}
    answer = flows.client.post(f"job_templates/{EVERYTHING_PROMPTED}/launch/", body).json()
    assert len(flows.nodes(answer["id"])) == 5
    flows.client.post(f"workflow_jobs/{answer['id']}/cancel/")
    assert flows.ended(answer["id"])["status"] == "canceled"


def test_canceling_a_workflow_kills_what_runs_and_starts_nothing_more(flows: Flows) -> None:
    number = flows.launch(SLOW, extra_vars={"seconds": 600})
    job = flows.job_of(number, "first")
    flows.running(job)
    processes = flows.box.state.jobs[job].process_ids
    flows.client.post(f"workflow_jobs/{number}/cancel/")
    assert flows.ended(number)["status"] == "canceled"
    assert flows.jobs(number) == {"first": "canceled", "second": "skipped"}
    assert processes
    wait_for(lambda: not any(map(alive, processes)))


def test_a_sandbox_that_closes_kills_the_jobs_of_its_workflows() -> None:
    with sandbox.start(speed=20) as box:
        own = Flows(box)
        number = own.launch(SLOW, extra_vars={"seconds": 600})
        own.running(job := own.job_of(number, "first"))
        processes = box.state.jobs[job].process_ids
    assert processes
    wait_for(lambda: not any(map(alive, processes)))


def test_a_workflow_refuses_what_it_does_not_ask_for(flows: Flows) -> None:
    refused = flows.client.post(
        f"workflow_job_templates/{EMPTY}/launch/", {"extra_vars": {"a": 1}, "limit": "x"}
    )
    assert refused.status_code == 400
    assert set(refused.json()) == {"limit", "extra_vars"}
    wrong = flows.client.post(f"workflow_job_templates/{SURVEYED}/launch/", {"extra_vars": {"version": "1"}})
    assert wrong.json() == {
        "variables_needed_to_start": ["'version' value 1 is too small (length is 1 must be at least 2)."]
    }


def test_a_workflow_has_a_name_by_which_it_is_found(flows: Flows) -> None:
    found = flows.client.get("workflow_job_templates/Quick approval++Retail/")
    assert found["id"] == QUICK_APPROVAL
    assert found["related"]["named_url"].endswith("/workflow_job_templates/Quick approval++Retail/")
    kinds = {row["type"] for row in flows.client.get("unified_job_templates/", page_size=200)["results"]}
    assert kinds >= {
        "job_template",
        "workflow_job_template",
        "project",
        "inventory_source",
        "system_job_template",
    }
    missing = flows.client.send("GET", "/api/v2/workflow_job_templates/None++Retail/")
    assert missing.json() == {"detail": "No WorkflowJobTemplate matches the given query."}


def test_names_that_carry_markup_are_handed_out_as_they_are(flows: Flows) -> None:
    found = flows.client.get(f"workflow_job_templates/{HOSTILE}/")
    assert found["description"] == HOSTILE_TEXT
    nodes = flows.client.get(f"workflow_job_templates/{HOSTILE}/workflow_nodes/")["results"]
    assert nodes[0]["summary_fields"]["unified_job_template"]["name"] == HOSTILE_NAME
    assert nodes[2]["identifier"] == "gate\n::error::no"


def test_who_has_no_role_sees_no_workflow(flows: Flows) -> None:
    nobody = client_of(flows.box, "nobody")
    for path in ("workflow_job_templates", "workflow_jobs", "workflow_job_nodes", "workflow_approvals"):
        assert nobody.get(f"{path}/")["count"] == 0
    assert nobody.send("GET", f"/api/v2/workflow_jobs/{flows.numbers['handled']}/").status_code == 403
