"""Quick looks change no result: the same texts by the plain rule, written once more here, and by the quick way."""

from __future__ import annotations

import io
import random
import re

import pytest
from hypothesis import given, settings

from aap_launcher.ci import defuse
from aap_launcher.ci.defuse import RESET, readable
from aap_launcher.ci.github_commands import looks_like_command
from aap_launcher.ci.sink import Sink
from aap_launcher.text.visible import picture
from tests.ci import hostile

# What hostile and ordinary texts are made of; drawn together they make what no author of a test thinks of.
PARTS = [
    *(
        "\x1b",
        "[",
        "m",
        "0",
        "1",
        ";",
        "3",
        "8",
        "5",
        "\x1b[0m",
        "\x1b[0;32m",
        "\x1b[1;31m",
        "\x1b[m",
        "\x1b[8m",
    ),
    *(
        "\x1b[38;5;8m",
        "\x1b[0;33m",
        "\x1b[2K",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "ok: [web1]",
        "##[",
        "::",
        ":",
        "#",
    ),
    *(
        "é",
        "\u2028",
        "\u202e",
        "\x9b",
        "\x7f",
        "\ud800",
        "\ufeff",
        "\u00ad",
        "\u00a0",
        "\U0001f600",
        "\ufffe",
        "\0",
    ),
]
UNSEEN = r"(?:\x1b\[[0-9;]*m|[^\x20-\x7e])*"


def drawn(count: int) -> list[str]:
    chance = random.Random(14)
    return ["".join(chance.choices(PARTS, k=chance.randrange(14))) for _ in range(count)]


def plainly(text: str, *, colours: bool) -> list[str]:
    """`readable` by its closer look alone."""
    lines = defuse._HOSTILE.sub(picture, text.replace("\r\n", "\n")).split("\n")
    if not colours:
        return [defuse._SGR.sub("", line) for line in lines]
    closed, carried = [], ""
    for line in lines:
        coloured = carried + line
        carried = defuse._left_open(coloured)
        closed.append(coloured + RESET if carried else coloured)
    return closed


@pytest.mark.parametrize("colours", [True, False])
def test_a_text_is_made_readable_as_by_the_closer_look(*, colours: bool) -> None:
    for text in drawn(30_000):
        assert readable(text, colours=colours) == plainly(text, colours=colours), repr(text)


@settings(max_examples=300)
@given(hostile.text)
def test_any_text_is_made_readable_as_by_the_closer_look(text: str) -> None:
    for colours in (True, False):
        assert readable(text, colours=colours) == plainly(text, colours=colours)


def test_a_text_looks_like_a_command_as_by_the_closer_look() -> None:
    for text in drawn(30_000):
        closer = re.search(rf":{UNSEEN}:|#{UNSEEN}#{UNSEEN}\[", text) is not None
        assert looks_like_command(text) is closer, repr(text)


class Counted(io.BytesIO):
    """A stream that counts its writes."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, data: object) -> int:
        self.writes += 1
        return super().write(data)  # type: ignore[arg-type]


def test_what_is_held_is_written_together_in_order_and_bounded() -> None:
    stream = Counted()
    sink = Sink(stream)
    sink.write("first\n")
    sink.hold(on=True)
    for number in range(10):
        sink.write(f"{number}\n")
    assert stream.getvalue() == b"first\n"
    sink.hold(on=False)
    assert stream.getvalue() == b"first\n" + b"".join(b"%d\n" % number for number in range(10))
    assert stream.writes == 2
    sink.hold(on=True)
    for _ in range(100):
        sink.write("x" * 1_000)
    assert len(stream.getvalue()) > 64 * 1_000
    sink.write("last\n")
    sink.hold(on=False)
    assert stream.getvalue().endswith(b"xlast\n")
    sink.write("at once\n")
    assert stream.getvalue().endswith(b"last\nat once\n")


def test_the_last_moment_writes_what_is_held() -> None:
    stream = io.BytesIO()
    sink = Sink(stream)
    sink.hold(on=True)
    sink.write("held\n")
    sink.wait(0.1)
    assert stream.getvalue() == b"held\n"
