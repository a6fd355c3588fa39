from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.models.events import Event
from aap_launcher.models.findings import Failure
from aap_launcher.models.marks import GroupEnd, GroupStart, Line, Mark, Tone
from aap_launcher.models.notices import Notice
from aap_launcher.models.updates import JobUpdate, Logged, StatusChanged, Tick
from aap_launcher.render.groups import Grouping
from aap_launcher.render.job import Style
from tests.render.streams import JOB, render, view


def play(name: str) -> Event:
    return Event(0, "playbook_on_play_start", f"\r\nPLAY [{name}] ****", uuid=f"play {name}", play=name)


def task(name: str, uuid: str = "", *, banner: bool = True, role: str = "") -> Event:
    title = f"{role} : {name}" if role else name
    stdout = f"\r\nTASK [{title}] ****" if banner else ""
    return Event(0, "playbook_on_task_start", stdout, uuid=uuid or name, play="p", task=name, role=role)


def result(
    of: str, stdout: str = "ok", *, host: str = "web1", event: str = "runner_on_ok", **more: Any
) -> Event:
    return Event(0, event, stdout, parent_uuid=of, play="p", task=of, host_name=host, **more)


def failed(of: str, message: str = "broken", host: str = "web1") -> Event:
    import msgspec

    raw = msgspec.Raw(msgspec.json.encode({"res": {"msg": message}}))
    return result(of, "fatal", host=host, event="runner_on_failed", failed=True, event_data=raw)


def recap(**maps: dict[str, int]) -> Event:
    """The recap: the hosts of every map were processed."""
    import msgspec

    processed = {host: 1 for counts in maps.values() for host in counts}
    raw = msgspec.Raw(msgspec.json.encode({"processed": processed, **maps}))
    return Event(0, "playbook_on_stats", "", event_data=raw)


def verbose(stdout: str) -> Event:
    return Event(0, "verbose", stdout)


def seen(*told: Event | JobUpdate, **style: Any) -> list[str]:
    style.setdefault("annotations", False)
    marks = render((Logged(each) if isinstance(each, Event) else each for each in told), Style(**style))
    return [line for line in view(marks).split("\n")[:-1] if line != "| "]


def test_a_plays_first_task_stands_in_one_group_with_the_plays_banner() -> None:
    assert seen(play("Deploy"), task("Facts"), result("Facts"), task("Next"), result("Next")) == [
        "> PLAY [Deploy] · TASK [Facts]",
        "| PLAY [Deploy] ****",
        "| TASK [Facts] ****",
        "| ok",
        "> TASK [Next]",
        "| TASK [Next] ****",
        "| ok",
    ]


def test_with_strategy_free_the_banner_comes_with_the_result_and_tasks_interleave() -> None:
    log = seen(
        play("Free"),
        task("A", banner=False),
        task("B", banner=False),
        result("A", "\r\nTASK [web : A] ****\r\nok: [web1]"),
        result("B", "\r\nTASK [B] ****\r\nok: [web1]"),
        result("A", "\r\nTASK [web : A] ****\r\nok: [web2]", host="web2"),
    )
    assert [line for line in log if line.startswith(">")] == [
        "> PLAY [Free] · TASK [web : A]",
        "> TASK [B]",
        "> TASK [web : A]",
    ]


def test_without_a_banner_the_title_comes_from_the_event() -> None:
    event = result("Restart", "ok: [web1]", role="web")
    assert seen(event) == ["> TASK [web : Restart]", "| ok: [web1]"]


def test_a_failed_task_stands_open_below_its_group_with_its_message() -> None:
    assert seen(task("A"), failed("A", "no\nspace"), task("B"), result("B")) == [
        "> TASK [A]",
        "| TASK [A] ****",
        "| fatal",
        "FAILED     TASK [A] · web1   [bad]",
        "           no",
        "           space",
        "> TASK [B]",
        "| TASK [B] ****",
        "| ok",
    ]


def test_hosts_with_one_message_stand_together_and_many_are_counted() -> None:
    log = seen(task("A"), *(failed("A", "same", f"h{n:02}") for n in range(44)))
    assert log[-2:] == [
        "FAILED     TASK [A] · h00, h01, h02, h03, h04, h05, h06, h07, h08, h09 and 34 more   [bad]",
        "           same",
    ]


