"""Every exchange with a real controller that a launcher can meet, sent to the sandbox.

`recorded/` holds the cases: a request, with the sandbox's own ids and names, and what AWX 24.6.1 answered to it.
A refusal must be word for word the same; of other answers the shape is compared, key by key and type by type.

Left out, because the sandbox does not have them: session cookies, workflows, slices, approvals, bulk, webhooks,
the websocket, schedules, notifications, the activity stream, hosts and groups, settings and metrics, jobs that
were reaped, and inventory updates. Observations over time have tests of their own in `test_running.py`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import Sandbox
from tests.sandbox.client import Client, client_of
from tests.sandbox.jobs import LOCKED, Jobs

pytestmark = pytest.mark.sandbox

HERE = Path(__file__).parent / "recorded"
SHAPES: dict[str, Any] = json.loads((HERE / "shapes.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = [
    case
    for file in sorted(HERE.glob("*.json"))
    if file.stem != "shapes"
    for case in json.loads(file.read_text(encoding="utf-8"))
]
# Their keys are data of the playbook or of the machine.
FREE = frozenset({"job_env", "event_data", "extra_vars", "artifacts", "host_status_counts", "inputs"})
# The sandbox links only to what it has, and says less about objects which a launch merely names.
PARTIAL = frozenset({"related", "summary_fields", "license_info"})
LESS_DETAIL = frozenset({"meta", "catalog", "prefix/v2_root", "prefix/config"})


@pytest.fixture(scope="session")
def examples(jobs: Jobs, bot: Client, admin: Client) -> dict[str, str]:
    """What the names in the cases' paths stand for."""
    jobs.running("canceled")
    bot.post(f"jobs/{jobs['canceled']}/cancel/")
    jobs.running("running")
    for name in ("ok", "mixed", "large", "timeout", "error", "dependency", "deleted", "canceled"):
        jobs.finished(name)
    admin.send("DELETE", f"/api/v2/jobs/{jobs['deleted']}/")
    explanation = str(bot.job(jobs["dependency"])["job_explanation"])
    update = explanation.rpartition('"job_id": "')[2].partition('"')[0]
    event = bot.events(jobs["mixed"], event="runner_on_unreachable")[0]["id"]
    return {
        **{name: str(number) for name, number in jobs.numbers.items()},
        "update": update,
        "event": str(event),
    }


@pytest.fixture(scope="session")
def gateway_examples(gateway: Sandbox) -> dict[str, str]:
    client = client_of(gateway)
    number = client.launch(LOCKED)
    client.finished(number)
    return {"ok": str(number), "event": str(client.events(number)[-1]["id"])}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_answers_as_recorded(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    prefixed = case["name"].startswith("prefix/")
    box: Sandbox = request.getfixturevalue("gateway" if prefixed else "box")
    numbers: dict[str, str] = request.getfixturevalue("gateway_examples" if prefixed else "examples")
    client = Client(box, _authorization(case))
    numbers = {**numbers, "token": _own_token(box, case)}
    response = _send(client, case, numbers)
    _cancel_launched(box, response)
    assert response.status_code == case["status"], response.text
    _compare_headers(case["headers"], response, numbers)
    _compare_body(case, response)


def _cancel_launched(box: Sandbox, response: requests.Response) -> None:
    """Before its playbook is started: what a launch answers is all that matters here."""
    if response.status_code == 201 and "job" in response.json():
        box.runs.cancel(box.state.jobs[response.json()["job"]])


def _authorization(case: dict[str, Any]) -> str | None:
    who = case["as"]
    if who is None:
        return None
    scheme, _, rest = who.partition(":")
    if not rest:
        return f"Bearer {who}-token"
    if scheme.lower() == "basic" and ":" in rest:
        return requests.auth._basic_auth_str(*rest.split(":", 1))
    return f"{scheme} {rest}"


def _own_token(box: Sandbox, case: dict[str, Any]) -> str:
    user = box.state.catalog.user("ci-bot")
    assert user
    return str(box.state.new_token(user).id) if "{token}" in case["path"] else ""


def _send(client: Client, case: dict[str, Any], numbers: dict[str, str]) -> requests.Response:
    path = _filled(case["path"], numbers)
    options: dict[str, Any] = {"params": case.get("query", {})}
    headers = {"Accept": case.get("accept", "application/json")}
    if "text" in case:
        options["data"] = case["text"]
        headers["Content-Type"] = case["content_type"]
    elif "body" in case:
        options["json"] = _unpacked(case["body"])
    return client.send(case["method"], path, headers=headers, **options)


def _unpacked(value: Any) -> Any:
    """Long texts are written as `{"$repeat": [text, times]}`."""
    if isinstance(value, dict) and "$repeat" in value:
        text, times = value["$repeat"]
        return text * times
    return {key: _unpacked(one) for key, one in value.items()} if isinstance(value, dict) else value


def _filled(text: str, numbers: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: numbers[found[1]], text)


def _compare_headers(expected: dict[str, Any], response: requests.Response, numbers: dict[str, str]) -> None:
    """An N stands for the number of something new."""
    for name, value in expected.items():
        got = response.headers.get(name)
        if isinstance(value, bool):
            assert (got is not None) == value, name
        else:
            pattern = re.escape(_filled(value, numbers)).replace("N", r"(\d+|N)")
            assert re.fullmatch(pattern, got or ""), (name, got)


def _compare_body(case: dict[str, Any], response: requests.Response) -> None:
    if "answer" in case:
        assert response.json() == case["answer"]
    if "answer_text" in case:
        assert response.text == case["answer_text"]
    if "answer_pattern" in case:
        assert re.search(case["answer_pattern"], response.text)
    if case.get("empty"):
        assert response.text == ""
    if "ignored_fields" in case:
        assert response.json()["ignored_fields"] == case["ignored_fields"]
    if "shape" in case:
        partial = bool(LESS_DETAIL & {case["name"], case["name"].partition("/")[0]})
        problems = list(_differences(SHAPES[case["shape"]], response.json(), "", partial=partial))
        assert not problems


def _differences(shape: Any, value: Any, where: str, *, partial: bool) -> Iterator[str]:
    """What is missing, what is more, and what is of another type. A null may stand for anything."""
    if value is None or shape == "null":
        return
    if _type(value) != (shape if isinstance(shape, str) else _type(shape)):
        yield f"{where}: {_type(value)} instead of {shape}"
    elif isinstance(shape, dict):
        yield from _differences_in_object(shape, value, where, partial=partial)
    elif isinstance(shape, list) and shape and value:
        yield from _differences(shape[0], value[0], f"{where}[]", partial=partial)


def _differences_in_object(
    shape: dict[str, Any], value: dict[str, Any], where: str, *, partial: bool
) -> Iterator[str]:
    name = where.rpartition(".")[2]
    if name in FREE:
        return
    if name not in PARTIAL:
        if not partial:
            yield from (f"{where}.{key}: missing" for key in shape.keys() - value.keys())
        yield from (f"{where}.{key}: not in the recording" for key in value.keys() - shape.keys())
    for key in shape.keys() & value.keys():
        yield from _differences(shape[key], value[key], f"{where}.{key}", partial=partial)


def _type(value: Any) -> str:
    names = {bool: "bool", int: "number", float: "number", str: "text", dict: "object", list: "list"}
    return names[type(value)]
