"""Whatever one says, all say: log, annotations, summary, JUnit, outputs and result file agree, and so does the recap.

Streams are made as ansible-core would count them: what is true of each failure is known here, so a guess that is told
as a fact is found. `AGREEMENT_STREAMS=100000 pytest tests/findings/test_agreement.py` is the long mode.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
from msgspec.structs import replace

from aap_launcher.findings.failures import explanation
from aap_launcher.findings.job import Tally
from aap_launcher.findings.workflow import WorkflowTally
from aap_launcher.launcher.masking import hidden
from aap_launcher.models.events import Event
from aap_launcher.models.findings import Findings
from aap_launcher.models.jobs import JobType, Status
from aap_launcher.models.marks import Annotation, Level, Line, Mark, Tone
from aap_launcher.models.nodes import Node
from aap_launcher.models.outcomes import Outcome, Verdict
from aap_launcher.models.updates import Finished, JobUpdate, Log, Logged, NodeChanged, NodeUpdate
from aap_launcher.render.job import Renderer, Style
from aap_launcher.report import junit, outputs, result, summary
from tests.render.streams import JOB

STREAMS = int(os.environ.get("AGREEMENT_STREAMS", "300"))
NO_REASON = "the controller gives no reason"


@dataclass
class Story:
    """A run, and what is true of it: the kind of each failure by (task, host)."""

    updates: list[JobUpdate] = field(default_factory=list)
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    recap: dict[str, dict[str, int]] = field(default_factory=dict)
    has_recap: bool = True
    status: Status = Status.SUCCESSFUL


class Teller:
    """Makes one story: plays of tasks on hosts, each failure of a kind that Ansible has."""

    def __init__(self, random: Random) -> None:
        self.random, self.counters, self.tasks = random, count(1), count(1)
        self.story = Story()
        self.hosts = [f"h{n}" for n in range(random.randint(1, 3))]
        self.plain = random.random() < 0.8  # the default callback prints; others print nothing

    def tell(self) -> Story:
        alive = set(self.hosts)
        for number in range(self.random.randint(1, 2)):
            self._event("playbook_on_play_start", play=f"p{number}")
            alive = self._play(alive)
            if not alive:
                break
        self._end()
        return self.story

    def _play(self, alive: set[str]) -> set[str]:
        for _ in range(self.random.randint(1, 4)):
            name, meta = f"t{next(self.tasks)}", self.random.random() < 0.1
            uuid = self._event(
                "playbook_on_task_start", task=name, data={"task_action": "meta" if meta else "command"}
            )
            if meta:
                continue
            for host in sorted(alive):
                alive = self._result(name, uuid, host, alive)
        return alive

    def _result(self, name: str, uuid: str, host: str, alive: set[str]) -> set[str]:
        kind = self.random.choices(["ok", "skipped", "ignored", "rescued", "failed", "cleared", "in_always", "unreachable", "away", "lost", "unended"], [8, 2, 2, 3, 2, 1, 1, 1, 2, 0.3, 0.7])[0]  # fmt: skip
        self._event("runner_on_start", host=host, of=uuid, task=name)
        if kind in ("ok", "skipped"):
            self._count(host, kind)
            self._event(f"runner_on_{kind}", host=host, of=uuid, task=name)
            return alive
        if kind == "unended":
            return self._part(name, uuid, host, alive)
        self._fail(name, uuid, host, kind)
        if (
            kind == "rescued" and self.random.random() < 0.7
        ) or kind == "in_always":  # else its rescue is nothing but a meta task
            self._more(host)
        return alive - {host} if kind in ("failed", "in_always", "unreachable") else alive

    def _more(self, host: str) -> None:
        name = f"t{next(self.tasks)}"
        uuid = self._event("playbook_on_task_start", task=name, data={"task_action": "debug"})
        self._event("runner_on_ok", host=host, of=uuid, task=name)
        self._count(host, "ok")

    def _fail(self, name: str, uuid: str, host: str, kind: str) -> None:
        truth = {"in_always": "failed", "cleared": "failed", "away": "ignored", "lost": "unreachable"}.get(
            kind, kind
        )
        self.story.truth[name, host] = truth
        counted = {"failed": "failures", "unreachable": "dark"}.get(truth, truth)
        self._count(host, counted)
        if truth == "ignored":
            self._count(host, "ok")
        unreachable = kind in ("unreachable", "away", "lost")
        stdout = (
            f"fatal: [{host}]: {'UNREACHABLE' if unreachable else 'FAILED'}! => {{}}" if self.plain else ""
        )
        if truth == "ignored" and stdout:
            stdout += "\n...ignoring"
        data: dict[str, Any] = {"res": {"msg": f"{name} broke on {host}"}}
        if kind == "ignored":
            data["ignore_errors"] = True
        event = "runner_on_unreachable" if unreachable else "runner_on_failed"
        self._event(event, host=host, of=uuid, task=name, data=data, stdout=stdout, failed=kind != "ignored")

    def _part(self, name: str, uuid: str, host: str, alive: set[str]) -> set[str]:
        """An item failed, and the event that ends its task on the host is lost."""
        truth = self.random.choice(["failed", "rescued", "ignored"])
        self.story.truth[name, host] = truth
        self._count(host, "failures" if truth == "failed" else truth)
        data = {"res": {"msg": f"{name} broke on {host}"}}
        self._event("runner_item_on_failed", host=host, of=uuid, task=name, data=data, failed=True)
        return alive - {host} if truth == "failed" else alive

    def _count(self, host: str, kind: str) -> None:
        numbers = self.story.recap.setdefault(kind, {})
        numbers[host] = numbers.get(host, 0) + 1

    def _end(self) -> None:
        story, recap = self.story, self.story.recap
        real = bool(recap.get("failures") or recap.get("dark"))
        story.status = Status.FAILED if real else Status.SUCCESSFUL
        if real and self.random.random() < 0.3:
            story.status = Status.SUCCESSFUL  # meta: clear_host_errors
        elif not real and story.truth and self.random.random() < 0.15:
            story.status = Status.FAILED  # any_errors_fatal with a rescue
        story.has_recap = self.random.random() < 0.75
        processed = {host: 1 for counts in recap.values() for host in counts}
        if story.has_recap:
            self._event("playbook_on_stats", data={"processed": processed, **recap})
        elif self.random.random() < 0.7:
            story.status = self.random.choice([Status.CANCELED, Status.FAILED])
        timeout = not story.has_recap and story.status is Status.FAILED and self.random.random() < 0.5
        told = "Job terminated due to timeout" if timeout else ""
        job = replace(JOB, status=story.status, explanation=told, elapsed=5.0)
        story.updates.append(Finished(job, Log(len(story.updates))))

    def _event(self, name: str, *, host: str = "", of: str = "", task: str = "", data: dict[str, Any] | None = None, **more: Any) -> str:  # fmt: skip
        number = next(self.counters)
        raw = msgspec.Raw(msgspec.json.encode(data or {}))
        event = Event(number, name, uuid=f"u{number}", parent_uuid=of, task=task, host_name=host, event_data=raw, **more)  # fmt: skip
        self.story.updates.append(Logged(event))
        return event.uuid


@dataclass
class Told:
    """What everything says of one run."""

    found: Findings
    marks: list[Mark]  # where annotations are lines of the log
    plain: list[Mark]  # where there are none
    outcome: Outcome
    outputs: dict[str, str]
    document: dict[str, Any]
    junit: ET.Element
    summary: str


def told(story: Story) -> Told:
    tally = Tally(keep_cases=True)
    renderers = [Renderer(tally, Style(annotations=annotations)) for annotations in (True, False)]
    marks: tuple[list[Mark], list[Mark]] = ([], [])
    for update in story.updates:
        tally.add(update)
        for renderer, drawn in zip(renderers, marks, strict=True):
            drawn.extend(renderer.marks(update))
    for renderer, drawn in zip(renderers, marks, strict=True):
        drawn.extend(renderer.close())
    end = story.updates[-1]
    assert isinstance(end, Finished)
    found = tally.findings()
    good = story.status is Status.SUCCESSFUL
    outcome = Outcome(Verdict(story.status), 0 if good else 1, end.job, explanation=explanation(found), log=end.log, findings=found)  # fmt: skip
    clean = hidden(outcome, lambda text: text)
    return Told(found, *marks, outcome, outputs(clean), json.loads(result(clean)), ET.fromstring(junit(clean)), summary(clean))  # fmt: skip


def check(story: Story) -> None:
    what = told(story)
    errors = [mark for mark in what.marks if isinstance(mark, Annotation) and mark.level is Level.ERROR]
    verdict = next(mark for mark in what.plain if isinstance(mark, Line) and mark.label == str(story.status))
    check_the_tellers_agree(what, errors, verdict)
    check_a_reason_is_told_where_it_happened_and_in_the_verdict(story, what)
    check_against_the_recap(story, what)
    check_nothing_is_told_that_is_not_known(story, what)
    if story.status is Status.SUCCESSFUL:
        assert not errors
        assert what.outcome.explanation == ""
        assert verdict.tone is Tone.GOOD
    else:
        assert errors, "a run that is not successful has an error annotation"
        known = set(story.truth.values()) - {"ignored"}
        assert NO_REASON not in what.outcome.explanation or not known
        assert "most likely TASK" not in what.outcome.explanation or "not an error" not in what.summary


def check_the_tellers_agree(what: Told, errors: list[Annotation], verdict: Line) -> None:
    counting = {(failure.task, failure.host) for failure in what.found.failures if failure.counts}
    failures = what.document["failures"]
    assert {(each["task"], each["host"]) for each in failures if each["counts"]} == counting
    assert [each["counts"] for each in failures] == sorted(
        (each["counts"] for each in failures), reverse=True
    )
    faults = {
        tuple(case.get("name", "").split(" · "))
        for case in what.junit.iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    }
    assert {fault for fault in faults if len(fault) == 2 and not fault[0].startswith("job")} == counting
    for task in {task for task, _ in counting}:
        assert any(f"TASK [{task}]" in mark.title or f"TASK [{task}]" in mark.message for mark in errors), (
            task
        )
        assert f"TASK [{task}]" in what.summary
        assert f"TASK [{task}]" in verdict.text or "more" in verdict.text
    names = {mark.title.split("]")[0].rpartition("[")[2] for mark in errors if "TASK [" in mark.title}
    assert names <= {task for task, _ in counting}
    bad = [host["host"] for host in what.document["hosts"] if host["failed"] or host["unreachable"]]
    assert what.outputs["failed_hosts"] == ",".join(bad)
    assert what.document["failed_hosts"] == bad


def check_a_reason_is_told_where_it_happened_and_in_the_verdict(story: Story, what: Told) -> None:
    for marks in (what.marks, what.plain):
        ours = [
            mark.message if isinstance(mark, Annotation) else mark.text
            for mark in marks
            if isinstance(mark, Annotation) or (isinstance(mark, Line) and mark.tone is not Tone.OUTPUT)
        ]
        for task, host in story.truth:
            assert sum(text.count(f"{task} broke on {host}") for text in ours) <= 2, (task, host)


def check_against_the_recap(story: Story, what: Told) -> None:
    if not story.has_recap:
        return
    names = {"failed": "failures", "unreachable": "dark", "rescued": "rescued", "ignored": "ignored"}
    for host in what.found.hosts:
        for name, key in names.items():
            assert getattr(host, name) == story.recap.get(key, {}).get(host.host, 0)
    if story.status is Status.SUCCESSFUL:
        return
    for host in what.found.hosts:
        mine = [failure for failure in what.found.failures if failure.host == host.host and failure.counts]
        sure = [failure for failure in mine if not failure.doubt]
        assert bool(mine) == host.bad, "a host counts as failed where a failure of it does"
        assert len(sure) <= host.failed + host.unreachable <= len(mine)


def check_nothing_is_told_that_is_not_known(story: Story, what: Told) -> None:
    """A failure of which something else is true is never told without a doubt."""
    for failure in what.found.failures:
        truth = story.truth[failure.task, failure.host]
        if failure.doubt:
            continue
        if truth in ("failed", "unreachable"):
            assert failure.counts, failure
        else:
            assert not failure.counts, failure
            assert failure.kind == truth, failure


def test_all_that_is_told_of_a_run_agrees_with_itself_and_with_the_recap() -> None:
    for seed in range(STREAMS):
        try:
            check(Teller(Random(seed)).tell())
        except AssertionError as error:
            error.add_note(f"the stream of Random({seed})")
            raise


def test_the_streams_hold_every_mix() -> None:
    seen = set()
    for seed in range(600):
        story = Teller(Random(seed)).tell()
        seen |= {(kind, story.has_recap, story.status) for kind in story.truth.values()}
    kinds, ends = ("failed", "unreachable", "ignored", "rescued"), (Status.SUCCESSFUL, Status.FAILED)
    assert {(kind, recap, end) for kind in kinds for recap in (True, False) for end in ends} <= seen


def _recap_alone() -> Story:
    """`a` fails with its event, `b` by the recap alone."""
    data = msgspec.Raw(b'{"res": {"msg": "t1 broke on a"}}')
    stats = msgspec.Raw(b'{"processed": {"a": 1, "b": 1}, "failures": {"a": 1, "b": 1}}')
    updates: list[JobUpdate] = [
        Logged(Event(1, "playbook_on_task_start", uuid="u1", task="t1")),
        Logged(Event(2, "runner_on_failed", "", "u2", "u1", "", "t1", "", "a", failed=True, event_data=data)),
        Logged(Event(3, "playbook_on_stats", event_data=stats)),
        Finished(replace(JOB, status=Status.FAILED), Log(4)),
    ]
    return Story(updates, status=Status.FAILED)


def test_a_host_of_which_only_the_recap_tells_stands_after_the_failed_tasks_everywhere() -> None:
    what = told(_recap_alone())
    errors = [mark for mark in what.marks if isinstance(mark, Annotation) and mark.level is Level.ERROR]
    verdict = next(mark.text for mark in what.plain if isinstance(mark, Line) and mark.label == "failed")
    annotated = "\n".join(f"{mark.title} {mark.message}" for mark in errors)
    for text in (what.outcome.explanation, what.summary, verdict, annotated):
        assert 0 < text.index("TASK [t1]") < text.index("b failed by the recap") or text.startswith(
            "TASK [t1]"
        )
        assert text.count("b failed by the recap") == 1
    assert what.outputs["failed_hosts"] == "a,b"
    assert what.document["reasons"][0]["source"] == "recap"


def test_a_workflow_names_such_a_host_with_its_node() -> None:
    node = Node(1, "deploy", "Deploy", "job", job=replace(JOB, status=Status.FAILED))
    tally = WorkflowTally()
    tally.add(NodeChanged(node, 0.0))
    for update in _recap_alone().updates:
        tally.add(NodeUpdate(node, update))
    tally.add(Finished(replace(JOB, type=JobType.WORKFLOW_JOB, status=Status.FAILED), Log(4)))
    lines = explanation(tally.findings()).splitlines()
    assert [line for line in lines if "recap" in line] == [lines[-1]]
    assert lines[-1].startswith("deploy: b failed by the recap")
