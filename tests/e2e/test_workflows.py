"""Workflows through the real process: every kind of node and path, each node's log against its own job's stdout."""

from __future__ import annotations

import re
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.conftest import Bench, Ended, Launcher, interrupt, wait_for
from tests.e2e.logs import expected
from tests.e2e.node_logs import NodeLogs, nodes_of, once, read

pytestmark = pytest.mark.sandbox

_ROW = re.compile(r"^\| `(?P<node>[^`]+)` \| \S+ (?P<state>[^|]+?) \|", re.MULTILINE)


@dataclass(frozen=True)
class Story:
    """A workflow template, how it ends, and what becomes of its nodes as the summary tells it."""

    template: str
    nodes: Mapping[str, str] = field(default_factory=dict)
    code: int = 0
    log: str = "complete"
    token: str = "ci-bot-token"

    @property
    def name(self) -> str:
        return f"{self.template}, as admin" if self.token != "ci-bot-token" else self.template


def _good(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "successful")


_MIXED = _good("fetch", "refresh", "clean-up", "deploy")
STORIES = (
    Story(
        "Release train",
        _good("build", "deploy-web", "deploy-db", "smoke-test", "load-test") | {"roll-back": "skipped"},
    ),
    Story("Broken release", {"build": "successful", "check": "failed", "deploy": "skipped"}, code=1),
    Story("Handled failure", {"check": "failed", "deploy": "skipped", "repair": "successful"}),
    Story("Nested release", _good("inner", "inner > build", "inner > test", "deploy")),
    Story("Sliced release", _good("slices", *(f"slices > Sliced deploy {n}/3" for n in (1, 2, 3)), "tail")),
    Story("Sliced deploy", _good(*(f"Sliced deploy {n}/3" for n in (1, 2, 3)))),
    Story("Approval timeout", {"gate": "timed out", "after": "skipped"}, code=1, log="none"),
    Story("Orphaned node", {"test": "successful", "gone": "template deleted", "after": "skipped"}, code=1),
    Story("Empty workflow", log="none"),
    Story("Mixed nodes", _MIXED, log="partial"),
    Story("Mixed nodes", _MIXED, token="admin-token"),
    Story("Hostile workflow"),
    Story("Two checks", _good("build", "test")),
)
_AT_ONCE = 3
_BY_NAME = {story.name: story for story in STORIES}


@dataclass(frozen=True)
class Told:
    """What the launcher said of a workflow, and what its nodes' jobs really printed."""

    ended: Ended
    logs: NodeLogs
    stdout: Mapping[str, list[str]]


class Train:
    """Each workflow launched once; while one is waited for, the next ones are under way."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self._bench, self._folder = bench, folder
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._runs: dict[str, Future[Ended]] = {}

    def begin(self, story: Story) -> Future[Ended]:
        if story.name not in self._runs:
            folder = self._folder / story.name
            folder.mkdir()
            launcher = Launcher(self._bench.box, folder)
            self._runs[story.name] = self._pool.submit(launcher.launch, story.template, token=story.token)
        return self._runs[story.name]

    def told(self, story: Story) -> Told:
        at = STORIES.index(story)
        for following in STORIES[at : at + _AT_ONCE]:
            self.begin(following)
        return self.compared(self.begin(story).result(timeout=300), "github")

    def compared(self, ended: Ended, adapter: str, workflow_job: str = "") -> Told:
        """Each node's part of the log, and what its job printed."""
        jobs = list(nodes_of(self._bench, workflow_job or ended.job))
        stdout = {name: expected(self._bench.stdout(job), adapter) for name, job, _ in jobs}
        return Told(ended, read(ended.log, stdout, adapter), stdout)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def train(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Train]:
    running = Train(bench, tmp_path_factory.mktemp("train"))
    yield running
    running.close()


# --- every kind of node and path ------------------------------------------------------------------------


