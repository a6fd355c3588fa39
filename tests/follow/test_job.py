"""Following a job: whole, in order, gentle, and always ending. An hour of it takes milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.errors import NotFound, Unreachable
from aap_launcher.follow.job import Follower, follow_job
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.notices import Notice
from aap_launcher.models.updates import Finished, Log, Logged, StatusChanged, Tick, Update
from tests.fakes import FakeClock, Story, make_event, make_job

S = Status


def run(story: Story, job: Job | None = None, *, until: float | None = None) -> list[Update]:
    follower = Follower(story, job or make_job(), story.clock.now(), jitter=lambda: 0.5)
    return list(follow_job(follower, story.clock, until=until))


def counters(updates: Sequence[Update]) -> list[int]:
    return [update.event.counter for update in updates if isinstance(update, Logged)]


def end(updates: Sequence[Update]) -> Finished:
    last = updates[-1]
    assert isinstance(last, Finished)
    return last


def statuses(updates: Sequence[Update]) -> list[Status]:
    return [update.job.status for update in updates if isinstance(update, StatusChanged)]


def steady(count: int, rate: float, start: float = 1.0) -> list[tuple[float, Event]]:
    return [(start + n / rate, make_event(n)) for n in range(1, count + 1)]


def usual(clock: FakeClock, rows: Sequence[tuple[float, Event]], over: float, **more: object) -> Story:
    fields: dict[str, object] = {
        "statuses": {0: S.PENDING, 0.6: S.RUNNING, over: S.SUCCESSFUL},
        "stored": over + 1,
    }
    return Story(clock, rows=rows, **(fields | more))  # type: ignore[arg-type]


def test_every_event_is_told_once_in_order_then_the_end() -> None:
    story = usual(FakeClock(), steady(430, 20), 23)
    updates = run(story)
    assert counters(updates) == list(range(1, 431))
    assert end(updates).job.status is S.SUCCESSFUL
    assert end(updates).log == Log(430, (), settled=True)
    assert statuses(updates)[-1] is S.SUCCESSFUL


@pytest.mark.parametrize(("last", "settled"), [("playbook_on_stats", True), ("runner_on_ok", False)])
def test_a_log_without_the_event_that_holds_the_hosts_numbers_is_not_called_whole(
    last: str, settled: object
) -> None:
    """The job has the numbers, so the event was stored: whoever serves pages keeps it back."""
    rows = [*steady(9, 5), (4.0, make_event(10, event=last))]
    updates = run(usual(FakeClock(), rows, 5), make_job(host_status_counts={"ok": 2}))
    assert end(updates).log.settled is settled


def test_the_end_is_told_within_a_second_of_the_last_stored_event() -> None:
    rows = steady(430, 20)
    rows.append((22.6, make_event(431, event="playbook_on_stats")))
    story = usual(FakeClock(), rows, 23)
    run(story)
    assert story.elapsed <= 24 + 1.0


def test_rows_that_become_visible_out_of_order_are_told_in_order() -> None:
    rows = [(1 + n / 50 + (1.9 if n % 3 else 0), make_event(n)) for n in range(1, 501)]
    assert counters(run(usual(FakeClock(), rows, 13, stored=15))) == list(range(1, 501))


def test_a_late_event_with_a_lower_id_is_waited_for_not_skipped() -> None:
    rows = [*steady(100, 10), (40.0, make_event(101)), *((12.0, make_event(n)) for n in range(102, 120))]
    assert counters(run(usual(FakeClock(), rows, 60))) == list(range(1, 120))


def test_an_event_that_comes_a_minute_late_is_still_in_its_place() -> None:
    rows = [row for row in steady(100, 10) if row[1].counter != 50] + [(66.0, make_event(50))]
    updates = run(usual(FakeClock(), rows, 12, stored=66))
    assert counters(updates) == list(range(1, 101))
    assert end(updates).log.state == "complete"


def test_a_missing_event_does_not_stop_the_log_and_is_reported() -> None:
    rows = [row for row in steady(100, 10) if row[1].counter not in (50, 51, 70)]
    updates = run(usual(FakeClock(), rows, 12))
    assert counters(updates) == [n for n in range(1, 101) if n not in (50, 51, 70)]
    assert end(updates).log == Log(97, ((50, 51), (70, 70)), settled=True)
    assert end(updates).log.state == "partial"
    assert end(updates).job.status is S.SUCCESSFUL


def test_a_hole_in_a_long_job_stalls_the_log_for_ninety_seconds_at_most() -> None:
    rows = [row for row in steady(3600, 1) if row[1].counter not in (50, 60)]
    clock = FakeClock()
    story = usual(clock, rows, 3700)
    follower = Follower(story, make_job(), clock.now())
    seen: dict[int, float] = {}
    for update in follow_job(follower, clock):
        if isinstance(update, Logged):
            seen[update.event.counter] = story.elapsed
    assert seen[51] <= 51 + 1 + 95
    assert seen[61] <= 61 + 1 + 95, "holes of the same time age together"
    assert seen[3600] <= 3600 + 3


def test_an_event_that_comes_after_it_was_given_up_is_told_late_and_not_lost() -> None:
    rows = [row for row in steady(400, 1) if row[1].counter != 50] + [(300.0, make_event(50))]
    updates = run(usual(FakeClock(), rows, 420))
    assert sorted(counters(updates)) == list(range(1, 401))
    assert end(updates).log.state == "complete"
    assert any(isinstance(update, Notice) and "late" in update.text for update in updates)


def test_duplicated_and_shuffled_rows_are_told_once_in_order() -> None:
    class Shuffling(Story):
        def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
            rows = list(super().events(job, max(0, after - 3), limit))
            return [*reversed(rows), *rows[:2]]

    story = Shuffling(FakeClock(), {0: S.RUNNING, 9: S.SUCCESSFUL}, steady(90, 10), 10)
    assert counters(run(story)) == list(range(1, 91))


def test_event_processing_finished_never_true_ends_in_bounded_time() -> None:
    story = usual(FakeClock(), steady(19, 10), 10, stored=None)
    updates = run(story)
    assert story.elapsed < 10 + 100
    assert end(updates).log == Log(19, (), settled=False)
    assert end(updates).log.state == "partial"
    assert end(updates).job.status is S.SUCCESSFUL, "losing log lines never changes the verdict"


@pytest.mark.parametrize("status", [S.ERROR, S.CANCELED])
def test_an_error_or_canceled_job_whose_events_never_finish_ends_soon(status: Status) -> None:
    story = Story(FakeClock(), {0: S.PENDING, 5: S.RUNNING, 8: status})
    assert end(run(story)).job.status is status
    assert story.elapsed < 8 + 30


def test_events_that_come_after_the_final_status_are_not_lost() -> None:
    rows = [*steady(100, 50), *((34.0, make_event(n)) for n in range(101, 201))]
    updates = run(usual(FakeClock(), rows, 4, stored=34))
    assert counters(updates) == list(range(1, 201))


def test_a_finished_job_is_told_whole_without_waiting() -> None:
    story = Story(FakeClock(), {0: S.SUCCESSFUL}, [(0, make_event(n)) for n in range(1, 5508)], 0)
    updates = run(story, make_job(status=S.SUCCESSFUL, events_processed=True))
    assert counters(updates) == list(range(1, 5508))
    assert story.elapsed == 0
    assert story.pages == 29
    assert story.looks == 0


def test_a_job_canceled_before_it_started_has_no_log_and_that_is_whole() -> None:
    updates = run(Story(FakeClock(), {0: S.PENDING, 3: S.CANCELED}, stored=3))
    assert end(updates).log == Log(0, (), settled=True)
    assert end(updates).log.state == "none"


def test_an_hour_of_queueing_is_gentle_and_told() -> None:
    why = "waiting for job-420 to finish"
    story = Story(
        FakeClock(),
        {0: S.PENDING, 3600: S.RUNNING, 3610: S.SUCCESSFUL},
        [(3601.0, make_event(1))],
        3611,
        explanation={30: why},
    )
    updates = run(story)
    assert story.pages + story.looks < 6 * 60 + 80
    told = [update for update in updates if isinstance(update, StatusChanged)]
    assert [(update.job.status, update.job.explanation) for update in told][:2] == [
        (S.PENDING, ""),
        (S.PENDING, why),
    ]
    assert any(isinstance(update, Tick) and update.silent > 30 for update in updates)


def test_a_silent_job_costs_at_most_twenty_eight_requests_a_minute() -> None:
    story = usual(FakeClock(), [(2.0, make_event(1)), (1790.0, make_event(2))], 1800)
    run(story)
    assert story.pages + story.looks <= 28 * 30


def test_a_steady_job_costs_one_request_a_second_and_hardly_a_look() -> None:
    story = usual(FakeClock(), steady(6000, 10), 603)
    run(story)
    assert story.pages <= 603 * 1.1 + 10
    assert story.looks <= 25


def test_a_job_that_queues_for_more_than_ten_seconds_is_not_taken_for_failed() -> None:
    updates = run(
        Story(FakeClock(), {0: S.PENDING, 60: S.WAITING, 61: S.RUNNING, 70: S.SUCCESSFUL}, stored=71)
    )
    assert end(updates).job.status is S.SUCCESSFUL


def test_a_job_deleted_while_it_is_followed_is_told_with_its_last_status() -> None:
    story = usual(FakeClock(), steady(300, 10), 31, deleted=10)
    with pytest.raises(NotFound, match=r"job 423 was deleted .* last known status was running"):
        run(story)


def test_a_job_deleted_after_its_end_keeps_its_verdict() -> None:
    clock = FakeClock()
    story = Story(clock, {0: S.SUCCESSFUL}, deleted=0)
    updates = run(story, make_job(status=S.FAILED, events_processed=True))
    assert end(updates).job.status is S.FAILED


def test_a_final_status_that_is_taken_back_is_followed_on() -> None:
    story = Story(
        FakeClock(), {0: S.RUNNING, 5: S.FAILED, 8: S.RUNNING, 20: S.SUCCESSFUL}, steady(150, 10), 21
    )
    updates = run(story)
    assert counters(updates) == list(range(1, 151))
    assert end(updates).job.status is S.SUCCESSFUL


def test_following_ends_at_the_deadline_and_can_go_on() -> None:
    clock = FakeClock()
    story = usual(clock, steady(400, 10), 42)
    follower = Follower(story, make_job(), clock.now())
    first = list(follow_job(follower, clock, until=clock.now() + 15))
    assert not follower.finished
    assert story.elapsed == 15
    rest = list(follow_job(follower, clock))
    assert counters(first) + counters(rest) == list(range(1, 401))


def test_after_an_error_of_the_source_the_follower_goes_on_where_it_was() -> None:
    clock = FakeClock()
    story = usual(clock, steady(100, 10), 12)
    follower = Follower(story, make_job(), clock.now())
    told = list(follow_job(follower, clock, until=clock.now() + 5))
    story.faults += [
        Unreachable("away"),
        Unreachable("away"),
    ]  # the first costs a page of the log, the second the look
    with pytest.raises(Unreachable):
        list(follow_job(follower, clock))
    told += list(follow_job(follower, clock))
    assert counters(told) == list(range(1, 101))


def test_smaller_pages_than_asked_for_lose_nothing() -> None:
    story = usual(FakeClock(), steady(300, 100), 5, page=25)
    assert counters(run(story)) == list(range(1, 301))


def test_a_job_without_events_of_its_own_ends_with_its_status() -> None:
    story = Story(FakeClock(), {0: S.PENDING, 2: S.RUNNING, 30: S.FAILED})
    updates = run(story, make_job(type="workflow_job", events_url=""))
    assert end(updates).job.status is S.FAILED
    assert end(updates).log.state == "none"
    assert story.pages == 0


def test_an_absurd_counter_costs_neither_memory_nor_time() -> None:
    rows = [(1.0, make_event(1)), (1.0, make_event(10**15))]
    updates = run(usual(FakeClock(), rows, 3))
    assert end(updates).log.missing == ((2, 10**15 - 1),)


def test_after_a_cancel_was_asked_for_the_end_is_seen_at_once() -> None:
    clock = FakeClock()
    story = Story(clock, {0: S.RUNNING, 100: S.CANCELED}, stored=100)
    follower = Follower(story, make_job(status=S.RUNNING), clock.now())
    list(follow_job(follower, clock, until=clock.now() + 97))
    follower.hurry(clock.now())
    list(follow_job(follower, clock))
    assert story.elapsed <= 101.2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=60), st.data())
def test_whatever_the_order_of_arrival_nothing_is_lost_doubled_or_moved(
    delays: list[float], data: st.DataObject
) -> None:
    lost = data.draw(st.sets(st.integers(1, len(delays) - 1 or 1), max_size=5)) - {len(delays)}
    rows = [(1 + delay, make_event(n)) for n, delay in enumerate(delays, 1) if n not in lost]
    updates = run(usual(FakeClock(), rows, 5, stored=60))
    assert counters(updates) == [
        row.counter for row in sorted((row for _, row in rows), key=lambda r: r.counter)
    ]
    assert {n for a, b in end(updates).log.missing for n in range(a, b + 1)} == {
        n for n in lost if n < len(delays)
    }
