"""Everything that can go wrong with the launcher itself, and the one table of exit codes.

LauncherError             internal: a fault of ours
├── InvalidInput          invalid: an input is missing or wrong; nothing was sent that changes anything
├── Refused               refused: the controller said no
│   ├── Unauthorized      the credential was not accepted
│   ├── Forbidden         the credential was accepted, the action was not
│   ├── NotFound          no such object, or none that this user may see
│   ├── Ambiguous         one reference means several objects
│   ├── Conflict          in use, made twice, or changed by somebody else meanwhile
│   └── JobFailed         failed: a job did not end successful, and a script wanted to know
├── TimedOut              timed_out: what was waited for did not come in time
├── Unreachable           unreachable: no usable answer, for longer than tolerated
│   └── AnswerLost        a request that changes something was sent, and its answer never came
├── LaunchUnknown         unknown: whether the launch made a job could not be settled
└── Interrupted           interrupted: SIGINT or SIGTERM

A job that failed is an `Outcome`, a value; `JobFailed` is raised only for the script that asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple


class Ending(NamedTuple):
    """An exit code (of an interruption 128 and the signal's number), the outcomes that end so, and its meaning."""

    codes: tuple[int, ...]
    verdicts: tuple[str, ...]
    meaning: str


# `make generate` writes it into README and docs, `aap-launcher --help` shows it.
ENDINGS: tuple[Ending, ...] = (
    Ending((0,), ("successful",), "the job ended `successful`"),
    Ending(
        (0,),
        ("launched", "checked"),
        "`wait: false`: launched, and not followed; a dry run: everything was checked, nothing was launched",
    ),
    Ending((1,), ("failed", "error", "canceled"), "the job ended so on the controller"),
    Ending((2,), ("invalid",), "bad or missing inputs; nothing was sent that changes anything"),
    Ending((3,), ("refused",), "the controller said no, or the preflight in its place"),
    Ending(
        (4,),
        ("unreachable",),
        "no usable answer for longer than `outage_tolerance`; the message says whether a job is running",
    ),
    Ending((5,), ("timed_out",), "`timeout` passed; the job was canceled or left, as asked"),
    Ending(
        (6,),
        ("unknown",),
        "the launch was sent, and whether it made a job could not be settled: it is never launched twice",
    ),
    Ending((70,), ("internal",), "a fault of the launcher itself; please report it"),
    Ending((130, 143, 129), ("interrupted",), "SIGINT, SIGTERM, SIGHUP: the job was asked to cancel first"),
)
EXIT_CODES = {verdict: ending.codes[0] for ending in ENDINGS for verdict in ending.verdicts}


class LauncherError(Exception):
    """A fault that ends the launcher; the message is written for the person who reads the CI log."""

    verdict: ClassVar[str] = "internal"
    exit_code: int = EXIT_CODES["internal"]

    def __init_subclass__(cls) -> None:
        cls.exit_code = EXIT_CODES[cls.verdict]


class Problem(NamedTuple):
    """One thing wrong with what was given: the input's name, what is wrong, and what to change."""

    field: str
    fault: str
    advice: str = ""


class _WithProblems(LauncherError):
    """An error that names each problem: `message` is its first sentence, its text is all of it."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """The message, and below it every problem: names in one column, what is wrong and what to do beside."""
        width = min(max((len(problem.field) for problem in self.problems), default=0), 28)
        lines = [self.message]
        for problem in self.problems:
            told = [*problem.fault.splitlines(), *problem.advice.splitlines()]
            lines += [f"  {problem.field:<{width}}  {told[0] if told else ''}".rstrip()]
            lines += [f"  {'':<{width}}  {line}".rstrip() for line in told[1:]]
        return "\n".join(lines)


class InvalidInput(_WithProblems):
    """One or several inputs are missing or wrong (`problems` names each)."""

    verdict = "invalid"


class Refused(_WithProblems):
    """The controller, or the preflight in its place, said no (`problems` names each reason).

    Where the controller itself said it: `status` is the answer's, 0 otherwise, and `content` its JSON.
    """

    verdict = "refused"

    def __init__(
        self,
        message: str,
        problems: Sequence[Problem] = (),
        *,
        status: int = 0,
        content: Any = None,  # noqa: ANN401 - JSON is anything
    ) -> None:
        super().__init__(message, problems)
        self.status = status
        self.content = content

    def __str__(self) -> str:
        """The message and its problems; of the controller's own no, the message holds them."""
        return self.message if self.status else super().__str__()


class Unauthorized(Refused):
    """401: the credential is wrong, expired or revoked; the controller does not tell which."""


class Forbidden(Refused):
    """403: this user may not do this, or the token is read-only."""


class NotFound(Refused):
    """404: no such object, or none that this user may see."""


class Ambiguous(Refused):
    """A reference means several objects; the message lists them."""


class Conflict(Refused):
    """409, or its like: in use, made twice by somebody at the same moment, changed by somebody else meanwhile."""


class JobFailed(Refused):
    """A job that was checked did not end successful; the message says why, `content` is the result's document."""

    verdict = "failed"


class TimedOut(LauncherError):
    """What was waited for did not come in the time given; nothing was canceled."""

    verdict = "timed_out"


class Unreachable(LauncherError):
    """No usable answer from the controller for longer than `outage_tolerance`."""

    verdict = "unreachable"


class AnswerLost(Unreachable):
    """A POST or DELETE may have taken effect: it was sent, and its answer was lost or came from a proxy.

    `page`: a redirect or a refusal that the controller did not write, which sending again would not mend.
    `location`: the path of what was made, where at least the head of a 201 came.
    """

    page: bool = False
    location: str = ""


class LaunchUnknown(LauncherError):
    """The launch was sent, and whether it created a job could not be settled: it is never sent twice."""

    verdict = "unknown"


class Interrupted(LauncherError):
    """SIGINT or SIGTERM (`signum`) arrived when the clock read `at`, where that is known.

    `sent`: in the middle of a request that changes something, which may have taken effect.
    """

    verdict = "interrupted"

    def __init__(self, signum: int, at: float | None = None) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum
        self.signum = signum
        self.at = at
        self.sent = False

    def __str__(self) -> str:
        effect = "; a request was on its way, and may have taken effect" if self.sent else ""
        return f"interrupted by signal {self.signum}{effect}"


class InvalidValue(ValueError):
    """A text that is not what was asked for: `fault` says what is wrong, `advice` what to change."""

    def __init__(self, fault: str, advice: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.advice = advice
