"""Following a workflow: every node whole and in order, gentle however many run, and always ending."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aap_launcher.errors import NotFound, Unreachable
from aap_launcher.follow.job import follow_job
from aap_launcher.follow.workflow import WorkflowFollower
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.nodes import Approval
from aap_launcher.models.notices import Notice
from aap_launcher.models.updates import Finished, Log, NodeChanged, NodeUpdate, StatusChanged, Tick
from tests.fakes import FakeClock
from tests.workflow.stories import (
    NEVER,
    Part,
    World,
    changes,
    end,
    lines,
    make_node,
    node_ends,
    part,
    run,
    told,
    updates_of,
    workflow_job,
)

S = Status


def per_minute(world: World) -> int:
    """The most requests in any minute."""
    times = [when for when, _ in world.calls]
    return max(sum(1 for other in times if when <= other < when + 60) for when in times)


def test_two_nodes_one_after_the_other_are_told_whole_then_the_end() -> None:
    world = World(FakeClock(), [part(1, 2, 5, 40), part(2, 6, 9, 300, rate=100)], ends=10)
    updates = run(world)
    assert lines(updates) == told(world)
    assert end(updates).job.status is S.SUCCESSFUL
    assert end(updates).log == Log(340, (), settled=True)
    assert world.at <= 13


def test_nodes_that_run_at_once_stream_at_once() -> None:
    world = World(FakeClock(), [part(1, 2, 30, 200), part(2, 2, 30, 200)], ends=31)
    updates = run(world)
    assert lines(updates) == told(world)
    order = [update.node.id for update in updates if isinstance(update, NodeUpdate)]
    assert sum(a != b for a, b in itertools.pairwise(order)) > 20


def test_a_failure_path_is_taken_and_the_workflows_status_decides() -> None:
    breaks = make_node(1, "breaks", on_failure=(2,), on_success=(3,), always=(4,))
    world = World(
        FakeClock(),
        [
            part(1, 2, 4, node=breaks, status=S.FAILED),
            part(2, 6, 8, node=make_node(2, "recover")),
            Part(make_node(3, "never"), skipped=5),
            part(4, 6, 9, node=make_node(4, "always")),
        ],
        ends=10,
    )
    updates = run(world)
    assert end(updates).job.status is S.SUCCESSFUL
    assert {name: status for name, (status, _) in node_ends(updates).items()} == {
        "breaks": S.FAILED,
        "recover": S.SUCCESSFUL,
        "always": S.SUCCESSFUL,
    }
    assert [change.node.do_not_run for change in changes(updates, "never")] == [False, True]


def test_a_node_without_a_job_is_not_taken_for_skipped() -> None:
    world = World(FakeClock(), [part(1, 2, 20), part(2, 21, 23)], ends=24)
    assert not any(change.node.do_not_run for change in changes(run(world), "n2"))


def test_a_canceled_child_makes_the_workflow_failed() -> None:
    world = World(FakeClock(), [part(1, 2, 5, status=S.CANCELED)], ends=6, status=S.FAILED)
    updates = run(world)
    assert node_ends(updates)["n1"][0] is S.CANCELED
    assert end(updates).job.status is S.FAILED


def test_a_nested_workflow_is_followed_and_its_nodes_know_where_they_are() -> None:
    clock = FakeClock()
    inner = World(clock, [part(11, 4, 7, 30), part(12, 4, 8, 30)], ends=9, starts=3)
    outer = Part(make_node(1, "inner", type="workflow_job"), queued=2, starts=3, ends=9, nested=inner)
    world = World(clock, [outer, part(2, 10, 12)], ends=13)
    updates = run(world)
    assert lines(updates) == told(world)
    assert set(lines(updates)) == {"inner > n11", "inner > n12", "n2"}
    assert node_ends(updates)["inner"] == (S.SUCCESSFUL, Log(60, (), settled=True))
    assert end(updates).log.received == 65


def test_an_approval_is_told_when_it_comes_up_and_when_it_was_decided() -> None:
    asked, decided = Approval("Deploy?", "gate", 600), Approval("Deploy?", "gate", 600, by="ann")
    gate = Part(
        make_node(1, "gate", type="workflow_approval"),
        queued=2,
        ends=500,
        approval=asked,
        decided=decided,
    )
    world = World(FakeClock(), [gate, part(2, 502, 505)], ends=506)
    updates = run(world)
    gates = [change for change in changes(updates, "gate") if change.approval]
    assert [(change.node.job and change.node.job.status, change.approval) for change in gates] == [
        (S.PENDING, asked),
        (S.SUCCESSFUL, decided),
    ]
    assert len([call for _, call in world.calls if call.startswith("approval")]) == 2
    assert len(world.calls) < 500 / 60 * 25, "a long wait costs little"
    assert lines(updates) == told(world)


def test_a_denied_or_timed_out_approval_is_told_as_failed() -> None:
    asked = Approval("Deploy?")
    late = replace(asked, timed_out=True)
    gate = Part(
        make_node(1, "gate", type="workflow_approval"),
        queued=2,
        ends=9,
        status=S.FAILED,
        approval=asked,
        decided=late,
    )
    updates = run(World(FakeClock(), [gate, Part(make_node(2), skipped=10)], ends=10, status=S.FAILED))
    assert changes(updates, "gate")[-1].approval == late
    assert end(updates).job.status is S.FAILED


def test_a_node_whose_template_was_deleted_is_told_and_waited_for_no_longer() -> None:
    gone = Part(make_node(1, "gone", type="", orphaned=True))
    updates = run(World(FakeClock(), [gone], ends=3, status=S.FAILED))
    assert changes(updates, "gone")[0].node.orphaned
    assert end(updates).job.status is S.FAILED


def test_an_empty_workflow_ends() -> None:
    world = World(FakeClock(), [], ends=2)
    assert end(run(world)).log == Log(0, (), settled=True)
    assert world.at < 6


@pytest.mark.parametrize("count", [40, 150, 450])
def test_many_nodes_at_once_cost_no_more_than_the_budget_and_lose_nothing(count: int) -> None:
    world = World(FakeClock(), [part(n, 2, 300, 50, rate=0.2) for n in range(1, count + 1)], ends=301)
    updates = run(world)
    assert lines(updates) == told(world)
    before = [(when, what) for when, what in world.calls if when < 300]
    world.calls = before
    assert per_minute(world) <= 120
    assert end(updates).log.state == "complete"


@pytest.mark.parametrize("seconds", [5, 20, 50])
def test_short_nodes_cost_no_more_than_the_budget_reading_what_is_stored_included(seconds: int) -> None:
    """Ten at a time: each that ends is read to its end at once, which left the others no budget before."""
    starts = [2 + seconds * (number // 10) for number in range(60)]
    parts = [
        part(number + 1, start, start + seconds, 300, rate=300 / seconds)
        for number, start in enumerate(starts)
    ]
    ends = starts[-1] + seconds + 1
    world = World(FakeClock(), parts, ends=ends)
    updates = run(world)
    assert lines(updates) == told(world)
    assert world.at < ends + 15, "what is left is read at once"
    world.calls = [call for call in world.calls if call[0] < ends]
    assert per_minute(world) <= 120


def test_one_silent_node_costs_little() -> None:
    world = World(FakeClock(), [part(1, 2, 1800, 1)], ends=1801)
    run(world)
    assert len(world.calls) / 30 <= 28 + 30


def test_every_node_gets_its_turn_when_many_run() -> None:
    world = World(FakeClock(), [part(n, 2, 600, 100, rate=0.2) for n in range(1, 61)], ends=601)
    run(world)
    for number in range(101, 161):
        asked = [when for when, what in world.calls if what == f"events {number}"]
        gaps = [b - a for a, b in itertools.pairwise(asked)]
        assert max(gaps) < 80


def test_a_finished_workflow_is_read_node_by_node_without_waiting() -> None:
    world = World(FakeClock(), [part(n, 2, 5, 450, rate=1000) for n in range(1, 151)], ends=6)
    world.clock.time += 100
    updates = run(world, job=workflow_job(status=S.SUCCESSFUL))
    assert lines(updates) == told(world)
    order = [
        update.node.id
        for update in updates
        if isinstance(update, NodeUpdate) and not isinstance(update.update, Tick)
    ]
    assert sum(a != b for a, b in itertools.pairwise(order)) == 149, "old logs are not interleaved"
    assert world.at < 106 + 10


def test_events_that_never_finish_end_in_bounded_time_and_the_log_says_so() -> None:
    world = World(FakeClock(), [part(1, 2, 5, stored=NEVER), part(2, 2, 5)], ends=6)
    updates = run(world)
    assert world.at < 6 + 110
    assert end(updates).log.state == "partial"
    assert end(updates).job.status is S.SUCCESSFUL
    assert node_ends(updates)["n2"][1].state == "complete"


def test_a_job_that_may_not_be_seen_is_told_and_the_others_are_followed() -> None:
    world = World(FakeClock(), [part(1, 2, 5, hidden=True), part(2, 2, 8)], ends=9)
    updates = run(world)
    assert any(isinstance(update, Notice) and update.warning for update in updates_of(updates, "n1"))
    assert lines(updates) == {"n2": [event.stdout for event in world.parts[1].events]}
    assert end(updates).log.state == "partial"


def test_a_job_deleted_while_it_is_followed_ends_its_log_and_nothing_else() -> None:
    world = World(FakeClock(), [part(1, 2, 50, 400, deleted=20), part(2, 2, 40, 100)], ends=51)
    updates = run(world)
    assert len(lines(updates)["n2"]) == 100
    assert any(
        isinstance(update, Notice) and "deleted" in update.text for update in updates_of(updates, "n1")
    )
    assert end(updates).job.status is S.SUCCESSFUL


def test_a_workflow_deleted_while_it_is_followed_is_told() -> None:
    world = World(FakeClock(), [part(1, 2, 50)], ends=51, deleted=20)
    with pytest.raises(NotFound, match="workflow job 7 was deleted"):
        run(world)


def test_a_child_without_an_end_does_not_hold_the_end_for_ever() -> None:
    world = World(FakeClock(), [part(1, 2, NEVER)], ends=20, status=S.CANCELED)
    updates = run(world)
    assert world.at < 20 + 120
    assert end(updates).job.status is S.CANCELED
    assert end(updates).log.state == "partial"


def test_a_job_that_queues_long_is_asked_why() -> None:
    world = World(FakeClock(), [part(1, 90, 95, queued=2)], ends=96)
    told_status = [one for one in updates_of(run(world), "n1") if isinstance(one, StatusChanged)]
    assert (told_status[0].job.status, told_status[0].job.explanation) == (S.PENDING, "waiting for job-420")


def test_after_a_cancel_the_end_is_seen_soon() -> None:
    clock = FakeClock()
    world = World(clock, [part(1, 2, 100, 10, status=S.CANCELED), Part(make_node(2), skipped=100)], ends=101)
    follower = WorkflowFollower(world, workflow_job(), clock.now(), jitter=lambda: 0.5)
    list(follow_job(follower, clock, until=clock.now() + 95))
    follower.hurry(clock.now())
    updates = list(follow_job(follower, clock))
    assert world.at <= 106
    assert isinstance(updates[-1], Finished)


def test_following_ends_at_the_deadline_and_can_go_on() -> None:
    clock = FakeClock()
    world = World(clock, [part(1, 2, 40, 300), part(2, 2, 40, 300)], ends=41)
    follower = WorkflowFollower(world, workflow_job(), clock.now(), jitter=lambda: 0.5)
    first = list(follow_job(follower, clock, until=clock.now() + 15))
    assert world.at == 15
    assert not follower.finished
    assert lines([*first, *follow_job(follower, clock)]) == told(world)


def test_after_an_error_of_the_source_it_goes_on_where_it_was() -> None:
    class Away(World):
        broken: int = 3

        def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
            if self.at > 10 and self.broken:
                self.broken -= 1
                raise Unreachable("away")
            return super().events(job, after, limit)

    clock = FakeClock()
    world = Away(clock, [part(1, 2, 40, 300), part(2, 2, 40, 300)], ends=41)
    follower = WorkflowFollower(world, workflow_job(), clock.now(), jitter=lambda: 0.5)
    updates = []
    for _ in range(4):
        with suppress(Unreachable):
            for update in follow_job(follower, clock):
                updates.append(update)  # noqa: PERF402 - what came before the error counts
    assert lines(updates) == told(world)
    assert follower.finished


def test_an_approval_that_could_not_be_read_at_first_is_told_later() -> None:
    class Away(World):
        broken: int = 1

        def approval(self, job: Job, *, once: bool = False) -> Approval:
            if self.broken:
                self.broken -= 1
                raise Unreachable("away")
            return super().approval(job)

    clock = FakeClock()
    asked = Approval("Deploy?")
    gate = Part(make_node(1, "gate", type="workflow_approval"), queued=2, ends=30, approval=asked)
    follower = WorkflowFollower(Away(clock, [gate], ends=31), workflow_job(), clock.now(), jitter=lambda: 0.5)
    asks = changes(list(follow_job(follower, clock)), "gate")
    told = [change for change in asks if change.approval is not None]
    assert [change.node.job and change.node.job.status for change in told] == [S.PENDING, S.SUCCESSFUL]


def test_a_workflow_in_the_queue_is_told_and_asked_seldom() -> None:
    world = World(FakeClock(), [part(1, 602, 605)], ends=606, starts=600)
    updates = run(world)
    assert isinstance(updates[1] if isinstance(updates[0], Tick) else updates[0], StatusChanged | NodeChanged)
    assert len([when for when, _ in world.calls if when < 600]) < 30 * 10


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(2, 40), st.floats(0.5, 30), st.integers(0, 60), st.sampled_from([S.SUCCESSFUL, S.FAILED])),
        min_size=1,
        max_size=12,
    )
)  # fmt: skip
def test_whatever_runs_when_every_line_is_told_once_and_in_order(
    plan: list[tuple[float, float, int, Status]],
) -> None:
    parts = [
        part(n, starts, starts + lasts, count, status=status, rate=100)
        for n, (starts, lasts, count, status) in enumerate(plan, 1)
    ]
    world = World(FakeClock(), parts, ends=max(one.ends for one in parts) + 1)
    updates = run(world)
    assert lines(updates) == told(world)
    assert len(node_ends(updates)) == len(parts)
    assert end(updates).log.received == sum(len(one.events) for one in parts)
