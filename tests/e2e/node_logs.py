"""How the log of a workflow is read back: which lines stand in which node's groups, and which are nobody's.

Written from what the groups promise (`node > play > TASK [x]`, nothing of another node in them), not from
the code that makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.e2e.conftest import Bench
from tests.e2e.logs import SGR, is_marker, is_own, restored

_STARTS = {
    "github": re.compile(r"::group::(?P<title>.*)"),
    "gitlab": re.compile(r"\x1b\[0Ksection_start:\d+:\w+\[collapsed=true\]\r\x1b\[0K(?P<title>.*)"),
    "jenkins": re.compile(r"== (?P<title>.*) =="),
    "plain": re.compile(r"(?P<title>\S.* > .*)"),
}
_ENDS = {"github": re.compile(r"::endgroup::"), "gitlab": re.compile(r"\x1b\[0Ksection_end:.*")}
_OWN = re.compile(
    r"(?:nodes|skipped|waiting|denied|timed out|not run) .*|  ::(?:error|warning|notice) .*|::notice title=.*"
)
_AGAIN = " · continued"


@dataclass
class NodeLogs:
    """What each node's groups hold, by the node's name, and the lines that belong to nothing."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def read(log: str, names: Mapping[str, object], adapter: str) -> NodeLogs:
    """`names`: of all nodes that have a log, as the launcher calls them (`inner > build`)."""
    found = NodeLogs({name: [] for name in names})
    inside = ""  # the node whose group is open, or whose loose lines these are
    closed = False  # the group is one with an end, so that all in it is the node's
    for line in log.split("\n")[:-1]:
        title = _title(line, adapter)
        owner = next((name for name in names if title.startswith(f"{name} > ")), "")
        if owner:
            inside, closed = owner, adapter in _ENDS
            found.titles.append(title)
        elif adapter in _ENDS and _ENDS[adapter].fullmatch(line):
            inside, closed = "", False
        elif is_marker(line, adapter):
            continue
        elif closed:
            found.lines[inside].append(restored(line, adapter))
        elif line in names:
            inside = line
        elif is_own(line, adapter) or _OWN.fullmatch(SGR.sub("", line)):
            continue
        elif inside:
            found.lines[inside].append(restored(line, adapter))
        else:
            found.strange.append(line)
    return found


def _title(line: str, adapter: str) -> str:
    """Of the group that begins here, as its reader sees it; empty for any other line."""
    start = _STARTS[adapter].fullmatch(SGR.sub("", line))
    if start is None:
        return ""
    title = start["title"]
    if adapter != "github":
        return title
    return title.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def nodes_of(bench: Bench, workflow_job: int | str, path: str = "") -> Iterator[tuple[str, int, str]]:
    """(name, id of its job, type of it) of each node that ran something with a log, down into inner workflows."""
    page = 1
    while True:
        found = bench.api("GET", f"workflow_jobs/{workflow_job}/workflow_nodes/?page_size=200&page={page}")
        for node in found["results"]:
            job = node["summary_fields"].get("job")
            if job is None or job["type"] == "workflow_approval":
                continue
            name = path + _name(bench, node, job)
            if job["type"] == "workflow_job":
                yield from nodes_of(bench, job["id"], f"{name} > ")
            else:
                yield name, int(job["id"]), str(job["type"])
        if not found["next"]:
            return
        page += 1


def _name(bench: Bench, node: Mapping[str, str], job: Mapping[str, str]) -> str:
    """The slices of a sliced template have no name of their own; everything else has its identifier."""
    if node["identifier"]:
        return " ".join(node["identifier"].split())
    detail = bench.job(job["id"])
    return f"{job['name']} {detail['job_slice_number']}/{detail['job_slice_count']}"


def once(titles: list[str]) -> list[str]:
    """The titles that begin something new; one that goes on must have begun before."""
    begun: list[str] = []
    for title in titles:
        if title.endswith(_AGAIN):
            assert title.removesuffix(_AGAIN) in begun, title
        else:
            begun.append(title)
    return begun
