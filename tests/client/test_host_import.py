"""Hosts of files: what each form means, what is refused, and what of it has to be sent."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aap_launcher.client.batches import in_pieces
from aap_launcher.client.host_files import Wanted, form_of, hosts
from aap_launcher.client.host_import import Plan, bulk_body, plan
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.records import Record
from aap_launcher.errors import InvalidInput, Refused


def record(number: int, name: str, **content: object) -> Record:
    given = {"id": number, "name": name, "enabled": True, "description": "", "variables": ""} | content
    return Record(given, KINDS["hosts"])


def faults(text: str, form: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        hosts(text, form)
    return {one.field: one.fault for one in caught.value.problems}


def test_a_csv_has_fields_and_every_other_column_is_a_variable_as_text() -> None:
    text = 'name,description,enabled,port,variables\nweb1,"a, b",no,0644,\n\nweb2,,,,"{""a"": 1}"\n'
    assert hosts(text, "csv") == [
        Wanted("web1", "line 2", {"description": "a, b", "enabled": False}, {"port": "0644"}),
        Wanted("web2", "line 4", {}, {"a": 1}),
    ]


def test_every_line_that_is_wrong_is_told_at_once() -> None:
    text = (
        "name,enabled,variables,a\nweb1,maybe,,\nweb2,,[1],\nweb3,,\n,,,x\nweb5,,a: 1,2\nweb6,,,\nweb6,,,\n"
    )
    told = faults(text, "csv")
    assert list(told) == ["line 2", "line 3", "line 4", "line 5", "line 6", "line 8"]
    assert "neither true nor false" in told["line 2"]
    assert "stands in line 7 already" in told["line 8"]


@pytest.mark.parametrize("text", ["", "host\nweb1\n", "name,name\nweb1,web2\n", "name,\nweb1,x\n", "name\n"])
def test_a_csv_without_a_usable_header_or_a_host_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        hosts(text, "csv")


def test_json_lines_keep_types_and_refuse_a_field_that_no_host_has() -> None:
    found = hosts('{"name": "web1", "enabled": false, "variables": {"port": 8080}}\n', "jsonl")
    assert found == [Wanted("web1", "line 1", {"enabled": False}, {"port": 8080})]
    told = faults('{"nmae": "x"}\n[1]\n{"name": 5}\n{\n', "jsonl")
    assert 'Did you mean "name"' in told["line 1"]
    assert list(told) == ["line 1", "line 2", "line 3", "line 4"]


def test_an_inventory_has_groups_and_values_as_ansible_reads_them() -> None:
    text = "solo\n[web]  # front\nweb1 ansible_host=192.0.2.1 port=8080 mode=0644 on=True t='a b' # note\n[db]\nweb1 x=1\n; end\n"
    assert hosts(text, "ini") == [
        Wanted("solo", "line 1"),
        Wanted(
            "web1",
            "line 3",
            {},
            {"ansible_host": "192.0.2.1", "port": 8080, "mode": "0644", "on": True, "t": "a b", "x": 1},
            ("web", "db"),
        ),
    ]


def test_what_cannot_be_sent_as_it_stands_is_refused() -> None:
    assert "2026-01-01 without quotes" in faults("name,variables\nweb1,day: 2026-01-01\n", "csv")["line 2"]
    assert "ansible_port" in faults("web1:2222\n", "ini")["line 1"]
    assert [one.name for one in hosts("fe80::1\n", "ini")] == ["fe80::1"]
    with pytest.raises(InvalidInput, match="not valid CSV"):
        hosts("name\n" + "x" * 200_000, "csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name,description\nweb1,x\nweb2,"front\nweb3,y\nweb4,z\n', "opens in line 3 is never closed"),
        ('name,description\n"web1,x\nweb2,y\n', "opens in line 2 is never closed"),
        ('name,description\n"a ""b""",x\nweb2,"a""\n', "opens in line 3 is never closed"),
        ('name,description\nweb1,"front\nweb2,"back"\nweb3,z\n', "opens in line 2 is closed in the middle"),
        ('name,a,b\r\nweb1,"x\r\ny","z\r\nweb2,1,2\r\n', "opens in line 3 is never closed"),
        ('"name,description\nweb1,x\n', "opens in line 1 is never closed"),
    ],
)
def test_a_quote_that_is_not_closed_swallows_no_host(text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        hosts(text, "csv")


def test_a_row_of_several_lines_is_told_by_its_first() -> None:
    assert list(faults('name,description\nweb1,"a\nb"\nweb1,"c\nd"\n', "csv")) == ["line 4"]


@pytest.mark.parametrize("header", ["Name,name", "name,Enabled", "name,VARIABLES"])
def test_a_field_in_another_case_is_no_variable(header: str) -> None:
    with pytest.raises(InvalidInput, match="would be a variable: write"):
        hosts(f"{header}\nweb1,false\n", "csv")


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("m: 0644", 'variables.m: 0644 without quotes would arrive as 420. Write "0644" for the text'),
        ("v: 1.10", "variables.v: 1.10 without quotes would arrive as 1.1"),
        ("t: 12:30", "variables.t: 12:30 without quotes would arrive as 750"),
        ('"{""v"": 1.10}"', "variables.v: 1.10 without quotes would arrive as 1.1"),
        ('"a: {b: [1, 0x1F]}"', "variables.a.b[1]: 0x1F without quotes would arrive as 31"),
        ('"a: 1\na: 2"', "the key a twice"),
        ('"{""a"": 1, ""a"": 2}"', "the key a twice"),
        ('"{""a"": ""\\u0000""}"', "a: holds a NUL"),
        ('"{""a"": ""\\ud800""}"', "a: holds half of a surrogate pair"),
    ],
)
def test_variables_of_a_cell_are_not_changed_on_their_way(cell: str, told: str) -> None:
    assert told in faults(f"name,variables\nweb1,{cell}\n", "csv")["line 2"]


