"""Why a target is missed, as far as it is known: by the beginning of the figure's name."""

from __future__ import annotations

_START = "our own modules (rooms that follow and report are imported after it), and the requests of an exact preflight"
_ORDER = "lines are told in order: a stored one waits for those before it, which another worker stores up to 1 s later"
_LINES = "each line is defused and masked, with its colours and without them"
REASONS = {
    "process start to launch POST": _START,
    "the same over https": _START,
    "the same on GitHub": _START,
    "the same without any bytecode": _START,
    "requests before the POST": (
        "the API's place, the template's row (who may start it, its newest job) and its launch page: what each is for, "
        "and what two would lose, stands in docs/adr/0010"
    ),
    "`--help`": "the outlet and its masks are there before anything is printed",
    "`--version`": "the outlet and its masks are there before anything is printed",
    "a refused value": "it reports as every ending does, with outputs and a summary, and imports what makes these",
    "430 events at 20/s, launcher": _ORDER,
    "20,000 events at 500/s: p95": _ORDER,
    "20,000 events at 500/s: requests": "pages that are not full yet are read while they fill, so that no line waits",
    "burst of": _LINES,
    "peak memory": "a page of 200 events of this size, its events, and 64 KiB of log, beside Python and requests",
    "masks": "each secret is looked for in some eight forms (base64, quoted, escaped)",
    "exit after the events": "a look that has begun is waited for, and the report is written",
    "430 events at 20/s: requests": "the launch's own requests are in a run of half a minute",
    "100 launchers at once: requests": "the launch and the end are in a run of half a minute",
}


def reason(name: str) -> str:
    """The reason, "" where none is known."""
    return next((why for beginning, why in REASONS.items() if name.startswith(beginning)), "")