def test_many_different_messages_are_bounded() -> None:
    log = seen(task("A"), *(failed("A", f"m{n}", f"h{n}") for n in range(44)))
    assert log[-1] == "FAILED     TASK [A] · and 34 more hosts   [bad]"
    assert sum(line.startswith("FAILED") for line in log) == 11


@pytest.mark.parametrize("group_by", ["play", "none"])
def test_a_failure_is_told_at_the_end_of_its_task_however_lines_are_grouped(group_by: str) -> None:
    log = seen(play("P"), task("A"), failed("A"), task("B"), result("B"), group_by=group_by)
    assert log.index("FAILED     TASK [A] · web1   [bad]") < next(
        i for i, line in enumerate(log) if "[B]" in line
    )
    starts = [line for line in log if line.startswith(">")]
    assert starts == (["> PLAY [P]", "> PLAY [P] · continued"] if group_by == "play" else [])


def test_lines_outside_of_tasks_stay_where_the_log_is() -> None:
    assert seen(verbose("before"), task("A"), verbose("[WARNING]: inside"), result("A")) == [
        "before",
        "> TASK [A]",
        "| TASK [A] ****",
        "| [WARNING]: inside",
        "| ok",
    ]


@pytest.mark.parametrize("said", ["ERROR! no such role", "\x1b[0;31m[ERROR]: no such role\x1b[0m"])
def test_an_error_of_the_playbook_is_never_inside_a_collapsed_group(said: str) -> None:
    log = seen(task("A"), verbose(said), verbose("in site.yml"))
    assert log[2].endswith("no such role")
    assert log[3] == "in site.yml"


def test_no_more_hosts_left_stands_open() -> None:
    log = seen(
        task("A"), failed("A"), Event(0, "playbook_on_no_hosts_remaining", "\r\nNO MORE HOSTS LEFT ****")
    )
    assert log[-1] == "NO MORE HOSTS LEFT ****"


def test_a_notice_ends_the_group_and_the_task_goes_on_in_a_new_one() -> None:
    assert seen(task("A"), result("A"), Notice("hold on", warning=True), result("A", "late")) == [
        "> TASK [A]",
        "| TASK [A] ****",
        "| ok",
        "warning    hold on   [warn]",
        "> TASK [A] · continued",
        "| late",
    ]


def test_every_notice_has_a_label() -> None:
    assert [line for line in seen(Notice("controller back after 9 s")) if "back" in line] == [
        "note       controller back after 9 s   [note]"
    ]


def test_a_task_of_which_nothing_is_shown_has_no_group() -> None:
    log = seen(
        play("P"),
        task("Quiet"),
        result("Quiet"),
        task("Loud"),
        result("Loud"),
        result("Loud", "changed", host="web2", changed=True),
        show="changed",
    )
    assert log == [
        "> PLAY [P] · TASK [Loud]",
        "| PLAY [P] ****",
        "| TASK [Loud] ****",
        "| changed",
    ]


def test_a_play_that_just_began_when_the_log_ends_is_not_lost() -> None:
    assert seen(play("P")) == ["> PLAY [P]", "| PLAY [P] ****"]


@pytest.mark.parametrize(
    "name", ["a\n::error::b", "a\r##[error]b", "x" * 5_000, "\x1b[2J\x1b]0;t\x07a", "\u2028a"]
)
def test_a_hostile_task_name_is_a_title_of_one_bounded_line(name: str) -> None:
    marks = render([Logged(play(name)), Logged(task(name)), Logged(failed(name))])
    titles = [mark.title for mark in marks if isinstance(mark, GroupStart)]
    assert titles
    for title in titles:
        assert len(title) <= 200
        assert len(title.splitlines()) == 1
        assert "\x1b" not in title


def test_a_banner_of_megabytes_is_read_in_no_time() -> None:
    text = "\r\nTASK [" + "x *** y\r\n" * 200_000
    assert seen(result("A", text))[0] == "> TASK [A]"


# --- properties -------------------------------------------------------------------------------------------

