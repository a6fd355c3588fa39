"""Which failures count: what is certain of a host's failures, what is likely, and what nobody told.

How ansible-core counts (its strategy plugins, seen on 2.14 to 2.21): each failure that is not ignored adds one to the
host's `failures` or to its `rescued`, each unreachable one to `dark` or to `ignored`. So the recap tells how many of a
host's failures count, and not which:

* A host that runs on after its failure is in a rescue, in an `always`, in a forced handler, or was forgiven by
  `meta: clear_host_errors`. Of a real failure in a block the `always` runs all the same.
* A host of which nothing comes any more has failed, or its rescue is nothing but `meta: end_play`.

So where some of a host's failures were rescued and some were not, that is told with the number, and a guess as one.
Without a recap (a job that was stopped) a failure is not told as one that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from aap_launcher.models.findings import FailureKind
from aap_launcher.text.words import count

Base = Literal["ignored", "failed", "unreachable"]

_WENT_ON = "the host went on after it"
_ALL_THE_SAME = "the run was successful all the same"
_NONE_BAD = "the controller counts no host as failed; the recap's event is missing"
_NO_END = "the event that tells how the task ended there is missing"


class Decision(NamedTuple):
    """`kind`, `counts` and `doubt` as a `Failure`'s; `rank` puts what is certain (0) before what is likely (1, 2)."""

    kind: FailureKind
    counts: bool
    doubt: str = ""
    rank: int = 0


class Seen(NamedTuple):
    """One failure: ignored (Ansible said so), failed or unreachable, and its place among its host's of that kind."""

    base: Base
    place: int = 0
    passed: bool = False  # Ansible wrote below it that it ignores it
    plain: bool = True  # it wrote what it always writes of an unreachable host: below that it would tell
    ended: bool = True  # False: a part of the task failed, and the event that ends the task never came


@dataclass(slots=True)
class HostFailures:
    """What was seen of one host's failures, those that were ignored for certain left out."""

    failed: int = 0
    dark: int = 0
    passed: int = 0  # of `dark`: those below which Ansible wrote that it ignores them
    silent: bool = True  # nothing of the host came since its last failure
    last: Seen | None = None
    last_dark: Seen | None = None
    unended: bool = False  # of one of them the event that ends the task never came
    ended: bool = False  # a `meta` task began since then: it may have ended the play in a rescue

    def ended_with(self, seen: Seen) -> bool:
        """Whether this failure is the last that was seen of the host."""
        last = self.last
        return self.silent and last is not None and (last.base, last.place) == (seen.base, seen.place)


class Recap(NamedTuple):
    """What Ansible counts of one host in the end."""

    failures: int = 0
    rescued: int = 0
    dark: int = 0


class RunEnd(NamedTuple):
    """What is known of the run's end."""

    ended: bool = False
    successful: bool = False
    bad: int | None = (
        None  # hosts that the controller counts as failed or unreachable; None: it does not tell
    )


def decide_failure(seen: Seen, host: HostFailures, recap: Recap | None, run: RunEnd) -> Decision:
    """What is to be told of one failure."""
    if seen.base == "ignored":
        return Decision("ignored", counts=False)
    if recap is None:
        decision = _without_recap(seen, host, run)
    elif seen.base == "unreachable":
        decision = _unreachable(seen, host, recap, run)
    else:
        decision = _failed(seen, host, recap, run)
    return decision if seen.ended else _unended(decision)


def _unended(decision: Decision) -> Decision:
    """A part of the task failed: whether that failed the task is told by the recap alone, if at all."""
    kind: FailureKind = "handled" if decision.kind == "rescued" else decision.kind
    doubt = "; ".join(filter(None, [decision.doubt, _NO_END]))
    return Decision(kind, decision.counts, doubt, rank=2)


def _failed(seen: Seen, host: HostFailures, recap: Recap, run: RunEnd) -> Decision:
    real, total = recap.failures, host.failed
    rescued = max(recap.rescued, total - real)
    if not real:
        return Decision("rescued", counts=False, doubt="" if recap.rescued else "the recap does not count it")
    if run.successful:
        some = f"the recap counts {real} of the host's {total} failures as failed; {_ALL_THE_SAME}"
        return Decision("cleared", counts=False, doubt=some if rescued else _ALL_THE_SAME)
    if not rescued or real >= total:
        return Decision("failed", counts=True)
    word = "rescued or ignored" if host.unended else "rescued"
    some = f"{rescued} of this host's {count(total, 'failure')} {'was' if rescued == 1 else 'were'} {word}"
    return _one_of(seen, host, real, some)


def _one_of(seen: Seen, host: HostFailures, real: int, some: str) -> Decision:
    """Some of the host's failures count and some were rescued: likely is only which one ended it."""
    last = host.last is not None and host.last.base == "failed"
    if host.silent and last and not host.ended:
        if host.ended_with(seen):
            return Decision("failed", counts=True, doubt=f"{some}, most likely not this one", rank=1)
        if real > 1:
            return Decision("failed", counts=True, doubt=f"{some}; Ansible does not tell which", rank=2)
        return Decision("handled", counts=False, doubt=f"{some}, most likely this one: {_WENT_ON}", rank=1)
    return Decision("failed", counts=True, doubt=f"{some}; Ansible does not tell which", rank=2)


def _unreachable(seen: Seen, host: HostFailures, recap: Recap, run: RunEnd) -> Decision:
    real, total = recap.dark, host.dark
    if not real:
        return Decision("ignored", counts=False)
    if total - real == host.passed:
        if seen.passed:
            return Decision("ignored", counts=False)
    elif real < total:
        some = f"{total - real} of the {total} times that this host was unreachable were ignored"
        last = host.ended_with(seen)
        if not last and real == 1 and host.silent and host.last == host.last_dark:
            return Decision(
                "handled", counts=False, doubt=f"{some}, most likely this one: {_WENT_ON}", rank=1
            )
        if not run.successful:
            return Decision("unreachable", counts=True, doubt=some, rank=1 if last else 2)
    if run.successful:
        return Decision("cleared", counts=False, doubt=_ALL_THE_SAME)
    return Decision("unreachable", counts=True)


def _without_recap(seen: Seen, host: HostFailures, run: RunEnd) -> Decision:
    unreachable = seen.base == "unreachable"
    if seen.passed:
        return Decision("ignored", counts=False)
    if run.bad == 0 or run.successful:
        doubt = _NONE_BAD if run.bad == 0 else _ALL_THE_SAME
        return Decision("ignored" if unreachable else "rescued", counts=False, doubt=doubt)
    if not host.ended_with(seen):
        return Decision("handled", counts=False, doubt=_WENT_ON)
    if unreachable and seen.plain:
        return Decision("unreachable", counts=True)
    if run.bad:
        told = f"the controller counts {count(run.bad, 'host')} as failed; the recap's event is missing"
        return Decision(seen.base, counts=True, doubt=told, rank=1)
    what = "ignored" if unreachable else "rescued"
    why = "the run ended without its recap" if run.ended else "the run had not ended when it was last seen"
    return Decision("unknown", counts=False, doubt=f"whether it was {what} is not known: {why}", rank=2)
