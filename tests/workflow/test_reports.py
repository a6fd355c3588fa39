"""A workflow in the reports: drawn safely whatever its nodes are called, whole in the result, never too large."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from aap_launcher.models.findings import Case, Failure, Findings, TaskTime
from aap_launcher.models.jobs import Job, JobType, Status
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.outcomes import NodeOutcome, Outcome, Verdict
from aap_launcher.report import junit, result, summary
from aap_launcher.report.graph import graph, inert, node_table, timeline
from tests.report.support import FRAGMENTS, changed, clean

S = Status
LETTERS = r"[^\x00-\x1f\x7f!-*:-@\[-^`{-~°¶\u2028\u2029]"  # no ASCII punctuation but , - . / and _
TEXT = rf"[✔✖⊘○▶] {LETTERS}+"
LABEL = rf"{TEXT}<br/>{LETTERS}+"
FLOW = [
    r'%%\{init: \{"flowchart": \{("\w+": \d+(, )?)+\}\}\}%%',
    r"flowchart LR",
    rf'n\d+\(\["{LABEL}"\]\):::good',
    rf'n\d+\{{\{{"{LABEL}"\}}\}}:::bad',
    rf'n\d+\[/"{LABEL}"/\]:::gone',
    rf'n\d+\["{LABEL}"\]:::off',
    rf'n\d+\("{LABEL}"\):::busy',
    rf'subgraph n\d+\["{TEXT}"\]',
    r"end",
    r'n\d+([sfa])\["(?:(?<=s\[")success|(?<=f\[")failure|(?<=a\[")always)"\]:::word',
    r"n\d+ (---|-\.-) n\d+[sfa]",
    r"n\d+[sfa] (-->|-\.->) n\d+",
    r"(classDef (good|bad|gone|off|busy|word)|style n\d+) fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}(,stroke-dasharray: 4 4)?",
]
GANTT = [
    r"gantt",
    r"title when each node ran, in UTC",
    r"dateFormat YYYY-MM-DD HH:mm:ss",
    r"axisFormat %H:%M:%S",
    rf"section {LETTERS}+",
    rf"{TEXT} :(done|crit|active), \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d, \d+s",
]


def strict(block: str, shapes: list[str]) -> list[str]:
    """The lines of the one Mermaid block; every one must have one of the allowed shapes."""
    fences = [line for line in block.split("\n") if line.startswith("`")]
    assert fences == ["```mermaid", "```"]
    lines = block.split("```mermaid\n")[1].split("\n```", maxsplit=1)[0].split("\n")
    for line in lines:
        assert any(re.fullmatch(shape, line) for shape in shapes), repr(line)
    assert lines.count("end") == sum(line.startswith("subgraph") for line in lines)
    return lines


def ran(number: int, name: str = "", status: Status = S.SUCCESSFUL, **more: object) -> NodeOutcome:
    kind = str(more.pop("type", "job"))
    path = more.pop("path", ())
    assert isinstance(path, tuple)
    job = Job(
        number + 100,
        kind,
        "Deploy",
        status,
        "/x/",
        elapsed=float(number),
        started=f"2026-01-01T10:00:{number % 60:02}.5Z",
        link="https://aap.example.com/1",
    )
    approval = more.pop("approval", None)
    assert approval is None or isinstance(approval, Approval)
    node = Node(number, name or f"n{number}", "Deploy", kind, job, **more)  # type: ignore[arg-type]
    return NodeOutcome(node, path, approval)


def skipped(number: int, name: str = "") -> NodeOutcome:
    return NodeOutcome(Node(number, name or f"n{number}", "Deploy", "job", do_not_run=True))


words = st.lists(st.sampled_from([*FRAGMENTS, "end", "click A", "section x", "%%{init: {}}%%", ":::", "-->", "#quot;", "subgraph", "ﬂ°°34¶ß", '"]', "`**x**`", "1. x", "😀", "é", "क्ष"]) | st.text(max_size=4), max_size=6).map("".join)  # fmt: skip
statuses = st.sampled_from(S)
edges = st.lists(st.integers(1, 8), max_size=3).map(tuple)


@st.composite
def workflows(draw: st.DrawFn) -> tuple[NodeOutcome, ...]:
    nodes: list[NodeOutcome] = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        if draw(st.booleans()):
            nodes.append(skipped(number, draw(words)))
        else:
            kind = draw(st.sampled_from([JobType.JOB, JobType.WORKFLOW_JOB, JobType.WORKFLOW_APPROVAL]))
            nested = draw(st.booleans())
            path = (nodes[-1].node.label,) if nodes and nested else ()
            nodes.append(
                ran(
                    number,
                    draw(words),
                    draw(statuses),
                    type=kind,
                    path=path,
                    on_success=draw(edges),
                    on_failure=draw(edges),
                    always=draw(edges),
                )
            )
    return tuple(nodes)


@settings(max_examples=120, deadline=None)
@given(workflows())
def test_whatever_nodes_are_called_the_graph_holds_only_what_we_draw(nodes: tuple[NodeOutcome, ...]) -> None:
    drawn = graph(nodes)
    if nodes:
        strict(drawn, FLOW)
    timed = timeline(nodes)
    if timed:
        strict(timed, GANTT)


@settings(max_examples=120, deadline=None)
@given(words | st.text())
def test_no_character_that_mermaid_reads_is_left_in_a_name(name: str) -> None:
    assert re.fullmatch(LETTERS + "+", inert(name))


def test_names_stay_readable() -> None:
    assert inert("deploy_web 2.4-rc/eu, é 漢 क्ष") == "deploy_web 2.4-rc/eu, é 漢 क्ष"
    assert inert('say "hi"; end') == "say ＂hi＂； end"
    assert inert("a\nb\x1b[31mc\u202e") == "a bc＼u202e"
    assert inert("") == "unnamed"
    assert inert("in the direction  TB, Direction LR") == "in the direction·TB, Direction·LR"


def test_the_graph_tells_status_by_shape_and_the_path_that_was_taken() -> None:
    nodes = (
        ran(1, "build", S.FAILED, on_success=(2,), on_failure=(3,), always=(4,)),
        skipped(2, "deploy"),
        ran(3, "repair"),
        ran(4, "tell", S.CANCELED),
        ran(5, "gate", S.PENDING, type="workflow_approval"),
        ran(6, "no", S.FAILED, type="workflow_approval", approval=Approval("x", timed_out=True)),
        ran(7, "inner", type="workflow_job"),
        ran(8, "test", S.RUNNING, path=("inner",)),
    )
    lines = strict(graph(nodes), FLOW)
    assert lines[1:24] == [
        "flowchart LR",
        'n1{{"✖ build<br/>failed · 1 s"}}:::bad',
        'n1s["success"]:::word',
        'n1f["failure"]:::word',
        'n1a["always"]:::word',
        'n2["○ deploy<br/>skipped"]:::off',
        'n3(["✔ repair<br/>successful · 3 s"]):::good',
        'n4[/"⊘ tell<br/>canceled · 4 s"/]:::gone',
        'n5("▶ gate<br/>waiting · 5 s"):::busy',
        'n6{{"✖ no<br/>timed out · 6 s"}}:::bad',
        'subgraph n7["✔ inner · successful · 7 s"]',
        'n8("▶ test<br/>running · 8 s"):::busy',
        "end",
        "style n7 fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
        "n1 -.- n1s",
        "n1s -.-> n2",
        "n1 --- n1f",
        "n1f --> n3",
        "n1 --- n1a",
        "n1a --> n4",
        *lines[21:24],
    ]
    assert all(line.startswith("classDef") for line in lines[21:])


def test_a_word_stands_once_for_each_node_that_its_paths_leave_within_the_nodes_own_box() -> None:
    nodes = (
        ran(1, "build", on_success=(2, 3, 99), on_failure=(98,)),  # 98 and 99 are not known
        ran(2, "inner", type="workflow_job", on_success=(3,)),
        ran(3, "test"),
        ran(4, "x", on_success=(5,), path=("inner",)),
        ran(5, "y", path=("inner",)),
    )
    lines = strict(graph(nodes), FLOW)
    assert [line for line in lines if ":::word" in line] == [f'n{n}s["success"]:::word' for n in (1, 4, 2)]
    assert (
        lines.index("end")
        > lines.index('n4s["success"]:::word')
        > lines.index('n4(["✔ x<br/>successful · 4 s"]):::good')
    )
    assert lines.index("end") < lines.index('n2s["success"]:::word')
    assert [line for line in lines if line.startswith("n1") and "-" in line] == [
        "n1 --- n1s",
        "n1s --> n2",
        "n1s --> n3",
    ]


def test_a_graph_of_more_than_sixty_nodes_is_folded_and_one_too_large_for_mermaid_is_left_out() -> None:
    assert graph([ran(n) for n in range(60)]).startswith("```mermaid")
    assert graph([ran(n) for n in range(61)]).startswith("<details><summary>graph</summary>")
    assert node_table([ran(n) for n in range(61)]).startswith("<details><summary>61 nodes</summary>")
    many = [ran(n, "x" * 90, on_success=tuple(range(200))) for n in range(3000)]
    assert graph(many) == ""
    assert timeline(many) == ""
    assert len(node_table(many)) < 60_000
    nested = [
        ran(1, "inner", type="workflow_job"),
        *(ran(n, "x" * 60, path=("inner",)) for n in range(2, 2000)),
    ]
    assert strict(graph(nested), FLOW)[2] == 'n1(["✔ inner<br/>successful · 1 s"]):::good'


def whole(nodes: tuple[NodeOutcome, ...], **more: object) -> Outcome:
    job = Job(7, "workflow_job", "Release train", S.FAILED, "/x/", elapsed=60, template="Release train")
    outcome = Outcome(
        Verdict.FAILED,
        1,
        job,
        explanation="deploy failed",
        own="deploy failed",
        findings=Findings(
            failures=(Failure("Restart", "web1", "no", node="inner > deploy"),),
            slowest=(TaskTime("Restart", 3.0, "web1", node="inner > deploy"),),
            cases=(Case("inner > deploy > Play", "Restart", "web1", "failed", 3.0, "no", counts=True),),
        ),
        nodes=nodes,
    )
    return changed(outcome, **more)


def test_the_summary_of_a_workflow_draws_it_and_names_nodes() -> None:
    page = summary(
        clean(whole((ran(1, "inner", type="workflow_job"), ran(2, "deploy", S.FAILED, path=("inner",)))))
    )
    assert "flowchart LR\n" in page
    assert "```mermaid\ngantt" in page
    assert "**`inner > deploy > TASK [Restart]`** failed on `web1`" in page
    assert "| `inner > deploy > Restart` | `web1` | 3 s |" in page
    assert "| `inner > deploy` | ✖ failed | 2 s | [job 102](<https://aap.example.com/1>) |" in page


def test_the_summary_of_a_failed_workflow_leads_with_what_failed_and_not_with_the_graph() -> None:
    page = summary(clean(whole((ran(2, "deploy", S.FAILED),), own="")))
    assert page.index("TASK [Restart]") < page.index("flowchart LR")


def test_the_summary_of_a_huge_workflow_stays_below_a_megabyte() -> None:
    nodes = tuple(ran(n, "漢" * 500, on_success=tuple(range(50))) for n in range(3000))
    failures = tuple(Failure(f"t{n}", "h" * 200, "m" * 40_000, node="n" * 100) for n in range(100))
    page = summary(clean(whole(nodes, failures=failures)))
    assert len(page.encode()) < 1024 * 1024
    assert "Release train failed" in page


def test_junit_has_a_suite_for_each_node_and_play() -> None:
    root = ET.fromstring(junit(clean(whole(()))).partition("\n")[2])
    assert [suite.get("name") for suite in root] == ["inner > deploy > Play"]
    assert root[0].get("failures") == "1"


def test_the_result_tells_every_node_by_its_schema() -> None:
    from tests.report.test_files import SCHEMA, faults

    gate = ran(3, "gate", type="workflow_approval", approval=Approval("Deploy?", by="ann"))
    document = json.loads(result(clean(whole((ran(1, on_success=(2,)), skipped(2), gate)))))
    assert faults(document, SCHEMA) == []
    assert [(node["name"], node["state"]) for node in document["nodes"]] == [
        ("n1", "successful"),
        ("n2", "skipped"),
        ("gate", "approved"),
    ]
    assert document["nodes"][0]["job"]["url"] == "https://aap.example.com/1"
    assert document["failures"][0]["node"] == "inner > deploy"
