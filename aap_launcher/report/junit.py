"""A JUnit report: a suite per play, a case per task and host, by Jenkins' schema (junit-10.xsd).

A red run is never a green report: where no case failed, the launcher's verdict is a case of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from aap_launcher.models.findings import Case, CaseKind
from aap_launcher.models.outcomes import Clean, Outcome
from aap_launcher.text.visible import visible
from aap_launcher.text.words import one_line, shortened, without_escapes

_LONGEST_OUTPUT = 64 * 1024  # characters
_STARTED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_PLAIN = frozenset({"ok", "changed", "skipped"})


def junit(outcome: Clean) -> str:
    """The report's text, UTF-8. Ignored and rescued failures passed; their message is the case's output."""
    plays: dict[str, list[Case]] = {}
    for case in outcome.findings.cases:
        plays.setdefault(case.play, []).append(case)
    told = outcome.verdict.good or any(
        _fault(case.kind, counts=case.counts) for case in outcome.findings.cases
    )
    if not plays or not told:
        plays["aap-launcher"] = [*plays.get("aap-launcher", []), _verdict(outcome)]
    started = _STARTED.match(outcome.job.started if outcome.job else "")
    root = ET.Element("testsuites", name="aap-launcher")
    for play, cases in plays.items():
        _suite(root, play, cases, started[0] if started else "")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _verdict(outcome: Outcome) -> Case:
    name = outcome.job.label if outcome.job else "launch"
    good = outcome.verdict.good
    words = str(outcome.verdict).replace("_", " ")
    said = outcome.explanation or words
    return Case(
        "aap-launcher", name, "", "ok" if good else "failed", outcome.seconds, said, words, counts=not good
    )


def _suite(root: ET.Element, play: str, cases: Sequence[Case], started: str) -> None:
    faults = Counter(_fault(case.kind, counts=case.counts) for case in cases)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_attribute(play) or "play",
        tests=str(len(cases)),
        failures=str(faults["failure"]),
        errors=str(faults["error"]),
        skipped=str(sum(case.kind == "skipped" for case in cases)),
        time=_seconds(sum(case.seconds for case in cases)),
    )
    if started:
        suite.set("timestamp", started)
    for case in cases:
        _case(suite, case)


def _case(suite: ET.Element, case: Case) -> None:
    name = " · ".join(part for part in (_attribute(case.task) or "task", _attribute(case.host)) if part)
    element = ET.SubElement(
        suite, "testcase", name=name, classname=_attribute(case.play) or "play", time=_seconds(case.seconds)
    )
    if case.kind == "skipped":
        ET.SubElement(element, "skipped")
    elif tag := _fault(case.kind, counts=case.counts):
        fault = ET.SubElement(element, tag, message=_attribute(case.message), type=case.kind)
        fault.text = _text("\n\n".join(filter(None, [case.message, case.doubt, case.output])))
    elif case.kind not in _PLAIN:
        why = f"{case.kind} ({case.doubt})" if case.doubt else case.kind
        ET.SubElement(element, "system-out").text = _text(f"{why}: {case.message}\n\n{case.output}".strip())


def _fault(kind: CaseKind, *, counts: bool) -> str:
    """The element of a failure that counts, "" for every other case."""
    if not counts:
        return ""
    match kind:
        case "ok" | "changed" | "skipped":
            return ""
        case "unreachable":
            return "error"
        case "failed" | "ignored" | "rescued" | "cleared" | "handled" | "unknown":
            return "failure"


def _attribute(text: str) -> str:
    return visible(one_line(text, 500))


def _text(text: str) -> str:
    return visible(shortened(without_escapes(text), _LONGEST_OUTPUT))


def _seconds(seconds: float) -> str:
    return f"{max(seconds, 0.0):.3f}"
