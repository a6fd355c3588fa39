"""The pictures of the docs: closed groups, hanging lines, a cast that shows what came when."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.pictures.drawing import HEIGHT, WIDTH, Moment, cast, still
from docs.pictures.recording import played, record
from sandbox.running.runner_log import RunnerLog

PICTURES = Path(__file__).resolve().parents[2] / "docs/pictures"
RAW = [
    "::group::TASK [a]",
    "ok: [web1]",
    "::stop-commands::x",
    "::error::no",
    "::x::",
    "::endgroup::",
    "FAILED",
]


def shown(svg: str) -> list[str]:
    """The rows of text of a picture, from the top."""
    rows: dict[float, str] = {}
    for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if element.get("clip-path"):
            row = rows.setdefault(float(element.get("y", "0")), "")
            column = round(float(element.get("x", "0")) / 12.2)
            rows[float(element.get("y", "0"))] = row.ljust(column) + "".join(element.itertext())
    return [rows[row].replace("\xa0", " ").rstrip() for row in sorted(rows)]


def test_closed_groups_show_their_titles_and_what_stands_between_them() -> None:
    assert list(RunnerLog(closed=True).show(RAW)) == ["\x1b[1m▸ TASK [a]\x1b[0m", "FAILED"]
    assert list(RunnerLog().show(RAW)) == [
        "\x1b[1m▼ TASK [a]\x1b[0m",
        "  ok: [web1]",
        "  ::error::no",
        "FAILED",
    ]


def test_of_an_annotation_the_log_shows_the_message_alone_as_the_runner_writes_it() -> None:
    raw = ["::error title=TASK [a] failed%3A no,file=x::no%0A(a.yml:3)", "::warning::w"]
    assert list(RunnerLog().show(raw)) == [
        "\x1b[31mError: no\n(a.yml:3)\x1b[0m",
        "\x1b[33mWarning: w\x1b[0m",
    ]


def test_a_long_line_hangs_below_its_own_column_and_is_cut_between_words(tmp_path: Path) -> None:
    said = " ".join(["word"] * 40)
    still(tmp_path / "x.svg", "x", [f"failed     {said}", said, f"  {said}"])
    rows = shown((tmp_path / "x.svg").read_text(encoding="utf-8"))
    assert [len(row) - len(row.lstrip()) for row in rows] == [0, 11, 0, 2, 2, 4]
    assert all(set(row.split()) <= {"failed", "word"} and len(row) <= WIDTH for row in rows)
    assert " ".join(rows).count("word") == 120


def test_a_cast_shows_the_end_where_nothing_moves_and_scrolls_only_a_full_screen(tmp_path: Path) -> None:
    lines = [f"line {n}" for n in range(50)]
    moments = [Moment(0, 1, ""), Moment(2, 10, "▸ live"), Moment(12, 50, "")]
    cast(tmp_path / "x.svg", "x", lines, moments)
    drawn = (tmp_path / "x.svg").read_text(encoding="utf-8")
    ET.fromstring(drawn)
    downs = {
        name: [round(float(down) / 24.4) for down in re.findall(r"translateY\((-?[\d.]+)px\)", style)]
        for name, style in re.findall(r"@keyframes (x-\w+) \{(.*)", drawn)
    }
    full = HEIGHT - 1
    assert downs == {
        "x-log": [0, 0, full - 50, full - 50],
        "x-rest": [1, 10, full, full],
        "x-live": [0, -1, 0, 0],
    }
    assert "10.000% {" in drawn, "of the 12 seconds and the 8 that it stands still"
    assert f".x-log {{ transform: translateY({(full - 50) * 24.4:.1f}px)" in drawn


def test_what_a_process_does_on_its_terminal_is_recorded_with_the_live_line_apart(tmp_path: Path) -> None:
    program = (
        "import sys, time, os\n"
        "w = lambda text: (sys.stdout.write(text), sys.stdout.flush(), time.sleep(0.12))\n"
        "w('one\\n'); w('\\r\\x1b[2Klive 1'); w('\\r\\x1b[2Ktwo\\nlive 2'); w('\\r\\x1b[2K')\n"
        "w(str(os.get_terminal_size().columns) + '\\n')\n"
    )
    lines, moments = played("$ x", record([sys.executable, "-c", program], tmp_path, {"TERM": "xterm"}))
    assert lines == ["$ x", "one", "two", str(WIDTH)]
    assert [(moment.lines, moment.live) for moment in moments] == [
        (1, ""),
        (2, ""),
        (2, "live 1"),
        (3, "live 2"),
        (3, ""),
        (4, ""),
    ]
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)


@pytest.mark.parametrize("picture", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.stem)
def test_every_log_in_the_docs_is_at_most_a_screen_high_and_cuts_no_word(picture: Path) -> None:
    drawn = picture.read_text(encoding="utf-8")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    assert box is not None
    assert float(box[2]) <= 1100, "40 rows"
    assert "127.0.0.1" not in drawn
    assert "▼" not in drawn


def test_every_picture_is_shown_by_a_page() -> None:
    pages = "".join(
        path.read_text(encoding="utf-8")
        for path in (PICTURES.parents[1] / "README.md", *PICTURES.parent.glob("*.md"))
    )
    for picture in (path.name for path in PICTURES.iterdir() if path.suffix in {".svg", ".png"}):
        assert f"pictures/{picture})" in pages, picture
