"""Every ending, with a fake controller and a clock that jumps: the verdict, the outputs, what the user reads."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from msgspec import structs

from aap_launcher.controller.recent_jobs import RecentJob
from aap_launcher.errors import AnswerLost, Forbidden, Interrupted, Unauthorized, Unreachable
from aap_launcher.inputs.parsing import Connection, Inputs
from aap_launcher.launcher.main import Tools, launch
from aap_launcher.models.jobs import Status
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart
from aap_launcher.models.outcomes import Outcome
from aap_launcher.models.templates import Prompts
from aap_launcher.preflight.fields import MARKER
from tests.fakes import FakeClock, FakeController, FakeSignals, RecordingCI, Story, make_event, make_job

S = Status
ROWS = [(1 + n / 10, make_event(n, task="Install", uuid=f"u{n}", parent_uuid="t1")) for n in range(1, 101)]


@dataclass
class House:
    """The launcher, wired to fakes."""

    statuses: dict[float, Status] = field(
        default_factory=lambda: {0: S.PENDING, 1: S.RUNNING, 12: S.SUCCESSFUL}
    )
    stored: float | None = 13
    rows: Any = field(default_factory=lambda: list(ROWS))
    inputs: dict[str, Any] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock, self.signals, self.ci = FakeClock(), FakeSignals(), RecordingCI()
        self.story = Story(self.clock, self.statuses, self.rows, self.stored)
        self.controller = FakeController(self.clock, self.story, self.signals)

    def run(self, **inputs: Any) -> Outcome:
        given = Inputs(
            Connection("https://aap.example.com", token="secret-token"), **({"template": "15"} | inputs)
        )
        tools = Tools(
            connect=self._connect,
            ci=self.ci,
            clock=self._clock(),
            signals=self.signals,
            write=self._write,
            version="1",
        )
        return launch(given, tools)

    def signal_at(self, when: float, signum: int = signal.SIGINT) -> None:
        self.clock.at(self.clock.now() + when, lambda: self.signals.send(signum))

    def _connect(self, *_: Any, **__: Any) -> Any:
        return self.controller

    def _write(self, path: str, text: str) -> None:
        if path == "/full":
            raise OSError(28, "No space left on device")
        self.written[path] = text

    def _clock(self) -> Any:
        house = self

        class Listening:
            def now(self) -> float:
                return house.clock.now()

            def sleep(self, seconds: float) -> None:
                with house.signals.listening():
                    house.clock.sleep(seconds)

        return Listening()


def groups_are_closed(ci: RecordingCI) -> bool:
    depth = 0
    for mark in ci.marks:
        depth += isinstance(mark, GroupStart) - isinstance(mark, GroupEnd)
        assert depth in (0, 1)
    return depth == 0


def test_an_interruption_tells_its_signal_and_what_may_have_happened() -> None:
    stop = Interrupted(15)
    assert (str(stop), stop.exit_code) == ("interrupted by signal 15", 143)
    stop.sent = True
    assert str(stop) == "interrupted by signal 15; a request was on its way, and may have taken effect"


def test_a_successful_job_exits_0_and_tells_everything() -> None:
    house = House()
    outcome = house.run(result_file="r.json", junit="j.xml")
    assert outcome.exit_code == 0
    assert house.ci.outputs["outcome"] == house.ci.outputs["status"] == "successful"
    assert house.ci.outputs["job_id"] == "423"
    assert house.ci.outputs["events"] == "complete"
    assert "secret-token" in house.ci.masked
    assert len(house.ci.summaries) == 1
    assert set(house.written) == {"r.json", "j.xml"}
    assert "aap-launcher follow" not in house.ci.text, "after a success there is nothing to attach to"
    assert house.ci.closed
    assert house.controller.closed
    assert groups_are_closed(house.ci)


@pytest.mark.parametrize("status", [S.FAILED, S.ERROR, S.CANCELED])
def test_a_job_that_did_not_succeed_exits_1_never_green(status: Status) -> None:
    house = House(statuses={0: S.RUNNING, 12: status})
    outcome = house.run()
    assert (outcome.exit_code, str(outcome.verdict)) == (1, str(status))
    assert house.ci.outputs["status"] == house.ci.outputs["outcome"] == str(status)


def test_the_id_is_an_output_before_the_job_is_followed() -> None:
    house = House()
    house.story.faults.append(Unreachable("the network is gone"))
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (4, "unreachable")
    assert house.ci.outputs["job_id"] == "423"
    assert "job 423 was last seen pending" in house.ci.text
    assert "aap-launcher follow 423" in house.ci.text


def test_a_timeout_cancels_and_exits_5_never_green() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL}, stored=5001)
    outcome = house.run(timeout=60.0)
    assert (outcome.exit_code, outcome.verdict) == (5, "timed_out")
    assert len(house.controller.cancels) == 1
    assert house.ci.outputs["status"] == "canceled"
    assert "canceled by this launcher (the timeout of 1 min 00 s passed)" in house.ci.outputs["explanation"]


def test_a_cancel_has_the_seconds_that_awx_waits_for_its_dispatcher_unless_the_end_is_near() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL}, stored=5001)
    house.run(timeout=60.0)
    assert house.controller.cancel_seconds == [pytest.approx(10)]  # half of it for the first try
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL}, stored=None)
    house.signal_at(5, signal.SIGTERM)
    house.run()
    assert house.controller.cancel_seconds == [pytest.approx(4)]


def test_a_timeout_leaves_the_job_when_asked_to() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    outcome = house.run(timeout=60.0, on_timeout="leave")
    assert outcome.exit_code == 5
    assert house.controller.cancels == []
    assert house.ci.outputs["status"] == "running"


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_first_and_exits_with_its_number(signum: int, code: int) -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL}, stored=None)
    began = house.clock.now()
    house.signal_at(5, signum)
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (code, "interrupted")
    assert house.controller.cancels[0] - began < 6.2
    assert house.ci.outputs["status"] == "canceled"
    assert house.clock.now() - began < 5 + 10
    assert groups_are_closed(house.ci)


def test_a_job_that_does_not_end_after_the_cancel_is_left_before_the_kill() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    house.controller.deaf = True
    began = house.clock.now()
    house.signal_at(5)
    outcome = house.run()
    assert outcome.exit_code == 130
    assert house.clock.now() - began <= 5 + 9.5
    assert house.controller.hurried is not None
    assert "was last seen running" in outcome.explanation


def test_a_signal_leaves_the_job_when_asked_to() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    house.signal_at(5)
    outcome = house.run(on_interrupt="leave")
    assert (outcome.exit_code, house.controller.cancels) == (130, [])


def test_a_signal_before_the_launch_launches_nothing() -> None:
    house = House()
    house.signals.send(signal.SIGTERM)
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (143, "interrupted")
    assert house.controller.bodies == []
    assert "before anything was launched" in outcome.explanation


def test_a_cancel_that_cannot_be_delivered_is_told_with_the_way_to_do_it() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    house.controller.cancel_fault = Unreachable("no route to the controller")
    house.signal_at(5)
    outcome = house.run()
    assert outcome.exit_code == 130
    assert "no route to the controller" in house.ci.text
    assert "aap-launcher cancel 423" in outcome.explanation
    assert house.ci.outputs["outcome"] == "interrupted"


def test_ignored_fields_cancel_the_job_and_exit_3() -> None:
    house = House()
    house.controller.ignored = {"limit": "web1"}
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (3, "refused")
    assert len(house.controller.cancels) == 1
    assert "limit" in outcome.explanation


def test_a_revoked_token_in_the_middle_names_the_job() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    house.clock.at(
        house.clock.now() + 5,
        lambda: house.story.faults.extend([Unauthorized("The credential was revoked.")] * 2),
    )
    outcome = house.run()
    assert outcome.exit_code == 3
    assert "job 423 was last seen running" in house.ci.text


def test_a_fault_of_ours_exits_70_with_the_job_and_no_traceback() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    house.clock.at(house.clock.now() + 5, lambda: setattr(house.story, "events", broken))
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (70, "internal")
    (fault,) = [mark for mark in house.ci.marks if isinstance(mark, Annotation)]
    assert "ZeroDivisionError" in fault.message
    assert "ZeroDivisionError" not in house.ci.text, "told once: GitHub's log shows the annotation"
    assert "Traceback" not in house.ci.text + fault.message
    assert "aap-launcher follow 423" in house.ci.text
    assert house.ci.outputs["job_id"] == "423"
    assert groups_are_closed(house.ci)


def test_a_dry_run_launches_nothing() -> None:
    house = House()
    assert house.run(dry_run=True).exit_code == 0
    assert house.controller.bodies == []


def test_without_waiting_the_job_is_launched_and_left() -> None:
    house = House()
    outcome = house.run(wait=False)
    assert (outcome.exit_code, house.story.pages) == (0, 0)
    assert house.ci.outputs["job_id"] == "423"
    assert house.ci.outputs["status"] == "pending"


def test_a_report_that_cannot_be_written_changes_no_verdict() -> None:
    house = House()
    assert house.run(result_file="/full").exit_code == 0
    assert "/full could not be written: No space left on device" in house.ci.text


def test_a_fault_in_a_report_hides_neither_the_verdict_nor_the_other_reports() -> None:
    house = House(statuses={0: S.RUNNING, 12: S.FAILED})

    def broken(text: str) -> None:
        raise KeyError(text[:3])

    house.ci.write_summary = broken  # type: ignore[method-assign]
    assert house.run(result_file="r.json").exit_code == 1
    assert "the summary could not be made: KeyError" in house.ci.text
    assert "r.json" in house.written


def test_a_job_that_matched_no_host_fails_only_when_asked_to() -> None:
    rows = [(1.0, make_event(1, event="playbook_on_no_hosts_matched", stdout="skipping: no hosts matched")),
            (1.1, make_event(2, event="playbook_on_stats", stdout="PLAY RECAP"))]  # fmt: skip
    assert House(rows=rows).run().exit_code == 0
    outcome = House(rows=rows).run(on_no_hosts="fail")
    assert (outcome.exit_code, outcome.verdict) == (1, "failed")


def test_annotations_can_be_turned_off() -> None:
    house = House(statuses={0: S.RUNNING, 12: S.FAILED})
    house.run(annotations=False)
    assert not any(isinstance(mark, Annotation) for mark in house.ci.marks)


# --- launched once --------------------------------------------------------------------------------------


def test_a_lost_answer_is_looked_up_by_its_marker_and_never_sent_twice() -> None:
    house = House()
    house.controller.launch_faults = [AnswerLost("connection reset")]
    house.controller.made_anyway = [True]
    house.controller.others = [RecentJob(make_job(id=999), 7, {MARKER: "another"}, {})]
    house.controller.visible_after = 10
    outcome = house.run()
    assert (outcome.exit_code, len(house.controller.bodies)) == (0, 1)
    assert house.ci.outputs["job_id"] == "423"
    assert "made by this launch" in house.ci.text


def test_a_launch_that_never_happened_is_sent_again_once() -> None:
    house = House()
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [False]
    assert house.run().exit_code == 0
    assert len(house.controller.bodies) == 2
    assert len(house.controller.jobs) == 1


def test_two_lost_answers_without_a_job_exit_6() -> None:
    house = House()
    house.controller.launch_faults = [AnswerLost("504"), AnswerLost("504")]
    house.controller.made_anyway = [False, False]
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (6, "unknown")
    assert len(house.controller.bodies) == 2


def test_without_a_marker_a_strangers_job_is_never_adopted() -> None:
    house = House()
    house.controller.asked = Prompts(frozenset(), frozenset())
    house.controller.others = [RecentJob(make_job(id=999), 8, {}, {})]
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    outcome = house.run()
    assert (outcome.exit_code, house.ci.outputs["job_id"]) == (6, "")
    assert "job 423" in outcome.explanation, (
        "it is new and fits, but a twin of another pipeline would as well"
    )
    assert "job 999" not in outcome.explanation, "another user launched it"


def test_the_head_of_a_lost_answer_names_the_job_without_any_search() -> None:
    house = House()
    house.controller.asked = Prompts(frozenset(), frozenset())
    lost = AnswerLost("the answer broke off")
    lost.location = "/api/v2/jobs/423/"
    house.controller.launch_faults = [lost]
    house.controller.made_anyway = [True]
    house.controller.list_fault = Unreachable("nobody should ask")
    assert house.run().exit_code == 0
    assert house.ci.outputs["job_id"] == "423"


def test_an_answer_that_names_an_older_job_is_no_answer() -> None:
    house = House()
    house.controller.stale = True
    outcome = house.run()
    assert (outcome.exit_code, house.ci.outputs["job_id"]) == (0, "423")
    assert "which is older" in house.ci.text


def test_a_template_that_tells_its_newest_job_saves_asking_for_it() -> None:
    house = House()
    house.controller.template = structs.replace(house.controller.template, newest_job=423)
    house.controller.newest_job = None  # type: ignore[method-assign, assignment]
    house.run()
    assert "job 423, which is older" in house.ci.text, "423 is what the launch's answer names"
    assert house.ci.outputs["job_id"] == "424"


def test_whose_credential_it_is_is_asked_only_where_a_lost_launch_has_a_candidate() -> None:
    house = House()
    house.controller.user_id = None  # type: ignore[method-assign, assignment]
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    assert house.run().exit_code == 0


def test_a_relaunch_of_our_job_by_somebody_else_is_not_taken_for_ours() -> None:
    house = House()

    def copied() -> None:
        (mine,) = house.controller.jobs
        house.controller.others = [replace(mine, job=make_job(id=999), launch_type="relaunch")]

    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    house.controller.visible_after = 10
    house.clock.at(house.clock.now() + 5, copied)
    house.run()
    assert house.ci.outputs["job_id"] == "423"


def test_a_job_without_the_marker_that_may_be_ours_forbids_a_second_launch() -> None:
    house = House()
    house.controller.others = [RecentJob(make_job(id=999), 7, {}, {})]
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [False]
    assert house.run().exit_code == 6
    assert len(house.controller.bodies) == 1


def test_a_page_of_something_in_between_is_no_reason_to_send_again() -> None:
    house = House()
    lost = AnswerLost("302 <html>")
    lost.page = True
    house.controller.launch_faults = [lost]
    house.controller.made_anyway = [False]
    assert house.run().exit_code == 6
    assert len(house.controller.bodies) == 1


def test_a_launch_made_long_after_the_gateway_gave_up_is_found_and_not_doubled() -> None:
    house = House()
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    house.controller.visible_after = 150
    assert house.run().exit_code == 0
    assert len(house.controller.bodies) == 1


def test_without_a_marker_two_equal_jobs_of_the_same_user_exit_6_with_the_candidates() -> None:
    house = House()
    house.controller.asked = Prompts(frozenset(), frozenset())
    house.controller.others = [RecentJob(make_job(id=999), 7, {}, {})]
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    outcome = house.run()
    assert outcome.exit_code == 6
    assert "job 999" in outcome.explanation
    assert "job 423" in outcome.explanation
    assert len(house.controller.bodies) == 1


def during_the_post() -> Interrupted:
    stop = Interrupted(signal.SIGINT)
    stop.sent = True
    return stop


def test_a_signal_during_the_launch_cancels_the_job_that_it_made() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    house.controller.launch_faults = [during_the_post()]
    house.controller.made_anyway = [True]
    outcome = house.run()
    assert (outcome.exit_code, len(house.controller.cancels)) == (130, 1)
    assert house.ci.outputs["job_id"] == "423"


def test_a_signal_during_a_launch_whose_job_does_not_show_up_exits_6() -> None:
    house = House()
    house.controller.launch_faults = [during_the_post()]
    house.controller.made_anyway = [False]
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (6, "unknown")
    assert len(house.controller.bodies) == 1


def test_a_signal_before_the_launch_is_sent_launches_nothing_and_looks_for_nothing() -> None:
    """For example while a 429 is waited for."""
    house = House()
    house.controller.launch_faults = [Interrupted(signal.SIGINT)]
    house.controller.made_anyway = [False]
    house.controller.list_fault = Unreachable("nobody should ask")
    outcome = house.run()
    assert (outcome.exit_code, outcome.explanation) == (130, "interrupted before anything was launched")


def test_a_signal_while_a_lost_launch_is_looked_for_cancels_its_job() -> None:
    house = House(statuses={0: S.RUNNING, 5000: S.SUCCESSFUL})
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    house.controller.visible_after = 2
    house.signal_at(1)
    outcome = house.run()
    assert (outcome.exit_code, len(house.controller.cancels)) == (130, 1)


@pytest.mark.parametrize("fault", [Unreachable("the network is gone"), Forbidden("not for you")])
def test_a_lost_launch_that_cannot_be_looked_for_is_unknown_and_not_merely_unreachable(fault: Any) -> None:
    house = House()
    house.controller.launch_faults = [AnswerLost("504")]
    house.controller.made_anyway = [True]
    house.controller.list_fault = fault
    outcome = house.run()
    assert (outcome.exit_code, outcome.verdict) == (6, "unknown")
    assert str(fault) in outcome.explanation


def test_a_refused_launch_is_not_repeated() -> None:
    house = House()
    house.controller.launch_faults = [Forbidden("You do not have permission to perform this action.")]
    house.controller.made_anyway = [False]
    outcome = house.run()
    assert (outcome.exit_code, len(house.controller.bodies)) == (3, 1)
