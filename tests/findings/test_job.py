from __future__ import annotations

import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aap_launcher.findings.job import Tally
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Status
from aap_launcher.models.updates import Finished, Log, Logged
from tests.render.streams import ENDINGS, JOB, events


def event(
    name: str, host: str = "h", *, of: str = "t", data: dict[str, Any] | None = None, **more: Any
) -> Event:
    raw = msgspec.Raw(msgspec.json.encode(data or {}))
    return Event(1, name, host_name=host, parent_uuid=of, task=of, event_data=raw, **more)


def failed(host: str = "h", of: str = "t", msg: str = "bad", **data: Any) -> Event:
    return event("runner_on_failed", host, of=of, data={"res": {"msg": msg}, **data}, failed=True)


def stats(**maps: dict[str, int]) -> Event:
    return event("playbook_on_stats", "", of="", data=maps)


def tally(*told: Event, cases: bool = False) -> Tally:
    tally = Tally(keep_cases=cases)
    for counter, each in enumerate(told, 1):
        tally.add(Logged(msgspec.structs.replace(each, counter=counter)))
    return tally


def kinds(tally: Tally) -> list[str]:
    return [f"{failure.task} {failure.host} {failure.kind}" for failure in tally.findings().failures]


def test_a_stopped_run_does_not_count_a_failure_of_which_nobody_told_whether_it_does() -> None:
    told = tally(failed("a"))
    told.add(Finished(replace(JOB, status=Status.CANCELED), Log(1)))
    assert kinds(told) == ["t a unknown"]
    assert told.findings().errors == ()
    assert told.findings().failed_hosts == ()


def test_stats_that_cannot_be_read_decide_nothing() -> None:
    assert kinds(tally(failed("a"), stats(processed={"a": "one"}))) == ["t a unknown"]  # type: ignore[dict-item]


def test_in_a_successful_run_every_failure_was_rescued() -> None:
    told = tally(failed("a"))
    told.add(Finished(replace(JOB, status=Status.SUCCESSFUL), Log(1)))
    assert kinds(told) == ["t a rescued"]


def test_ignored_errors_and_ignored_unreachable_hosts_are_neither() -> None:
    ignored = event("runner_on_failed", "a", data={"ignore_errors": True, "res": {}})
    unreachable = event("runner_on_unreachable", "b", data={"res": {"msg": "no route"}}, failed=True)
    passed = event("runner_on_unreachable", "c", data={"res": {}}, failed=True)
    told = tally(ignored, unreachable, passed, stats(processed={"a": 1, "b": 1, "c": 1}, dark={"b": 1}))
    assert kinds(told) == ["t b unreachable", "t a ignored", "t c ignored"]


@pytest.mark.parametrize("early", ["runner_item_on_failed", "runner_on_async_failed"])
def test_the_parts_of_a_failed_task_are_one_failure(early: str) -> None:
    part = event(early, "a", data={"res": {"msg": "the part's word"}}, failed=True)
    assert [
        failure.message for failure in tally(part, part, failed("a", msg="whole")).findings().failures
    ] == ["whole"]
    dropped = event("runner_on_failed", "a", failed=True)
    assert [failure.message for failure in tally(part, dropped).findings().failures] == ["the part's word"]
    assert tally(part).findings().failures == ()


def test_ten_thousand_failures_are_counted_and_a_thousand_kept_the_real_ones_first() -> None:
    told = [failed(f"h{n}", "t1") for n in range(5_000)] + [failed(f"h{n}", "t2") for n in range(5_000)]
    hosts = {f"h{n}": 1 for n in range(5_000)}
    result = tally(*told, stats(processed=hosts, failures=hosts))
    assert len(result.findings().failures) == 1_000
    assert result.findings().more_failures == 9_000
    assert {failure.task for failure in result.findings().failures} == {"t2"}


@pytest.mark.parametrize(
    "name", [name for name in ENDINGS if name not in ("broken_playbook", "timeout", "no_hosts", "loop")]
)
def test_hosts_counted_from_events_are_as_ansible_counts_them(name: str) -> None:
    counted, told = tally(*events(name)[:-1]).findings().hosts, tally(*events(name)).findings().hosts
    assert told
    # Without the recap the last failure of a host is not known to count.
    assert [replace(host, failed=host.failed + host.unknown, unknown=0) for host in counted] == list(told)


def test_ten_slowest_tasks_are_told_by_their_slowest_host() -> None:
    told = tally(*(event("runner_on_ok", f"h{n}", of=f"t{n % 20}", data={"duration": n}) for n in range(100)))
    assert [(task.task, task.seconds, task.host) for task in told.findings().slowest][:2] == [
        ("t19", 99, "h99"),
        ("t18", 98, "h98"),
    ]
    assert len(told.findings().slowest) == 10


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 50)), max_size=80))
def test_the_slowest_are_exact_in_any_order(times: list[tuple[int, int]]) -> None:
    told = tally(*(event("runner_on_ok", of=f"t{n}", data={"duration": s}) for n, s in times))
    best: dict[int, int] = {}
    for n, seconds in times:
        best[n] = max(best.get(n, 0), seconds)
    assert [task.seconds for task in told.findings().slowest] == sorted(
        (s for s in best.values() if s), reverse=True
    )[:10]


