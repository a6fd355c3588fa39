"""A workflow's updates become marks: each node rendered like a job, all of them interleaved in one log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aap_launcher.findings.failures import reason_lines
from aap_launcher.findings.job import Tally
from aap_launcher.findings.workflow import NodeTally, WorkflowTally
from aap_launcher.models.jobs import Status
from aap_launcher.models.marks import Annotation, Level, Line, Mark, Progress, Tone
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.notices import Notice
from aap_launcher.models.updates import Finished, NodeChanged, NodeUpdate, StatusChanged, Tick, Update
from aap_launcher.render.conclusion import GOES_ON, Role, after, annotated, failed_lines, gaps
from aap_launcher.render.interleave import Interleave
from aap_launcher.render.job import Renderer, Style
from aap_launcher.text.words import count, duration, one_line, some_of

_MOST = 10  # nodes that a line names


class WorkflowRenderer:
    """Renders a workflow job. Give each update to the tally first; `close` belongs to every ending."""

    def __init__(self, tally: WorkflowTally, style: Style | None = None) -> None:
        self._tally = tally
        self._style = style or Style()
        self._own = Renderer(Tally(), self._style)  # for the workflow job's own status
        self._nodes: dict[int, Renderer] = {}
        self._interleave = Interleave()
        self._at = 0.0
        self._wrote_at = 0.0
        self._wrote = False
        self._seen: set[int] = set()
        self._new: list[str] = []  # nodes that are new, that cannot run, that are skipped: told together
        self._orphaned: list[str] = []
        self._skipped: list[str] = []
        self._decided: list[tuple[NodeTally, Line]] = []  # approvals of nodes that were not introduced yet
        self._annotated = not self._style.annotations

    def marks(self, update: Update) -> Iterator[Mark]:
        """What the update adds to the log; take all of it before the next update."""
        for mark in self._marks(update):
            self._wrote = self._wrote or not isinstance(mark, Progress)
            yield mark

    def pause(self) -> Iterator[Mark]:
        """End the open group, so that something else may stand open."""
        return self._interleave.pause()

    def close(self) -> Iterator[Mark]:
        """Print what still waits, end what is open, and tell the findings if the end never came."""
        yield from self._all_written()
        if not self._annotated:
            self._annotated = True
            yield from annotated(self._tally.findings())

    def _marks(self, update: Update) -> Iterable[Mark]:
        match update:
            case NodeUpdate():
                return self._node(update)
            case NodeChanged():
                return self._changed(update)
            case Tick():
                return self._tick(update)
            case Finished():
                return self._finished(update)
            case StatusChanged() | Notice():
                return self._outside(self._own.marks(update))
            case _:
                return ()  # a workflow job has no events of its own

    def _outside(self, marks: Iterable[Mark]) -> Iterator[Mark]:
        """Below whatever group is open; nothing to say leaves it open."""
        for place, mark in enumerate(marks):
            if place == 0:
                yield from self._interleave.pause()
            yield mark

    # --- nodes --------------------------------------------------------------------------------------

    def _node(self, update: NodeUpdate) -> Iterator[Mark]:
        node = update.node
        known = self._tally.of(node, update.path)
        renderer = self._nodes.get(node.id)
        if renderer is None:
            role = Role(one_line(known.name, 100), handled=node.handled)
            renderer = self._nodes[node.id] = Renderer(known.tally, self._style, role)
        if not isinstance(update.update, Tick):
            yield from self._write(known, renderer.marks(update.update))

    def _write(self, known: NodeTally, marks: Iterable[Mark]) -> Iterator[Mark]:
        return self._interleave.feed(known.node.id, one_line(known.name, 100), marks, self._at)

    def _changed(self, update: NodeChanged) -> Iterator[Mark]:
        node, known = update.node, self._tally.of(update.node, update.path)
        if not update.path and node.id not in self._seen:
            self._new.append(known.name)
        self._seen.add(node.id)
        if update.approval is not None and node.job is not None:
            yield from self._approval(known, node, update.approval, node.job.status)
        elif node.do_not_run:
            self._skipped.append(known.name)
        elif node.orphaned:
            self._orphaned.append(known.name)

    def _approval(self, known: NodeTally, node: Node, approval: Approval, status: Status) -> Iterator[Mark]:
        name = one_line(known.name, 100)
        if not status.final:
            yield from self._outside(self._waiting(name, node, approval))
            return
        good = status is Status.SUCCESSFUL
        words = [name, *_decision(approval, status)]
        if known.handled:
            words.append(GOES_ON)
        tone = Tone.GOOD if good else Tone.WARN if known.handled else Tone.BAD
        line = Line(" · ".join(words), tone, known.state)
        if self._new:
            self._decided.append((known, line))
        else:
            yield from self._write(known, [line])

    def _waiting(self, name: str, node: Node, approval: Approval) -> Iterator[Mark]:
        """Someone must act, so it never waits for its turn."""
        assert node.job is not None  # noqa: S101 - an approval that waits is a job
        words = [f"{name} · waiting for approval: {one_line(approval.name)}"]
        words += [one_line(approval.description)] if approval.description else []
        words += [f"{duration(approval.left)} left"] if approval.timeout else []
        how = f"approve with: aap-launcher approve {node.job.id}"
        if approval.may_decide is False:
            how += " (this launcher's user may not)"
        text = f"{' · '.join(words)}\n{node.job.link}\n{how}"
        yield Line(text, Tone.WARN, "waiting")
        if self._style.annotations:
            yield Annotation(Level.NOTICE, f"{words[0]}", f"{node.job.link}\n{how}")

    # --- time ---------------------------------------------------------------------------------------

    def _tick(self, tick: Tick) -> Iterator[Mark]:
        self._at = tick.at
        yield from self._gathered()
        yield from self._interleave.turn(tick.at)
        if self._wrote:
            self._wrote, self._wrote_at = False, tick.at
        now = self._doing()
        if tick.at - self._wrote_at >= self._style.heartbeat:
            self._wrote_at = tick.at
            what = [duration(tick.job.elapsed or tick.at), *(now or [one_line(tick.job.explanation)])]
            what += ["a cancel was asked for"] if tick.job.canceled_on else []
            line = Line(" · ".join(filter(None, what)), Tone.NOTE, str(tick.job.status))
            yield from self._outside([line])
        yield Progress("▸ " + " · ".join([*(now or [str(tick.job.status)]), duration(tick.at)]))

    def _gathered(self) -> Iterator[Mark]:
        """One line for all nodes of which the same is new."""
        several = len(self._orphaned) > 1
        deleted = "their templates were deleted: they" if several else "its template was deleted: it"
        for label, tone, names, more in (
            ("nodes", Tone.NOTE, self._new, ""),
            ("warning", Tone.WARN, self._orphaned, f" · {deleted} cannot run"),
            ("skipped", Tone.NOTE, self._skipped, self._why_skipped()),
        ):
            if names:
                text = f"{some_of(names, _MOST)}{more}"
                names.clear()
                yield from self._outside([Line(text, tone, label)])
        while self._decided:
            known, line = self._decided.pop(0)
            yield from self._write(known, [line])

    def _why_skipped(self) -> str:
        job = self._tally.job
        canceled = job is not None and (job.canceled_on or job.status is Status.CANCELED)
        return " · the workflow was canceled" if canceled else " · not on the path taken"

    def _doing(self) -> list[str]:
        """What each node that is not done does now."""
        found = []
        for known in self._tally.all:
            job = known.node.job
            if job is None or job.status.final or known.nested:
                continue
            renderer = self._nodes.get(known.node.id)
            waits = "waiting for approval" if known.approval is not None else str(job.status)
            does = renderer.doing() if renderer is not None else ""
            reason = one_line(job.explanation, 100) if not does else ""
            found.append(f"{one_line(known.name, 60)}: {does or reason or waits}")
        if len(found) > _MOST:
            found = [*found[:_MOST], f"and {len(found) - _MOST} more nodes"]
        return found

    # --- the end ------------------------------------------------------------------------------------

    def _all_written(self) -> Iterator[Mark]:
        yield from self._gathered()
        for node_id, renderer in self._nodes.items():
            yield from self._interleave.feed(node_id, "", renderer.close(), self._at)
        yield from self._interleave.flush()

    def _finished(self, end: Finished) -> Iterator[Mark]:
        yield from self._all_written()
        good = end.job.status is Status.SUCCESSFUL
        found = self._tally.findings()
        lines = [" · ".join(self._headline(end))]
        if self._annotated:
            lines += [*reason_lines(found.causes, quoted=False), *failed_lines(found)]
            lines += reason_lines(found.unexplained)
        if good:
            lines += [reason.text for reason in self._tally.bad_nodes()]
        yield Line("\n".join(lines), Tone.GOOD if good else Tone.BAD, str(end.job.status))
        if not self._annotated:
            self._annotated = True
            yield from annotated(found, end.job, end.log, several=True)
        elif not end.log.whole:
            yield Line(gaps(end.log, counters=False), Tone.WARN, "warning")

    def _headline(self, end: Finished) -> Iterator[str]:
        nodes = self._tally.all
        states = [known.state for known in nodes]
        ran = sum(known.node.job is not None for known in nodes)
        yield after(end.job)
        yield f"{ran} of {count(len(nodes), 'node')} ran" if ran < len(nodes) else f"{count(ran, 'node')} ran"
        counted = {
            word: states.count(word)
            for word in ("failed", "error", "canceled", "denied", "timed out", "skipped", "not run")
        }
        yield from (f"{number} {word}" for word, number in counted.items() if number)
        if end.log.state == "complete":
            yield f"log complete: {count(end.log.received, 'event')}"


def _decision(approval: Approval, status: Status) -> Iterator[str]:
    """What the label does not say: who decided, or why nobody did."""
    if approval.timed_out:
        yield f"nobody approved it within {duration(approval.timeout)}"
    elif status is Status.CANCELED:
        yield "was canceled while it waited"
    elif approval.by:
        yield f"by {one_line(approval.by, 100)}"
