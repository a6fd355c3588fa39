"""Launched once: what to do when the answer of a launch was lost.

The controller has no idempotency key: two equal POSTs make two jobs, and one whose answer was lost may have made
one (seen on AWX 24.6.1). So a lost answer is looked up among the template's jobs before anything else is done:

* one match: it is ours, and followed;
* none after a grace period: the launch never happened, and is sent again, once;
* several, or none once more: nobody can tell, and nothing is sent: `LaunchUnknown` names the candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aap_launcher.errors import AnswerLost, Interrupted, LauncherError, LaunchUnknown
from aap_launcher.models import Clock, Job, Launched, Notice, Prompts, Template
from aap_launcher.preflight.fields import MARKER

if TYPE_CHECKING:  # see state.py
    from aap_launcher.controller import Controller, RecentJob

# A proxy gives up after 30 s by default while the controller may go on working (AAP's gateway: 504 after 30 s).
_GRACE = 60.0
_GRACE_INTERRUPTED = 3.0  # a canceled CI job has ten seconds in all
_STEP = 3.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One launch, and how to recognize the job that it made."""

    template: Template
    send: Callable[[], Launched]
    body: Mapping[str, Any]
    marker: str = ""

    def made(self, recent: RecentJob, user_id: int | None) -> bool:
        """Whether this launch made that job: by the marker alone where there is one, else by all that is known."""
        if self.marker:
            return recent.extra_vars.get(MARKER) == self.marker
        return recent.user_id in (user_id, None) and recent.holds(self.body)


def template_launch(
    controller: Controller, template: Template, prompts: Prompts, body: Mapping[str, Any]
) -> Attempt:
    """The launch of a template; known again by the marker in its body, where there is one."""
    variables = body.get("extra_vars", {}) if "ask_variables_on_launch" in prompts.asks else {}
    marker = str(variables.get(MARKER, ""))
    return Attempt(template, lambda: controller.launch(template, body), body, marker)


def launch(
    controller: Controller,
    attempt: Attempt,
    *,
    clock: Clock,
    tell: Callable[[Notice], None],
    found: Callable[[Job], None],
) -> Launched:
    """Send the launch, at most twice, and never twice blindly.

    `found` hears of a job that was made although a signal came first; `Interrupted` is raised then. Raises
    `LaunchUnknown` where it cannot be settled, and whatever the controller refuses with.
    """
    for again in (False, True):
        # The marker alone tells a job; without one, no older job may be taken for this launch's.
        search = _Search(
            controller, attempt, clock, 0 if attempt.marker else controller.newest_job(attempt.template)
        )
        try:
            return attempt.send()
        except AnswerLost as lost:
            tell(Notice(f"{lost} Looking for the job it may have made.", warning=True))
            job = search.patiently(found)
            if job is not None:
                tell(Notice(f"{job.label} {_kinship(attempt)}; it is followed, nothing was sent again"))
                return Launched(job)
            if again:
                break
            tell(Notice("no job was made; the launch is sent again, once"))
        except Interrupted as stop:
            if stop.sent:
                search.in_haste(stop, found)
            raise
    raise LaunchUnknown(
        f"the launch of {attempt.template.name!r} was sent twice, both answers were lost, and no job has shown up. "
        + _advice(attempt)
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """Looks for the job that a launch may have made, among the template's jobs newer than `newest`."""

    controller: Controller
    attempt: Attempt
    clock: Clock
    newest: int

    def patiently(self, found: Callable[[Job], None]) -> Job | None:
        """The one job that this launch made; None where there is none until the grace has passed."""
        try:
            return self._look(_GRACE)
        except Interrupted as stop:
            self.in_haste(stop, found)
            raise

    def in_haste(self, stop: Interrupted, found: Callable[[Job], None]) -> None:
        """A kill is near: tell `found` of the job, so that it is canceled. Raises `LaunchUnknown` without one."""
        self.controller.hurry(self.clock.now() + _GRACE_INTERRUPTED)
        job = self._look(_GRACE_INTERRUPTED)
        if job is None:
            raise LaunchUnknown(
                f"interrupted while {self.attempt.template.name!r} was being launched, and no job of this launch "
                "has shown up yet; if one does, it runs on. " + _advice(self.attempt)
            ) from stop
        found(job)

    def _look(self, grace: float) -> Job | None:
        end = self.clock.now() + grace
        while True:
            mine = self._mine()
            if len(mine) > 1:
                raise LaunchUnknown(
                    "the answer of the launch was lost, and several jobs could be its own; nothing was sent again. "
                    f"Candidates: {_candidates(mine)}. {_advice(self.attempt)}"
                )
            if mine:
                return mine[0]
            if self.clock.now() >= end:
                return None
            self.clock.sleep(min(_STEP, max(end - self.clock.now(), 0.1)))

    def _mine(self) -> Sequence[Job]:
        """The jobs that could be this launch's. Raises `LaunchUnknown` where the controller does not tell."""
        try:
            recent = self.controller.recent_jobs(self.attempt.template, self.newest)
        except Interrupted:
            raise
        except LauncherError as error:
            raise LaunchUnknown(
                f"the launch of {self.attempt.template.name!r} was sent, its answer was lost, and the job it may have "
                f"made could not be looked for: {error} {_advice(self.attempt)}"
            ) from error
        return [one.job for one in recent if self.attempt.made(one, self.controller.user_id)]


def _kinship(attempt: Attempt) -> str:
    return "was made by this launch" if attempt.marker else "alone is new and holds what was sent"


def _candidates(jobs: Sequence[Job]) -> str:
    return ", ".join(f"{job.label} ({job.status}, {job.link})" for job in jobs)


def _advice(attempt: Attempt) -> str:
    return f"Look at the jobs of template {attempt.template.id} and attach with: aap-launcher follow JOB"
