"""One peer's run of one plan, and the figures that compare it with others'."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from bench.box import Box, Told
from bench.child import Measured, measure
from bench.controller.stream import Plan, Stream
from bench.peers.commands import Peer


@dataclass(frozen=True, slots=True)
class Run:
    """What one peer did with one job."""

    peer: str
    job: int
    measured: Measured
    told: Told

    @property
    def to_post(self) -> float:
        """Seconds from the process's start to the launch's POST."""
        return self._posted - self.measured.began

    @property
    def before_post(self) -> int:
        """Requests before the launch's POST."""
        return sum(one.when < self._posted for one in self.told.asked)

    @property
    def launches(self) -> int:
        """How many jobs were launched: always 1, one hopes."""
        return sum(one.method == "POST" and one.path.endswith("/launch/") for one in self.told.asked)

    @property
    def requests(self) -> int:
        """All of its requests."""
        return len(self.told.asked)

    @property
    def a_minute(self) -> float:
        """Requests a minute, from the launch's POST on."""
        return (self.requests - self.before_post) / (self.measured.ended - self._posted) * 60

    @property
    def busiest_minute(self) -> int:
        """Requests in the busiest minute."""
        times = [one.when for one in self.told.asked]
        return max((sum(start <= when < start + 60 for when in times) for start in times), default=0)

    @property
    def megabytes(self) -> float:
        """What was transferred, in MB."""
        return sum(one.size for one in self.told.asked) / 1e6

    @property
    def after_processed(self) -> float:
        """Seconds from `event_processing_finished` to the process's end."""
        return self.measured.ended - self.told.processed_at

    @property
    def whole(self) -> Whole:
        """How whole the log was."""
        return Whole.of(self.told.plan, [counter for counter, _ in self.measured.came])

    def latencies(self) -> list[float]:
        """Seconds from the moment that an event could be read to its line, sorted."""
        stream = Stream(self.told.plan, 0)
        return sorted(
            when - self.told.runs_at - stream.seen_at(counter) for counter, when in self.measured.came
        )

    @property
    def _posted(self) -> float:
        return next((one.when for one in self.told.asked if one.method == "POST"), float("nan"))


@dataclass(frozen=True, slots=True)
class Whole:
    """Completeness: of the events that print, how many came; and what came twice or before its time."""

    wanted: int
    lost: int
    twice: int
    turned: int

    @classmethod
    def of(cls, plan: Plan, came: list[int]) -> Whole:
        """From the counters in the order in which they were printed."""
        wanted, seen = set(Stream(plan, 0).printing()), Counter(came)
        twice = sum(times - 1 for times in seen.values())
        turned = sum(after < before for before, after in pairwise(came))
        return cls(len(wanted), len(wanted - set(seen)), twice, turned)

    def __str__(self) -> str:
        """`all`, or what is wrong."""
        if not (self.lost or self.twice or self.turned):
            return "all"
        share = f"{100 * self.lost / self.wanted:.1f} % lost" if self.lost else ""
        told = (
            share,
            f"{self.twice} twice" if self.twice else "",
            f"{self.turned} turned" if self.turned else "",
        )
        return ", ".join(filter(None, told))


def run(peer: Peer, box: Box, plan: Plan, **environment: str) -> Run:
    """Let it launch and follow the job of that plan."""
    job = box.plan(plan)
    measured = measure(peer.command(box.url), peer.environment(box.url, box.certificates, **environment))
    return Run(peer.name, job, measured, box.told(job))


def centile(values: list[float], share: float) -> float:
    """The value below which that share of sorted values lies; NaN where there are none."""
    return values[min(int(len(values) * share), len(values) - 1)] if values else float("nan")
