from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aap_launcher.findings.messages import reason_of
from aap_launcher.models.events import EventData


def message(**res: Any) -> str:
    return reason_of(EventData(res=res)).text


def line(**res: Any) -> str:
    return reason_of(EventData(res=res)).line


@pytest.mark.parametrize(
    ("res", "told"),
    [
        ({"msg": "No package nginx"}, "No package nginx"),
        ({"msg": ["one", {"two": 2}]}, 'one\n{"two": 2}'),
        ({"msg": {"a": None}}, '{"a": null}'),
        ({"msg": "\x1b[31mred\x1b[0m\r\nnext"}, "red\nnext"),
        (
            {"msg": "non-zero return code", "rc": 3, "stderr": "a\nb\nc\nd\n\n"},
            "non-zero return code 3: d\n  a\n  b\n  c",
        ),
        (
            {"msg": "non-zero return code", "rc": 3, "stdout": "said here"},
            "non-zero return code 3: said here",
        ),
        ({"msg": "non-zero return code", "rc": 1, "stderr": "", "stdout": ""}, "non-zero return code 1"),
        ({"rc": 127, "stderr": "sh: no"}, "non-zero return code 127: sh: no"),
        (
            {"msg": "Failed to checkout", "rc": 1, "stderr": "error: pathspec\n"},
            "Failed to checkout\nerror: pathspec",
        ),
        ({"msg": "apt: no space", "rc": 1, "stderr": "no space\n"}, "apt: no space"),
        ({"msg": "Assertion failed", "assertion": "a == b"}, "Assertion failed\na == b"),
        (
            {
                "msg": "MODULE FAILURE\nSee stdout/stderr for the exact error",
                "exception": "Traceback\n  x\nKeyError: 'a'\n",
            },
            "MODULE FAILURE: KeyError: 'a'",
        ),
        (
            {"msg": "MODULE FAILURE: see stderr", "module_stderr": "sudo: no\n"},
            "MODULE FAILURE: see stderr: sudo: no",
        ),
        ({"msg": "MODULE FAILURE"}, "MODULE FAILURE"),
        ({"reason": "Could not find x.yml"}, "Could not find x.yml"),
        ({"exception": "T\nValueError: x"}, "ValueError: x"),
        ({"unreachable": True, "msg": "Failed to connect"}, "Failed to connect"),
        ({"failed": True}, "failed without a message"),
        ({}, "no message: the controller kept no result of it"),
    ],
)
def test_a_failure_is_told_in_the_modules_own_words(res: dict[str, Any], told: str) -> None:
    assert reason_of(EventData(res=res)).text == told


def test_what_no_log_hides_stays_hidden() -> None:
    assert (
        message(censored="the output has been hidden", msg="s3cret")
        == "the result is hidden: the task has no_log set"
    )
    items = [{"failed": True, "censored": "hidden", "msg": "s3cret", "item": "s3cret"}]
    assert "s3cret" not in message(msg="One or more items failed", results=items)


def test_a_loop_tells_its_failed_items_not_that_some_failed() -> None:
    items: list[Any] = [{"item": 1, "msg": ""}, {"item": 2, "failed": True, "msg": "no space"}]
    assert message(msg="One or more items failed", results=items) == "(item=2) no space"
    items += [{"_ansible_item_label": {"n": n}, "failed": True, "msg": "bad"} for n in range(7)]
    assert message(msg="All items completed", results=items).split("\n")[1:] == [
        '(item={"n": 0}) bad',
        '(item={"n": 1}) bad',
        '(item={"n": 2}) bad',
        '(item={"n": 3}) bad',
        "and 3 more items",
    ]


def test_a_result_that_the_controller_dropped_still_has_a_message() -> None:
    assert reason_of(EventData()).text == "no message: the controller kept no result of it"
    assert reason_of(EventData(res=["odd"])).text == "odd"


def test_a_message_is_bounded() -> None:
    assert len(message(msg="x" * 10_000_000)) == 2_000
    assert message(msg="x\n" * 100_000).count("\n") == 20


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
_KEYS = [
    "msg",
    "rc",
    "stderr",
    "stdout",
    "results",
    "exception",
    "censored",
    "failed",
    "item",
    "assertion",
    "reason",
]


@given(_JSON | st.dictionaries(st.sampled_from(_KEYS), _JSON | st.just([{"failed": 1, "msg": {}}])))
def test_whatever_a_module_returns_there_is_a_message(res: object) -> None:
    told = reason_of(EventData(res=res))
    assert 0 < len(told.text) <= 2_000
    assert 0 < len(told.line) <= 500
    assert "\n" not in told.line


@pytest.mark.parametrize("key", ["msg", "stderr", "results", "reason"])
@pytest.mark.parametrize("depth", [10, 400, 900])
def test_a_result_may_be_nested_deeper_than_a_stack(key: str, depth: int) -> None:
    """msgspec reads deeper than Python code that calls itself for each level; ansible-core before 2.19 sends it."""
    lists: object = "x"
    mappings: object = "x"
    for _ in range(depth):
        lists, mappings = [lists], {"a": mappings}
    for nested in (lists, mappings, [{"item": lists, "msg": mappings, "failed": True}]):
        assert line(**{key: nested}).strip()