def test_a_secret_of_a_cell_is_not_shown() -> None:
    told = faults("name,variables\nweb1,db_password: 0644\n", "csv")["line 2"]
    assert "variables.db_password" in told
    assert "0644" not in told
    assert "420" not in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"name": "a", "name": "b"}', 'the key "name" stands twice'),
        ('{"name": "a", "variables": {"x": 1, "x": 2}}', 'the key "x" stands twice'),
        ('{"name": "a", "variables": {"x": [{"y": 1, "y": 2}]}}', 'the key "y" stands twice'),
        ('{"name": "a", "variables": {"x": 1.10}}', "variables.x: 1.10 without quotes would arrive as 1.1"),
        ('{"name": "a", "variables": {"x": 1e400}}', "too large"),
        ('{"name": "a", "variables": {"x": NaN}}', "NaN"),
        ('{"name": "a", "variables": {"x": "\\u0000"}}', "variables.x: holds a NUL"),
        ('{"name": "a", "variables": {"\\u0000": 1}}', "holds a NUL"),
        ('{"name": "a", "variables": {"x": "\\ud800"}}', "variables.x: holds half of a surrogate pair"),
        ('{"name": "a", "description": "\\ud800"}', "description: holds half of a surrogate pair"),
        ('{"name": "a\\u0000"}', "no line breaks and control characters"),
        ('{"name": "a\\ud800"}', "no line breaks and control characters"),
        ('{"name": "a\\nb"}', "no line breaks and control characters"),
    ],
)
def test_json_lines_drop_no_key_and_send_no_nul(line: str, told: str) -> None:
    assert told in faults(f'{{"name": "ok"}}\n{line}\n', "jsonl")["line 2"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "ini"])
def test_a_nul_in_a_file_of_hosts_is_told_with_its_line(form: str) -> None:
    with pytest.raises(InvalidInput, match="line 2 holds a NUL"):
        hosts("name,a\nweb1,\0\n", form)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (
            "web1 v=1.10\n",
            1,
            "v: 1.10 would arrive as 1.1. Write '\"1.10\"' for the text, 1.1 for the number",
        ),
        ("web1 v=0x1F\n", 1, "0x1F would arrive as 31"),
        ("web1 v=1_000\n", 1, "1_000 would arrive as 1000"),
        ("web1 v='[1, 2.50]'\n", 1, '2.50 would arrive as 2.5. Write "2.50" for the text'),
        ("web1 v=\"{'a': 1, 'a': 2}\"\n", 1, "the key a twice"),
        ("web1 a=1 a=2\n", 1, "gives a twice"),
        ("[x]\nweb1 a=1\n[y]\nweb1 a=2\n", 4, "another a in line 2"),
    ],
)
def test_an_inventory_loses_no_variable_and_changes_none(text: str, line: int, told: str) -> None:
    assert told in faults(text, "ini")[f"line {line}"]


