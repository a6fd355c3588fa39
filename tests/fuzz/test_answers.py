"""Whatever a controller answers: a verdict or a message in bounded time, never a traceback, never a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aap_launcher.controller.connect import connect
from aap_launcher.controller.controller import Controller
from aap_launcher.errors import LauncherError
from aap_launcher.inputs.parsing import Connection
from tests.fakes import FakeClock, FakeSignals
from tests.site import URL, Answer, Answers, Site, answers, run, workflow_answers

# JSON as an answer may hold it, and as it should not.
VALUES = (
    "null", "true", "false", "0", "-1", "5", "1e308", "1e999", "123456789012345678901234567890", "9" * 5000, "0.1", "NaN",
    '""', '"x"', '"running"', '"\\u0000"', '"\\ud800"', '"//["', '"http://[::1"', '"https://evil.example/api/v2/jobs/5/"', '"/a b\\n?c=d e\\u0001"',
    '"\u2028\u202e\U0001f600"', "[]", "[null]", "[[]]", "[1,2]", "{}", '{"a":null}', '{"id":1,"id":"two"}', '[{"id":null}]', '[{"name":5}]',
    "[" * 3000 + "]" * 3000, '{"a":' * 3000 + "1" + "}" * 3000, '"' + "y" * 70_000 + '"',
    '{"results":[]}', '{"results":null}', '{"results":[1]}', '{"results":[{}]}', '{"detail":["a",{"b":[1]}]}',
    '"Previous Task Failed: {\\"job_type\\": \\"project_update\\", \\"job_name\\": \\"Shop\\", \\"job_id\\": \\"57\\"}"',
    '"Previous Task Failed: {\\"job_type\\": [], \\"job_id\\": 1e999}"', '"Previous Task Canceled: ' + "[" * 3000 + '"',
    '"successful"', '"failed"', '"canceled"', '"error"', '"pending"', '"bewildered"', '"2026-11-22T17:51:00Z"',
)  # fmt: skip
RAW = (
    b"", b"{", b"[]", b"null", b"<html>log in</html>", b"\xff\xfe", b'{"results": [', b"\x1f\x8b", b'{"a":1} {"a":2}', b'"\xed\xa0\x80"',
    b"[" * 100_000, b'{"results":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
)  # fmt: skip
HEADERS = (
    {"Content-Type": "text/html"}, {"Content-Type": ""}, {"Date": "yesterday"}, {"Date": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"Retry-After": "9" * 400}, {"Retry-After": "-1"}, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, {"Location": "//["},
    {"Location": "https://[evil"}, {"Location": "https://evil.example/login?next=/"}, {"X-API-Product-Version": "\x1b[2J::error::"},
    {"X-API-Product-Name": "AWX", "X-API-Product-Version": "9" * 300}, {"Content-Length": "-5"},
)  # fmt: skip
STATUSES = (200, 201, 202, 204, 301, 302, 400, 401, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504)
FLOWS: tuple[dict[str, str], ...] = (
    {"template": "Deploy", "token": "t", "inventory": "Shop", "limit": "web"},
    {"template": "12", "username": "ci-bot", "password": "p4ssw0rd", "extra_vars": "{a: 1}"},
    {"job": "5", "token": "t"},
    {"relaunch": "5", "relaunch_hosts": "failed", "token": "t"},
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
).map(json.dumps)
values = st.sampled_from(VALUES) | _json
_SPOT = "\x07spot\x07"


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from _places(inner, (*path, key))


def changed(body: Any, where: int, text: str) -> bytes:
    """The body with one of its values replaced by a JSON text."""
    copy = json.loads(json.dumps(body))
    places = list(_places(copy))
    *into, last = places[where % len(places)] or (None,)
    if last is None:
        return text.encode("utf-8", "replace")
    holder = copy
    for key in into:
        holder = holder[key]
    holder[last] = _SPOT
    return json.dumps(copy).replace(json.dumps(_SPOT), text).encode("utf-8", "replace")


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A controller of which up to three answers are not as they should be."""
    site = Site(draw(st.sampled_from([answers, workflow_answers]))(), pages=draw(st.booleans()))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(site.answers)))
        _spoil(draw, site.answers, path)
    return site


def _spoil(draw: st.DrawFn, found: Answers, path: str) -> None:
    answer: Answer = draw(st.sampled_from(found[path]))
    if answer.raw is not None:
        return
    for _ in range(draw(st.integers(0, 2))):
        body = answer.body if answer.raw is None else json.loads(answer.raw)
        answer.raw = changed(body, draw(st.integers(0, 400)), draw(values))
        try:
            json.loads(answer.raw)
        except (ValueError, RecursionError):
            break
    else:
        kind = draw(st.sampled_from(["none", "raw", "status", "headers"]))
        if kind == "raw":
            answer.raw = draw(st.sampled_from(RAW) | st.binary(max_size=20))
        elif kind == "status":
            answer.status = draw(st.sampled_from(STATUSES))
        elif kind == "headers":
            answer.headers = draw(st.sampled_from(HEADERS))
            answer.status = draw(st.sampled_from((200, 302, 429)))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(sites(), st.sampled_from(FLOWS), st.sampled_from(["github", "gitlab", "jenkins", "plain"]))
def test_no_answer_is_a_fault_of_ours(site: Site, flow: dict[str, str], provider: str) -> None:
    traced: list[str] = []
    reports = {"junit": "junit.xml", "result_file": "result.json", "timeout": "1h"}
    ended = run(site, flow | reports, provider=provider, trace=traced.append)
    told = "\n".join([line for line in traced if "Traceback" in line]) + ended.log
    assert ended.outcome.exit_code in {0, 1, 2, 3, 4, 5, 6}, told
    assert "Traceback (most recent call last)" not in told
    assert ended.log.strip()
    json.loads(ended.text("result.json"))
    if ended.outcome.exit_code:
        assert ended.outcome.explanation.strip(), told


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(sites())
def test_what_the_other_commands_ask_is_no_fault_either(site: Site) -> None:
    with site.serving():
        error = _error_of_the_other_commands()
    assert error is None or (error.exit_code != 70 and str(error).strip()), error


def _error_of_the_other_commands() -> LauncherError | None:
    connection = Connection(URL, token="t")
    try:
        controller = connect(
            Controller,
            connection,
            clock=FakeClock(),
            signals=FakeSignals(),
            tell=lambda _: None,
            mask=lambda _: None,
        )
        job = controller.find_job("5")
        controller.cancel(job)
        "".join(controller.output(job))
        controller.host_summaries(job)
    except LauncherError as error:
        return error
    return None


def test_a_page_that_never_moves_on_is_not_asked_for_without_a_pause() -> None:
    """A cache in front of the controller may answer the same full page for ever."""
    site = Site(answers(), pages=False)
    rows = [
        {**site.answers["GET /api/v2/jobs/5/job_events/"][0].body["results"][4], "counter": at}
        for at in range(1, 201)
    ]
    site.answers["GET /api/v2/jobs/5/job_events/"] = [Answer({"results": rows})]
    del site.answers["GET /api/v2/jobs/5/"][-1]
    ended = run(site, {"job": "5", "token": "t", "timeout": "10m"})
    assert ended.outcome.exit_code == 5
    assert len(site.asked) < 400


@pytest.mark.parametrize("text", VALUES)
def test_every_value_fits_into_an_answer(text: str) -> None:
    assert text.encode("utf-8", "replace") in changed({"a": [1, {"b": 2}]}, 3, text)
