"""Which requests a fault befalls: every rule counts what it matches, so a plan means the same on each run."""

import random
import re
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults.acts import Fault
from sandbox.faults.exchange import Request


@dataclass(frozen=True, slots=True)
class Rule:
    """Befalls requests whose path and query match; of several rules that would, the first."""

    path: str
    """A regular expression, searched for."""
    fault: Fault
    method: str = "GET"
    """"" for any."""
    skip: int = 0
    """So many matching requests are let through first."""
    count: int | None = 1
    """So many are befallen then; None: all."""
    seconds: float | None = None
    """Befalls all that come within so long after the first, instead of counting."""
    share: float = 1.0
    """Of the matching requests, chosen by the seed of the front."""


@dataclass(slots=True)
class _Entry:
    rule: Rule
    memory: dict[Any, Any] = field(default_factory=dict)
    matched: int = 0
    befallen: int = 0
    since: float | None = None

    def befalls(self, request: Request, chance: float) -> bool:
        rule = self.rule
        if rule.method not in ("", request.method) or not re.search(rule.path, request.target):
            return False
        self.matched += 1
        if self.matched <= rule.skip or chance >= rule.share:
            return False
        now = time.monotonic()
        if rule.seconds is not None:
            self.since = now if self.since is None else self.since
            return now - self.since < rule.seconds
        if rule.count is not None and self.befallen >= rule.count:
            return False
        self.befallen += 1
        return True


class Script:
    """The rules of one front with what they have seen; several connections ask at once."""

    def __init__(self, rules: Iterable[Rule], seed: int) -> None:
        self._entries: Sequence[_Entry] = [_Entry(rule) for rule in rules]
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    @property
    def unused(self) -> list[Rule]:
        """Those that have befallen nothing."""
        return [entry.rule for entry in self._entries if not entry.befallen and entry.since is None]

    def fault_for(self, request: Request) -> tuple[Fault, dict[Any, Any]] | None:
        with self._lock:
            chance = self._random.random()
            for entry in self._entries:
                if entry.befalls(request, chance):
                    return entry.rule.fault, entry.memory
        return None
