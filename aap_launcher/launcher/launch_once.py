"""Launched once: what to do when the answer of a launch was lost.

The controller has no idempotency key: two equal POSTs make two jobs, and one whose answer was lost may have made
one (seen on AWX 24.6.1). A launch of which the transport handed no byte over was never sent, and is repeated like
any request. A launch that was sent and not answered by the controller itself is looked for, and

* where the head of the answer still came, its Location names the job: it is followed;
* a job that holds the marker (a correlation value, where the template takes variables) is ours: it is followed;
* no job with the marker after three minutes, and none that could be ours without it: it was never acted on, and is
  sent again, once. In less time nothing is proven: a gateway answers 504 after 30 s, while the controller's workers
  may begin with a request that they were given, and have 120 s for it (uwsgi's harakiri in AWX's stock settings);
* everything else, and every launch without a marker: `LaunchUnknown` (exit 6) names the candidates. One new job that
  fits is no proof: a pipeline with the same service account may have launched it, and ours may be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from aap_launcher.errors import AnswerLost, Interrupted, LauncherError, LaunchUnknown, Refused
from aap_launcher.models.jobs import Job, Launched
from aap_launcher.models.notices import Notice
from aap_launcher.models.ports import Clock
from aap_launcher.models.templates import Prompts, Template
from aap_launcher.preflight.fields import MARKER

if TYPE_CHECKING:  # see state.py
    from aap_launcher.controller.controller import Controller
    from aap_launcher.controller.recent_jobs import Family, RecentJob

RULED_OUT = 180.0  # seconds after which a launch that shows no job was not acted on
_SETTLE = 10.0  # seconds for further candidates to show up beside the first one
_GRACE_INTERRUPTED = 3.0  # a canceled CI job has ten seconds in all
_STEP = 3.0
_EACH = 30.0  # seconds between two words while it is looked for


class Attempt(msgspec.Struct, frozen=True):
    """One launch, and how to recognize the job that it made. `name`: of what is launched, in words."""

    name: str
    family: Family
    send: Callable[[], Launched]
    body: Mapping[str, Any]
    marker: str = ""
    newest: int | None = None  # the newest job before the launch, where the template's row told

    def marked(self, recent: RecentJob) -> bool:
        """Whether it holds the marker; a relaunch, or a slice, of our job has a copy of it."""
        return bool(self.marker) and (recent.extra_vars or {}).get(MARKER) == self.marker

    def made(self, recent: RecentJob) -> bool:
        """Whether this launch made that job: by proof."""
        return self.marked(recent) and recent.launch_type in ("", self.family.launch_type)

    def may_have_made(self, recent: RecentJob, user_id: int | None) -> bool:
        """Whether nothing speaks against it, but nothing proves it either."""
        if self.marked(recent):
            return True
        if self.marker and MARKER in (recent.extra_vars or {}):
            return False  # another launcher's
        body = self.body
        if self.marker:
            sent = {key: value for key, value in body["extra_vars"].items() if key != MARKER}
            body = {**body, "extra_vars": sent}
        return recent.may_be(self.family.launch_type, user_id) and recent.may_hold(body)


def template_launch(
    controller: Controller, template: Template, prompts: Prompts, body: Mapping[str, Any]
) -> Attempt:
    """The launch of a template; known again by the marker in its body, where there is one."""
    variables = body.get("extra_vars", {}) if "ask_variables_on_launch" in prompts.asks else {}
    marker = str(variables.get(MARKER, ""))
    family = controller.family(template)
    newest = template.newest_job
    proof = {MARKER: marker} if marker else {}
    send = partial(controller.launch, template, body, proof)
    return Attempt(template.name, family, send, body, marker, newest)


def relaunch(controller: Controller, job: Job, body: Mapping[str, Any]) -> Attempt:
    """The relaunch of a job, whose template may be gone; the controller ignores a marker there."""
    return Attempt(job.name, controller.family(job), lambda: controller.relaunch(job, body), {})


def launch(
    controller: Controller,
    attempt: Attempt,
    *,
    clock: Clock,
    tell: Callable[[Notice], None],
    found: Callable[[Job], None],
) -> Launched:
    """Send the launch, at most twice, and never twice where the first can still take effect.

    `found` hears of a job that was made although a signal came first; `Interrupted` is raised then. Raises
    `LaunchUnknown` where it cannot be settled, and whatever the controller refuses with.
    """
    search = _Search(controller, attempt, clock, tell, _newest(controller, attempt))
    for again in (False, True):
        try:
            return search.checked(attempt.send())
        except AnswerLost as lost:
            tell(Notice(f"{lost} Looking for the job it may have made.", warning=True))
            job = search.named(lost) or search.patiently(lost, found)
            if job is not None:
                tell(Notice(f"{job.label} was made by this launch; it is followed, nothing was sent again"))
                return Launched(job)
            if again:
                break
            tell(Notice("no job was made; the launch is sent again, once"))
        except Interrupted as stop:
            if stop.sent:
                search.in_haste(stop, found)
            raise
    raise LaunchUnknown(
        f"the launch of {attempt.name!r} was sent twice, both answers were lost, and no job has shown up. "
        + _advice(attempt)
    )


def _newest(controller: Controller, attempt: Attempt) -> int:
    """The newest job before the launch; 0 where the user may not list jobs, so that any job counts as new."""
    if attempt.newest is not None:
        return attempt.newest
    try:
        return controller.newest_job(attempt.family)
    except Refused:
        return 0


class _Seen(msgspec.Struct, frozen=True):
    """What the list of jobs newer than the launch shows."""

    ours: Sequence[Job]
    doubtful: Sequence[Job]


class _Search(msgspec.Struct, frozen=True):
    """Looks for the job that a launch may have made, among those newer than `newest`."""

    controller: Controller
    attempt: Attempt
    clock: Clock
    tell: Callable[[Notice], None]
    newest: int

    def checked(self, launched: Launched) -> Launched:
        """The answer, unless it is an older one: out of something's cache."""
        if launched.job.id <= self.newest:
            raise AnswerLost(
                f"The answer names {launched.job.label}, which is older. It may have taken effect."
            )
        return launched

    def named(self, lost: AnswerLost) -> Job | None:
        """The job that the head of the lost answer names."""
        if not lost.location:
            return None
        try:
            job = self.controller.made_job(lost.location)
        except Interrupted:
            raise
        except LauncherError:
            return None
        return job if job.id > self.newest else None

    def patiently(self, lost: AnswerLost, found: Callable[[Job], None]) -> Job | None:
        """The job that this launch made; None where it is sure that there is none, and sending again may help."""
        try:
            seen = self._look(RULED_OUT)
        except Interrupted as stop:
            self.in_haste(stop, found)
            raise
        if len(seen.ours) == 1:
            return seen.ours[0]
        if seen.ours or seen.doubtful:
            raise self._unknown([*seen.ours, *seen.doubtful])
        if not self.attempt.marker or lost.page:
            raise LaunchUnknown(
                f"{lost} No job of it has shown up within {RULED_OUT:.0f} s; it was not sent again. "
                + _advice(self.attempt)
            )
        return None

    def in_haste(self, stop: Interrupted, found: Callable[[Job], None]) -> None:
        """A kill is near: tell `found` of the job, so that it is canceled. Raises `LaunchUnknown` without one."""
        self.controller.hurry(self.clock.now() + _GRACE_INTERRUPTED)
        seen = self._look(_GRACE_INTERRUPTED)
        if len(seen.ours) == 1:
            found(seen.ours[0])
            return
        if seen.ours or seen.doubtful:
            raise self._unknown([*seen.ours, *seen.doubtful]) from stop
        raise LaunchUnknown(
            f"interrupted while {self.attempt.name!r} was being launched, and no job of this launch "
            "has shown up yet; if one does, it runs on. " + _advice(self.attempt)
        ) from stop

    def _look(self, grace: float) -> _Seen:
        """Look until a job is ours by proof, or the grace has passed, or no more candidates are to be expected."""
        begin = told = self.clock.now()
        end = begin + grace
        while True:
            seen = self._see()
            if seen.ours:
                return seen
            now = self.clock.now()
            if seen.doubtful and not self.attempt.marker:
                end = min(end, now + _SETTLE)
            if now >= end:
                return seen
            if now - told >= _EACH:
                told = now
                waited = f"{now - begin:.0f} s of {end - begin:.0f} s"
                self.tell(Notice(f"no job of this launch has shown up yet; looking on ({waited})"))
            self.clock.sleep(min(_STEP, max(end - now, 0.1)))

    def _see(self) -> _Seen:
        """What could be this launch's. Raises `LaunchUnknown` where the controller does not tell."""
        try:
            recent = self.controller.recent_jobs(self.attempt.family, self.newest)
            rest = [one for one in recent if not self.attempt.made(one)]
            user = self.controller.user_id() if rest else None
        except Interrupted:
            raise
        except LauncherError as error:
            raise LaunchUnknown(
                f"the launch of {self.attempt.name!r} was sent, its answer was lost, and the job it may have "
                f"made could not be looked for: {error} {_advice(self.attempt)}"
            ) from error
        ours = [one.job for one in recent if self.attempt.made(one)]
        return _Seen(ours, [one.job for one in rest if self.attempt.may_have_made(one, user)])

    def _unknown(self, candidates: Sequence[Job]) -> LaunchUnknown:
        some = "one job" if len(candidates) == 1 else "several jobs"
        told = ", ".join(f"{job.label} ({job.status}, {job.link})" for job in candidates)
        return LaunchUnknown(
            f"the answer of the launch was lost, and {some} could be its own, which nothing proves; "
            f"nothing was sent again. Candidates: {told}. {_advice(self.attempt)}"
        )


def _advice(attempt: Attempt) -> str:
    where = f"the jobs of template {attempt.family.template_id}"
    if not attempt.family.template_id:
        where = f"the newest {attempt.family.type.replace('_', ' ')}s"
    said = f"Look at {where} and attach with: aap-launcher follow JOB"
    if attempt.marker or attempt.family.launch_type == "relaunch":
        return said
    return f'{said}. (Where the template prompts for variables, a lost launch is found by its marker "{MARKER}".)'
