"""The launch's fields: each one's names in the API and in the template's form, and what its loss means."""

from __future__ import annotations

import msgspec

from aap_launcher.models.templates import Prompts, Template, TemplateType
from aap_launcher.text.quoting import joined, quoted

VARIABLES = "ask_variables_on_launch"
MARKER = "aap_launcher_id"  # a random value by which a launch's job is known again
INVENTORY = "ask_inventory_on_launch"


class LaunchField(msgspec.Struct, frozen=True):
    """One field of the launch's body; `title` is its name in the template's form."""

    input: str
    key: str
    ask: str
    title: str
    noun: str
    instead: str  # what the controller would do without it
    named: bool = False  # its values are objects, to be found by name


def _field(name: str, title: str, noun: str, instead: str, *, key: str = "", ask: str = "") -> LaunchField:
    named = name in {"inventory", "credentials", "labels", "instance_groups", "execution_environment"}
    return LaunchField(name, key or name, f"ask_{ask or name}_on_launch", title, noun, instead, named)


_OWN = "use the template's own"
FIELDS = (
    _field("inventory", "Inventory", "an inventory", _OWN),
    _field("scm_branch", "Source control branch", "a branch", "run the project's own branch"),
    _field("limit", "Limit", "a limit", "run on every host"),
    _field("job_tags", "Job tags", "job tags", "run every task", ask="tags"),
    _field("skip_tags", "Skip tags", "skip tags", "run the tasks that were to be left out"),
    _field("job_type", "Job type", "a job type", _OWN),
    _field("verbosity", "Verbosity", "a verbosity", _OWN),
    _field("diff_mode", "Show changes", "showing changes", "do as the template says"),
    _field("credentials", "Credentials", "credentials", _OWN, ask="credential"),
    _field("execution_environment", "Execution environment", "an execution environment", _OWN),
    _field("labels", "Labels", "labels", "leave them off"),
    _field("forks", "Forks", "forks", _OWN),
    _field("job_slice_count", "Job slicing", "job slicing", "slice as the template says"),
    _field("job_timeout", "Timeout", "a timeout", _OWN, key="timeout", ask="timeout"),
    _field("instance_groups", "Instance groups", "instance groups", _OWN),
)
INPUT_OF = {field.key: field.input for field in FIELDS}


def not_asked(field: LaunchField, value: object, template: Template, prompts: Prompts) -> tuple[str, str]:
    """(fault, advice) for a field that was given and that the template does not prompt for.

    A job template drops it without a word; a workflow template refuses the launch (both seen on AWX 24.6.1).
    """
    workflow = template.type is TemplateType.WORKFLOW
    given = f"given {_shown(value)}, but"
    if field.ask not in prompts.known:
        who = "a workflow template" if workflow else "this controller"
        return f"{given} {who} has no prompt for {field.noun}.", "Set it in the template, or drop the input."
    would = "refuse it" if workflow else f"ignore it and {_instead(field, value, prompts)}"
    fault = f"{given} {quoted(template.name)} does not prompt for {field.noun}: the controller would {would}."
    return fault, turn_on(field.title, "or drop the input")


def turn_on(title: str, otherwise: str) -> str:
    """The advice to let the template prompt for a field."""
    return f'Turn on "Prompt on launch" for {title} in the template, {otherwise}.'


def _shown(value: object) -> str:
    return quoted(joined(str(item) for item in value)) if isinstance(value, tuple) else quoted(value)


def _instead(field: LaunchField, value: object, prompts: Prompts) -> str:
    if field.input == "inventory" and prompts.default_inventory:
        return f"use the template's own, {quoted(prompts.default_inventory)}"
    if field.input == "job_type" and value == "check":
        return "might change the hosts instead of only checking them"
    return field.instead
