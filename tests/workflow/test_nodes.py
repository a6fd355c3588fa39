"""The nodes and approvals of a workflow job as AWX 24.6.1 tells them, and the two commands that decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aap_launcher.cli.approve import decide_approval
from aap_launcher.controller.controller import Controller
from aap_launcher.errors import Forbidden, LauncherError, NotFound, Refused
from aap_launcher.models.jobs import Status
from aap_launcher.models.nodes import Approval
from tests.controller.conftest import World, awx, job_row, ok, page, world
from tests.workflow.stories import workflow_job

__all__ = ["awx", "world"]  # fixtures
Connect = Callable[..., Controller]
NODES = "/api/v2/workflow_jobs/7/workflow_nodes/"
GATE = "/api/v2/workflow_approvals/91/"


def node_row(number: int, **over: Any) -> dict[str, Any]:
    """A node, trimmed from AWX 24.6.1's."""
    summary = over.pop("summary", {})
    template = {"id": 12, "name": "Deploy", "description": "", "unified_job_type": "job"}
    return {
        "id": number,
        "type": "workflow_job_node",
        "summary_fields": {"workflow_job": {"id": 7}, "unified_job_template": template, **summary},
        "job": None,
        "unified_job_template": 12,
        "success_nodes": [],
        "failure_nodes": [],
        "always_nodes": [],
        "all_parents_must_converge": False,
        "do_not_run": False,
        "identifier": "27e7bc5f-1111-4b2a-9c3d-0123456789ab",
        **over,
    }


def job_summary(number: int, kind: str = "job", status: str = "running", **over: Any) -> dict[str, Any]:
    return {"id": number, "name": "Deploy", "description": "", "status": status, "failed": False,
            "elapsed": 1.5, "type": kind, **over}  # fmt: skip


def approval_row(status: str = "pending", **over: Any) -> dict[str, Any]:
    summary = {
        "workflow_approval_template": {"id": 49, "name": "Deploy?", "timeout": 1800},
        **over.pop("summary", {}),
    }
    row = job_row(91, "workflow_approval", status=status, name="Deploy?", elapsed=60.5, **over)
    return {**row, "summary_fields": summary, "description": "manual gate", "timed_out": over.get("timed_out", False),
            "can_approve_or_deny": True}  # fmt: skip


def test_a_node_is_read_with_the_stub_of_its_job(world: World, awx: Connect) -> None:
    row = node_row(
        22,
        identifier="breaks",
        success_nodes=[24],
        failure_nodes=[23],
        always_nodes=[25, "x"],
        all_parents_must_converge=True,
        summary={"job": job_summary(102, status="failed")},
        job=102,
    )
    world.json("GET", NODES, page(row))
    (node,) = awx().nodes(workflow_job())
    assert node.job is not None
    assert (node.label, node.job.id, node.job.status, node.job.url) == (
        "breaks",
        102,
        Status.FAILED,
        "/api/v2/jobs/102/",
    )
    assert (node.on_success, node.on_failure, node.always, node.all_parents) == ((24,), (23,), (25,), True)


def test_not_yet_never_and_without_a_template_are_three_things(world: World, awx: Connect) -> None:
    gone = node_row(3, unified_job_template=None)
    gone["summary_fields"].pop("unified_job_template")
    world.json("GET", NODES, page(node_row(1), node_row(2, do_not_run=True), gone))
    nodes = awx().nodes(workflow_job())
    assert [(node.do_not_run, node.orphaned) for node in nodes] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert nodes[2].name == "node 3"


def test_every_page_of_nodes_is_read(world: World, awx: Connect) -> None:
    first = {**page(*(node_row(n, identifier=f"n{n}") for n in range(200))), "next": NODES + "?page=2"}
    world.answers("GET", NODES, ok(first), ok(page(node_row(200, identifier="last"))))
    assert [node.id for node in awx().nodes(workflow_job())] == list(range(201))
    assert [r.qs["page"] for r in world.http.request_history if r.path == NODES] == [["1"], ["2"]]


def test_slices_and_nodes_without_a_name_of_their_own_are_told_apart(world: World, awx: Connect) -> None:
    rows = [node_row(n, identifier="") for n in (3, 4, 5)]
    world.json("GET", NODES, page(*rows, node_row(6, identifier="tail")))
    assert [node.label for node in awx().nodes(workflow_job())] == [
        "Deploy 1/3",
        "Deploy 2/3",
        "Deploy 3/3",
        "tail",
    ]


def test_an_approval_tells_how_much_time_is_left_and_who_decided(world: World, awx: Connect) -> None:
    world.json("GET", GATE, approval_row(started="2026-11-22T17:57:49.2Z"))
    waiting = awx().approval(gate_job())
    assert waiting == Approval(
        "Deploy?", "manual gate", 1800, left=1739.5, started="2026-11-22T17:57:49.2Z", may_decide=True
    )
    by = {"approved_or_denied_by": {"id": 5, "username": "ann"}}
    world.json("GET", GATE, approval_row("failed", summary=by, timed_out=True))
    told = awx().approval(gate_job())
    assert (told.by, told.timed_out) == ("ann", True)


def gate_job() -> Any:
    from msgspec.structs import replace

    return replace(workflow_job(), id=91, type="workflow_approval", name="Deploy?", url=GATE)


# --- approve and deny -----------------------------------------------------------------------------------


@pytest.fixture
def gate(world: World, awx: Connect) -> Controller:
    world.json("GET", "/api/v2/unified_jobs/", page())
    world.json("GET", GATE, approval_row())
    return awx()


