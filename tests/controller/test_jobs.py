from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from aap_launcher.controller import decode, references
from aap_launcher.controller.controller import Controller
from aap_launcher.controller.references import Reference
from aap_launcher.errors import Forbidden, InvalidInput, LauncherError, NotFound, Unauthorized, Unreachable
from aap_launcher.models.findings import HostSummary
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.platform import Platform
from tests.controller.conftest import HEADERS, HOST, World, job_row, ok, page

Connect = Callable[..., Controller]
JOB = "/api/v2/jobs/5/"
AWX = Platform("/api/v2/", gateway=False, ui=HOST)
GATEWAY = Platform("/api/controller/v2/", gateway=True, ui=HOST + "/sub")


def following(world: World, awx: Connect, **row: Any) -> tuple[Controller, Job]:
    world.json("GET", JOB, job_row(**row))
    controller = awx()
    return controller, controller.find_job("jobs/5")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("5", Reference(5)),
        ("/api/v2/jobs/5/", Reference(5, "job")),
        ("https://aap.example.com/api/controller/v2/workflow_jobs/5/", Reference(5, "workflow_job")),
        ("project_updates/5", Reference(5, "project_update")),
        ("/api/v2/unified_jobs/?id=5", Reference(5)),
        (HOST + "/#/jobs/playbook/5/output", Reference(5, "job")),
        (HOST + "/#/jobs/workflow/5/output", Reference(5, "workflow_job")),
        (HOST + "/execution/jobs/playbook/5/output?job_event=2", Reference(5, "job")),
        (HOST + "/execution/jobs/inventory/5/output", Reference(5, "inventory_update")),
        (HOST + "/#/jobs/project/5", Reference(5, "project_update")),
        (HOST + "/#/jobs/5", Reference(5)),
        (HOST + "/#/workflow_approvals/5", Reference(5, "workflow_approval")),
        (HOST + "/execution/administration/workflow-approvals/5/details", Reference(5, "workflow_approval")),
    ],
)
def test_each_way_to_name_a_job_is_read(text: str, reference: Reference) -> None:
    assert references.job_reference(text, HOST) == reference


@pytest.mark.parametrize(
    "text", ["", "Deploy", "0", "-5", "5.0", HOST + "/#/templates/5", "https://other/#/jobs/playbook/5"]
)
def test_what_names_no_job_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        references.job_reference(text, HOST)


@pytest.mark.parametrize(
    ("kind", "awx", "gateway"),
    [
        ("job", "/#/jobs/playbook/5/output", "/execution/jobs/playbook/5/output"),
        ("workflow_job", "/#/jobs/workflow/5/output", "/execution/jobs/workflow/5/output"),
        ("project_update", "/#/jobs/project/5/output", "/execution/jobs/project/5/output"),
        ("system_job", "/#/jobs/management/5/output", "/execution/jobs/management/5/output"),
        (
            "workflow_approval",
            "/#/workflow_approvals/5",
            "/execution/administration/workflow-approvals/5/details",
        ),
    ],
)
def test_links_open_in_the_right_interface(kind: str, awx: str, gateway: str) -> None:
    assert decode.decoded_job(job_row(kind=kind), AWX, str).link == HOST + awx
    assert decode.decoded_job(job_row(kind=kind), GATEWAY, str).link == HOST + "/sub" + gateway


def test_a_jobs_detail_is_read() -> None:
    row = job_row(
        status="failed",
        started="2026-11-22T17:50:24Z",
        host_status_counts={"dark": 1, "ok": 2},
        artifacts={"version": 3},
        event_processing_finished=True,
        limit="web",
        scm_revision="3f2c1ab",
    )
    job = decode.decoded_job(row, AWX, str)
    assert (job.status, job.started, job.elapsed, job.limit) == (
        Status.FAILED,
        "2026-11-22T17:50:24Z",
        1.5,
        "web",
    )
    assert (job.host_status_counts, job.artifacts, job.events_processed) == (
        {"dark": 1, "ok": 2},
        {"version": 3},
        True,
    )
    assert (job.template_id, job.template, job.project, job.inventory) == (12, "Deploy", "Shop", "web")
    assert (job.execution_environment, job.launched_by, job.scm_revision) == (
        "ee-supported",
        "ci-bot",
        "3f2c1ab",
    )
    assert (job.events_url, job.cancel_url) == (JOB + "job_events/", JOB + "cancel/")


