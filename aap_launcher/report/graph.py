"""A workflow drawn: its graph and its timeline as Mermaid, and a table of its nodes.

Names are foreign text in a small language with many special words and characters, and each host (GitHub,
GitLab) has its own version of it. So a name keeps its letters and digits, and every character that Mermaid
could read becomes one that only looks like it; and it never stands first in a label or a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aap_launcher.models.jobs import JobType
from aap_launcher.models.outcomes import NodeOutcome
from aap_launcher.report.markdown import code, folded, link, markdown_table, running_text
from aap_launcher.text.visible import visible
from aap_launcher.text.words import count, duration, one_line

_OPEN = 60  # nodes; more are folded
_MOST_TEXT = 45_000  # characters: Mermaid refuses 50,000 (maxTextSize)
_MOST_EDGES = 450  # Mermaid refuses 500 (maxEdges)
_MOST_DRAWN = 1_000
_MOST_NAME = 60
_MOST_ROWS = 300
_PLAIN = frozenset(" -./+,")
_DIRECTION = re.compile(r"(?i)(direction)\s+(?=TB|TD|BT|LR|RL)")  # Mermaid reads that anywhere in a line
_STARTED = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)", re.ASCII)

_GOOD, _BAD, _OFF, _GONE, _BUSY = "good", "bad", "off", "gone", "busy"
_KINDS = {
    "successful": _GOOD,
    "approved": _GOOD,
    "failed": _BAD,
    "error": _BAD,
    "denied": _BAD,
    "timed out": _BAD,
    "template deleted": _BAD,
    "canceled": _GONE,
    "skipped": _OFF,
    "not run": _OFF,
}
_ICONS = {_GOOD: "✔", _BAD: "✖", _GONE: "⊘", _OFF: "○", _BUSY: "▶"}
_SHAPES = {_GOOD: '(["{}"])', _BAD: '{{{{"{}"}}}}', _GONE: '[/"{}"/]', _OFF: '["{}"]', _BUSY: '("{}")'}
_LOOKS = {
    _GOOD: "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    _BAD: "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    _GONE: "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    _OFF: "fill:#f6f8fa,stroke:#8c959f,color:#59636e,stroke-dasharray: 4 4",
    _BUSY: "fill:#ddf4ff,stroke:#0969da,color:#1f2328",
}
_WORD = "fill:#eaeef2,stroke:#eaeef2,color:#1f2328"
_LAYOUT = '%%{init: {"flowchart": {"padding": 8, "nodeSpacing": 24, "rankSpacing": 28}}}%%'
_TAGS = {_GOOD: "done", _BAD: "crit", _GONE: "crit", _BUSY: "active"}


def graph(nodes: Sequence[NodeOutcome]) -> str:
    """The graph in Markdown, folded above 60 nodes; "" where there is none, or too much for Mermaid.

    Colour and shape tell the status; a dotted line is a path that was not taken. What a path hangs on (success,
    failure, always) stands in a small node of its own, once for each node that it leaves: Mermaid keeps nodes apart,
    but lays the labels of edges that cross over each other.
    """
    outer = [node for node in nodes if not node.path]
    tries = ((nodes, _MOST_NAME), (nodes, 20), (outer, 20))
    chart = _first_that_fits(_flowchart(some, most) for some, most in tries if _drawable(some))
    return _shown("graph", chart, len(nodes))


def timeline(nodes: Sequence[NodeOutcome]) -> str:
    """When each node ran, as a Gantt chart in Markdown; "" where fewer than two did."""
    timed = [node for node in nodes if _start(node)]
    if not 2 <= len(timed) <= _MOST_DRAWN:
        return ""
    return _shown("timeline", _first_that_fits([_gantt(timed)]), len(timed))


def node_table(nodes: Sequence[NodeOutcome]) -> str:
    """Each node with its status, its time and a link to its job; folded above 60 nodes."""
    if not nodes:
        return ""
    rows = [
        (code(node.name) or "?", f"{_ICONS[_kind(node)]} {running_text(node.state)}", _time(node), _job(node))
        for node in nodes[:_MOST_ROWS]
    ]
    shown = markdown_table(("node", "status", "time", "job"), rows)
    if len(nodes) > _MOST_ROWS:
        shown += f"\n\nand {count(len(nodes) - _MOST_ROWS, 'more node')}"
    return shown if len(nodes) <= _OPEN else folded(count(len(nodes), "node"), shown)


def inert(foreign: str, most: int = _MOST_NAME) -> str:
    """A foreign text as one line in which Mermaid reads nothing but letters."""
    shown = _DIRECTION.sub(r"\1·", visible(one_line(foreign, most)))
    return "".join(_letter(shown, at) for at in range(len(shown))) or "unnamed"


def _letter(shown: str, at: int) -> str:
    character = shown[at]
    if character.isalnum() or character in _PLAIN:
        return character
    if character == "_" and shown[at - 1 : at].isalnum() and shown[at + 1 : at + 2].isalnum():
        return character
    if "!" <= character <= "~":
        return chr(ord(character) + 0xFEE0)  # its full-width twin
    return character if unicodedata.category(character) in {"Mn", "Mc"} else "·"


def _drawable(nodes: Sequence[NodeOutcome]) -> bool:
    edges = sum(1 + len(targets) for node in nodes for _, targets in _steps(node) if targets)
    return len(nodes) <= _MOST_DRAWN and edges <= _MOST_EDGES


def _first_that_fits(charts: Iterable[str]) -> str:
    return next((chart for chart in charts if len(chart) <= _MOST_TEXT), "")


def _shown(title: str, chart: str, size: int) -> str:
    if not chart:
        return ""
    block = f"```mermaid\n{chart}\n```"
    return block if size <= _OPEN and title == "graph" else folded(title, block)


def _kind(node: NodeOutcome) -> str:
    return _KINDS.get(node.state, _BUSY)


# --- the graph ------------------------------------------------------------------------------------------


def _flowchart(nodes: Sequence[NodeOutcome], most: int) -> str:
    if not nodes:
        return ""
    known = {node.node.id: node for node in nodes}
    looks = [f"classDef {kind} {look}" for kind, look in (*_LOOKS.items(), ("word", _WORD))]
    edges = (edge for node in nodes for edge in _edges(node, known))
    return "\n".join([_LAYOUT, "flowchart LR", *_level(nodes, (), most), *edges, *looks])


def _level(nodes: Sequence[NodeOutcome], path: tuple[str, ...], most: int) -> Iterator[str]:
    """The nodes of one workflow; those of a nested one stand in a box, which is the nested one's node."""
    known = {node.node.id for node in nodes}
    for node in nodes:
        if node.path != path:
            continue
        name, kind = f"n{node.node.id}", _kind(node)
        inside = list(_level(nodes, (*path, node.node.label), most)) if _nested(node) else []
        if inside:
            yield f'subgraph {name}["{_label(node, most, " · ")}"]'
            yield from inside
            yield "end"
            yield f"style {name} {_LOOKS[kind]}"  # a class has no effect on a box (Mermaid 11)
        else:
            yield f"{name}{_SHAPES[kind].format(_label(node, most, '<br/>'))}:::{kind}"
        for word, targets in _steps(node):
            if known.intersection(targets):
                yield f'{name}{word[0]}["{word}"]:::word'