@pytest.mark.parametrize(
    "reference", ["91", "/api/v2/workflow_approvals/91/", "https://aap.example.com/#/workflow_approvals/91"]
)
def test_an_approval_is_approved_by_id_or_address(gate: Controller, world: World, reference: str) -> None:
    posted = world.json("POST", GATE + "approve/", status=204)
    assert decide_approval(gate, reference, approve=True).startswith(
        'workflow approval 91 "Deploy?" is approved: https:'
    )
    assert posted.call_count == 1


def test_an_approval_is_denied(gate: Controller, world: World) -> None:
    world.json("POST", GATE + "deny/", status=204)
    assert "is denied" in decide_approval(gate, "91", approve=False)


ALREADY = {"error": "This workflow step has already been approved or denied."}


@pytest.mark.parametrize(
    ("approve", "status", "over", "said"),
    [
        (True, "successful", {}, "was approved before by ann"),
        (False, "failed", {}, "was denied before by ann"),
        (False, "successful", {}, "cannot be denied any more: it is approved by ann"),
        (True, "failed", {}, "cannot be approved any more: it is denied by ann"),
        (True, "failed", {"timed_out": True}, "cannot be approved any more: it is timed out"),
        (True, "canceled", {}, "cannot be approved any more: it is canceled"),
    ],
)
def test_what_was_decided_before_is_told(  # noqa: PLR0917 - one for each column
    gate: Controller,
    world: World,
    approve: bool,  # noqa: FBT001
    status: str,
    over: dict[str, Any],
    said: str,
) -> None:
    by = {"approved_or_denied_by": {"id": 5, "username": "ann"}}
    world.json("GET", GATE, approval_row(status, summary=by, **over))
    world.json("POST", GATE + ("approve/" if approve else "deny/"), ALREADY, status=400)
    try:
        told = decide_approval(gate, "91", approve=approve)
    except Refused as refused:
        told = str(refused)
        assert "any more" in told
    assert said in told


def test_who_may_not_approve_is_told_who_may(gate: Controller, world: World) -> None:
    world.json("POST", GATE + "approve/", {"detail": "You do not have permission."}, status=403)
    with pytest.raises(Forbidden, match="role Approve"):
        decide_approval(gate, "91", approve=True)


def test_an_unknown_approval_is_not_found(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/unified_jobs/", page())
    world.json("GET", GATE, {"detail": "No WorkflowApproval matches the given query."}, status=404)
    with pytest.raises(NotFound):
        decide_approval(awx(), "91", approve=True)


def workflow(world: World, *waiting: int) -> None:
    row = job_row(7, "workflow_job", status="running")
    world.json("GET", "/api/v2/unified_jobs/", page(row))
    world.json("GET", "/api/v2/workflow_jobs/7/", row)
    rows = [
        node_row(n, summary={"job": job_summary(n, "workflow_approval", "pending")}, job=n) for n in waiting
    ]
    inner = node_row(60, summary={"job": job_summary(8, "workflow_job")}, job=8)
    done = node_row(61, summary={"job": job_summary(9, "workflow_approval", "failed")}, job=9)
    world.json("GET", NODES, page(inner, done))
    world.json("GET", "/api/v2/workflow_jobs/8/workflow_nodes/", page(*rows))


def test_a_workflow_jobs_one_open_approval_is_meant_also_in_a_nested_workflow(
    world: World, awx: Connect
) -> None:
    workflow(world, 91)
    world.json("POST", GATE + "approve/", status=204)
    assert "91" in decide_approval(awx(), "7", approve=True)


@pytest.mark.parametrize(("waiting", "said"), [((), "waits for no approval"), ((91, 92), '92  "Deploy"')])
def test_none_or_several_open_approvals_are_told_and_nothing_is_decided(
    world: World, awx: Connect, waiting: tuple[int, ...], said: str
) -> None:
    workflow(world, *waiting)
    with pytest.raises(Refused, match=said):
        decide_approval(awx(), "7", approve=True)
    assert not world.paths("POST")


def test_a_job_is_no_approval(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/unified_jobs/", page(job_row()))
    world.json("GET", "/api/v2/jobs/5/", job_row())
    with pytest.raises(Refused, match="neither an approval nor a workflow job"):
        decide_approval(awx(), "5", approve=True)


# --- relaunch -------------------------------------------------------------------------------------------


def test_a_workflow_job_is_relaunched_as_a_whole(world: World, awx: Connect) -> None:
    world.json("GET", "/api/v2/workflow_jobs/7/relaunch/", {})
    posted = world.json("POST", "/api/v2/workflow_jobs/7/relaunch/", job_row(8, "workflow_job"), status=201)
    controller = awx()
    prompts = controller.relaunch_prompts(workflow_job())
    assert (prompts.passwords_needed, prompts.hosts) == ((), None)
    made = controller.relaunch(workflow_job(), {}).job
    assert (made.type, made.id) == ("workflow_job", 8)
    assert posted.last_request.json() == {}


@pytest.mark.parametrize("kind", ["project_update", "workflow_approval", "system_job", "inventory_update"])
def test_what_cannot_be_relaunched_is_refused_without_a_request(
    world: World, awx: Connect, kind: str
) -> None:
    from msgspec.structs import replace

    controller = awx()
    with pytest.raises(LauncherError, match="cannot be relaunched"):
        controller.relaunch_prompts(replace(workflow_job(), type=kind))
    assert not [path for path in world.paths() if "relaunch" in path]
