"""Launched once: what to do when the answer of a launch was lost.

The controller has no idempotency key: two equal POSTs make two jobs, and one whose answer was lost may have made
one (seen on AWX 24.6.1). So a lost answer is looked up among the template's jobs before anything else is done:

* one match: it is ours, and followed;
* none after a grace period: the launch never happened, and is sent again, once;
* several, or none once more: nobody can tell, and nothing is sent: `LaunchUnknown` names the candidates.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aap_launcher.controller import Controller, RecentJob
from aap_launcher.errors import AnswerLost, Interrupted, LaunchUnknown
from aap_launcher.models import Clock, Job, Launched, Notice, Prompts, Template

MARKER = "aap_launcher_id"  # the correlation value, where the template takes variables
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
    """The launch of a template; its body gets a marker where the template takes any variable."""
    marker = ""
    if "ask_variables_on_launch" in prompts.asks:
        marker = secrets.token_hex(8)
        body = {**body, "extra_vars": {**body.get("extra_vars", {}), MARKER: marker}}
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
        since = controller.time()
        try:
            return attempt.send()
        except AnswerLost as lost:
            tell(Notice(f"{lost} Looking for the job it may have made.", warning=True))
            job = _look(controller, attempt, since, clock, _GRACE)
            if job is not None:
                tell(Notice(f"{job.label} was made by this launch; it is followed, nothing was sent again"))
                return Launched(job)
            if again:
                break
            tell(Notice("no job was made; the launch is sent again, once"))
        except Interrupted as stop:
            job = _look(controller, attempt, since, clock, _GRACE_INTERRUPTED)
            if job is None:
                raise LaunchUnknown(
                    f"interrupted while {attempt.template.name!r} was being launched, and no job of this launch has "
                    "shown up yet; if one does, it runs on. " + _advice(attempt)
                ) from stop
            found(job)
            raise
    raise LaunchUnknown(
        f"the launch of {attempt.template.name!r} was sent twice, both answers were lost, and no job has shown up. "
        + _advice(attempt)
    )


def _look(controller: Controller, attempt: Attempt, since: str, clock: Clock, grace: float) -> Job | None:
    """The one job that this launch made; None where there is none until the grace has passed."""
    end = clock.now() + grace
    while True:
        recent = controller.recent_jobs(attempt.template, since)
        mine = [one.job for one in recent if attempt.made(one, controller.user_id)]
        if len(mine) > 1:
            raise LaunchUnknown(
                "the answer of the launch was lost, and several jobs could be its own; nothing was sent again. "
                f"Candidates: {_candidates(mine)}. {_advice(attempt)}"
            )
        if mine:
            return mine[0]
        if clock.now() >= end:
            return None
        clock.sleep(min(_STEP, max(end - clock.now(), 0.1)))


def _candidates(jobs: Sequence[Job]) -> str:
    return ", ".join(f"{job.label} ({job.status}, {job.link})" for job in jobs)


def _advice(attempt: Attempt) -> str:
    return f"Look at the jobs of template {attempt.template.id} and attach with: aap-launcher follow JOB"
