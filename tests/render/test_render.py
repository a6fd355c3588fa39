from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from aap_launcher.findings.failures import explanation
from aap_launcher.findings.job import Tally
from aap_launcher.models.jobs import Job, Status
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Level, Line, Mark, Progress, Tone
from aap_launcher.models.updates import Finished, JobUpdate, Log, Logged, StatusChanged, Tick
from aap_launcher.render.job import Renderer, Style
from tests.render.streams import JOB, events, render, updates, view
from tests.render.test_groups import failed, play, recap, result, task, verbose


def job(status: Status, **more: object) -> Job:
    return replace(JOB, status=status, **more)


def text(stream: Iterable[JobUpdate], style: Style | None = None) -> str:
    """The log of a CI that shows no annotations in it."""
    plain = replace(style or Style(), annotations=False)
    return view(mark for mark in render(stream, plain) if not isinstance(mark, Progress))


def notes(stream: Iterable[JobUpdate], kind: Level = Level.ERROR) -> list[Annotation]:
    return [mark for mark in render(stream) if isinstance(mark, Annotation) and mark.level is kind]


# --- status and time -----------------------------------------------------------------------------------


def test_each_status_says_what_it_waits_for() -> None:
    running = job(
        Status.RUNNING,
        project="Shop",
        scm_revision="3f2c1ab9999",
        scm_branch="main",
        execution_environment="ee-supported",
    )
    log = text(
        [
            StatusChanged(job(Status.PENDING), 0.2),
            StatusChanged(job(Status.PENDING, explanation="waiting for job-420\nto finish"), 12),
            StatusChanged(job(Status.WAITING), 20),
            StatusChanged(running, 21),
            StatusChanged(job(Status.FAILED), 30),
        ]
    )
    assert log.splitlines() == [
        "pending    in the controller's queue   [note]",
        "pending    12 s · waiting for job-420 to finish   [note]",
        "waiting    20 s · placed on a node, about to start   [note]",
        "running    Shop @ 3f2c1ab · branch main · execution environment ee-supported   [note]",
    ]


def test_a_silent_job_says_every_thirty_seconds_that_it_lives() -> None:
    stream: list[JobUpdate] = [StatusChanged(JOB, 10), Logged(play("P")), Logged(task("Migrate", role="db"))]
    stream += [Logged(result("Migrate", "", event="runner_on_start", host=host)) for host in ("db1", "db2")]
    stream += [Logged(result("Migrate", "ok: [db1]", host="db1"))]
    stream += [Tick(JOB, at, at - 20) for at in range(21, 210, 4)]
    log = text(stream).splitlines()
    beats = [line for line in log if line.startswith("running") and "Migrate" in line]
    assert beats[0] == "running    43 s · TASK [db : Migrate] · 1 of 2 hosts   [note]"
    assert len(beats) == 5
    assert not any(line.startswith("| ") for line in beats)


def test_lines_that_are_not_shown_do_not_hide_a_long_silence() -> None:
    stream: list[JobUpdate] = [StatusChanged(JOB, 0), Logged(play("P"))]
    for at in range(5, 70, 5):
        stream += [Logged(task(f"t{at}")), Logged(result(f"t{at}")), Tick(JOB, at, 1)]
    assert sum("TASK [t" in line for line in text(stream, Style(show="failed")).splitlines()) == 2


def test_lines_that_are_shown_are_sign_of_life_enough() -> None:
    stream: list[JobUpdate] = [StatusChanged(JOB, 0)]
    for at in range(5, 300, 5):
        stream += [Logged(result("A", "ok")), Tick(JOB, at, 1)]
    assert sum(line.startswith("running") for line in text(stream).splitlines()) == 1


