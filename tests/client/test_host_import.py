"""Hosts of files: what each form means, what is refused, and what of it has to be sent."""

from __future__ import annotations

import pytest

from aap_launcher.client.host_files import Wanted, form_of, hosts
from aap_launcher.client.host_import import Plan, body, chunks, plan
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.records import Record
from aap_launcher.errors import InvalidInput


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
    assert "a date" in faults("name,variables\nweb1,day: 2026-01-01\n", "csv")["line 2"]
    assert "ansible_port" in faults("web1:2222\n", "ini")["line 1"]
    assert [one.name for one in hosts("fe80::1\n", "ini")] == ["fe80::1"]
    with pytest.raises(InvalidInput, match="not valid CSV"):
        hosts("name\n" + "x" * 200_000, "csv")


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
    assert [len(one) for one in chunks(rows)] == [100, 100, 1]
    assert body(7, rows[:1]) == {
        "inventory": 7,
        "hosts": [{"name": "h0", "enabled": False, "variables": '{"ü": 1}'}],
    }
