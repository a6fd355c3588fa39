"""The controller, as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aap_launcher.controller import decode, recent_jobs
from aap_launcher.controller.api import API
from aap_launcher.controller.asking import as_object, made
from aap_launcher.controller.auth import Credential
from aap_launcher.controller.jobs import Jobs
from aap_launcher.controller.lookup import Lookup
from aap_launcher.controller.nodes import Nodes, open_approvals
from aap_launcher.controller.objects import Objects
from aap_launcher.controller.recent_jobs import Family, RecentJob
from aap_launcher.controller.session import Session
from aap_launcher.controller.templates import Templates, template_title
from aap_launcher.errors import AnswerLost, LauncherError, Refused
from aap_launcher.models.events import Event
from aap_launcher.models.findings import HostSummary
from aap_launcher.models.jobs import Job, JobType, Launched
from aap_launcher.models.nodes import Approval, Node
from aap_launcher.models.platform import Platform
from aap_launcher.models.templates import Found, Prompts, RelaunchPrompts, Template

_RELAUNCHED = frozenset({JobType.JOB, JobType.WORKFLOW_JOB, JobType.AD_HOC_COMMAND})


class Controller(API):
    """One controller, reached and logged in.

    Every method raises `Unauthorized`, `Forbidden`, `NotFound` or `Refused` for a no, `Unreachable` when
    no usable answer came for `outage_tolerance`, and `Interrupted` for a signal while it reads or waits.
    """

    def __init__(self, session: Session, platform: Platform, credential: Credential) -> None:
        super().__init__(session, platform, credential)
        self._templates, self._jobs = Templates(session, platform), Jobs(session, platform)
        self._objects = Objects(Lookup(session, platform))
        self._nodes = Nodes(session, platform)

    def find_template(self, reference: str, template_type: str = "auto", organization: str = "") -> Template:
        """One template, by id, name, NAME++ORGANIZATION or address; `template_type`: auto, job, workflow."""
        return self._templates.find(reference, template_type, organization)

    def prompts(self, template: Template) -> Prompts:
        """What the template asks for on launch."""
        return self._templates.prompts(template)

    def find_object(self, prompt: str, reference: str, organization: str = "") -> Found:
        """An object for inventory, credentials, labels, instance_groups, execution_environment.

        Of several of one name that of `organization`, where exactly one is there, and its notice says so.
        """
        return self._objects.find(prompt, reference, organization)

    def launch(
        self, template: Template, body: Mapping[str, Any], proof: Mapping[str, object] | None = None
    ) -> Launched:
        """Launch, once. Raises `AnswerLost` where a job may have been made: look in `recent_jobs`.

        An answer whose variables have other values for those of `proof` is of another launch, and so lost.
        """
        path = self._templates.path(template) + "launch/"
        what = f"the launch of {template_title(template)}"
        return self._launched(path, body, what, template.id, proof or {})

    def family(self, launched: Template | Job) -> Family:
        """Where the job shows up that a launch of this template, or a relaunch of this job, makes."""
        if isinstance(launched, Template):
            return Family(launched.id)
        return Family(launched.template_id, launched.type, "relaunch")

    def newest_job(self, family: Family) -> int:
        """The id of the family's newest job, 0 for none; take it just before a launch."""
        return self._jobs.newest(family)

    def recent_jobs(self, family: Family, newer_than: int) -> Sequence[RecentJob]:
        """Every job of the family with an id above `newer_than`, whoever launched it.

        Raises `Unreachable` where the list cannot be read to its end: what is not seen is not ruled out.
        """
        return self._jobs.recent(family, newer_than)

    def relaunch(self, job: Job, body: Mapping[str, Any]) -> Launched:
        """Relaunch, once; `body` is {"hosts": "failed"}, {"credential_passwords": ...} or empty."""
        return self._launched(
            job.url + "relaunch/", body, f"the relaunch of {job.label}", job.template_id, {}
        )

    def relaunch_prompts(self, job: Job) -> RelaunchPrompts:
        """What the relaunch asks for. Raises `Refused` for what no relaunch can repeat."""
        if job.type not in _RELAUNCHED:
            raise Refused(f"{job.label} cannot be relaunched: only jobs and workflow jobs can.")
        row = self._session.json(job.url + "relaunch/", what=f"the relaunch of {job.label}")
        counts = row.get("retry_counts")
        hosts = {str(key): value for key, value in counts.items()} if isinstance(counts, dict) else None
        return RelaunchPrompts(decode.texts(row.get("passwords_needed_to_start")), hosts)

    def find_job(self, reference: str) -> Job:
        """A job of any type, by id, API URL or address."""
        return self._jobs.find(reference)

    def made_job(self, location: str) -> Job:
        """The job at the path that the head of a lost answer names."""
        return self._jobs.at(location)

    def job(self, job: Job, *, once: bool = False) -> Job:
        """The job's fresh detail. `once`: a trouble is raised, and not outlived."""
        return self._jobs.again(job, once=once)

    def events(self, job: Job, after: int, limit: int = 200) -> Sequence[Event]:
        """The next events by counter, at most `limit`; fewer do not mean that there are no more.

        Nothing hangs on them: a trouble is raised, and not outlived.
        """
        return self._jobs.events(job, after, limit)

    def nodes(self, job: Job, *, once: bool = False) -> Sequence[Node]:
        """Every node of the workflow job, by id; each node's job is a stub."""
        return self._nodes.of(job, once=once)

    def approval(self, job: Job, *, once: bool = False) -> Approval:
        """What an approval (a node's job) waits for, or how it was decided."""
        return self._nodes.approval(job, once=once)

    def open_approvals(self, job: Job) -> Sequence[Job]:
        """The approvals that the workflow job waits for, those of nested workflows as well."""
        return tuple(open_approvals(self._nodes, job))

    def decide(self, approval: Job, *, approve: bool) -> bool:
        """Approve or deny. False: it was decided before. Raises `Forbidden` for who may not."""
        return self._nodes.decide(approval, approve=approve)

    def cancel(self, job: Job, *, timeout: float = 4.0) -> bool:
        """Ask for the cancel, deaf to signals. True: accepted, which is not canceled yet; False: too late."""
        return self._jobs.cancel(job, timeout)

    def host_summaries(self, job: Job) -> Sequence[HostSummary]:
        """The numbers of each host, as the controller counted them."""
        return self._jobs.host_summaries(job)

    def output(self, job: Job, format: str = "ansi") -> Iterator[str]:  # noqa: A002 - the API's word
        """The whole standard output in pieces, `ansi` or `txt`."""
        return self._jobs.output(job, format)

    def failed_update(self, job: Job) -> tuple[Job, Sequence[str]] | None:
        """The project or inventory update whose failure ended the job before it began, and its last lines."""
        return self._jobs.failed_update(job)

    def _launched(
        self,
        path: str,
        body: Mapping[str, Any],
        what: str,
        template_id: int | None,
        proof: Mapping[str, object],
    ) -> Launched:
        answer = self._session.post(path, body, what=what)
        try:
            # A sliced template makes a workflow job: `type` and `url` of the answer tell, not the path asked.
            row = as_object(answer, what)
            job = self._jobs.read(row)
        except LauncherError as error:
            lost = AnswerLost(f"{error} It may have taken effect.")
            lost.location = made(answer)
            raise lost from error
        held = recent_jobs.read_job(row, job).extra_vars or {}
        strange = job.type not in _RELAUNCHED or (template_id and job.template_id not in (template_id, None))
        if strange or any(held.get(name, value) != value for name, value in proof.items()):
            # Its Location is not told: it would name the same job.
            raise AnswerLost(
                f"{what}: the answer is {job.label} of another launch. It may have taken effect."
            )
        ignored = row.get("ignored_fields")
        return Launched(job, ignored if isinstance(ignored, dict) else {})