def test_a_pending_job_repeats_why_it_waits() -> None:
    waits = job(Status.PENDING, explanation="waiting for job-420 to finish")
    log = text([StatusChanged(waits, 30), *(Tick(waits, at, at - 30) for at in range(34, 95, 4))])
    assert log.splitlines()[1:] == [
        "pending    1 min 02 s · waiting for job-420 to finish   [note]",
        "pending    1 min 34 s · waiting for job-420 to finish   [note]",
    ]


def test_a_job_that_is_being_canceled_or_drained_says_so() -> None:
    canceled = job(Status.RUNNING, canceled_on="2026-11-22T17:54:44Z")
    assert "a cancel was asked for" in text([Tick(canceled, 31, 31)])
    assert (
        text([Tick(job(Status.FAILED), 31, 31)])
        == "failed     waiting for the last events of its log   [note]\n"
    )


def test_a_terminal_gets_a_live_line_with_every_tick() -> None:
    stream: list[JobUpdate] = [StatusChanged(replace(JOB, elapsed=60), 1), Logged(task("Migrate", role="db"))]
    stream += [Logged(result("Migrate", host=f"h{n}")) for n in range(2)]
    marks = render([*stream, Tick(JOB, 6, 1)])
    assert [mark.text for mark in marks if isinstance(mark, Progress)] == [
        "▸ TASK [db : Migrate] · 2/2 hosts · 1 min 05 s"
    ]
    assert render([Tick(job(Status.PENDING), 3, 3)]) == [Progress("▸ pending · 3 s")]


@pytest.mark.parametrize("show", ["all", "changed", "failed"])
def test_the_live_line_counts_hosts_with_each_line_whatever_is_shown(show: str) -> None:
    began = [Logged(result("A", "", event="runner_on_start", host=host)) for host in ("h1", "h2")]
    ended = [Logged(failed("A", host=host)) for host in ("h1", "h2")]
    quiet = [Logged(result("A", "ok: [h0]", host="h0"))]
    marks = render([Logged(task("A")), *began, *quiet, *ended], Style(show=show, live=True))
    told = [mark.text for mark in marks if isinstance(mark, Progress)]
    assert told[-2:] == ["▸ TASK [A] · 2/3 hosts · 0 s", "▸ TASK [A] · 3/3 hosts · 0 s"]
    last = max(place for place, mark in enumerate(marks) if isinstance(mark, Progress))
    assert isinstance(marks[last + 1], Line), "the line below it is drawn with the number that it makes"


def test_hosts_are_not_counted_for_a_task_that_only_one_of_them_began() -> None:
    stream: list[JobUpdate] = [StatusChanged(JOB, 0), Logged(play("P")), Logged(task("A"))]
    stream += [Logged(result("A", "", event="runner_on_start", host=f"h{n}")) for n in range(5)]
    once: list[JobUpdate] = [Logged(task("once")), Logged(result("once", "", event="runner_on_start"))]
    assert Progress("▸ TASK [A] · 0/5 hosts · 3 s") in render([*stream, Tick(JOB, 3, 1)])
    assert Progress("▸ TASK [once] · 3 s") in render([*stream, *once, Tick(JOB, 3, 1)])


# --- the end ----------------------------------------------------------------------------------------------


def test_a_log_with_holes_says_which_events_are_missing() -> None:
    end = Finished(job(Status.SUCCESSFUL), Log(4019, ((17, 28),)))
    gap = "log incomplete: 12 of 4,031 events missing (counters 17-28)"
    assert text([end]).splitlines() == ["successful job 423   [good]", f"warning    {gap}   [warn]"]
    assert notes([end], Level.WARNING) == [Annotation(Level.WARNING, "the log is not complete", gap)]


def test_a_log_of_which_the_end_is_not_known_says_so() -> None:
    log = text([Finished(job(Status.FAILED), Log(1, settled=False))])
    assert "log perhaps incomplete: 1 event came" in log
    assert "log complete" not in log


