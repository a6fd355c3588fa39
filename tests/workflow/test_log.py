"""What a person reads of a workflow: golden texts, approvals, findings, and every line below its own node."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw
from msgspec.structs import replace

from aap_launcher.findings.workflow import WorkflowTally
from aap_launcher.follow.job import follow_job
from aap_launcher.follow.workflow import WorkflowFollower
from aap_launcher.models.events import Event
from aap_launcher.models.jobs import Status
from aap_launcher.models.marks import Annotation, GroupEnd, GroupStart, Level, Line, Mark, Progress, Tone
from aap_launcher.models.nodes import Approval
from aap_launcher.render.job import Style
from aap_launcher.render.workflow import WorkflowRenderer
from tests.fakes import FakeClock
from tests.render.streams import events as recorded
from tests.render.streams import view
from tests.workflow.stories import NEVER, Part, World, make_node, part, workflow_job

S = Status


def log(world: World, style: Style | None = None) -> tuple[list[Mark], WorkflowTally]:
    tally = WorkflowTally(keep_cases=True)
    renderer = WorkflowRenderer(tally, style)
    follower = WorkflowFollower(world, workflow_job(world.number), world.clock.now(), jitter=lambda: 0.5)
    marks: list[Mark] = []
    for update in follow_job(follower, world.clock):
        tally.add(update)
        marks += renderer.marks(update)
    return [*marks, *renderer.close()], tally


def read(world: World, style: Style | None = None) -> list[str]:
    """The lines of the log of a CI that shows no annotations in it, without the progress line."""
    plain = replace(style or Style(), annotations=False)
    return view(mark for mark in log(world, plain)[0] if not isinstance(mark, Progress)).splitlines()


def playbook(*tasks: str, host: str = "web1", failed: str = "") -> list[Event]:
    """The events of a play, as Ansible's default callback prints them."""
    rows = [("playbook_on_play_start", "", "\r\nPLAY [Release] ****************", "play", "")]
    for task in tasks:
        rows.append(("playbook_on_task_start", task, f"\r\nTASK [{task}] ***************", task, "play"))
        name = "runner_on_failed" if task == failed else "runner_on_ok"
        rows.append((name, task, f"{'fatal' if task == failed else 'ok'}: [{host}]", f"{task}{host}", task))
    rows += [("playbook_on_stats", "", "", "stats", "")] if failed else []
    return [
        Event(
            n,
            name,
            text,
            uuid,
            parent,
            play="Release",
            task=task,
            host_name=host if name.startswith("runner") else "",
            failed=bool(task) and task == failed,
            event_data=_data(name, host)
            if failed and task in (failed, "") and name != "playbook_on_play_start"
            else Raw(b"{}"),
        )
        for n, (name, task, text, uuid, parent) in enumerate(rows, 1)
    ]


def _data(name: str, host: str) -> Raw:
    if name == "playbook_on_stats":
        return Raw(b'{"processed": {"%s": 1}, "failures": {"%s": 1}}' % (host.encode(), host.encode()))
    return Raw(b'{"res": {"msg": "no space left"}}')


def job(number: int, name: str, starts: float, ends: float, rows: Sequence[Event], **more: object) -> Part:
    paths = {key: more.pop(key) for key in ("on_success", "on_failure", "always") if key in more}
    return part(number, starts, ends, node=make_node(number, name, **paths), events=rows, **more)  # type: ignore[arg-type]


def test_a_workflow_reads_well() -> None:
    world = World(
        FakeClock(),
        [
            job(1, "build", 2, 5, playbook("Compile"), on_success=(2,), on_failure=(3,)),
            job(2, "deploy", 6, 9, playbook("Copy", "Restart", failed="Restart"), status=S.FAILED, on_failure=(4,)),
            Part(make_node(3, "roll back"), skipped=6),
            job(4, "repair", 10, 12, playbook("Mend")),
        ],
        ends=13,
        starts=0.2,
    )  # fmt: skip
    assert read(world) == [
        "running    Release train   [note]",
        "nodes      build, deploy, roll back, repair   [note]",
        "running    build · template of 1 · job 101   [note]",
        "> build > Release > TASK [Compile]",
        "| ",
        "| PLAY [Release] ****************",
        "| ",
        "| TASK [Compile] ***************",
        "| ok: [web1]",
        "skipped    roll back · not on the path taken   [note]",
        "successful build · job 101 after 3 s · 1 host ok · log complete: 3 events   [good]",
        "running    deploy · template of 2 · job 102   [note]",
        "> deploy > Release > TASK [Copy]",
        "| ",
        "| PLAY [Release] ****************",
        "| ",
        "| TASK [Copy] ***************",
        "| ok: [web1]",
        "> deploy > Release > TASK [Restart]",
        "| ",
        "| TASK [Restart] ***************",
        "| fatal: [web1]",
        "FAILED     deploy > TASK [Restart] · web1   [bad]",
        "           no space left",
        "failed     deploy · job 102 after 3 s · 1 failed of 1 host · log complete: 6 events   [warn]",
        "           the workflow goes on by its failure path",
        "running    repair · template of 4 · job 104   [note]",
        "> repair > Release > TASK [Mend]",
        "| ",
        "| PLAY [Release] ****************",
        "| ",
        "| TASK [Mend] ***************",
        "| ok: [web1]",
        "successful repair · job 104 after 2 s · 1 host ok · log complete: 3 events   [good]",
        "successful workflow job 7 after 13 s · 3 of 4 nodes ran · 1 failed · 1 skipped · log complete: 12 events   [good]",
        "           deploy failed (the workflow went on by its failure path): TASK [Restart] failed on web1: no space left",
    ]