def again(host: str = "h", of: str = "t") -> Event:
    return event("runner_retry", host, of=of, data={"res": {"attempts": 1, "retries": 4}})


def retried(tally: Tally) -> list[tuple[str, str, int, str]]:
    return [(task.task, task.host, task.retries, task.kind) for task in tally.findings().retried]


def test_a_retried_task_is_told_with_its_end_on_each_host() -> None:
    told = tally(
        *(again("a"), again("b"), again("a"), event("runner_on_ok", "b", changed=True)),
        *(failed("a"), event("runner_on_ok", "c"), again("a", "t2"), event("runner_on_ok", "a", of="t2")),
        *(again("c", "t3"), again("c", "t3"), again("c", "t3")),
    )
    assert retried(told) == [
        ("t3", "c", 3, ""),
        ("t", "a", 2, "handled"),
        ("t", "b", 1, "changed"),
        ("t2", "a", 1, "ok"),
    ]


def test_a_retried_task_that_failed_may_have_been_ignored_or_rescued() -> None:
    told = tally(again("a"), failed("a", ignore_errors=True), again("b"), failed("b"))
    assert retried(told) == [("t", "a", 1, "ignored"), ("t", "b", 1, "unknown")]
    told.add(Logged(stats(processed={"a": 1, "b": 1}, rescued={"b": 1})))
    assert retried(told) == [("t", "a", 1, "ignored"), ("t", "b", 1, "rescued")]


@given(st.lists(st.integers(1, 9), max_size=60))
def test_the_twenty_most_retried_are_kept(times: list[int]) -> None:
    hosts = [(f"h{n}", retries) for n, retries in enumerate(times)]
    told = tally(*(e for host, n in hosts for e in (*[again(host)] * n, event("runner_on_ok", host))))
    assert [task.retries for task in told.findings().retried] == sorted(times, reverse=True)[:20]


def test_progress_counts_hosts_of_the_current_task_and_of_the_play() -> None:
    begin = Event(1, "playbook_on_task_start", uuid="t2", task="Migrate", role="db")
    told = tally(
        Event(1, "playbook_on_play_start", play="p"),
        *(event("runner_on_start", f"h{n}", of="t1") for n in range(5)),
        begin,
        event("runner_on_ok", "h1", of="t2"),
        event("runner_on_skipped", "h2", of="t2"),
        event("runner_on_ok", "h3", of="t1"),
    )
    assert (told.task, told.hosts_done, told.hosts_seen) == ("db : Migrate", 2, 5)


def test_a_play_that_matched_no_host_is_known_by_name_and_an_empty_recap_is_not_one() -> None:
    assert tally(*events("no_hosts")).findings().no_host_plays == ("No matching hosts",)
    assert tally(*events("mixed")).findings().no_host_plays == ()
    ended_early = tally(Event(1, "playbook_on_play_start", play="p"), stats())
    ended_early.add(Finished(replace(JOB, status=Status.SUCCESSFUL, host_status_counts={}), Log(2)))
    assert ended_early.findings().no_host_plays == ()


def test_the_lines_of_a_broken_playbook_are_kept_bounded() -> None:
    told = tally(*events("broken_playbook"))
    assert told._errors[0].startswith("ERROR! couldn't resolve module/action")
    assert told._errors[-1] == "      ^ here"
    assert told.findings().warnings == 1
    flood = tally(*(Event(1, "verbose", "ERROR! " + "x" * 9_000) for _ in range(100)))
    assert len(flood._errors) == 30
    assert max(map(len, flood._errors)) == 500


def test_cases_are_kept_only_when_asked_for_and_know_the_rescued() -> None:
    told = tally(*events("mixed"), cases=True)
    assert len(told.findings().cases) == 44
    assert {case.kind for case in told.findings().cases if case.task == "Break in block"} == {"rescued"}
    assert {case.kind for case in told.findings().cases if case.task == "Ignored error"} == {"ignored"}
    assert {case.kind for case in told.findings().cases} == {
        "ok",
        "changed",
        "skipped",
        "ignored",
        "rescued",
        "unreachable",
    }
    assert tally(*events("mixed")).findings().cases == ()


def test_memory_does_not_grow_with_events() -> None:
    told = Tally()
    rows = [each for each in events("mixed") if each.event != "playbook_on_stats"]
    tracemalloc.start()
    try:
        for _ in range(400):
            for each in rows:
                told.add(Logged(each))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 3 * 2**20


def ended(told: Tally, status: Status = Status.FAILED, counts: dict[str, int] | None = None) -> Tally:
    told.add(Finished(replace(JOB, status=status, host_status_counts=counts), Log(1)))
    return told


def said(told: Tally) -> str:
    return "\n".join(reason.text for reason in told.findings().reasons)