def test_ten_annotations_at_most_and_the_tenth_sums_up_the_rest() -> None:
    stream: list[JobUpdate] = []
    for n in range(14):
        stream += [Logged(task(f"t{n}")), Logged(failed(f"t{n}"))]
    stream.append(Logged(recap(failures={"web1": 14})))
    found = notes([*stream, Finished(job(Status.FAILED), Log(28))])
    assert len(found) == 10
    assert found[0].title == "TASK [t0] failed on web1"
    assert found[9].title == "5 more tasks failed"
    assert "TASK [t13] failed on web1" in found[9].message


def test_hosts_of_one_task_share_an_annotation_with_their_messages() -> None:
    stream = [Logged(task("A")), Logged(failed("A", "one", "h1")), Logged(failed("A", "two", "h2"))]
    stream.append(Logged(recap(failures={"h1": 1, "h2": 1})))
    assert notes(stream) == [Annotation(Level.ERROR, "TASK [A] failed on h1, h2", "h1: one\nh2: two")]


def test_a_doubt_that_is_the_same_for_all_hosts_of_a_task_is_told_once_in_their_annotation() -> None:
    stream = [Logged(task("A")), Logged(failed("A", "one", "h1")), Logged(failed("A", "two", "h2"))]
    stream.append(Logged(recap(failures={"h1": 1, "h2": 1})))
    stream[1:1] = [Logged(failed("B", "early", host)) for host in ("h1", "h2")]
    stream[-1] = Logged(recap(failures={"h1": 1, "h2": 1}, rescued={"h1": 1, "h2": 1}))
    (found,) = notes(stream)
    assert found.message.startswith("h1: one\nh2: two\n(1 of this host's 2 failures was rescued")
    assert found.message.count("was rescued") == 1


def test_a_crash_still_closes_the_group_and_tells_the_findings_once() -> None:
    tally = Tally()
    renderer = Renderer(tally)
    marks: list[Mark] = []
    for event in (task("A"), failed("A")):
        tally.add(Logged(event))
        marks += renderer.marks(Logged(event))
    marks += renderer.close()
    assert [type(mark).__name__ for mark in marks[-3:]] == ["Line", "Line", "Annotation"]
    assert sum(isinstance(mark, GroupStart) for mark in marks) == sum(
        isinstance(mark, GroupEnd) for mark in marks
    )
    assert list(renderer.close()) == []


def test_rescued_and_ignored_failures_are_no_annotations() -> None:
    assert [found.title for found in notes(updates("mixed"))] == [
        "db1 unreachable for TASK [Touch an unreachable host]"
    ]
    assert notes(updates("nolog")) == []


def test_no_annotation_where_none_are_wanted() -> None:
    marks = render(updates("fail"), Style(annotations=False))
    assert not any(isinstance(mark, Annotation) for mark in marks)


def test_a_successful_job_whose_stats_were_lost_has_no_errors() -> None:
    kept = [Logged(event) for event in events("mixed") if event.event != "playbook_on_stats"]
    end = Finished(job(Status.SUCCESSFUL), Log(109, ((110, 110),)))
    assert notes([*kept[:50], end]) == []


def test_the_controllers_traceback_is_its_last_line_and_the_rest_in_a_group() -> None:
    trace = "Traceback (most recent call last):\n  File x\nFileNotFoundError: no project\n"
    marks = render([Finished(job(Status.ERROR, traceback=trace), Log())])
    assert "the controller could not run it: FileNotFoundError: no project" in view(marks)
    assert GroupStart("the controller's traceback") in marks


def test_a_failed_update_is_quoted_in_the_verdict_with_its_indentation() -> None:
    told = 'Previous Task Failed: {"job_type": "project_update", "job_name": "Shop", "job_id": "57"}'
    git = ("fatal: no such branch", "    hint: look at", "        the branches")
    end = Finished(job(Status.FAILED, explanation=told), Log(), git)
    why = 'the project update 57 of "Shop" failed before the job could start'
    quoted = "  fatal: no such branch\n      hint: look at\n          the branches"
    assert render([end], Style(annotations=False)) == [Line(f"job 423\n{why}\n{quoted}", Tone.BAD, "failed")]
    assert render([end]) == [
        Line("job 423", Tone.BAD, "failed"),
        Annotation(Level.ERROR, "job 423 failed", f"{why}\n{quoted}"),
    ]


