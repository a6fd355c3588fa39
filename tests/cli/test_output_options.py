"""What is shown and how, and what leaves by which stream: without a controller."""

from __future__ import annotations

import builtins
import io
import json
from typing import Any

import pytest

from aap_launcher.cli.output_formats import Form
from aap_launcher.cli.output_options import check_columns, chosen_output
from aap_launcher.cli.resource_wiring import Desk
from aap_launcher.cli.screen import Screen
from aap_launcher.cli.signals import ProcessSignals
from aap_launcher.client import fields
from aap_launcher.client.kinds import KINDS
from aap_launcher.errors import Forbidden, InvalidInput, Problem, Refused

ROWS: list[dict[str, Any]] = [
    {"id": 12, "name": "pin 1234", "on": True},
    {"id": 1234, "name": "x\x1b[2J", "on": False},
]


class Streams:
    def __init__(self) -> None:
        self.out, self.err = io.BytesIO(), io.BytesIO()
        self.screen = Screen(self.out, self.err)

    @property
    def data(self) -> str:
        return self.out.getvalue().decode()

    @property
    def words(self) -> str:
        return self.err.getvalue().decode()


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.mark.parametrize("form", list(Form))
def test_a_secret_leaves_in_no_form_and_an_id_that_looks_like_it_stays(streams: Streams, form: Form) -> None:
    streams.screen.mask(["1234"])
    assert (
        chosen_output({"output": str(form), "columns": None, "jq": None}, usual=("id", "name")).many(
            streams.screen, ROWS
        )
        == 0
    )
    if form is not Form.ID:
        assert "pin ***" in streams.data
        assert "pin 1234" not in streams.data
    if form is not Form.NAME:
        assert "1234" in streams.data, "the id"
    if form is Form.JSON:
        assert [row["id"] for row in json.loads(streams.data)] == [12, 1234]


def test_a_secret_is_hidden_from_an_expression_too(streams: Streams) -> None:
    streams.screen.mask(["1234"])
    chosen_output({"jq": ".name"}).many(streams.screen, ROWS)
    assert streams.data.splitlines()[0] == "pin ***"


def test_columns_choose_in_machine_forms_as_well(streams: Streams) -> None:
    chosen_output({"output": "jsonl", "columns": "on, id"}).many(streams.screen, ROWS)
    assert streams.data == '{"on":true,"id":12}\n{"on":false,"id":1234}\n'


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": "id", "output": "id"}, "would be ignored"),
        ({"columns": "id", "jq": "."}, "would be ignored"),
        ({"output": "tsv", "jq": "."}, "would be ignored"),
        ({"columns": " , "}, "is empty"),
        ({"columns": "id,,name"}, "names nothing"),
        ({"jq": ".["}, "--jq"),
    ],
)
def test_what_would_be_ignored_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        chosen_output(given)


def test_what_has_no_name_is_not_listed_by_name() -> None:
    with pytest.raises(InvalidInput, match="have no name"):
        chosen_output({"output": "name"}, name="")


def test_a_column_that_is_no_field_is_refused_with_the_near_miss() -> None:
    check_columns(["id", "summary_fields.organization.name", "related.labels"], ["id", "name"])
    with pytest.raises(InvalidInput, match=r'no field "nmae"\. Did you mean "name"'):
        check_columns(["id", "nmae"], ["id", "name"])


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (
            "inventory.nmae",
            r'"inventory\.nmae": inventory has no parts\. Write summary_fields\.inventory\.name',
        ),
        ("inventory.id", r"Write summary_fields\.inventory\.id"),
        ("enabled.x", r"enabled has no parts\.$"),
    ],
)
def test_a_part_of_what_has_none_is_refused_before_anything_is_asked(column: str, told: str) -> None:
    hosts = fields.shape(KINDS["hosts"]).fields
    with pytest.raises(InvalidInput, match=told):
        check_columns(["id", column], hosts)
    check_columns(["variables.app", "summary_fields.inventory.name"], hosts)


NESTED: list[dict[str, Any]] = [
    {"id": 1, "summary_fields": {}},
    {"id": 2, "summary_fields": {"organization": {"name": "Retail", "id": 4}}, "limit": None},
]


@pytest.mark.parametrize("form", [form for form in Form if form not in {Form.ID, Form.NAME}])
@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("summary_fields.organization.nmae", 'Did you mean "name"?'),
        ("summary_fields.organisation.name", 'Did you mean "organization"?'),
        ("id.x", 'nothing shown has "id.x"'),
    ],
)
def test_a_path_that_no_row_has_prints_no_blank_column_in_silence(
    streams: Streams, form: Form, column: str, told: str
) -> None:
    asked = chosen_output({"output": str(form), "columns": f"id,{column}", "jq": None})
    assert asked.many(streams.screen, NESTED) == InvalidInput.exit_code
    assert f'--columns: nothing shown has "{column}"' in streams.words
    assert told in streams.words
    assert asked.one(streams.screen, NESTED[1]) == InvalidInput.exit_code


def test_a_path_that_some_row_has_is_fine_and_a_field_that_none_has_is_told(streams: Streams) -> None:
    given = {"output": "tsv", "columns": "id,summary_fields.organization.name,limit", "jq": None}
    assert chosen_output(given).many(streams.screen, NESTED) == 0
    assert streams.words == ""
    assert chosen_output({**given, "columns": "id,job_args"}).many(streams.screen, NESTED) == 0
    assert 'nothing shown has "job_args"' in streams.words
    assert chosen_output({**given, "columns": "a.b"}).many(streams.screen, []) == 0


def test_jq_that_is_not_installed_is_told_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_jq(name: str, *rest: Any) -> Any:
        if name == "jq":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_jq)
    with pytest.raises(InvalidInput, match=r"pip install jq"):
        chosen_output({"jq": "."})


def test_words_go_to_stderr_harmless_and_masked(streams: Streams) -> None:
    streams.screen.mask(["s3cret!"])
    streams.screen.say("token s3cret!\x1b]0;owned\x07\nsecond line")
    assert streams.data == ""
    assert streams.words == "aap-launcher: token ***␛]0;owned␇\nsecond line\n"


def test_problems_stand_below_the_sentence_and_the_controllers_words_are_not_said_twice(
    streams: Streams,
) -> None:
    streams.screen.refuse(
        InvalidInput("1 filter is not usable.", [Problem("nmae", "is no field", 'Did you mean "name"?')])
    )
    assert streams.words.splitlines() == [
        "aap-launcher: 1 filter is not usable.",
        "  nmae  is no field",
        '        Did you mean "name"?',
    ]
    streams.err.seek(0)
    streams.err.truncate()
    streams.screen.refuse(Forbidden("host 5: refused: name: taken", [Problem("name", "taken")], status=400))
    assert streams.words == "aap-launcher: host 5: refused: name: taken\n"


def test_nobody_answers_where_there_is_no_terminal(streams: Streams) -> None:
    assert streams.screen.answers is False
    assert streams.screen.width is None
    assert streams.screen.ask("Go on?") is False


@pytest.mark.parametrize("begun", [True, False])
def test_a_refusal_after_the_first_rows_is_no_row_of_the_list(streams: Streams, *, begun: bool) -> None:
    desk = Desk({"output": "json"}, ProcessSignals())
    desk.screen = streams.screen
    if begun:
        desk.screen.data(["[\n  {}"])
    desk.refused(Refused("no", status=403, content={"detail": "no"}))
    assert ("detail" in streams.data) is not begun
    assert "no" in streams.words