def test_what_the_controller_counts_is_not_told_as_the_recap_s_word() -> None:
    told = ended(tally(failed("a")), counts={"ok": 1})
    assert "recap counts" not in said(told)
    assert "the controller counts no host as failed; the recap's event is missing" in said(told)


def test_a_recap_that_names_failures_and_no_processed_hosts_is_a_recap() -> None:
    told = ended(tally(failed("a"), failed("b"), stats(failures={"a": 1}, rescued={"b": 1})))
    assert kinds(told) == ["t a failed", "t b rescued"]
    assert told.findings().recap
    assert told.findings().failed_hosts == ("a",)


def test_one_map_of_a_recap_that_cannot_be_read_takes_no_other_with_it() -> None:
    recap = event("playbook_on_stats", "", of="", data={"ignored": 0, "failures": {"a": 1}})
    assert kinds(ended(tally(failed("a"), recap))) == ["t a failed"]


def part(name: str, host: str = "a", msg: str = "no route") -> Event:
    return event(name, host, data={"res": {"msg": msg}}, failed=True)


@pytest.mark.parametrize("name", ["runner_item_on_failed", "runner_on_async_failed"])
def test_a_failed_part_whose_task_s_end_never_came_tells_why(name: str) -> None:
    told = ended(tally(part(name), stats(failures={"a": 1}), cases=True))
    (failure,) = told.findings().failures
    assert (failure.kind, failure.counts, failure.message) == ("failed", True, "no route")
    assert failure.doubt == "the event that tells how the task ended there is missing"
    assert said(told) == ""
    assert [(case.kind, case.counts) for case in told.findings().cases] == [("failed", True)]


def test_a_failed_part_of_a_task_that_ended_well_is_no_failure() -> None:
    told = tally(part("runner_item_on_failed"), event("runner_on_ok", "a"), stats(ok={"a": 1}))
    assert told.findings().failures == ()


def test_a_failed_part_of_a_stopped_job_is_told_as_not_known() -> None:
    told = ended(tally(part("runner_item_on_failed")), Status.CANCELED)
    assert kinds(told) == ["t a unknown"]
    assert told.findings().hosts == () or told.findings().hosts[0].unknown == 1


def test_a_failed_part_may_have_been_ignored_or_rescued_where_the_recap_counts_no_failure() -> None:
    told = ended(tally(part("runner_item_on_failed"), stats(ok={"a": 1}, ignored={"a": 1})))
    (failure,) = told.findings().failures
    assert (failure.kind, failure.counts) == ("handled", False)


def test_a_task_that_begins_elsewhere_does_not_take_the_message_of_a_failed_part() -> None:
    """With the strategy free, tasks begin while others run; a result of more than 700,000 bytes comes empty."""
    begins = event("playbook_on_task_start", "", of="p", uuid="other")
    end = event("runner_on_failed", "a", data={"res": {}}, failed=True)
    told = tally(part("runner_item_on_failed"), begins, end)
    assert [failure.message for failure in told.findings().failures] == ["no route"]


def test_an_item_of_a_later_task_shows_that_the_host_went_on() -> None:
    told = ended(tally(failed("a"), event("runner_item_on_ok", "a", of="later")), Status.CANCELED)
    assert kinds(told) == ["t a handled"]


def test_hosts_that_fail_by_the_recap_alone_are_told_beside_those_of_which_a_task_tells_why() -> None:
    told = ended(tally(failed("a"), stats(failures={"a": 1, "b": 1})))
    assert said(told) == "b failed by the recap; the event that tells why is missing"


def test_a_number_of_thousands_of_digits_is_a_message() -> None:
    raw = msgspec.Raw(b'{"res": {"msg": ' + b"7" * 5_000 + b"}}")
    told = tally(Event(1, "runner_on_failed", host_name="a", task="t", failed=True, event_data=raw))
    assert told.findings().failures[0].message.startswith("7777")


@pytest.mark.parametrize("odd", [b'"task_path": 5', b'"ignore_errors": "no"', b'"ok": []', b'"x": 1e999'])
def test_a_field_of_an_odd_shape_takes_no_other_with_it(odd: bytes) -> None:
    raw = msgspec.Raw(b"{" + odd + b', "res": {"msg": "no space left"}}')
    told = tally(Event(1, "runner_on_failed", host_name="a", task="t", failed=True, event_data=raw))
    assert [failure.message for failure in told.findings().failures] == ["no space left"]


def test_what_cannot_be_read_is_not_told_as_not_kept() -> None:
    raw = msgspec.Raw(b'{"res": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    told = tally(Event(1, "runner_on_failed", host_name="a", task="t", failed=True, event_data=raw))
    assert told.findings().failures[0].message == "(nested too deeply to be shown)"


def test_a_result_that_came_empty_is_told_as_not_kept() -> None:
    """ansible-runner empties a result of more than MAX_EVENT_RES."""
    told = tally(event("runner_on_failed", "a", data={"res": {}}, failed=True))
    assert told.findings().failures[0].message == "no message: the controller kept no result of it"