def test_a_workflow_job_lacks_much_and_is_read_all_the_same() -> None:
    row = {"id": 7, "type": "workflow_job", "status": "running", "related": {}, "summary_fields": {}}
    job = decode.decoded_job(row, AWX, str)
    assert (job.url, job.events_url, job.host_status_counts) == ("/api/v2/workflow_jobs/7/", "", None)
    assert job.cancel_url == "/api/v2/workflow_jobs/7/cancel/"


@pytest.mark.parametrize(
    "name", ["name", "elapsed", "artifacts", "related", "summary_fields", "launched_by", "limit"]
)
@pytest.mark.parametrize("value", [None, 3, "x", [1], {"a": 1}, True])
def test_a_field_of_a_strange_type_does_not_break_a_job(name: str, value: Any) -> None:
    assert decode.decoded_job(job_row(**{name: value}), AWX, str).id == 5


def test_a_status_that_is_unknown_is_waited_through_but_never_taken_for_an_end() -> None:
    assert decode.decoded_job(job_row(status="paused"), AWX, str).status is Status.RUNNING
    with pytest.raises(LauncherError, match='status "vanished"'):
        decode.decoded_job(job_row(status="vanished", finished="2026-11-22T18:00:00Z"), AWX, str)


def test_an_id_alone_may_be_a_job_of_any_type(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/unified_jobs/", page(job_row(57, "project_update")))
    world.json("GET", "/api/v2/project_updates/57/", job_row(57, "project_update", status="failed"))
    assert awx().find_job("57").status is Status.FAILED


def test_an_id_alone_may_be_an_approval_which_unified_jobs_leaves_out(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/unified_jobs/", page())
    world.json("GET", "/api/v2/workflow_approvals/9/", job_row(9, "workflow_approval"))
    assert awx().find_job("9").label == "workflow approval 9"


def test_a_sliced_run_that_is_named_as_a_job_is_found(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/jobs/74/", {"detail": "No Job matches"}, status=404)
    world.json("GET", "/api/v2/unified_jobs/", page(job_row(74, "workflow_job")))
    world.json("GET", "/api/v2/workflow_jobs/74/", job_row(74, "workflow_job"))
    assert awx().find_job("/#/jobs/playbook/74/output").type == "workflow_job"


def test_a_job_that_is_nowhere_is_not_found(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/unified_jobs/", page())
    world.json("GET", "/api/v2/workflow_approvals/9/", {"detail": "No"}, status=404)
    with pytest.raises(NotFound, match="job 9 does not exist"):
        awx().find_job("9")


def test_a_cancel_is_accepted_on_a_connection_of_its_own_and_deaf_to_signals(
    world: World, awx: Connect
) -> None:
    controller, job = following(world, awx)
    asked = world.json("POST", JOB + "cancel/", status=202)
    world.signals.heard.clear()
    assert controller.cancel(job)
    assert world.signals.heard == []
    assert asked.last_request.timeout == (2.0, 2.0)


@pytest.mark.parametrize(
    "first", [{"exc": requests.ConnectionError}, {"exc": requests.ReadTimeout}, {"status_code": 502}]
)
def test_a_cancel_is_tried_twice(world: World, awx: Connect, first: Any) -> None:
    controller, job = following(world, awx)
    asked = world.answers("POST", JOB + "cancel/", first, {"status_code": 202, "headers": HEADERS})
    assert controller.cancel(job)
    assert asked.call_count == 2
    assert world.clock.slept == []


@pytest.mark.parametrize(
    "last", [{"exc": requests.ConnectionError}, {"status_code": 503, "text": "no healthy upstream"}]
)
def test_a_cancel_that_does_not_get_through_is_said_so(world: World, awx: Connect, last: Any) -> None:
    controller, job = following(world, awx)
    asked = world.answers("POST", JOB + "cancel/", last)
    with pytest.raises(Unreachable, match="the cancel of job 5"):
        controller.cancel(job)
    assert asked.call_count == 2


@pytest.mark.parametrize(
    ("seen", "accepted"),
    [
        ({"canceled_on": "2026-11-22T17:50:30Z"}, True),
        ({"status": "canceled", "canceled_on": "2026-11-22T17:50:30Z"}, True),
        ({"status": "successful"}, False),
    ],
)
def test_a_cancel_whose_answer_takes_too_long_is_known_from_the_job(
    world: World, awx: Connect, seen: dict[str, Any], *, accepted: bool
) -> None:
    """AWX asks its dispatcher before it answers, which may take 5 s."""
    controller, job = following(world, awx)
    asked = world.answers("POST", JOB + "cancel/", {"exc": requests.ReadTimeout})
    world.json("GET", JOB, job_row(**seen))
    assert controller.cancel(job) is accepted
    assert asked.call_count == 1


def test_a_cancel_that_comes_too_late_is_no_error(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.json("POST", JOB + "cancel/", {"detail": 'Method "POST" not allowed.'}, status=405)
    assert not controller.cancel(job)


def test_a_403_on_cancel_means_too_late_only_if_the_job_has_ended(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.json("POST", JOB + "cancel/", {"detail": "You do not have permission."}, status=403)
    with pytest.raises(Forbidden, match="job 5 was not canceled: only its launcher"):
        controller.cancel(job)
    world.json("GET", JOB, job_row(status="successful"))
    assert not controller.cancel(job)


@pytest.mark.parametrize(("status", "error"), [(401, Unauthorized), (404, NotFound)])
def test_another_no_to_a_cancel_is_told(
    world: World, awx: Connect, status: int, error: type[Exception]
) -> None:
    controller, job = following(world, awx)
    world.json("POST", JOB + "cancel/", {"detail": "no"}, status=status)
    with pytest.raises(error):
        controller.cancel(job)


def test_the_hosts_numbers_are_read_from_all_pages(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    first = {"host_name": "web1", "ok": 8, "changed": 3, "dark": 0, "failures": 0, "ignored": 1, "rescued": 1}
    second = {"host_name": "web2", "ok": 1, "dark": 1, "failures": 2, "skipped": 4}
    world.json("GET", JOB + "job_host_summaries/", {**page(first), "next": "/api/v2/?page=2"}, page(second))
    assert controller.host_summaries(job) == [
        HostSummary("web1", ok=8, changed=3, ignored=1, rescued=1),
        HostSummary("web2", ok=1, unreachable=1, failed=2, skipped=4),
    ]


def test_output_comes_in_pieces_whole_and_undamaged_at_their_edges(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    text = "ü€" * 70000
    asked = world.answers("GET", JOB + "stdout/", {"content": text.encode()})
    pieces = list(controller.output(job))
    assert "".join(pieces) == text
    assert len(pieces) > 2
    assert asked.last_request.qs["format"] == ["ansi_download"]
    assert asked.last_request.headers["Accept"] == "*/*"


def test_output_outlives_an_outage_at_its_beginning(world: World, awx: Connect) -> None:
    controller, job = following(world, awx)
    world.answers(
        "GET", JOB + "stdout/", {"status_code": 503}, {"exc": requests.ReadTimeout}, {"text": "hello"}
    )
    assert "".join(controller.output(job, "txt")) == "hello"


def test_a_workflow_job_has_no_output_and_no_events(world: World, awx: Connect) -> None:
    job = decode.decoded_job({"id": 7, "type": "workflow_job", "status": "running"}, AWX, str)
    controller = awx()
    assert list(controller.output(job)) == []
    assert list(controller.events(job, 0)) == []
    assert list(controller.host_summaries(job)) == []


def test_the_update_that_failed_tells_its_last_lines(world: World, awx: Connect) -> None:
    said = json.dumps({"job_type": "project_update", "job_name": "git", "job_id": "57"})
    controller, job = following(world, awx, status="failed", job_explanation=f"Previous Task Failed: {said}")
    world.json("GET", "/api/v2/project_updates/57/", job_row(57, "project_update", status="failed"))
    lines = "".join(f"line {n}\n\n" for n in range(90))
    world.answers("GET", "/api/v2/project_updates/57/stdout/", {"text": lines})
    found = controller.failed_update(job)
    assert found is not None
    assert found[0].label == "project update 57"
    assert found[1] == tuple(f"line {n}" for n in range(30, 90))


@pytest.mark.parametrize(
    "explanation",
    [
        "",
        "Job terminated due to timeout",
        "Previous Task Failed: nonsense",
        "Previous Task Failed: {}",
        'Previous Task Failed: {"job_type": "martian", "job_id": "1"}',
        'Previous Task Failed: {"job_type": "project_update", "job_id": null}',
        'Previous Task Failed: {"job_type": ["project_update"], "job_id": "57"}',
        'Previous Task Failed: {"job_type": "project_update", "job_id": "404"}',
    ],
)
def test_an_explanation_that_names_no_readable_update_is_none(
    world: World, awx: Connect, explanation: str
) -> None:
    controller, job = following(world, awx, job_explanation=explanation)
    world.json("GET", "/api/v2/project_updates/404/", {"detail": "No"}, status=404)
    assert controller.failed_update(job) is None


def test_below_a_sub_path_the_controllers_own_paths_are_put_right(world: World) -> None:
    world.json("GET", "/sub/api/", {"current_version": "/api/v2/"})
    world.json("GET", "/sub/api/v2/me/", page({"id": 1, "username": "x"}))
    world.json("GET", "/sub" + JOB, job_row())
    world.answers("GET", "/sub" + JOB + "job_events/", ok(page()))
    controller = world.connect(HOST + "/sub")
    job = controller.find_job(HOST + "/sub/#/jobs/playbook/5/output")
    assert (job.url, job.link) == ("/sub" + JOB, HOST + "/sub/#/jobs/playbook/5/output")
    assert list(controller.events(job, 0)) == []


# --- an end that contradicts itself ------------------------------------------------------------------------


def test_successful_and_failed_at_once_is_no_end(awx: Connect, world: World) -> None:
    """`{"status": "successful", "failed": true}` was exit 0."""
    controller = awx()
    world.json("GET", "/api/v2/jobs/5/", job_row(), job_row(status="successful", failed=True))
    job = controller.find_job("/api/v2/jobs/5/")
    with pytest.raises(
        Unreachable, match="job 5: the controller says that it is successful and failed at once"
    ):
        controller.job(job)
    assert world.clock.slept == [2.0], "it is asked again before that is believed"


def test_successful_and_failed_once_is_asked_again(awx: Connect, world: World) -> None:
    controller = awx()
    contradictory = job_row(status="successful", failed=True)
    world.json("GET", "/api/v2/jobs/5/", job_row(), contradictory, job_row(status="failed", failed=True))
    assert controller.job(controller.find_job("/api/v2/jobs/5/")).status == "failed"


def test_a_green_end_is_read_twice_and_the_later_word_counts(awx: Connect, world: World) -> None:
    """`successful`, and `failed` on each later read, was exit 0."""
    controller = awx()
    world.json("GET", "/api/v2/jobs/5/", job_row(), job_row(status="successful"), job_row(status="failed"))
    assert controller.job(controller.find_job("/api/v2/jobs/5/")).status == "failed"
    assert "job 5 is successful, and then failed: the later word counts" in world.words


def test_a_job_that_had_ended_is_read_twice_as_well(awx: Connect, world: World) -> None:
    controller = awx()
    world.json("GET", "/api/v2/jobs/5/", job_row(status="successful"), job_row(status="failed"))
    assert controller.find_job("/api/v2/jobs/5/").status == "failed"
    assert "job 5 is successful, and then failed" in world.words


def test_a_green_end_that_cannot_be_read_again_stays_one(awx: Connect, world: World) -> None:
    controller = awx()
    rows = [ok(job_row()), ok(job_row(status="successful")), {"status_code": 503, "text": "away"}]
    world.answers("GET", "/api/v2/jobs/5/", *rows)
    assert controller.job(controller.find_job("/api/v2/jobs/5/")).status == "successful"
