"""The links of a workflow's nodes: one that would close a cycle is refused.

AWX 24.6.1 accepts it; launched, such a workflow never ends, and no other workflow of the controller starts a node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.client.finder import rows_of
from aap_launcher.errors import InvalidInput, Unreachable

if TYPE_CHECKING:
    from aap_launcher.controller.requests import Requests

LINKS = ("success_nodes", "failure_nodes", "always_nodes")
_PATH = "workflow_job_template_nodes/"


def refuse_cycle(requests: Requests, parent: int, children: Sequence[int]) -> None:
    """Raise `InvalidInput` where one of the children leads back to the parent."""
    node = requests.read(f"{_PATH}{parent}/", what=f"node {parent}")
    workflow = node.get("workflow_job_template")
    if not isinstance(workflow, int):
        raise Unreachable(f"node {parent}: the answer is not the controller's: it names no workflow.")
    after = {int(row["id"]): _next(row) for row in _nodes(requests, workflow)}
    for child in children:
        way = _way(after, child, parent)
        if way:
            told = " > ".join(str(one) for one in [parent, *way])
            raise InvalidInput(
                f"the link from node {parent} to node {child} would close a cycle: {told}. The controller would take "
                "it, the workflow would never end, and no other workflow would start a node meanwhile."
            )


def _nodes(requests: Requests, workflow: object) -> Iterator[Mapping[str, Any]]:
    last = 0
    while True:
        terms = (("workflow_job_template", str(workflow)), ("id__gt", str(last)), ("order_by", "id"))
        what = f"the nodes of workflow {workflow}"
        page = requests.read(_PATH, (*terms, ("page_size", "200")), what=what)
        rows = rows_of(page, what)
        yield from rows
        if not rows or not page.get("next"):
            return
        last = int(rows[-1]["id"])


def _next(row: Mapping[str, Any]) -> list[int]:
    return [int(one) for name in LINKS for one in row.get(name) or ()]


def _way(after: Mapping[int, Sequence[int]], start: int, end: int) -> list[int]:
    """The nodes from `start` to `end`, both included; empty where there is no way."""
    came: dict[int, int | None] = {start: None}
    open_ = [start]
    while open_:
        node = open_.pop()
        if node == end:
            way = [node]
            while (before := came[way[-1]]) is not None:
                way.append(before)
            return way[::-1]
        for one in after.get(node, ()):
            if one not in came:
                came[one] = node
                open_.append(one)
    return []
