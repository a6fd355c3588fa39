"""The contract's words: every input, once; parsing, command line, front ends and documents are made from here.

An input is a field of `Inputs` or of `Connection` (connection.py), or, where a template may prompt for it, a row of
`PROMPTED`.
`make generate` writes what repeats them: the GitHub actions, the GitLab component, the Jenkins steps, the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from aap_launcher.inputs.choices import (
    Approvals,
    GroupBy,
    JobEnd,
    OnNoHosts,
    RelaunchHosts,
    RunType,
    Show,
    TemplateKind,
)
from aap_launcher.inputs.connection import Connection
from aap_launcher.inputs.input import (
    CHECKED,
    FOLLOWING,
    LARGEST,
    LAUNCH,
    STARTING,
    Command,
    Input,
    InputKind,
    Section,
    about,
    inputs_of,
)

__all__ = ["BY_NAME", "CONNECTION", "INPUTS", "PROMPTED", "PROMPTS", "WHAT", "Connection", "Inputs"]
CONNECTION, WHAT, PROMPTS, BEHAVIOUR = Section
_what = partial(about, WHAT, commands=CHECKED)
_behaviour = partial(about, BEHAVIOUR)
_text, _boolean, _duration = InputKind.TEXT, InputKind.BOOLEAN, InputKind.DURATION


_prompt = partial(Input, section=PROMPTS, commands=CHECKED)
_OBJECT = "by name, NAME++ORGANIZATION, id or address"

# Every prompt that the API has; preflight/fields.py says what each is there.
PROMPTED: tuple[Input, ...] = (
    _prompt("extra_vars", InputKind.MAPPING, "Variables and survey answers: YAML, JSON or key=value lines."),
    _prompt(
        "extra_vars_file",
        InputKind.FILES,
        "Files with variables (YAML or JSON); extra_vars wins over them, a later file over an earlier one.",
    ),
    _prompt("limit", _text, "Host pattern that the run is limited to."),
    _prompt("inventory", _text, f"Inventory, {_OBJECT}."),
    _prompt("credentials", InputKind.LIST, f"Credentials, each {_OBJECT}."),
    _prompt(
        "credential_passwords",
        InputKind.MAPPING,
        "Passwords that the credentials ask for: ssh_password, become_password, vault_password.NAME ...",
        secret=True,
        commands=STARTING | CHECKED,
    ),
    _prompt("job_tags", _text, "Run only tasks with these tags (commas between)."),
    _prompt("skip_tags", _text, "Leave out tasks with these tags (commas between)."),
    _prompt("job_type", InputKind.CHOICE, "run, or check for a dry run.", choice=RunType),
    _prompt("verbosity", InputKind.INTEGER, "Ansible's verbosity, 0 to 5.", bounds=(0, 5)),
    _prompt("diff_mode", _boolean, "Show what changes in files."),
    _prompt("scm_branch", _text, "Branch, tag or commit of the project."),
    _prompt("execution_environment", _text, f"Execution environment, {_OBJECT}."),
    _prompt("labels", InputKind.LIST, f"Labels, each {_OBJECT}."),
    _prompt("forks", InputKind.INTEGER, "How many hosts at once."),
    _prompt(
        "job_slice_count", InputKind.INTEGER, "Into how many slices to cut the job.", bounds=(1, LARGEST)
    ),
    _prompt(
        "job_timeout",
        InputKind.INTEGER,
        "Seconds after which the controller ends the job (the API's timeout).",
    ),
    _prompt("instance_groups", InputKind.LIST, f"Instance groups, each {_OBJECT}."),
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was asked for. `prompts` holds only what was given: 0, False and "" are values."""

    connection: Connection
    template: str = field(
        default="",
        metadata=_what(
            _text, "What to launch: id, name, NAME++ORGANIZATION, API URL or the address from the browser."
        ),
    )
    template_type: TemplateKind = field(
        default=TemplateKind.AUTO,
        metadata=_what(
            InputKind.CHOICE, "Which kind of template it is; auto finds out.", choice=TemplateKind
        ),
    )
    organization: str = field(
        default="",
        metadata=_what(_text, "The template's organization, where several have a template of this name."),
    )
    job: str = field(
        default="",
        metadata=_what(
            _text,
            "Attach to an existing job instead of launching: id, API URL or the address from the browser.",
            commands=frozenset(Command) - {Command.RELAUNCH, Command.DOCTOR},
        ),
    )
    relaunch: str = field(
        default="",
        metadata=_what(
            _text,
            "Relaunch an existing job instead of launching a template: id, API URL or address.",
            commands=STARTING,
        ),
    )
    relaunch_hosts: RelaunchHosts = field(
        default=RelaunchHosts.ALL,
        metadata=_what(
            InputKind.CHOICE,
            "Hosts of the relaunch: all, or only those that failed.",
            choice=RelaunchHosts,
            commands=STARTING,
            needs="relaunch",
        ),
    )
    prompts: Mapping[str, object] = field(default_factory=dict, repr=False)
    wait: bool = field(
        default=True,
        metadata=_behaviour(
            _boolean, "Follow the job to its end; without, launch and leave.", commands=STARTING
        ),
    )
    timeout: float | None = field(
        default=None,
        metadata=_behaviour(
            _duration, "How long to follow (90s, 15m, 1h30m); none by default.", commands=FOLLOWING
        ),
    )
    on_timeout: JobEnd = field(
        default=JobEnd.CANCEL,
        metadata=_behaviour(
            InputKind.CHOICE,
            "What becomes of the job when the timeout has passed.",
            choice=JobEnd,
            commands=FOLLOWING,
        ),
    )
    on_interrupt: JobEnd | None = field(
        default=None,
        metadata=_behaviour(
            InputKind.CHOICE,
            "What becomes of the job when the CI job is canceled, or on Ctrl-C. By default a job that was launched "
            "here is canceled, and one that is only followed goes on.",
            choice=JobEnd,
            commands=FOLLOWING,
        ),
    )
    approvals: Approvals = field(
        default=Approvals.WAIT,
        metadata=_behaviour(
            InputKind.CHOICE,
            "A workflow that waits for an approval: wait for it, or fail.",
            choice=Approvals,
            commands=FOLLOWING,
        ),
    )
    on_no_hosts: OnNoHosts = field(
        default=OnNoHosts.WARN,
        metadata=_behaviour(
            InputKind.CHOICE,
            "A job that matched no host is successful to the controller: warn, or fail.",
            choice=OnNoHosts,
            commands=FOLLOWING,
        ),
    )
    group_by: GroupBy = field(
        default=GroupBy.TASK,
        metadata=_behaviour(
            InputKind.CHOICE, "What one group of the log holds.", choice=GroupBy, commands=FOLLOWING
        ),
    )
    show: Show = field(
        default=Show.ALL,
        metadata=_behaviour(
            InputKind.CHOICE, "Which results the log shows.", choice=Show, commands=FOLLOWING
        ),
    )
    annotations: bool = field(
        default=True, metadata=_behaviour(_boolean, "Annotate failed tasks.", commands=FOLLOWING)
    )
    summary: bool = field(
        default=True, metadata=_behaviour(_boolean, "Write the summary.", commands=FOLLOWING)
    )
    ci_vars: bool = field(
        default=False,
        metadata=_behaviour(
            _boolean,
            "Send who launches as extra variables (aap_launcher_repository, _commit, _ref, _actor, _run_url), "
            "where the template takes variables.",
            commands=LAUNCH,
        ),
    )
    marker: bool = field(
        default=True,
        metadata=_behaviour(
            _boolean,
            "Send aap_launcher_id, a random value by which this launch's job is known again, as an extra variable "
            "where the template takes variables. Without it a launch whose answer was lost ends more often as unknown.",
            commands=LAUNCH,
        ),
    )
    dry_run: bool = field(
        default=False,
        metadata=_behaviour(_boolean, "Do everything up to the launch, then stop.", commands=STARTING),
    )
    junit: str = field(
        default="",
        metadata=_behaviour(
            _text,
            "Write a JUnit report to this file; - is standard output, and the log goes to stderr then.",
            commands=FOLLOWING,
        ),
    )
    result_file: str = field(
        default="",
        metadata=_behaviour(
            _text,
            "Write the result as JSON to this file; - is standard output, and the log goes to stderr then.",
            commands=FOLLOWING,
        ),
    )
    since: str = field(  # in UTC, whole seconds
        default="",
        metadata=_behaviour(
            InputKind.MOMENT,
            "Show the log of a job that exists already from then on: 2026-01-31T12:00:00Z, or how long ago "
            "(90s, 15m, 2h).",
            commands=LAUNCH | {Command.FOLLOW},
            needs="job",
        ),
    )
    notices: tuple[str, ...] = ()

    @property
    def when_interrupted(self) -> JobEnd:
        """What becomes of the job: who only follows a job that was launched elsewhere lets go of it."""
        return self.on_interrupt or (JobEnd.LEAVE if self.job else JobEnd.CANCEL)


_DEFINED = (*inputs_of(Inputs), *PROMPTED, *inputs_of(Connection))
INPUTS: tuple[Input, ...] = tuple(sorted(_DEFINED, key=lambda one: list(Section).index(one.section)))
BY_NAME = {one.name: one for one in INPUTS}