def test_a_reason_of_several_lines_stands_whole_where_it_happened_and_in_one_line_in_the_verdict() -> None:
    git = "fatal: no such branch\n  hint: look at\n  the branches"
    stream = [Logged(task("A")), Logged(failed("A", git, "h1")), Logged(recap(failures={"h1": 1}))]
    for style in (Style(), Style(annotations=False)):
        told = view(render([*stream, Finished(job(Status.FAILED), Log(3))], style))
        assert told.count("hint: look at") == 1
        assert told.count("fatal: no such branch") == 2


def test_what_may_be_the_reason_is_not_called_no_error() -> None:
    """With any_errors_fatal a rescued failure ends the run, which Ansible calls failed."""
    stream = [Logged(task("A")), Logged(failed("A", "no space left", "h1")), Logged(recap(rescued={"h1": 1}))]
    told = view(render([*stream, Finished(job(Status.FAILED), Log(3))]))
    assert "most likely TASK [A] on h1: no space left" in told
    assert "not an error" not in told


def test_where_a_reason_names_a_suspect_no_warning_says_the_same() -> None:
    stream = [Logged(task("A")), Logged(failed("A", "no space left", "h1")), Logged(recap(rescued={"h1": 1}))]
    marks = render([*stream, Finished(job(Status.FAILED), Log(3))])
    assert view(marks).count("no space left") == 2


# --- why ----------------------------------------------------------------------------------------------------


def why(
    status: Status = Status.FAILED,
    *,
    of: Iterable[JobUpdate] = (),
    lines: tuple[str, ...] = (),
    **more: object,
) -> str:
    tally = Tally()
    for update in (*of, Finished(job(status, **more), Log(), lines)):
        tally.add(update)
    return explanation(tally.findings())


def test_an_update_that_failed_before_the_job_is_named_with_its_last_lines() -> None:
    told = 'Previous Task Failed: {"job_type": "project_update", "job_name": "Shop", "job_id": "57"}'
    trace = "Exception: project_update 57 (failed) encountered an error"
    assert why(
        explanation=told,
        traceback=trace,
        lines=("ok: a", "fatal: no such branch", "PLAY RECAP **", "a : ok=1"),
    ) == ('the project update 57 of "Shop" failed before the job could start\n  fatal: no such branch'), (
        "from the first error on, without the recap"
    )
    assert why(explanation=told, lines=("a", "b")).endswith("could start\n  a\n  b")
    core_2_19 = (
        "[ERROR]: Task failed: Module failed: fatal: no such branch",
        "and the repository exists.",
        "Origin: project_update.yml:7:7",
        "6   tasks:",
        "7     - name: Update project using git",
        "        ^ column 7",
        'fatal: [localhost]: FAILED! => {"msg": "fatal: no such branch"}',
        "...ignoring",
        "[ERROR]: the second",
        "Origin: project_update.yml:9:7",
        "TASK [next] ***",
        "PLAY RECAP **",
    )
    assert why(explanation=told, lines=core_2_19).split("\n")[1:] == [
        "  [ERROR]: Task failed: Module failed: fatal: no such branch",
        "  and the repository exists.",
        "  ...ignoring",
        "  [ERROR]: the second",
        "  TASK [next] ***",
    ], "told once"
    canceled = told.replace("Failed", "Canceled")
    assert (
        why(explanation=canceled) == 'the project update 57 of "Shop" was canceled before the job could start'
    )