@pytest.mark.parametrize("name", _BY_NAME)
def test_each_node_s_groups_hold_the_stdout_of_its_own_job_and_nothing_else(train: Train, name: str) -> None:
    story = _BY_NAME[name]
    told = train.told(story)
    hidden = {"clean-up"} if story.log == "partial" else set()
    for node, lines in told.stdout.items():
        assert told.logs.lines[node] == ([] if node in hidden else lines), node
    assert told.logs.strange == []


@pytest.mark.parametrize("name", _BY_NAME)
def test_a_group_is_titled_once_with_the_node_the_play_and_the_task(train: Train, name: str) -> None:
    told = train.told(_BY_NAME[name])
    titles = once(told.logs.titles)
    for node, lines in told.stdout.items():
        of_node = [title.removeprefix(f"{node} > ") for title in titles if title.startswith(f"{node} > ")]
        tasks = [found[1] for line in lines if (found := re.match(r"(TASK \[.*\]|PLAY RECAP) \*+$", line))]
        if of_node:  # what is no playbook, or may not be seen, has no groups
            assert [title.rpartition(" > ")[2] for title in of_node] == tasks


@pytest.mark.parametrize("name", _BY_NAME)
def test_a_workflow_exits_by_its_own_status_and_tells_what_became_of_each_node(
    train: Train, name: str
) -> None:
    story = _BY_NAME[name]
    ended = train.told(story).ended
    status = "failed" if story.code else "successful"
    ended.ends(story.code, status, status, job_type="workflow_job", events=story.log)
    states = {row["node"]: row["state"] for row in _ROW.finditer(ended.summary)}
    if story.template != "Hostile workflow":  # whose names are spelt as Markdown needs them
        assert states == dict(story.nodes)


@pytest.mark.parametrize("adapter", ["plain", "gitlab", "jenkins"])
@pytest.mark.parametrize("name", ["Release train", "Nested release", "Mixed nodes"])
def test_a_finished_workflow_is_followed_whole_on_every_ci(
    train: Train, launcher: Launcher, bench: Bench, name: str, adapter: str
) -> None:
    number = train.told(_BY_NAME[name]).ended.job
    ended = launcher.command("follow", number, "--ci", adapter, "--summary=false", AAP_TOKEN="admin-token")
    told = train.compared(ended, adapter, number)
    assert ended.code == 0, ended.log
    assert told.logs.lines == dict(told.stdout)
    assert told.logs.strange == []


def test_more_than_a_hundred_nodes_are_followed_page_by_page(launcher: Launcher, bench: Bench) -> None:
    ended = launcher.launch("Hundred nodes")
    ended.ends(0, "successful", "successful", events="complete")
    jobs = list(nodes_of(bench, ended.job))
    assert len(jobs) == 41
    assert "41 of 120 nodes ran · 1 failed · 79 skipped" in ended.words
    events = sum(bench.api("GET", f"jobs/{job}/job_events/?page_size=1")["count"] for _, job, _ in jobs)
    assert f"log complete: {events:,} events" in ended.log
    logs = read(ended.log, {name: 0 for name, _, _ in jobs}, "github")
    assert logs.strange == []
    recaps = Counter(title.partition(" > ")[0] for title in logs.titles if title.endswith(" > PLAY RECAP"))
    assert recaps == dict.fromkeys((name for name, _, _ in jobs), 1)
    assert len(ended.summary.encode()) < 1024 * 1024


# --- what workflows refuse ------------------------------------------------------------------------------


def test_a_field_that_the_workflow_does_not_ask_for_is_refused_before_anything_is_sent(
    launcher: Launcher,
) -> None:
    ended = launcher.launch("Release train", limit="web1", job_tags="deploy")
    ended.ends(3, "refused", job_id="")
    for word in ("limit", "job_tags"):
        assert word in ended.outputs["explanation"]


