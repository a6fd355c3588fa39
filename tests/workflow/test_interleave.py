"""Whatever the order in which nodes speak: each line in a group of its own node, in order, none lost, none late."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.models.marks import GroupEnd, GroupStart, Line, Mark, Tone
from aap_launcher.render.interleave import Interleave

NODES = ("web", "db", "mail", "dns")


class Log:
    """Reads what is written as a person would: whose is each line?"""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {name: [] for name in NODES}
        self.titles: dict[str, list[str]] = {name: [] for name in NODES}
        self.group = ""
        self.heading = ""
        self.all: list[Mark] = []

    def read(self, mark: Mark) -> None:
        self.all.append(mark)
        match mark:
            case GroupStart(title):
                assert not self.group, "groups do not nest"
                self.group, self.heading = title, ""
                self.titles[title.split(" > ")[0]].append(title)
            case GroupEnd():
                assert self.group, "nothing was open"
                self.group = ""
            case Line(text, Tone.OUTPUT):
                name = self.group.split(" > ")[0] or self.heading
                assert text.startswith(name + " "), f"{text!r} stands in the log of {name!r}"
                self.lines[name].append(text)
            case Line(text, Tone.NOTE) if text in NODES:
                assert not self.group
                self.heading = text
            case Line(text):
                assert not self.group, "what is open stands outside of groups"
                self.heading = self.heading if text.startswith(f"{self.heading} ") else ""
                self.lines[text.split(" ")[0]].append(text)
            case _:
                raise AssertionError(mark)


def block(name: str, number: int, shape: str) -> list[Mark]:
    """One task's marks: a group, a group and an open failure, a failure alone, or lines outside of any group."""
    lines: list[Mark] = [Line(f"{name} {number}.{n}") for n in range(3)]
    group = [GroupStart(f"{name} > TASK [{number}]"), *lines, GroupEnd()]
    failed: list[Mark] = [Line(f"{name} {number} failed", Tone.BAD, "FAILED")]
    return {"group": group, "failed": [*group, *failed], "open": failed, "loose": lines, "empty": []}[shape]


def said(marks: list[Mark]) -> list[str]:
    return [mark.text for mark in marks if isinstance(mark, Line)]


shapes = st.lists(st.sampled_from(["group", "failed", "open", "loose", "empty"]), max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(shapes, min_size=1, max_size=4), st.data())
def test_every_line_stands_in_a_group_of_its_own_node_in_order_and_none_is_lost(
    plans: list[list[str]], data: st.DataObject
) -> None:
    streams = {
        key: [mark for n, shape in enumerate(plan) for mark in block(NODES[key], n, shape)]
        for key, plan in enumerate(plans)
    }
    wanted = {NODES[key]: said(marks) for key, marks in streams.items()}
    interleave, log, now = Interleave(), Log(), 0.0
    while any(streams.values()):
        key = data.draw(st.sampled_from([key for key, marks in streams.items() if marks]))
        size = data.draw(st.integers(1, 8))
        some, streams[key] = streams[key][:size], streams[key][size:]
        now += data.draw(st.sampled_from([0.0, 0.1, 4.0, 11.0]))
        for mark in interleave.feed(key, NODES[key], some, now):
            log.read(mark)
        if data.draw(st.booleans()):
            for mark in [*interleave.pause(), Line("mail heartbeat", Tone.NOTE)][:-1]:
                log.read(mark)
            log.heading = ""
        for mark in interleave.turn(now):
            log.read(mark)
    for mark in interleave.flush():
        log.read(mark)
    assert not log.group
    assert {name: lines for name, lines in log.lines.items() if name in wanted} == wanted


def play(steps: list[tuple[float, int, list[Mark]]]) -> list[list[Mark]]:
    interleave = Interleave()
    return [list(interleave.feed(key, NODES[key], marks, now)) for now, key, marks in steps]


def test_a_node_that_runs_alone_is_written_as_it_comes() -> None:
    marks = [mark for n in range(50) for mark in block("web", n, "failed")]
    written = play([(n * 20.0, 0, [mark]) for n, mark in enumerate(marks)])
    assert written == [[mark] for mark in marks]


def test_another_node_waits_for_the_end_of_the_task_and_then_streams_live() -> None:
    web, db = block("web", 1, "group"), block("db", 1, "group")
    written = play([(0, 0, web[:2]), (1, 1, db[:2]), (2, 0, web[2:]), (3, 1, db[2:])])
    assert written == [web[:2], [], [*web[2:], *db[:2]], db[2:]]


def test_a_node_that_waits_ten_seconds_is_written_and_the_other_is_continued() -> None:
    web, db = block("web", 1, "group"), block("db", 1, "group")
    written = play([(0, 0, web[:2]), (1, 1, db[:2]), (11, 1, db[2:]), (12, 0, web[2:])])
    assert written[2] == [GroupEnd(), *db]
    assert written[3] == [GroupStart("web > TASK [1] · continued"), *web[2:]]


def test_a_node_with_a_thousand_waiting_lines_is_not_kept_waiting() -> None:
    many: list[Mark] = [GroupStart("db > TASK [1]"), *(Line(f"db {n}") for n in range(1200))]
    written = play([(0, 0, block("web", 1, "group")[:2]), (0.5, 1, many)])
    assert written[1] == [GroupEnd(), *many]


def test_while_the_owner_is_silent_the_others_go_on() -> None:
    web, db = block("web", 1, "group"), [mark for n in range(9) for mark in block("db", n, "group")]
    interleave = Interleave()
    list(interleave.feed(0, "web", web[:2], 0))
    out = [mark for n, one in enumerate(db) for mark in interleave.feed(1, "db", [one], n)]
    out += interleave.turn(100)
    assert out == [GroupEnd(), *db]


def test_lines_outside_of_groups_say_whose_they_are() -> None:
    written = play([(0, 0, block("web", 1, "loose")), (1, 1, block("db", 1, "loose")), (20, 0, [])])
    assert written[0][0] == Line("web", Tone.NOTE)
    assert written[2][0] == Line("db", Tone.NOTE)
