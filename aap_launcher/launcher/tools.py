"""What the launcher works with: the command line and the Python client wire it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aap_launcher.ci import CI
from aap_launcher.inputs.parsing import Inputs
from aap_launcher.models.jobs import Job
from aap_launcher.models.notices import Notice
from aap_launcher.models.outcomes import CIContext
from aap_launcher.models.ports import Clock, Signals

if TYPE_CHECKING:  # a refused input needs no HTTP: importing it is more than half of the start
    from aap_launcher.controller.controller import Controller


@dataclass(frozen=True, slots=True)
class Tools:
    """What one run of the launcher works with."""

    connect: Callable[..., Controller]
    ci: CI
    clock: Clock
    signals: Signals
    write: Callable[[str, str], None]  # (path, text) -> a file; raises OSError
    context: CIContext = CIContext()
    version: str = ""
    trace: Callable[[str], None] | None = None  # one line a request, for --debug
    note: Callable[[Job], None] = lambda _: None  # told the job, for a fault that nothing here catches
    spread: float = 0.0  # seconds within which the jobs of a matrix are to come, which start together


def connect_with(inputs: Inputs, tools: Tools, tell: Callable[[Notice], None]) -> Controller:
    """The controller that the inputs name."""
    return tools.connect(
        inputs.connection,
        clock=tools.clock,
        signals=tools.signals,
        tell=tell,
        mask=lambda value: tools.ci.mask([value]),
        trace=tools.trace,
    )
