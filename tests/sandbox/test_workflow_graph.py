"""Which nodes of a workflow start, which never do, and what that makes of the workflow."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.events.eventlog import CallbackWorkers, EventLog
from sandbox.events.plan import Plan
from sandbox.models import Job, Node, Prompts, Step, Workflow, WorkflowJob, nodes_of
from sandbox.running import graph
from sandbox.seeds.data import RETAIL
from sandbox.seeds.templates import TEMPLATES

RUNS = TEMPLATES[0]


def values(number: int, status: str = "running") -> dict[str, Any]:
    log = EventLog(CallbackWorkers(0, seed=0), Plan())
    common = {"name": "", "organization": RETAIL, "project": None, "playbook": "", "prompts": Prompts()}
    return {"id": number, "log": log, "status": status, **common}


def nodes(**steps: dict[str, Any] | None) -> dict[str, Node]:
    """Identifier to paths; None is a step whose template was deleted."""
    made = tuple(
        Step(id=number, identifier=name, runs=None if paths is None else RUNS, **(paths or {}))
        for number, (name, paths) in enumerate(steps.items())
    )
    workflow = Workflow(id=1, name="", organization=RETAIL, steps=made)
    job = WorkflowJob(kind="workflow_job", workflow=workflow, **values(1))
    return {node.identifier: node for node in nodes_of(job, 1)}


def end(node: Node, status: str) -> None:
    node.job = Job(kind="job", **values(node.id, status))


def moved(found: dict[str, Node]) -> tuple[set[str], set[str]]:
    """The nodes that are to start now, and those which are skipped by now."""
    graph.mark_skipped(list(found.values()))
    ready = {node.identifier for node in graph.ready(list(found.values()))}
    return ready, {name for name, node in found.items() if node.do_not_run}


def test_roots_start_at_once_and_side_by_side() -> None:
    found = nodes(a={"success": ("c",)}, b={"success": ("c",)}, c={})
    assert moved(found) == ({"a", "b"}, set())


def test_one_open_path_is_enough_but_every_parent_is_waited_for() -> None:
    found = nodes(a={"success": ("c",)}, b={"success": ("c",)}, c={})
    end(found["a"], "successful")
    end(found["b"], "running")
    assert moved(found) == (set(), set())
    end(found["b"], "failed")
    assert moved(found) == ({"c"}, set())


def test_all_parents_must_lead_to_a_node_that_wants_all() -> None:
    found = nodes(a={"success": ("c",)}, b={"success": ("c",)}, c={"all_parents": True})
    end(found["a"], "successful")
    end(found["b"], "failed")
    assert moved(found) == (set(), {"c"})


def test_what_is_skipped_skips_what_comes_after_it_on_every_path() -> None:
    found = nodes(
        a={"success": ("b",), "failure": ("e",)}, b={"always": ("c",)}, c={"failure": ("d",)}, d={}, e={}
    )
    end(found["a"], "failed")
    assert moved(found) == ({"e"}, {"b", "c", "d"})


@pytest.mark.parametrize("status", ["failed", "error", "canceled"])
@pytest.mark.parametrize("path", ["failure", "always"])
def test_a_failure_with_a_way_on_is_handled(status: str, path: str) -> None:
    found = nodes(a={path: ("b",)}, b={})
    end(found["a"], status)
    assert moved(found) == ({"b"}, set())
    end(found["b"], "successful")
    assert graph.done(list(found.values()))
    assert not graph.failed(list(found.values()))


@pytest.mark.parametrize("status", ["failed", "error", "canceled"])
def test_a_failure_without_a_way_on_fails_the_workflow(status: str) -> None:
    found = nodes(a={"success": ("b",)}, b={})
    end(found["a"], status)
    assert moved(found) == (set(), {"b"})
    assert graph.done(list(found.values()))
    assert graph.failed(list(found.values()))


def test_a_node_without_its_template_counts_as_failed() -> None:
    found = nodes(a={"success": ("gone",)}, gone=None)
    end(found["a"], "successful")
    assert moved(found) == (set(), set())
    assert graph.done(list(found.values()))
    assert graph.failed(list(found.values()))


def test_a_node_without_its_template_that_nothing_reaches_does_not() -> None:
    found = nodes(a={"failure": ("gone",)}, gone=None)
    end(found["a"], "successful")
    assert moved(found) == (set(), {"gone"})
    assert not graph.failed(list(found.values()))


def test_what_follows_a_node_without_its_template_waits_until_that_is_reached() -> None:
    found = nodes(a={"success": ("gone",)}, gone=None, b={})
    found["gone"].failure.append(found["b"])
    found["b"].parents.append(found["gone"])
    end(found["a"], "running")
    assert moved(found) == (set(), set())
    end(found["a"], "successful")
    assert moved(found) == ({"b"}, set())


def test_an_empty_workflow_is_done_and_has_not_failed() -> None:
    assert graph.done([])
    assert not graph.failed([])


@st.composite
def any_graph(draw: st.DrawFn) -> dict[str, Node]:
    """Paths lead to later nodes only, so that there is no circle; a quarter of the templates is gone."""
    count = draw(st.integers(1, 12))
    steps: dict[str, dict[str, Any] | None] = {}
    edges: list[tuple[str, str, str]] = []
    for number in range(count):
        name = f"n{number}"
        steps[name] = None if draw(st.integers(0, 3)) == 0 else {"all_parents": draw(st.booleans())}
        for later in range(number + 1, count):
            kind = draw(st.sampled_from(["", "", "success", "failure", "always"]))
            edges += [(name, kind, f"n{later}")] if kind else []
    found = nodes(**steps)
    for start, kind, target in edges:
        getattr(found[start], kind).append(found[target])
        found[target].parents.append(found[start])
    return found


@given(any_graph(), st.data())
def test_every_workflow_comes_to_an_end(found: dict[str, Node], data: st.DataObject) -> None:
    every = list(found.values())
    while not graph.done(every):
        ready, _ = moved(found)
        assert ready or graph.done(every)
        for name in sorted(ready):
            assert found[name].job is None
            end(found[name], data.draw(st.sampled_from(["successful", "failed", "error", "canceled"])))
    for node in every:
        assert (node.job is not None) + node.do_not_run + (node.runs is None and not node.do_not_run) == 1
