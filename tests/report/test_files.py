"""Outputs, the result file and the JUnit report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aap_launcher.launcher.masking import hidden
from aap_launcher.models.findings import HostSummary, Reason
from aap_launcher.models.outcomes import Outcome, Verdict
from aap_launcher.report import junit, launched_outputs, outputs, result, summary
from aap_launcher.report.outputs import OUTPUTS
from tests.report import support
from tests.report.support import JOB, OUTCOME, changed, clean, outcomes

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "result-schema.json").read_text("utf-8"))
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip


def faults(value: Any, schema: Mapping[str, Any], at: str = "$") -> list[str]:
    """What of a document is against its schema: the words of JSON Schema that ours uses. An unknown field is one."""
    found: list[str] = []
    if "anyOf" in schema:
        tried = [faults(value, each, at) for each in schema["anyOf"]]
        return [] if [] in tried else tried[-1]
    if "const" in schema and value != schema["const"]:
        found.append(f"{at} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at} is {value!r}")
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        fits = any(isinstance(value, TYPES[name]) for name in names)
        if not fits or (isinstance(value, bool) and "boolean" not in names):
            found.append(f"{at} is {type(value).__name__}, not {names}")
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{at}.{name} is missing" for name in schema["required"] if name not in value]
        for name, inner in value.items():
            known = schema["properties"].get(name)
            found += faults(inner, known, f"{at}.{name}") if known else [f"{at}.{name} is not documented"]
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += faults(item, schema.get("items", {}), f"{at}[{index}]")
    return found


def test_the_check_of_the_schema_finds_faults() -> None:
    document = json.loads(result(clean(OUTCOME)))
    del document["seconds"]
    document |= {"schema": 2, "outcome": "cancelled", "exit_code": True, "new": 1, "job": {"id": "423"}}
    told = "\n".join(faults(document, SCHEMA))
    for word in ("$.schema", "cancelled", "$.exit_code", "$.new", "$.job.id", "$.job.name", "$.seconds"):
        assert word in told


@settings(max_examples=min(40, settings().max_examples))
@given(outcomes)
def test_the_result_file_is_what_its_schema_says(outcome: Outcome) -> None:
    assert faults(json.loads(result(clean(outcome)).encode()), SCHEMA) == []


def test_the_result_file_tells_everything() -> None:
    document = json.loads(result(clean(OUTCOME)))
    assert document["job"]["id"] == 423
    assert document["job"]["url"] == JOB.link
    assert document["artifacts"] == JOB.artifacts
    assert document["events"] == {
        "state": "partial",
        "received": 4019,
        "lost": 12,
        "missing": [[8, 18], [40, 40]],
    }
    assert document["failed_hosts"] == ["web2"]
    assert document["outputs"] == outputs(clean(OUTCOME))


# Outputs -----------------------------------------------------------------------------------------------------


@settings(max_examples=min(40, settings().max_examples))
@given(outcomes)
def test_every_output_is_always_there(outcome: Outcome) -> None:
    told = outputs(clean(outcome))
    assert list(told) == [output.name for output in OUTPUTS]
    assert all(isinstance(value, str) for value in told.values())


def test_outputs_of_a_failed_run() -> None:
    told = outputs(clean(OUTCOME))
    assert json.loads(told.pop("artifacts")) == JOB.artifacts
    assert json.loads(told.pop("host_summary"))["web2"] == {
        "ok": 2, "changed": 0, "failed": 1, "unreachable": 0, "skipped": 0, "rescued": 0, "ignored": 1,
    }  # fmt: skip
    assert told == {
        "job_id": "423",
        "job_type": "job",
        "job_url": JOB.link,
        "status": "failed",
        "outcome": "failed",
        "elapsed": "242.125",
        "failed_hosts": "web2",
        "events": "partial",
        "explanation": "1 of 2 hosts failed.",
    }
    assert launched_outputs(JOB) == {name: told[name] for name in ("job_id", "job_type", "job_url")}


def test_without_a_job_only_the_verdict_is_known() -> None:
    told = outputs(clean(Outcome(Verdict.REFUSED, 3, explanation="no")))
    assert {name: value for name, value in told.items() if value} == {
        "outcome": "refused",
        "events": "none",
        "explanation": "no",
    }


def test_failed_hosts_are_those_that_are_known_to_have_failed() -> None:
    hosts = (
        HostSummary("a", failed=1),
        HostSummary("b", unknown=1),
        HostSummary("c", unreachable=1),
        HostSummary("d", ok=1),
    )
    assert outputs(clean(changed(OUTCOME, hosts=hosts)))["failed_hosts"] == "a,c"


def test_large_outputs_stay_whole_json_with_the_worst_hosts() -> None:
    hosts = tuple(HostSummary(f"h{n}", ok=1, failed=int(n == 9_999)) for n in range(10_000))
    told = outputs(clean(changed(OUTCOME, hosts=hosts, job=replace(JOB, artifacts={"a": "x" * 600_000}))))
    kept = json.loads(told["host_summary"])
    assert len(told["host_summary"]) <= 256 * 1024
    assert next(iter(kept)) == "h9999"
    assert told["artifacts"] == ""


# Secrets -----------------------------------------------------------------------------------------------------


def hide(text: str) -> str:
    return text.replace("S3cret", "***").replace("8675309", "***")


@settings(max_examples=min(40, settings().max_examples))
@given(outcomes, st.data())
def test_a_secret_lands_in_no_report(outcome: Outcome, data: st.DataObject) -> None:
    texts = (
        outcome.explanation,
        *(failure.message for failure in outcome.findings.failures),
        *(host.host for host in outcome.findings.hosts),
    )
    spoiled = changed(
        outcome,
        explanation=f"{texts[0]}S3cret",
        own="S3cret",
        reasons=(Reason("controller", "S3cret", ("S3cret",)),),
        failures=tuple(
            replace(failure, message="S3cret\nS3cret", task="S3cret", line="S3cret", doubt="S3cret")
            for failure in outcome.findings.failures
        ),
        hosts=tuple(replace(host, host="S3cret") for host in outcome.findings.hosts),
        cases=tuple(replace(case, output="S3cret", task="S3cret") for case in outcome.findings.cases),
        shown=(("limit", "S3cret"),),
        job=replace(
            JOB, name="S3cret", artifacts={"S3cret": [{"deep": ["S3cret", 8675309]}]}, traceback="S3cret"
        ),
    )
    safe = hidden(spoiled, hide)
    for text in (summary(safe), result(safe), junit(safe), *outputs(safe).values()):
        assert "S3cret" not in text
        assert "8675309" not in text


def test_hiding_keeps_what_later_steps_need() -> None:
    safe = hidden(OUTCOME, lambda text: "***" if text in {"423", "failed", "job", JOB.link} else text)
    told = outputs(safe)
    assert (told["job_id"], told["status"], told["job_type"], told["job_url"]) == (
        "423",
        "failed",
        "job",
        JOB.link,
    )
    assert safe.log == OUTCOME.log


def test_artifacts_that_json_does_not_know_or_python_cannot_walk_are_tamed() -> None:
    deep: Any = "end"
    for _ in range(900):
        deep = [deep]
    safe = clean(
        changed(
            OUTCOME, job=replace(JOB, artifacts={"deep": deep, "nan": math.nan, "yes": True, "none": None})
        )
    )
    told = json.loads(outputs(safe)["artifacts"])
    assert (told["nan"], told["yes"], told["none"]) == ("nan", True, None)
    assert '"..."' in outputs(safe)["artifacts"]


# JUnit -------------------------------------------------------------------------------------------------------


def test_a_suite_per_play_and_a_case_per_task_and_host() -> None:
    root = ET.fromstring(junit(clean(OUTCOME)).encode())
    deploy, tidy = root
    assert deploy.attrib == {
        "name": "Deploy", "tests": "4", "failures": "1", "errors": "0", "skipped": "1", "time": "2.750",
        "timestamp": "2026-01-01T10:00:00",
    }  # fmt: skip
    assert [(case.get("name"), [child.tag for child in case]) for case in deploy] == [
        ("probe · web2", ["system-out"]),
        ("web : Restart · web2", ["failure"]),
        ("web : Restart · web1", []),
        ("only on db · web1", ["skipped"]),
    ]
    failure = deploy[1][0]
    assert (failure.get("message"), failure.text) == (
        "Unable to start shop",
        "Unable to start shop\n\nfatal: [web2]",
    )
    assert tidy[0][0].tag == "error"


@settings(max_examples=min(40, settings().max_examples))
@given(outcomes)
def test_the_report_is_well_formed_and_counts_right(outcome: Outcome) -> None:
    root = ET.fromstring(junit(clean(outcome)).encode("utf-8"))
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite) > 0
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(word, "")) == len(suite.findall(f"testcase/{tag}"))
    red = root.findall(".//failure") + root.findall(".//error")
    assert red or outcome.verdict.good


@pytest.mark.parametrize(("verdict", "tags"), [(Verdict.SUCCESSFUL, []), (Verdict.CANCELED, ["failure"])])
def test_a_run_without_events_is_one_case_with_the_verdict(verdict: Verdict, tags: list[str]) -> None:
    root = ET.fromstring(junit(clean(changed(OUTCOME, verdict=verdict, cases=()))))
    (case,) = root.findall("testsuite/testcase")
    assert case.get("name") == "job 423"
    assert [child.tag for child in case] == tags


def test_a_canceled_run_is_red_although_each_task_that_ran_was_good() -> None:
    cases = tuple(case for case in support.OUTCOME.findings.cases if case.kind == "changed")
    root = ET.fromstring(junit(clean(changed(OUTCOME, verdict=Verdict.CANCELED, cases=cases))))
    assert [suite.get("failures") for suite in root] == ["0", "1"]