def test_an_unhandled_failure_is_an_error_that_names_its_node() -> None:
    rows = playbook("Restart", failed="Restart")
    world = World(FakeClock(), [job(1, "deploy", 2, 4, rows, status=S.FAILED)], ends=5, status=S.FAILED)
    marks, tally = log(world)
    found = [mark for mark in marks if isinstance(mark, Annotation)]
    assert found == [Annotation(Level.ERROR, "deploy > TASK [Restart] failed on web1", "no space left")]
    assert tally.findings().failures[0].node == "deploy"
    assert [(case.play, case.kind) for case in tally.findings().cases] == [("deploy > Release", "failed")]


def test_a_handled_failure_of_a_successful_workflow_is_no_error() -> None:
    rows = playbook("Restart", failed="Restart")
    world = World(FakeClock(), [job(1, "deploy", 2, 4, rows, status=S.FAILED, always=(2,))], ends=5)
    marks, tally = log(world)
    assert not [mark for mark in marks if isinstance(mark, Annotation)]
    assert [failure.counts for failure in tally.findings().failures] == [False]
    assert [case.counts for case in tally.findings().cases] == [False]


def gate(**more: object) -> Part:
    asked = Approval("Deploy?", "to production", 1800, left=1799)
    fields: dict[str, object] = {
        "queued": 2, "ends": 9, "approval": asked, "decided": replace(asked, by="ann"),
    }  # fmt: skip
    node = make_node(1, "gate", type="workflow_approval", on_failure=(2,))
    return Part(node, **(fields | more))  # type: ignore[arg-type]


def test_an_approval_says_what_to_do_at_once_and_who_decided() -> None:
    lines = read(World(FakeClock(), [gate()], ends=10))
    at = lines.index(
        "waiting    gate · waiting for approval: Deploy? · to production · 29 min 59 s left   [warn]"
    )
    assert lines[at + 1 : at + 3] == [
        "           https://aap.example.com/101",
        "           approve with: aap-launcher approve 101",
    ]
    (notice,) = [
        mark for mark in log(World(FakeClock(), [gate()], ends=10))[0] if isinstance(mark, Annotation)
    ]
    assert (notice.level, notice.title.partition("?")[0]) == (
        Level.NOTICE,
        "gate · waiting for approval: Deploy",
    )
    assert "approved   gate · by ann   [good]" in lines


def test_denied_and_timed_out_approvals_are_told_as_what_they_are() -> None:
    asked = Approval("Deploy?", timeout=1800)
    denied = gate(status=S.FAILED, decided=replace(asked, by="bob"))
    late = gate(status=S.FAILED, decided=replace(asked, timed_out=True))
    gone = gate(status=S.CANCELED, decided=asked)
    assert "denied     gate · by bob · the workflow goes on by its failure path   [warn]" in read(
        World(FakeClock(), [denied], ends=10)
    )
    assert (
        "timed out  gate · nobody approved it within 30 min 00 s · the workflow goes on by its failure path   [warn]"
        in read(World(FakeClock(), [late], ends=10))
    )
    lines = read(World(FakeClock(), [gone], ends=10, status=S.CANCELED))
    assert "canceled   gate · was canceled while it waited   [bad]" in lines


def test_who_attaches_late_reads_the_nodes_before_what_was_decided_about_one() -> None:
    world = World(FakeClock(), [gate(queued=1, ends=2), job(2, "deploy", 3, 30, playbook("Copy"))], ends=31)
    world.clock.sleep(10)
    lines = read(world)
    nodes = lines.index("nodes      gate, deploy   [note]")
    assert lines[nodes + 1] == "approved   gate · by ann   [good]"


def test_an_approval_breaks_into_a_long_task_at_once() -> None:
    rows = [*playbook("Wait"), *(Event(n, "runner_on_ok", f"ok: [web{n}]", f"u{n}", "Wait", task="Wait", host_name=f"web{n}") for n in range(4, 90))]  # fmt: skip
    world = World(FakeClock(), [gate(queued=5), job(2, "slow", 2, 60, rows, rate=2)], ends=61)
    lines = read(world)
    at = next(n for n, line in enumerate(lines) if line.startswith("waiting"))
    assert at < 25
    assert "> slow > Release > TASK [Wait] · continued" in lines