@pytest.mark.parametrize(
    "told", ["Previous Task Failed: {no json}", "Previous Task Failed: {}", "Out of space"]
)
def test_an_explanation_that_is_not_understood_is_passed_on(told: str) -> None:
    assert why(explanation=told) == told


def test_the_failed_tasks_are_the_reason() -> None:
    stream: list[JobUpdate] = []
    for n in range(5):
        stream += [Logged(task(f"t{n}")), Logged(failed(f"t{n}", "broken\nmore"))]
    stream.append(Logged(recap(failures={"web1": 5})))
    assert why(of=stream) == (
        "TASK [t0] failed on web1: broken\nTASK [t1] failed on web1: broken\n"
        "TASK [t2] failed on web1: broken\nand 2 more failed tasks"
    )


def test_a_timeout_and_a_cancel_name_the_task_that_was_running() -> None:
    assert why(explanation="Job terminated due to timeout", of=[Logged(task("Sleep"))]) == (
        "the controller stopped it: the job's own timeout had passed while TASK [Sleep] was running"
    )
    assert why(Status.CANCELED, of=[Logged(task("Sleep"))]) == (
        "it was canceled on the controller while TASK [Sleep] was running"
    )


def test_a_playbook_that_could_not_be_run_tells_the_error_and_its_place() -> None:
    old = [
        verbose("ERROR! no role"),
        verbose("The error appears to be in '/runner/project/a.yml': line 4, column 7, but"),
    ]
    assert why(of=map(Logged, old)) == "no role (/runner/project/a.yml:4)"
    new = [verbose("[ERROR]: no role"), verbose("Origin: /runner/project/a.yml:4:7")]
    assert why(of=map(Logged, new)) == "no role (/runner/project/a.yml:4:7)"


def test_without_any_reason_that_is_said_and_success_needs_none() -> None:
    assert why() == "the controller gives no reason"
    assert why(Status.SUCCESSFUL) == ""
    assert why(Status.RUNNING) == ""


POLICY = """This job cannot be executed due to a policy violation or error. See the following details:
{'Errors': {'Organization': 'no answer from the policy server'},
 'Violations': {'Job template': ["extra_var 'db_password' looks like a secret "
                                 '- use a credential.',
                                 'no change ticket']}}"""


def test_a_policy_that_refuses_is_named_with_its_message() -> None:
    for told in (why(Status.ERROR, explanation=POLICY), why(Status.ERROR, traceback=POLICY)):
        assert told.splitlines() == [
            "refused by the policy of the job template: extra_var 'db_password' looks like a secret - use a credential.",
            "  job template: no change ticket",
            "  organization (error): no answer from the policy server",
        ]
    unread = "This job cannot be executed due to a policy violation or error. See the following details:\nOPA is away"
    assert why(Status.ERROR, explanation=unread) == "a policy of the controller refused it: OPA is away"


def test_a_job_without_events_tells_the_first_meaningful_line_of_what_the_controller_says() -> None:
    assert why(Status.ERROR, explanation="\n\nOut of space\nmore") == "Out of space"
    assert (
        why(Status.ERROR, traceback="no pod could be made\nmore")
        == "the controller could not run it: no pod could be made"
    )
    trace = "Traceback (most recent call last):\n  File x\nRuntimeError: gone\n"
    assert why(Status.ERROR, traceback=trace) == "the controller could not run it: RuntimeError: gone"


def test_what_we_canceled_is_told_as_ours_and_what_others_did_as_theirs() -> None:
    tally = Tally()
    tally.ours = "the timeout of 9 s passed"
    tally.add(Finished(job(Status.CANCELED), Log()))
    assert explanation(tally.findings()) == "canceled by this launcher (the timeout of 9 s passed)"
    assert why(Status.CANCELED) == "it was canceled on the controller"


def test_the_last_words_outside_of_tasks_stand_where_nothing_else_tells_why() -> None:
    told = why(of=[Logged(verbose("Killed"))])
    assert told == "the controller gives no reason; its last words were: Killed"
