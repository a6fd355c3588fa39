"""What a launch is told to do differently from an ordinary run: the seam for injected trouble."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Applies to one launch; the control API sets the plan of the next one.

    Delays here are real seconds: whoever sets a plan wants exactly that delay.
    """

    pending_seconds: float = 0.0
    """How long the job stays pending before it is placed on a node."""
    answer_seconds: float = 0.0
    """How much later than its job the launch's answer comes."""
    end_as_error: bool = False
    """The job ends as `error`, with a traceback and no events."""
    never_processed: bool = False
    """`event_processing_finished` stays false for ever."""
    missing_events: frozenset[int] = field(default_factory=frozenset)
    """Counters of events that never become visible."""
    late_events: dict[int, float] = field(default_factory=dict)
    """Counter to the seconds by which that event becomes visible later than it would."""
