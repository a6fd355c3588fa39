"""A run and its result: launched, followed and judged by the launcher's own sentence, its log handed to the script."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aap_launcher.ci.masks import Masks
from aap_launcher.client import prompts, script_ports
from aap_launcher.errors import InvalidInput, JobFailed, Problem, TimedOut
from aap_launcher.follow.job import follow_job
from aap_launcher.inputs.choices import RelaunchHosts, TemplateKind
from aap_launcher.inputs.definitions import Connection, Inputs
from aap_launcher.launcher import endings
from aap_launcher.launcher.main import begin
from aap_launcher.launcher.masking import hidden
from aap_launcher.launcher.run import LauncherRun as Known
from aap_launcher.launcher.tools import Tools
from aap_launcher.models.events import Event
from aap_launcher.models.marks import Line, Mark, Tone
from aap_launcher.models.outcomes import Outcome
from aap_launcher.models.updates import Logged, NodeUpdate, Update
from aap_launcher.report import result as document
from aap_launcher.text.near import near
from aap_launcher.text.words import without_escapes

if TYPE_CHECKING:
    from aap_launcher.controller.controller import Controller


class Result(Mapping[str, Any]):
    """How a run ended: the document that `aap-result.json` holds, as a mapping, and what is asked for most."""

    def __init__(self, outcome: Outcome, content: Mapping[str, Any]) -> None:
        self.content = content
        self._outcome = outcome

    @property
    def outcome(self) -> str:
        """The verdict: successful, failed, error, canceled."""
        return str(self._outcome.verdict)

    @property
    def ok(self) -> bool:
        """Whether it was successful."""
        return self._outcome.exit_code == 0

    @property
    def explanation(self) -> str:
        """Why it ended so; "" where it was successful."""
        return str(self.content["explanation"])

    @property
    def artifacts(self) -> Mapping[str, Any]:
        """What the playbook returned with set_stats."""
        return dict(self.content["artifacts"])

    @property
    def failed_hosts(self) -> Sequence[str]:
        """Names of the hosts that failed or were unreachable."""
        return list(self.content["failed_hosts"])

    @property
    def events(self) -> str:
        """How whole the log is: complete, partial or none."""
        return str(self.content["events"]["state"])

    def check(self) -> Result:
        """This result. Raises `JobFailed` unless it was successful; `content` is the document then."""
        if self.ok:
            return self
        job = self._outcome.job
        label = f"{job.label} ({job.link})" if job is not None else "the run"
        raise JobFailed(
            f"{label}: {self.outcome}. {self.explanation}".rstrip(". "), content=dict(self.content)
        )

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - JSON is anything
        return self.content[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.content)

    def __len__(self) -> int:
        return len(self.content)

    def __repr__(self) -> str:
        return f"<result {self.outcome}>"


class Run:
    """One job of the controller: launched here, or attached to. Nothing is asked until a method is called."""

    def __init__(self, known: Known, pages: _Pages) -> None:
        self._known, self._pages = known, pages

    @property
    def id(self) -> int:
        """The job's id."""
        return self._known.known_job.id

    @property
    def url(self) -> str:
        """The job's page for people."""
        return self._known.known_job.link

    @property
    def type(self) -> str:
        """The API's word for it: job, workflow_job, project_update ..."""
        return self._known.known_job.type

    @property
    def status(self) -> str:
        """The status that was last seen; `refresh` asks for it."""
        return str(self._known.known_job.status)

    def __repr__(self) -> str:
        return f"<{self._known.known_job.label} {self.status}>"

    def refresh(self) -> str:
        """Ask for the status."""
        self._known.job = self._known.controller.job(self._known.known_job)
        return self.status

    def lines(self, *, colours: bool = False) -> Iterator[str]:
        """The log while the job runs, whole and in order, from its first line to its end; secrets masked."""
        self._known.followed = None
        self._pages.wanted = True
        try:
            for _ in self._updates(None):
                for line in self._pages.taken():
                    yield line if colours else without_escapes(line)
        finally:
            self._pages.wanted = False

    def events(self) -> Iterator[Event]:
        """The job's events while it runs, each once and in order; of a workflow those of its nodes."""
        self._known.followed = None
        for update in self._updates(None):
            if isinstance(update, NodeUpdate):
                update = update.update  # noqa: PLW2901 - the node's own
            if isinstance(update, Logged):
                yield update.event

    def wait(self, timeout: float | None = None) -> Result:
        """Follow to the end. Raises `TimedOut` after so many seconds: the job goes on then.

        What was followed already is not read again.
        """
        known = self._known
        until = None if timeout is None else known.clock.now() + timeout
        for _ in self._updates(until):
            pass
        if known.followed is None or not known.followed.follower.finished:
            raise TimedOut(
                f"{known.known_job.label} was {self.status} after {timeout:g} s; it goes on: {self.url}"
            )
        outcome = endings.ended(known)
        return Result(outcome, json.loads(document(hidden(outcome, self._pages.hide))))

    def cancel(self) -> bool:
        """Ask for the cancel; False: it had ended already. Accepted is not canceled yet: `wait` tells."""
        return self._known.cancel("cancel() was called")

    def relaunch(self, hosts: str = "all", *, credential_passwords: Mapping[str, str] | None = None) -> Run:
        """Run it again, on all hosts or on those that failed, once; the new run."""
        if hosts not in set(RelaunchHosts):
            problem = Problem("hosts", f'"{hosts}" is not one of its values', near(hosts, RelaunchHosts))
            raise InvalidInput("this relaunch would not do what you asked; nothing was started.", [problem])
        given = prompts.read_prompts({"credential_passwords": credential_passwords})
        inputs = Inputs(
            Connection(self._known.controller.site),
            relaunch=self._known.known_job.url,
            relaunch_hosts=RelaunchHosts(hosts),
            prompts=given,
        )
        return _begun(self._known.controller, inputs, self._pages.secrets)

    def output(self, *, colours: bool = False) -> str:
        """The whole standard output as the controller keeps it; "" for a workflow, which has none of its own."""
        pieces = self._known.controller.output(self._known.known_job, "ansi" if colours else "txt")
        return self._pages.hide("".join(pieces))

    def _updates(self, until: float | None) -> Iterator[Update]:
        """Follow on, telling what happens to those who count it."""
        known = self._known
        followed = known.followed = known.followed or known.begin()
        for update in follow_job(followed.follower, known.clock, until=until):
            known.show(update)
            yield update