def test_what_a_workflow_asks_for_reaches_its_nodes(launcher: Launcher, bench: Bench) -> None:
    ended = launcher.launch("Surveyed release", extra_vars="version: 2.4.1", limit="web1")
    ended.ends(0, "successful", "successful", events="complete")
    assert set(ended.json("host_summary")) == {"web1"}
    (node,) = nodes_of(bench, ended.job)
    assert '"version": "2.4.1"' in bench.job(node[1])["extra_vars"]


# --- approvals ------------------------------------------------------------------------------------------


def _gate(bench: Bench, workflow_job: str) -> int:
    """The id of the approval that the workflow waits for."""
    found: list[int] = []

    def waits() -> bool:
        nodes = bench.api("GET", f"workflow_jobs/{workflow_job}/workflow_nodes/")["results"]
        jobs = [node["summary_fields"].get("job") or {} for node in nodes]
        found[:] = [one["id"] for one in jobs if one.get("type") == "workflow_approval"]
        return bool(found)

    wait_for(waits, 60, "an approval")
    return found[0]


def _shown(process: subprocess.Popen[bytes], words: str) -> bytes:
    """Read the log until it says this; what was read."""
    assert process.stdout is not None
    log = b""
    while words.encode() not in log:
        line = process.stdout.readline()
        assert line, f"the log never says {words!r}:\n{log.decode()}"
        log += line
    return log


@pytest.mark.parametrize(
    ("command", "ran", "words"),
    [
        ("approve", "deploy", "approved gate · by approver"),
        ("deny", "rollback", "denied gate · by approver · the workflow goes on by its failure path"),
    ],
)
def test_an_approval_is_shown_and_decided_by_who_may(
    launcher: Launcher, bench: Bench, command: str, ran: str, words: str
) -> None:
    process = launcher.start(launcher.environment(template="Quick approval"))
    gate = str(_gate(bench, launcher.launched(process)))
    shown = _shown(process, f"approve with: aap-launcher approve {gate}")
    refused = launcher.command(command, gate)  # ci-bot launched it, and may not
    decided = launcher.command(command, gate, AAP_TOKEN="approver-token")
    again = launcher.command(command, gate, AAP_TOKEN="approver-token")
    (other,) = {"approve", "deny"} - {command}
    reversed_ = launcher.command(other, gate, AAP_TOKEN="approver-token")
    ended = launcher.end(process)
    ended.stdout = shown + ended.stdout
    assert refused.code == 3, refused.log + refused.stderr
    assert decided.code == 0, decided.log + decided.stderr
    assert again.code == 0, again.log + again.stderr
    assert "before by approver" in again.log
    assert reversed_.code == 3, reversed_.log + reversed_.stderr
    ended.ends(0, "successful", "successful", events="complete")
    assert "waiting for approval: Deploy to production? · manual gate" in ended.words
    assert f"approve with: aap-launcher approve {gate} (this launcher's user may not)" in ended.words
    assert words in ended.words
    assert {node for node, _, _ in nodes_of(bench, ended.job)} == {ran}
    (skipped,) = {"deploy", "rollback"} - {ran}
    assert f"skipped {skipped} · not on the path taken" in ended.words


def test_approvals_fail_ends_the_step_and_says_who_has_to_act(launcher: Launcher, bench: Bench) -> None:
    ended = launcher.launch("Quick approval", approvals="fail")
    assert ended.code == 1, ended.log
    assert ended.outputs["outcome"] == "failed", ended.outputs
    assert "approval" in ended.outputs["explanation"]
    assert bench.api("GET", f"workflow_jobs/{ended.job}/")["status"] == "canceled"


def test_a_signal_while_an_approval_is_waited_for_cancels_the_workflow(
    launcher: Launcher, bench: Bench
) -> None:
    process = launcher.start(launcher.environment(template="Quick approval"))
    job = launcher.launched(process)
    _gate(bench, job)
    interrupt(process)
    ended = launcher.end(process)
    assert ended.code == 130, ended.log
    wait_for(lambda: bench.api("GET", f"workflow_jobs/{job}/")["status"] == "canceled", 20, "the cancel")


