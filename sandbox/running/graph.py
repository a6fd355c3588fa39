"""What a workflow's graph says: which nodes start now, which never will, and whether the workflow failed.

The rules are AWX's (awx/main/scheduler/dag_workflow.py). A node waits until each of its parents has ended or is
known never to run, also when one open path would be enough; then one open path suffices, or all must be open
(`all_parents`). A node whose template is gone counts as one that failed.
"""

from collections.abc import Sequence

from sandbox.models import Node

FAILED = frozenset({"failed", "error", "canceled"})


def ready(nodes: Sequence[Node]) -> list[Node]:
    """The nodes to start now."""
    return [
        node for node in nodes if node.runs and _open(node) and _parents_ended(node) and _is_reached(node)
    ]


def mark_skipped(nodes: Sequence[Node]) -> None:
    """Marks every node that no path can reach any more, and so on down its own paths."""
    while unreachable := [
        node for node in nodes if _open(node) and _parents_ended(node) and not _is_reached(node)
    ]:
        for node in unreachable:
            node.do_not_run = True


def done(nodes: Sequence[Node]) -> bool:
    return all(_ended(node) for node in nodes)


def failed(nodes: Sequence[Node]) -> bool:
    """A failed node is handled when a failure or an always path leaves it, wherever that leads."""
    return any(_has_failed(node) and not (node.failure or node.always) for node in nodes)


def _open(node: Node) -> bool:
    return node.job is None and not node.do_not_run


def _ended(node: Node) -> bool:
    if node.job:
        return not node.job.active
    return node.do_not_run or (node.runs is None and _parents_ended(node))


def _parents_ended(node: Node) -> bool:
    return all(_ended(parent) for parent in node.parents)


def _has_failed(node: Node) -> bool:
    return node.job.status in FAILED if node.job else node.runs is None and not node.do_not_run


def _is_reached(node: Node) -> bool:
    if not node.parents:
        return True
    opened = [_leads_to(parent, node) for parent in node.parents]
    return all(opened) if node.all_parents else any(opened)


def _leads_to(parent: Node, node: Node) -> bool:
    if parent.do_not_run:
        return False
    status = parent.job.status if parent.job else "failed"
    return node in [*(parent.success if status == "successful" else parent.failure), *parent.always]
