"""Every exchange about workflows, approvals and slices that was recorded on AWX 24.6.1, sent to the sandbox.

`recorded_workflows/` holds them with the sandbox's own ids. Their order matters: approvals are decided and runs
are canceled on the way, and those marked `ended` look at what became of them. A refusal must be word for word the
same; of other answers the shape is compared key by key, and the values that do not depend on whose workflow it is.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import sandbox
from sandbox import Sandbox
from tests.runtimes import KEPT_RUNS
from tests.sandbox.client import client_of
from tests.sandbox.flows import (
    BROKEN,
    CHILD,
    EMPTY,
    MIXED,
    QUICK_APPROVAL,
    SLICED_TEMPLATE,
    SLOW,
    TIMEOUT_FLOW,
    Flows,
)

pytestmark = pytest.mark.sandbox

HERE = Path(__file__).parent / "recorded_workflows"
SHAPES: dict[str, Any] = json.loads((HERE / "shapes.json").read_text(encoding="utf-8"))
# Their keys are data of the playbook or of the machine.
FREE = frozenset({"job_env", "event_data", "extra_data", "extra_vars", "artifacts", "host_status_counts"})
# The sandbox links only to what it has, and not every run has been preceded by another.
PARTIAL = frozenset({"related", "summary_fields"})
# Stands in the summary of a canceled run only; whether there was one among the recorded is chance.
SOMETIMES = frozenset({"canceled_on"})


@pytest.fixture(scope="module")
def examples() -> Iterator[Flows]:
    with sandbox.start(speed=20, kept_runs=KEPT_RUNS) as box:
        flows = Flows(box)
        _launch_gates(flows)
        admin = Flows(box, "admin")
        flows.numbers |= {
            "slow": admin.launch(SLOW, extra_vars={"seconds": 600}),
            "child": flows.launch(CHILD),
            "timeout": flows.launch(TIMEOUT_FLOW),
            "broken": flows.launch(BROKEN),
            "mixed": admin.launch(MIXED),
            "empty": flows.launch(EMPTY),
        }
        flows.ended(flows.numbers["empty"])
        flows.numbers["slow_child"] = flows.job_of(flows.numbers["child"], "slow")
        flows.running(flows.numbers["slow_child"])
        flows.running(flows.job_of(flows.numbers["slow"], "first"))
        flows.numbers["inventory_update"] = admin.job_of(flows.numbers["mixed"], "refresh")
        admin.ended(flows.numbers["mixed"])
        flows.numbers["slices"] = _launch_slices(flows)
        yield flows


@pytest.fixture(scope="module")
def gateway_examples() -> Iterator[Flows]:
    with sandbox.start(speed=20, kept_runs=KEPT_RUNS, layout="gateway26") as box:
        flows = Flows(box)
        _launch_gates(flows)
        flows.numbers["slices"] = _launch_slices(flows)
        yield flows


def _launch_gates(flows: Flows) -> None:
    for name in ("", "_denied", "_canceled"):
        number = flows.launch(QUICK_APPROVAL)
        flows.numbers |= {f"gate{name}": number, f"approval{name}": flows.job_of(number, "gate")}


def _launch_slices(flows: Flows) -> int:
    return int(flows.client.post(f"job_templates/{SLICED_TEMPLATE}/launch/").json()["workflow_job"])


def test_workflows_answer_as_recorded(examples: Flows) -> None:
    assert "\n".join(_problems(examples, "exchanges")) == ""


def test_workflows_behind_the_gateway_answer_as_recorded(gateway_examples: Flows) -> None:
    assert "\n".join(_problems(gateway_examples, "gateway")) == ""


def _problems(flows: Flows, name: str) -> list[str]:
    cases: list[dict[str, Any]] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    found = []
    settled = False
    for case in cases:
        if case.get("ended") and not settled:
            _settle(flows)
            settled = True
        found += [
            f"{case['name']}: {problem}" for problem in _differences(case, _send(flows.box, flows, case))
        ]
    return found


def _settle(flows: Flows) -> None:
    """Until everything has ended that the last exchanges look at."""
    numbers = flows.numbers
    for name in ("gate", "gate_denied", "gate_canceled", "slow", "child", "timeout", "broken", "slices"):
        if name in numbers and not (name.startswith("gate") and flows.box.settings.gateway):
            flows.ended(numbers[name])
    numbers["slice"] = flows.nodes(numbers["slices"])[0]["job"]
    flows.client.finished(numbers["slice"])
    if "broken" in numbers:
        node = flows.node(numbers["broken"], "check")
        numbers |= {"checked": node["id"], "check": node["job"]}
        flows.client.finished(node["job"])


def _send(box: Sandbox, flows: Flows, case: dict[str, Any]) -> requests.Response:
    body = {"json": case["body"]} if "body" in case else {}
    path = case["path"].format(**flows.numbers)
    response = client_of(box, case["as"]).send(case["method"], path, params=case.get("query", {}), **body)
    if response.status_code == 201:  # its answer is all that counts
        box.runs.cancel(box.state.jobs[response.json()["id"]])
    return response


def _differences(case: dict[str, Any], response: requests.Response) -> Iterator[str]:
    if response.status_code != case["status"]:
        yield f"{response.status_code} instead of {case['status']}: {response.text[:200]}"
        return
    if response.headers.get("Content-Type") != case.get("content_type"):
        yield f"is {response.headers.get('Content-Type')}"
    if ("Location" in response.headers) != ("location" in case):
        yield "Location is missing, or should not be there"
    if "answer" in case and response.json() != case["answer"]:
        yield f"says {response.text}"
    if case.get("empty") and response.text:
        yield f"says {response.text}"
    if "shape" in case:
        yield from _shape_differences(SHAPES[case["shape"]], response.json(), "")
    for key, value in case.get("values", {}).items():
        if response.json()[key] != value:
            yield f"{key} is {response.json()[key]!r} instead of {value!r}"


def _shape_differences(shape: Any, value: Any, where: str) -> Iterator[str]:
    """What is missing, what is more, and what is of another type.

    A null may stand for anything; a key with a question mark was in some of the recorded rows only.
    """
    name = where.rpartition(".")[2]
    if value is None or shape == "null" or name in FREE:
        return
    if isinstance(shape, dict) and isinstance(value, dict):
        known = {key.removesuffix("?"): one for key, one in shape.items()}
        if name not in PARTIAL:
            always = {key for key in shape if not key.endswith("?")}
            yield from (f"{where}.{key} is missing" for key in always - value.keys())
            yield from (f"{where}.{key} was not recorded" for key in value.keys() - known.keys() - SOMETIMES)
        for key in known.keys() & value.keys():
            yield from _shape_differences(known[key], value[key], f"{where}.{key}")
    elif isinstance(shape, list) and isinstance(value, list):
        for one in value[:3] if shape else ():
            yield from _shape_differences(shape[0], one, f"{where}[]")
    elif shape != _type(value):
        yield f"{where} is {_type(value)} instead of {shape}"


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return {int: "number", float: "number", str: "text"}.get(type(value), type(value).__name__)