# --- cancel ---------------------------------------------------------------------------------------------


def _child(bench: Bench, workflow_job: str) -> int:
    found: list[int] = []

    def runs() -> bool:
        found[:] = [job for _, job, _ in nodes_of(bench, workflow_job) if bench.status(job) == "running"]
        return bool(found)

    wait_for(runs, 60, "a running node")
    return found[0]


def _timeout(launcher: Launcher, bench: Bench) -> Ended:
    return launcher.launch("Slow release", timeout="6s", extra_vars="seconds: 600")


def _by_signal(launcher: Launcher, bench: Bench) -> Ended:
    process = launcher.start(launcher.environment(template="Slow release", extra_vars="seconds: 600"))
    _child(bench, launcher.launched(process))
    interrupt(process, signal.SIGTERM)
    return launcher.end(process)


def _on_the_controller(launcher: Launcher, bench: Bench) -> Ended:
    process = launcher.start(launcher.environment(template="Slow release", extra_vars="seconds: 600"))
    job = launcher.launched(process)
    _child(bench, job)
    bench.api("POST", f"workflow_jobs/{job}/cancel/", {})
    return launcher.end(process)


@pytest.mark.parametrize(
    ("stop", "code", "outcome"),
    [(_timeout, 5, "timed_out"), (_by_signal, 143, "interrupted"), (_on_the_controller, 1, "canceled")],
    ids=["a timeout", "a signal", "somebody on the controller"],
)
def test_a_canceled_workflow_ends_with_its_children(
    launcher: Launcher, bench: Bench, stop: Callable[[Launcher, Bench], Ended], code: int, outcome: str
) -> None:
    ended = stop(launcher, bench)
    assert (ended.code, ended.outputs["outcome"]) == (code, outcome), ended.log

    def over() -> bool:
        children = [bench.status(job) for _, job, _ in nodes_of(bench, ended.job)]
        workflow = bench.api("GET", f"workflow_jobs/{ended.job}/")["status"]
        return {workflow, *children} == {"canceled"}

    if outcome != "interrupted":  # then the CI's few seconds are over before the children are
        assert over()
    wait_for(over, 20, "the end of the children")


def test_a_canceled_child_makes_the_workflow_failed_and_is_named(launcher: Launcher, bench: Bench) -> None:
    process = launcher.start(launcher.environment(template="Canceled child"))
    bench.cancel(_child(bench, launcher.launched(process)))
    ended = launcher.end(process)
    ended.ends(1, "failed", "failed", job_type="workflow_job")
    assert "slow" in ended.outputs["explanation"]
    assert "canceled" in ended.outputs["explanation"]


# --- attach ---------------------------------------------------------------------------------------------


def test_a_running_workflow_is_followed_from_its_first_line(
    train: Train, launcher: Launcher, bench: Bench
) -> None:
    number = str(bench.api("POST", "workflow_job_templates/75/launch/", {}, token=bench.box.token)["id"])
    _child(bench, number)
    ended = launcher.command("follow", number, "--ci", "gitlab")
    told = train.compared(ended, "gitlab", number)
    assert ended.code == 0, ended.log
    assert told.logs.lines == dict(told.stdout)


@pytest.mark.parametrize("kind", ["workflow", "job"])
def test_since_shows_nothing_of_what_was_before_and_reports_the_whole(
    train: Train, launcher: Launcher, bench: Bench, kind: str
) -> None:
    number = train.told(_BY_NAME["Two checks"]).ended.job
    if kind == "job":
        number = str(next(job for _, job, _ in nodes_of(bench, number)))
    late = launcher.command("follow", number, "--since", "2100-01-01T00:00:00Z")
    early = launcher.command("follow", number, "--since", "1h")
    assert (late.code, early.code) == (0, 0), late.log + early.log
    assert "TASK [" not in late.log
    assert "TASK [" in early.log
    assert "1 host ok" in late.log or "2 nodes ran" in late.log
