"""The benchmark's controller: what it claims of its events is so, else what is measured with it is worth nothing."""

import json
from itertools import pairwise

import pytest

from aap_launcher.controller import event_pages
from bench.controller.corpus import Shape
from bench.controller.stream import Plan, Stream
from bench.run import Whole

STEADY = Plan(events=430, rate=20)


def test_every_event_is_there_once_and_can_be_read() -> None:
    stream = Stream(Plan(events=430), 7)
    events = event_pages.events(b'{"results":' + stream.json(stream.after(0, 1.0, 1_000)) + b"}")
    assert events is not None
    assert [event.counter for event in events] == list(range(1, 431))
    assert len({event.uuid for event in events}) == 430
    assert events[-1].event == "playbook_on_stats"
    assert [event.counter for event in events if event.stdout] == stream.printing()


def test_events_are_as_large_as_real_ones() -> None:
    stream = Stream(Plan(events=430), 7)
    rows = json.loads(stream.json(range(1, 431)))
    assert 3_500 < len(stream.json(range(1, 431))) / 430 < 4_000
    assert 0.4 < sum(not row["stdout"] for row in rows) / 430 < 0.55
    assert all(one["end_line"] == after["start_line"] for one, after in pairwise(rows))


def test_events_come_in_batches_and_out_of_order_but_all_of_them() -> None:
    stream = Stream(STEADY, 7)
    seen = stream.after(0, 5.0, 1_000)
    holes = [after for before, after in pairwise(seen) if after != before + 1]
    assert holes
    assert stream.after(0, stream.last, 1_000) == list(range(1, 431))
    assert all(counter / 20 <= stream.seen_at(counter) <= counter / 20 + 1 for counter in range(1, 431))


def test_late_events_are_late_and_few() -> None:
    stream = Stream(Plan(events=2_000, rate=50, late=0.02), 7)
    late = [counter for counter in range(1, 2_001) if stream.seen_at(counter) > counter / 50 + 1]
    assert 10 < len(late) < 80
    assert stream.last <= 2_000 / 50 + 5


def test_a_job_of_one_event_ends_as_any_other() -> None:
    rows = json.loads(Stream(Plan(events=1), 7).json([1]))
    assert [row["event"] for row in rows] == ["playbook_on_stats"]


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ([], "100.0 % lost"),
        (None, "all"),
        ("twice", "1 twice"),
        ("turned", "1 turned"),
    ],
)
def test_a_log_that_is_not_whole_is_told(came: list[int] | str | None, told: str) -> None:
    plan = Plan(events=40, shape=Shape(hosts=2))
    whole = Stream(plan, 7).printing()
    orders = {"twice": [*whole, whole[-1]], "turned": [whole[1], whole[0], *whole[2:]]}
    printed = whole if came is None else orders[came] if isinstance(came, str) else came
    assert str(Whole.of(plan, printed)) == told
