"""The seeded job templates: each shows one thing a launcher can meet. Ids are documented in README.md."""

from typing import Any

from sandbox.models import Organization, Project, Prompts, Template
from sandbox.seeds.data import (
    ASKING_MACHINE,
    BROKEN_PROJECT,
    CI_BOT,
    DEV_VAULT,
    LOST_PROJECT,
    PLATFORM,
    RETAIL,
    SHOP,
    SHOP_MACHINE,
    SHOP_PROJECT,
    VIEWER,
)

ALL_ASKS = frozenset(
    {
        "scm_branch",
        "diff_mode",
        "variables",
        "limit",
        "tags",
        "skip_tags",
        "job_type",
        "verbosity",
        "inventory",
        "credential",
        "execution_environment",
        "labels",
        "forks",
        "job_slice_count",
        "timeout",
        "instance_groups",
    }
)
_READERS = frozenset({CI_BOT.username, VIEWER.username})
_BOT = frozenset({CI_BOT.username})

SURVEY: tuple[dict[str, Any], ...] = (
    {
        "max": 20,
        "min": 2,
        "type": "text",
        "default": "",
        "required": True,
        "variable": "version",
        "question_name": "Version",
        "question_description": "what to deploy",
    },
    {
        "max": 10,
        "min": 1,
        "type": "integer",
        "default": 2,
        "required": False,
        "variable": "count",
        "question_name": "Count",
    },
    {
        "max": 1,
        "min": 0,
        "type": "float",
        "default": "",
        "required": False,
        "variable": "ratio",
        "question_name": "Ratio",
    },
    {
        "type": "multiplechoice",
        "choices": ["dev", "prod"],
        "default": "dev",
        "required": True,
        "variable": "env",
        "question_name": "Environment",
    },
    {
        "type": "multiselect",
        "choices": "a\nb\nc",
        "default": "a\nb",
        "required": False,
        "variable": "features",
        "question_name": "Features",
    },
    {
        "max": 64,
        "min": 0,
        "type": "password",
        "default": "survey-secret",
        "required": False,
        "variable": "token",
        "question_name": "Token",
    },
    {
        "type": "textarea",
        "default": "",
        "required": False,
        "variable": "notes",
        "question_name": "Notes",
    },
)


def _template(
    number: int,
    name: str,
    playbook: str,
    *asks: str,
    description: str = "",
    organization: Organization = RETAIL,
    project: Project | None = SHOP_PROJECT,
    values: dict[str, Any] | None = None,
    **others: Any,
) -> Template:
    prompts = {"inventory": SHOP, "credentials": (SHOP_MACHINE,), **(values or {})}
    return Template(
        id=number,
        name=name,
        organization=organization,
        playbook=playbook,
        project=project,
        description=description,
        values=Prompts(**prompts),
        asks=frozenset(asks),
        **{"readers": _READERS, "executors": _BOT, **others},
    )


TEMPLATES: tuple[Template, ...] = (
    _template(
        10,
        "Deploy shop",
        "deploy_shop.yml",
        *("variables", "limit", "tags", "skip_tags", "job_type", "verbosity", "diff_mode"),
        description="Deploys the shop to five hosts",
        values={"extra_vars": {"app_version": "1.0.0"}},
    ),
    _template(11, "Broken deploy", "broken_deploy.yml", "variables", "limit"),
    _template(12, "Unreachable host", "unreachable.yml"),
    _template(13, "Secret tasks", "secret_tasks.yml"),
    _template(14, "Ignored and rescued", "ignored_and_rescued.yml"),
    _template(15, "Slow deploy", "slow_deploy.yml", "variables"),
    _template(16, "Hostile output", "hostile_output.yml"),
    _template(17, "Unicode", "unicode.yml"),
    _template(18, "Large log", "large_log.yml", values={"forks": 5}),
    _template(19, "Large values", "large_values.yml"),
    _template(20, "No hosts", "no_hosts.yml"),
    _template(21, "Broken playbook", "broken_playbook.yml"),
    _template(22, "Check mode diff", "check_mode_diff.yml", "job_type", "diff_mode"),
    _template(23, "Survey deploy", "survey_deploy.yml", survey=SURVEY),
    _template(24, "Locked", "quick.yml", description="asks nothing at all"),
    _template(25, "Everything prompted", "quick.yml", *ALL_ASKS),
    _template(26, "Needs inventory", "quick.yml", "inventory", values={"inventory": None}),
    _template(
        27, "Needs passwords", "needs_passwords.yml", values={"credentials": (ASKING_MACHINE, DEV_VAULT)}
    ),
    _template(28, "Needs project", "quick.yml", project=None),
    _template(29, "Duplicate", "quick.yml"),
    _template(30, "Duplicate", "quick.yml", organization=PLATFORM),
    _template(31, "Failing project", "quick.yml", project=BROKEN_PROJECT),
    _template(32, "Erroring", "quick.yml", project=LOST_PROJECT),
    _template(33, "Times out", "slow_deploy.yml", values={"timeout": 3}),
    _template(34, "One at a time", "slow_deploy.yml", "variables", allow_simultaneous=False),
    _template(35, "Free strategy", "free_strategy.yml"),
    _template(36, "Warnings", "warnings.yml", "verbosity"),
    _template(37, "Asks for credentials", "quick.yml", "credential", values={"credentials": ()}),
    _template(
        38,
        "Asks for variables",
        "quick.yml",
        "variables",
        values={"extra_vars": {"greeting": "from-template"}},
    ),
    _template(39, "No inventory", "quick.yml", values={"inventory": None}),
    _template(40, "Admins only", "quick.yml", readers=frozenset(), executors=frozenset()),
    _template(41, "Replay", "replay_source.yml", "variables", replay=True),
)