def test_a_long_silence_tells_what_every_node_does() -> None:
    world = World(
        FakeClock(),
        [
            job(1, "build", 2, 100, playbook("Compile")),
            Part(
                make_node(2, "gate", type="workflow_approval"), queued=2, ends=100, approval=Approval("Go?")
            ),
        ],
        ends=101,
    )
    beats = [line for line in read(world) if line.startswith("running") and "build: TASK" in line]
    assert beats[0].endswith("build: TASK [Compile] · 1 of 1 host · gate: waiting for approval   [note]")
    assert 2 <= len(beats) <= 4


def test_a_node_without_a_template_is_named_as_the_reason() -> None:
    gone = Part(make_node(1, "gone", type="", orphaned=True))
    world = World(FakeClock(), [gone], ends=3, status=S.FAILED)
    lines = read(world)
    nodes = lines.index("nodes      gone   [note]")
    assert lines[nodes + 1] == "warning    gone · its template was deleted: it cannot run   [warn]"
    assert "           gone could not run: its template was deleted" in "\n".join(lines)


def test_a_failed_workflow_without_a_failed_node_says_that_no_reason_is_known() -> None:
    lines = read(World(FakeClock(), [], ends=3, status=S.FAILED))
    assert (
        "           the controller gives no reason, and no node that could be read has failed"
        in "\n".join(lines)
    )


def test_nodes_without_a_template_are_told_together() -> None:
    parts = [Part(make_node(n, f"gone{n}", type="", orphaned=True)) for n in range(1, 13)]
    lines = read(World(FakeClock(), parts, ends=3, status=S.FAILED))
    told = [line for line in lines if "were deleted" in line]
    assert len(told) == 1
    assert told[0].endswith("gone10 and 2 more · their templates were deleted: they cannot run   [warn]")


def test_a_log_that_is_not_whole_says_so() -> None:
    world = World(FakeClock(), [part(1, 2, 4, hidden=True)], ends=5)
    lines = read(world)
    assert any("may not see it: its log is not shown" in line for line in lines)
    assert any(line.startswith("warning    no log") for line in lines)


def test_an_endless_child_is_told_and_its_group_is_closed() -> None:
    world = World(FakeClock(), [job(1, "stuck", 2, NEVER, playbook("Hang"))], ends=9, status=S.CANCELED)
    marks, _ = log(world)
    assert sum(isinstance(mark, GroupStart) for mark in marks) == sum(
        isinstance(mark, GroupEnd) for mark in marks
    )


def test_recorded_logs_of_several_nodes_are_printed_whole_each_in_its_order() -> None:
    names = ("mixed", "fail", "loop", "role", "update", "broken_playbook")
    world = World(
        FakeClock(),
        [job(n, name, 2, 30, recorded(name), rate=3 + n) for n, name in enumerate(names, 1)],
        ends=31,
    )
    for group_by in ("task", "play", "none"):
        world.clock, world.began = FakeClock(), 1000.0
        marks, _ = log(world, Style(group_by=group_by))
        printed: dict[str, list[str]] = {name: [] for name in names}
        group = heading = ""
        for mark in marks:
            if isinstance(mark, GroupStart):
                group = mark.title.split(" > ")[0]
            elif isinstance(mark, GroupEnd):
                group = heading = ""
            elif isinstance(mark, Line) and mark.tone is Tone.OUTPUT:
                printed[group or heading].append(mark.text)
            elif isinstance(mark, Line) and mark.text in names:
                heading = mark.text
        for name in names:
            told = [event.stdout.replace("\r\n", "\n") for event in recorded(name) if event.stdout]
            assert "\n".join(printed[name]) == "\n".join(told), (group_by, name)


def test_numbers_of_a_host_are_added_up_and_later_artifacts_win() -> None:
    world = World(
        FakeClock(),
        [
            job(1, "a", 2, 4, playbook("x"), artifacts={"version": 1, "only": "a"}),
            job(2, "b", 5, 7, playbook("y", "z"), artifacts={"version": 2}),
        ],
        ends=8,
    )
    _, tally = log(world)
    assert [(host.host, host.ok) for host in tally.findings().hosts] == [("web1", 3)]
    assert tally.artifacts == {"version": 2, "only": "a"}
    assert [(one.name, one.state) for one in tally.nodes] == [("a", "successful"), ("b", "successful")]


def test_retried_tasks_of_all_nodes_stand_together_by_node() -> None:
    def waits(often: int, *, failed: bool = False) -> list[Event]:
        rows = [Event(n, "runner_retry", task="Wait", host_name="web1") for n in range(1, often + 1)]
        name = "runner_on_failed" if failed else "runner_on_ok"
        return [*rows, Event(often + 1, name, task="Wait", host_name="web1", failed=failed)]

    world = World(
        FakeClock(),
        [
            job(1, "build", 2, 5, waits(2), on_success=(2,)),
            job(2, "test", 6, 9, waits(4, failed=True), status=S.FAILED, on_failure=(3,)),
            job(3, "repair", 10, 12, playbook("Mend")),
        ],
        ends=13,
    )
    _, tally = log(world)
    assert [(one.node, one.task, one.retries, one.kind) for one in tally.findings().retried] == [
        ("test", "Wait", 4, "unknown"),
        ("build", "Wait", 2, "ok"),
    ]