_TEXTS = st.sampled_from(
    ["", "\r\nTASK [a] ***", "\r\nPLAY [p] ***", "ok: [h]", "ERROR! x", "a\r\n\r\nb", "\r\n", "::x"]
)
_EVENTS = st.builds(
    Event,
    counter=st.just(1),
    event=st.sampled_from(
        [
            "playbook_on_start",
            "playbook_on_play_start",
            "playbook_on_task_start",
            "runner_on_start",
            "runner_on_ok",
            "runner_on_failed",
            "runner_on_unreachable",
            "runner_item_on_failed",
            "runner_on_async_failed",
            "playbook_on_include",
            "playbook_on_no_hosts_matched",
            "playbook_on_no_hosts_remaining",
            "playbook_on_stats",
            "verbose",
            "warning",
            "error",
            "something_new",
        ]
    ),
    stdout=_TEXTS | st.text(max_size=20),
    uuid=st.sampled_from(["", "a", "b", "play 1", "recap"]),
    parent_uuid=st.sampled_from(["", "a", "b", "play 1", "recap"]),
    play=st.sampled_from(["", "p"]),
    task=st.sampled_from(["", "t", "u"]),
    role=st.sampled_from(["", "r"]),
    host_name=st.sampled_from(["", "h1", "h2"]),
    failed=st.booleans(),
    changed=st.booleans(),
)
_UPDATES: st.SearchStrategy[JobUpdate] = st.one_of(
    _EVENTS.map(Logged),
    _EVENTS.map(Logged),
    st.builds(Tick, job=st.just(JOB), at=st.floats(0, 1e4), silent=st.floats(0, 100)),
    st.builds(Notice, st.just("n"), st.booleans()),
    st.builds(StatusChanged, st.just(JOB), st.floats(0, 1e4)),
)


def balanced(marks: list[Mark]) -> bool:
    opened = False
    for mark in marks:
        if isinstance(mark, GroupStart | GroupEnd):
            if opened == isinstance(mark, GroupStart):
                return False
            opened = not opened
    return not opened


@given(
    st.lists(_UPDATES, max_size=30),
    st.sampled_from(["task", "play", "none"]),
    st.sampled_from(["all", "changed", "failed"]),
)
def test_any_stream_is_printed_once_in_order_and_every_group_is_closed(
    stream: list[JobUpdate], group_by: str, show: str
) -> None:
    marks = render(stream, Style(group_by=group_by, show=show))
    assert balanced(marks)
    lines = [mark.text for mark in marks if isinstance(mark, Line) and mark.tone is Tone.OUTPUT]
    told = [
        update.event.stdout.replace("\r\n", "\n")
        for update in stream
        if isinstance(update, Logged) and update.event.stdout
    ]
    if show == "all":
        assert "\n".join(lines) == "\n".join(told)


def test_a_prefix_names_the_node_in_titles_and_failures() -> None:
    grouping = Grouping(prefix="deploy > ")
    marks = [
        *grouping.event(task("A"), None),
        *grouping.event(result("A"), Failure("A", "web1", "no")),
        *grouping.finish(),
    ]
    assert marks[0] == GroupStart("deploy > TASK [A]")
    assert marks[-1] == Line("deploy > TASK [A] · web1\nno", Tone.BAD, "FAILED")


def item(of: str, stdout: str, host: str = "web1") -> Event:
    return result(of, stdout, host=host, event="runner_item_on_failed", failed=True)


def test_failed_items_of_an_ignored_task_are_not_shown_where_only_failures_are() -> None:
    import msgspec

    raw = msgspec.Raw(b'{"ignore_errors": true, "res": {"msg": "some"}}')
    ignored = result("A", "fatal\n...ignoring", event="runner_on_failed", event_data=raw)
    real = failed("A", "some", "web2")
    told = [task("A"), item("A", "failed: 1"), item("A", "failed: 2", "web2"), ignored, real]
    assert seen(*told, show="failed") == [
        "> TASK [A]",
        "| TASK [A] ****",
        "| failed: 2",
        "| fatal",
        "FAILED     TASK [A] · web2   [bad]",
        "           some",
        "ignored    TASK [A] · web1: some   [note]",
    ] or seen(*told, show="failed") == [
        "> TASK [A]",
        "| TASK [A] ****",
        "| failed: 2",
        "| fatal",
        "FAILED     TASK [A] · web2   [bad]",
        "           some",
    ]


def test_failed_items_of_a_task_whose_end_never_came_are_shown() -> None:
    assert seen(task("A"), item("A", "failed: 1"), show="failed")[2:] == ["| failed: 1"]