def test_an_inventory_may_say_the_same_twice() -> None:
    (one,) = hosts("[x]\nweb1 a=1 v='\"1.10\"' n=-5 f=1.5 t=True\n[y]\nweb1 a=1\n", "ini")
    assert one.variables == {"a": 1, "v": "1.10", "n": -5, "f": 1.5, "t": True}


def test_variables_that_stand_there_are_not_changed_by_writing_them_anew() -> None:
    there = {"x": record(1, "x", variables="mode: 0644\nb: 1")}
    with pytest.raises(InvalidInput, match="mode: 0644 without quotes"):
        plan([Wanted("x", "line 1", {}, {"b": 2})], there, {})
    assert plan([Wanted("x", "line 1", {}, {"b": 1})], there, {}).unchanged == 1


def test_a_line_ends_at_its_line_feed_alone() -> None:
    (one,) = hosts('{"name": "web1", "description": "a\u2028b"}\r\n', "jsonl")
    assert one.fields == {"description": "a\u2028b"}


@pytest.mark.parametrize(
    "line", ["[web:vars]", "[web:children]", "web[1:3]", "a=1", "web1 port", "web1 't", "[x"]
)
def test_what_an_import_would_read_otherwise_than_ansible_is_refused(line: str) -> None:
    assert list(faults(f"ok\n{line}\n", "ini")) == ["line 2"]


def test_the_form_is_told_by_name_or_first_character_and_never_guessed() -> None:
    assert [form_of(name, "") for name in ("a.csv", "B.INI", "c.jsonl")] == ["csv", "ini", "jsonl"]
    assert form_of("-", ' {"name": "x"}') == "jsonl"
    with pytest.raises(InvalidInput, match="--format"):
        form_of("-", "name\nweb1\n")


def test_only_what_differs_is_sent_and_other_variables_stay() -> None:
    there = {
        "same": record(1, "same", variables="a: 1\nb: 2"),
        "other": record(2, "other", variables='{"a": 1, "b": 2}', enabled=False),
        "typed": record(3, "typed", variables="a: true"),
    }
    wanted = [
        Wanted("same", "1", {"enabled": True}, {"a": 1}),
        Wanted("other", "2", {"enabled": True}, {"a": 3}),
        Wanted("typed", "3", {}, {"a": 1}),
        Wanted("new", "4", {}, {}, ("web",)),
    ]
    found = plan(wanted, there, {"web": frozenset({"same"})})
    assert found == Plan(
        [wanted[3]],
        [
            (2, "other", {"enabled": True, "variables": {"a": 3, "b": 2}}),
            (3, "typed", {"variables": {"a": 1}}),
        ],
        1,
        {"web": ["new"]},
    )
    assert plan(wanted[:1], there, {}) == Plan(unchanged=1, create=[], update=[])


def test_variables_that_are_no_mapping_are_never_overwritten() -> None:
    for variables in ("- a list", "day: 2026-01-01"):
        with pytest.raises(InvalidInput, match="by hand"):
            plan([Wanted("x", "line 1", {}, {"a": 1})], {"x": record(1, "x", variables=variables)}, {})
    assert plan([Wanted("x", "line 1")], {"x": record(1, "x", variables="- a list")}, {}).unchanged == 1


def test_a_group_that_is_called_like_a_host_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is a group"):
        plan([Wanted("web", "line 1", {}, {}, ("web",))], {}, {})


def test_hosts_are_made_a_hundred_a_call_with_variables_as_text() -> None:
    rows = [Wanted(f"h{number}", "", {"enabled": False}, {"ü": 1}) for number in range(201)]
    assert [len(one) for one, _ in in_pieces(rows, len, "BULK_HOST_MAX_CREATE")] == [100, 100, 1]
    assert bulk_body(7, rows[:1]) == {
        "inventory": 7,
        "hosts": [{"name": "h0", "enabled": False, "variables": '{"ü": 1}'}],
    }


def test_a_lower_limit_is_found_by_halves_and_another_refusal_is_no_limit() -> None:
    sent: list[int] = []

    def send(piece: Sequence[int]) -> int:
        sent.append(len(piece))
        if len(piece) > 30:
            raise Refused("Number of hosts exceeds system setting BULK_HOST_MAX_CREATE", status=400)
        return piece[0]

    made = list(in_pieces(range(110), send, "BULK_HOST_MAX_CREATE"))
    assert [number for piece, _ in made for number in piece] == list(range(110))
    assert sent == [100, 50, 25, 25, 25, 25, 10]
    with pytest.raises(Refused):
        list(in_pieces(range(110), send, "BULK_JOB_MAX_LAUNCH"))