def _label(node: NodeOutcome, most: int, break_: str) -> str:
    """The name, then the status and the time below it: Mermaid would break the line anywhere."""
    time = _time(node)
    below = " · ".join([inert(node.state), *([time] if time else [])])
    return f"{_ICONS[_kind(node)]} {inert(node.node.label, most)}{break_}{below}"


def _steps(node: NodeOutcome) -> Sequence[tuple[str, Sequence[int]]]:
    step = node.node
    return (("success", step.on_success), ("failure", step.on_failure), ("always", step.always))


def _edges(node: NodeOutcome, known: Mapping[int, NodeOutcome]) -> Iterator[str]:
    """From a node to the word of each path, and from there to each node that it leads to."""
    for word, targets in _steps(node):
        taken = {target: _taken(node, word, known[target]) for target in targets if target in known}
        if not taken:
            continue
        start, middle = f"n{node.node.id}", f"n{node.node.id}{word[0]}"
        yield f"{start} {'---' if any(taken.values()) else '-.-'} {middle}"
        for target, went in taken.items():
            yield f"{middle} {'-->' if went else '-.->'} n{target}"


def _taken(node: NodeOutcome, word: str, target: NodeOutcome) -> bool:
    kind = _kind(node)
    if target.node.do_not_run or kind in (_OFF, _BUSY):
        return False
    return word == "always" or (word == "success") == (kind == _GOOD)


def _nested(node: NodeOutcome) -> bool:
    job = node.node.job
    return JobType.WORKFLOW_JOB in (node.node.type, job.type if job is not None else "")


# --- time -----------------------------------------------------------------------------------------------


def _gantt(nodes: Sequence[NodeOutcome]) -> str:
    lines = [
        "gantt",
        "title when each node ran, in UTC",
        "dateFormat YYYY-MM-DD HH:mm:ss",
        "axisFormat %H:%M:%S",
    ]
    path: tuple[str, ...] = ()
    for node in sorted(nodes, key=lambda node: (node.path, _start(node), node.node.id)):
        if node.path != path:
            path = node.path
            lines.append(f"section {inert(' / '.join(path))}")
        tag = _TAGS.get(_kind(node), "active")
        seconds = max(1, round(_seconds(node)))
        lines.append(f"{_ICONS[_kind(node)]} {inert(node.node.label)} :{tag}, {_start(node)}, {seconds}s")
    return "\n".join(lines)


def _start(node: NodeOutcome) -> str:
    job = node.node.job
    said = (job.started if job is not None else "") or (node.approval.started if node.approval else "")
    found = _STARTED.match(said)
    return f"{found[1]} {found[2]}" if found else ""


def _seconds(node: NodeOutcome) -> float:
    return node.node.job.elapsed if node.node.job is not None else 0.0


def _time(node: NodeOutcome) -> str:
    return duration(_seconds(node)) if _seconds(node) > 0 else ""


def _job(node: NodeOutcome) -> str:
    job = node.node.job
    return link(running_text(job.label), job.link) if job is not None else ""