class _Pages:
    """The log's lines for a script: what an adapter is to a CI."""

    name, live, annotates, fault, unread = "script", False, False, "", False

    def __init__(self, secrets: Sequence[str]) -> None:
        self.secrets = secrets
        self.wanted = False  # whether somebody reads the lines: nobody does who waits, or reads events
        self._masks = Masks()
        self._lines: list[str] = []
        self.mask(secrets)

    def taken(self) -> Sequence[str]:
        """The lines since the last time."""
        lines, self._lines = self._lines, []
        return lines

    def mask(self, values: Iterable[str]) -> None:
        """Never hand these out."""
        self._masks.add(values)

    def hide(self, text: str) -> str:
        """The text without secrets."""
        return self._masks.hide(text)

    def emit(self, mark: Mark) -> None:
        """Keep the job's own words."""
        if self.wanted and isinstance(mark, Line) and mark.tone is Tone.OUTPUT and not mark.label:
            self._lines += self.hide(mark.text).split("\n")

    def hold(self, *, on: bool) -> None:
        """Nothing: a script takes lines when it wants them."""

    def complain(self, mark: Line) -> None:
        """Nothing: a script has the error."""

    def debug(self, text: str) -> None:
        """Nothing: a script asked for no trace."""

    def set_outputs(self, outputs: Mapping[str, str]) -> None:
        """Nothing: a script has the run."""

    def write_summary(self, text: str) -> None:
        """Nothing: a script has the result."""

    def hurry(self, pressed: Callable[[], bool]) -> None:
        """Nothing: no reader is waited for."""

    def drop(self) -> None:
        """Nothing is written here."""

    def close(self) -> None:
        """Nothing is open here."""


def launch(controller: Controller, template: object, given: Mapping[str, Any], secrets: Sequence[str]) -> Run:
    """Launch a template with these prompts."""
    given = dict(given)
    organization = given.pop("organization", None)
    wanted = str(given.pop("template_type", TemplateKind.AUTO))
    if wanted not in set(TemplateKind):
        problem = Problem("template_type", f'"{wanted}" is not one of its values', near(wanted, TemplateKind))
        raise InvalidInput("this launch would not do what you asked; nothing was started.", [problem])
    inputs = Inputs(
        Connection(controller.site),
        template=_reference(template, "template"),
        template_type=TemplateKind(wanted),
        organization=_named(organization),
        prompts=prompts.read_prompts(given),
    )
    return _begun(controller, inputs, secrets)


def attach(controller: Controller, job: object, secrets: Sequence[str]) -> Run:
    """The run of a job that there is."""
    return _begun(controller, Inputs(Connection(controller.site), job=_reference(job, "job")), secrets)


def _begun(controller: Controller, inputs: Inputs, secrets: Sequence[str]) -> Run:
    pages = _Pages(secrets)
    tools = Tools(
        connect=lambda *_, **__: controller,
        ci=pages,
        clock=script_ports.ScriptClock(),
        signals=script_ports.NoSignals(),
        write=lambda _path, _text: None,
    )
    known = Known(inputs, tools)
    known.connect()
    begin(known)
    return Run(known, pages)


def _reference(given: object, what: str) -> str:
    if isinstance(given, Mapping):
        return str(given.get("url") or given.get("id") or "")
    if isinstance(given, Run):
        return str(given.id)
    if isinstance(given, bool) or not isinstance(given, int | str) or not str(given).strip():
        raise InvalidInput(f"{what}: {given!r} is no reference. Give an id, a name or an address.")
    return str(given)


def _named(organization: object) -> str:
    if isinstance(organization, Mapping):
        return str(organization.get("name", ""))
    return str(organization or "")
