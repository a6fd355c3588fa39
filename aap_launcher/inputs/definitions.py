"""The contract's words: every input and output, once; front ends, CLI and README repeat them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How an input's text is read."""

    TEXT = "text"
    BOOLEAN = "boolean"  # true, false, yes, no, on, off, 1, 0
    INTEGER = "integer"
    DURATION = "duration"  # 90, 90s, 15m, 1h30m
    LIST = "list"  # lines, or commas, or a JSON list
    MAPPING = "mapping"  # YAML, JSON or key=value lines
    CHOICE = "choice"
    FILES = "files"  # a list of paths


@dataclass(frozen=True, slots=True)
class Input:
    """One input. `default` is the text that stands for absence of the input, "" for none."""

    name: str
    kind: Kind
    description: str
    default: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    required: bool = False
    section: str = ""
    aliases: tuple[str, ...] = ()  # environment variables of the ecosystem that mean the same

    @property
    def option(self) -> str:
        """The command line's spelling: --extra-vars."""
        return "--" + self.name.replace("_", "-")

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that are read, the first that is set wins."""
        return (f"INPUT_{self.name.upper()}", f"AAP_{self.name.upper()}", *self.aliases)


@dataclass(frozen=True, slots=True)
class Output:
    """One output."""

    name: str
    description: str


CONNECTION, WHAT, PROMPTS, BEHAVIOUR = "Connection", "What to launch", "Prompts", "Behaviour"

INPUTS: tuple[Input, ...] = (
    Input(
        "url",
        Kind.TEXT,
        "Where the controller is: the platform's URL (AAP 2.5 and later), the controller's (AAP 2.4, AWX), "
        "with its sub-path if it has one.",
        required=True,
        section=CONNECTION,
        aliases=("AAP_HOSTNAME", "AAP_HOST", "CONTROLLER_HOST", "TOWER_HOST"),
    ),
    Input(
        "token",
        Kind.TEXT,
        "OAuth2 token with write scope. Give this, or username and password.",
        secret=True,
        section=CONNECTION,
        aliases=("CONTROLLER_OAUTH_TOKEN", "TOWER_OAUTH_TOKEN"),
    ),
    Input(
        "username",
        Kind.TEXT,
        "User name, with password: a short-lived token is made for the run and revoked at its end.",
        section=CONNECTION,
        aliases=("CONTROLLER_USERNAME", "TOWER_USERNAME"),
    ),
    Input(
        "password",
        Kind.TEXT,
        "The user's password.",
        secret=True,
        section=CONNECTION,
        aliases=("CONTROLLER_PASSWORD", "TOWER_PASSWORD"),
    ),
    Input(
        "ca_bundle",
        Kind.TEXT,
        "Certificate authority of the controller: PEM text, or a file's path.",
        section=CONNECTION,
        aliases=("AAP_CACERT",),
    ),
    Input(
        "client_cert",
        Kind.TEXT,
        "Client certificate: PEM text, or a file's path.",
        section=CONNECTION,
    ),
    Input(
        "client_key",
        Kind.TEXT,
        "Key of the client certificate: PEM text, or a file's path.",
        secret=True,
        section=CONNECTION,
    ),
    Input(
        "verify_tls",
        Kind.BOOLEAN,
        "Verify the controller's certificate. Turning it off warns every time.",
        default="true",
        section=CONNECTION,
        aliases=("AAP_VALIDATE_CERTS", "CONTROLLER_VERIFY_SSL", "TOWER_VERIFY_SSL"),
    ),
    Input(
        "request_timeout",
        Kind.DURATION,
        "How long one request may take.",
        default="25s",
        section=CONNECTION,
    ),
    Input(
        "template",
        Kind.TEXT,
        "What to launch: id, name, named URL, API URL or the address from the browser.",
        section=WHAT,
    ),
    Input(
        "template_type",
        Kind.CHOICE,
        "Which kind of template it is; auto finds out.",
        default="auto",
        choices=("auto", "job", "workflow"),
        section=WHAT,
    ),
    Input(
        "organization",
        Kind.TEXT,
        "The template's organization, where several have a template of this name.",
        section=WHAT,
    ),
    Input(
        "job",
        Kind.TEXT,
        "Attach to an existing job instead of launching: id, API URL or the address from the browser.",
        section=WHAT,
    ),
    Input(
        "relaunch",
        Kind.TEXT,
        "Relaunch an existing job instead of launching a template: id, API URL or address.",
        section=WHAT,
    ),
    Input(
        "relaunch_hosts",
        Kind.CHOICE,
        "Hosts of the relaunch: all, or only those that failed.",
        default="all",
        choices=("all", "failed"),
        section=WHAT,
    ),
    Input(
        "extra_vars",
        Kind.MAPPING,
        "Variables and survey answers: YAML, JSON or key=value lines.",
        section=PROMPTS,
    ),
    Input(
        "extra_vars_file",
        Kind.FILES,
        "Files with variables (YAML or JSON); extra_vars wins over them, a later file over an earlier one.",
        section=PROMPTS,
    ),
    Input("limit", Kind.TEXT, "Host pattern that the run is limited to.", section=PROMPTS),
    Input("inventory", Kind.TEXT, "Inventory, by name or id.", section=PROMPTS),
    Input("credentials", Kind.LIST, "Credentials, by name or id.", section=PROMPTS),
    Input(
        "credential_passwords",
        Kind.MAPPING,
        "Passwords that the credentials ask for: ssh_password, become_password, vault_password.NAME ...",
        secret=True,
        section=PROMPTS,
    ),
    Input("job_tags", Kind.TEXT, "Run only tasks with these tags (commas between).", section=PROMPTS),
    Input("skip_tags", Kind.TEXT, "Leave out tasks with these tags (commas between).", section=PROMPTS),
    Input("job_type", Kind.CHOICE, "run, or check for a dry run.", choices=("run", "check"), section=PROMPTS),
    Input("verbosity", Kind.INTEGER, "Ansible's verbosity, 0 to 5.", section=PROMPTS),
    Input("diff_mode", Kind.BOOLEAN, "Show what changes in files.", section=PROMPTS),
    Input("scm_branch", Kind.TEXT, "Branch, tag or commit of the project.", section=PROMPTS),
    Input("execution_environment", Kind.TEXT, "Execution environment, by name or id.", section=PROMPTS),
    Input("labels", Kind.LIST, "Labels, by name or id.", section=PROMPTS),
    Input("forks", Kind.INTEGER, "How many hosts at once.", section=PROMPTS),
    Input("job_slice_count", Kind.INTEGER, "Into how many slices to cut the job.", section=PROMPTS),
    Input(
        "job_timeout",
        Kind.INTEGER,
        "Seconds after which the controller ends the job (the API's timeout).",
        section=PROMPTS,
    ),
    Input("instance_groups", Kind.LIST, "Instance groups, by name or id.", section=PROMPTS),
    Input(
        "wait",
        Kind.BOOLEAN,
        "Follow the job to its end; without, launch and leave.",
        default="true",
        section=BEHAVIOUR,
    ),
    Input(
        "timeout",
        Kind.DURATION,
        "How long to follow (90s, 15m, 1h30m); none by default.",
        section=BEHAVIOUR,
    ),
    Input(
        "outage_tolerance",
        Kind.DURATION,
        "How long the controller may be away before the launcher gives up.",
        default="5m",
        section=BEHAVIOUR,
    ),
    Input(
        "on_timeout",
        Kind.CHOICE,
        "What becomes of the job when the timeout has passed.",
        default="cancel",
        choices=("cancel", "leave"),
        section=BEHAVIOUR,
    ),
    Input(
        "on_interrupt",
        Kind.CHOICE,
        "What becomes of the job when the CI job is canceled.",
        default="cancel",
        choices=("cancel", "leave"),
        section=BEHAVIOUR,
    ),
    Input(
        "approvals",
        Kind.CHOICE,
        "A workflow that waits for an approval: wait for it, or fail.",
        default="wait",
        choices=("wait", "fail"),
        section=BEHAVIOUR,
    ),
    Input(
        "on_no_hosts",
        Kind.CHOICE,
        "A job that matched no host is successful to the controller: warn, or fail.",
        default="warn",
        choices=("warn", "fail"),
        section=BEHAVIOUR,
    ),
    Input(
        "group_by",
        Kind.CHOICE,
        "What one group of the log holds.",
        default="task",
        choices=("task", "play", "none"),
        section=BEHAVIOUR,
    ),
    Input(
        "show",
        Kind.CHOICE,
        "Which results the log shows.",
        default="all",
        choices=("all", "changed", "failed"),
        section=BEHAVIOUR,
    ),
    Input("annotations", Kind.BOOLEAN, "Annotate failed tasks.", default="true", section=BEHAVIOUR),
    Input("summary", Kind.BOOLEAN, "Write the summary.", default="true", section=BEHAVIOUR),
    Input(
        "ci_vars",
        Kind.BOOLEAN,
        "Send who launches as extra variables (aap_launcher_repository, _commit, _ref, _actor, _run_url), "
        "where the template takes variables.",
        default="false",
        section=BEHAVIOUR,
    ),
    Input(
        "dry_run",
        Kind.BOOLEAN,
        "Do everything up to the launch, then stop.",
        default="false",
        section=BEHAVIOUR,
    ),
    Input("junit", Kind.TEXT, "Write a JUnit report to this file.", section=BEHAVIOUR),
    Input("result_file", Kind.TEXT, "Write the result as JSON to this file.", section=BEHAVIOUR),
)

OUTPUTS: tuple[Output, ...] = (
    Output("job_id", "Id of the job, as soon as it is launched."),
    Output("job_type", "What the launch made: job or workflow_job."),
    Output("job_url", "The job's page."),
    Output("status", "The controller's status: successful, failed, error, canceled, or the last one seen."),
    Output(
        "outcome",
        "The launcher's verdict: successful, failed, error, canceled, invalid, refused, unreachable, "
        "timed_out, unknown, internal or interrupted.",
    ),
    Output("elapsed", "Seconds that the job ran."),
    Output("artifacts", "What the playbook returned with set_stats, as JSON."),
    Output("host_summary", "Numbers per host (ok, changed, failed, ...), as JSON."),
    Output("failed_hosts", "Names of the hosts that failed or were unreachable, commas between."),
    Output("events", "How whole the log is: complete, partial or none."),
    Output("explanation", "Why it ended so, in words."),
)

BY_NAME = {definition.name: definition for definition in INPUTS}
