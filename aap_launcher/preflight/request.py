"""Inputs and what the template asks become the launch's body; what would be ignored or is missing is refused.

A job template silently drops what it does not prompt for and runs without it (seen on AWX 24.6.1: 201, and
the values under `ignored_fields`), so a dropped limit runs everywhere.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import asdict

from aap_launcher.errors import InvalidInput, InvalidValue, Problem, Refused
from aap_launcher.inputs.parsing import Inputs
from aap_launcher.models.jobs import Job, Launched
from aap_launcher.models.outcomes import CIContext
from aap_launcher.models.templates import (
    Found,
    LaunchRequest,
    Prompts,
    Question,
    RelaunchPrompts,
    Template,
    TemplateType,
)
from aap_launcher.preflight import fields, survey
from aap_launcher.preflight.fields import FIELDS, LaunchField
from aap_launcher.text import secrets
from aap_launcher.text.quoting import joined, quoted

Find = Callable[
    [str, str, str], Found
]  # (the input, what was given, the template's organization); raises Refused
_NOBODY = CIContext()


def launch_request(
    inputs: Inputs,
    template: Template,
    prompts: Prompts,
    find: Find,
    *,
    context: CIContext = _NOBODY,
    marker: str = "",
) -> LaunchRequest:
    """The launch that does exactly what was asked; raises `Refused` with every problem at once.

    `marker` is sent as a variable where the template takes any. `find` is asked only about what the template
    prompts for; its `Refused` becomes the field's problem.
    """
    given = inputs.prompts
    preflight = _Preflight(template, prompts, find)
    preflight.permission()
    for field in FIELDS:
        if field.input in given:
            preflight.field(field, given[field.input])
    preflight.inventory(given)
    preflight.passwords(given)
    variables = preflight.variables(given)
    if inputs.ci_vars:
        variables = preflight.ci_vars(context) | variables
    if marker:
        variables |= preflight.marker(marker, variables)
    return preflight.request(given, variables)


class _Preflight:
    """Gathers the body, the notices and the problems of one launch."""

    def __init__(self, template: Template, prompts: Prompts, find: Find) -> None:
        self._template, self._prompts, self._find = template, prompts, find
        self._name = quoted(template.name)
        self._questions = {question.variable: question for question in prompts.survey}
        self._body: dict[str, Any] = {}
        self._shown: dict[str, object] = {}  # an object by its name beside its id
        self._notices: list[str] = []
        self._problems: list[Problem] = []

    def permission(self) -> None:
        """A launch page that can be read proves nothing: user_capabilities.start does."""
        if self._template.may_start is False:
            kind = self._template.type.replace("_", " ")
            fault = f"this user lacks the Execute role on {self._name} ({kind} {self._template.id})."
            self._wrong("template", fault, "Have the role granted, or use the token of a user who has it.")

    def field(self, field: LaunchField, value: object) -> None:
        """Take the field over, names as ids; or say what would become of it."""
        if field.ask not in self._prompts.asks:
            self._wrong(field.input, *fields.not_asked(field, value, self._template, self._prompts))
        elif not field.named:
            self._body[field.key] = value
        elif isinstance(value, tuple):
            found = {one.id: one for item in value if (one := self._found(field.input, item))}
            self._body[field.key] = list(found)
            self._shown[field.input] = tuple(map(_named, found.values()))
        elif one := self._found(field.input, value):
            self._body[field.key] = one.id
            self._shown[field.input] = _named(one)

    def inventory(self, given: Mapping[str, object]) -> None:
        """A job template without an inventory of its own needs one."""
        if not self._prompts.inventory_needed or "inventory" in given:
            return
        if fields.INVENTORY in self._prompts.asks:
            fault = f"missing: {self._name} has none of its own and asks for one."
            self._wrong("inventory", fault, "Give its name or id.")
        else:
            fault = f"missing: {self._name} has none, and does not prompt for one: it cannot run."
            self._wrong("inventory", fault, fields.turn_on("Inventory", "or set one there"))

    def passwords(self, given: Mapping[str, Any]) -> None:
        """Exactly the passwords that the credentials ask for.

        Where other credentials are given, only the controller knows what those ask for; it refuses a launch
        that lacks one.
        """
        passwords: Mapping[str, str] = given.get("credential_passwords", {})
        if passwords:
            self._body["credential_passwords"] = dict(passwords)
        if "credentials" not in given:
            needed = self._prompts.passwords_needed
            self._problems += _passwords(passwords, needed, f"the credentials of {self._name}")

    def variables(self, given: Mapping[str, Any]) -> dict[str, object]:
        """What to send: answers typed as the survey wants them, its defaults, and others where taken."""
        variables: Mapping[str, object] = given.get("extra_vars", {})
        found: dict[str, object] = {}
        for question in self._prompts.survey:
            self._answer(question, variables, found)
        others = {name: value for name, value in variables.items() if name not in self._questions}
        for name, value in others.items():
            self._unchanged(name, value)
        if fields.VARIABLES not in self._prompts.asks:
            for name, value in others.items():
                self._not_taken(name, value)
        return found | others

    def ci_vars(self, context: CIContext) -> dict[str, object]:
        """Who launches, where the template takes variables."""
        if fields.VARIABLES not in self._prompts.asks:
            self._notices.append(f"ci_vars: not sent, as {self._name} does not prompt for variables")
            return {}
        return {f"aap_launcher_{name}": value for name, value in asdict(context).items() if value}

    def marker(self, value: str, variables: Mapping[str, object]) -> dict[str, object]:
        """The value by which the job is known again, where the template takes variables."""
        if fields.VARIABLES not in self._prompts.asks:
            return {}
        if fields.MARKER in variables:
            fault = "given, but it is the launcher's own, by which it knows the job again."
            self._wrong(fields.MARKER, fault, "Drop it, or turn the input marker off.")
            return {}
        return {fields.MARKER: value}

    def request(self, given: Mapping[str, object], variables: dict[str, object]) -> LaunchRequest:
        """The request; raises `Refused` where there is any problem."""
        if self._problems:
            raise Refused("this launch would not do what you asked; nothing was started.", self._problems)
        if variables:
            self._body["extra_vars"] = variables
            given = {**given, "extra_vars": variables}
        given = {**given, **self._shown}
        hidden = [name for name, question in self._questions.items() if question.type == "password"]
        answers = [variables[name] for name in hidden if name in variables]
        return LaunchRequest(
            body=self._body,
            notices=tuple(self._notices),
            shown=secrets.for_display(given, hidden),
            secrets=tuple(str(value) for value in answers if value not in ("", survey.ENCRYPTED)),
        )

    def _answer(self, question: Question, given: Mapping[str, object], found: dict[str, object]) -> None:
        """Take the answer; where none was given, the default that the controller would not take by itself."""
        name = question.variable
        if name in given:
            value, own = given[name], ""
        elif survey.default_is_sent(question):
            value, own = question.default, "the survey's own default does not fit: "
        elif question.required:
            asked = f"{quoted(question.name or name)} ({survey.answer_form(question)})"
            self._wrong(name, f"missing: the survey asks for {asked}.", f"Add {name} to extra_vars.")
            return
        else:
            return
        try:
            found[name] = survey.answer(question, value)
        except InvalidValue as wrong:
            self._wrong(name, own + wrong.fault, wrong.advice)
            return
        if own:
            told = "" if question.type == "password" else f" {quoted(found[name])}"
            self._notices.append(f"{name}: the survey's default{told} is sent")

    def _unchanged(self, name: str, value: object) -> None:
        """What was typed is what is sent: a word without quotes that would arrive otherwise is refused."""
        try:
            survey.refuse_unquoted(value)
        except InvalidValue as wrong:
            hidden = secrets.is_secret(name)
            fault = "has a value without quotes that would arrive otherwise." if hidden else wrong.fault
            self._wrong(name, fault, "Put it in quotes." if hidden else wrong.advice)

    def _not_taken(self, name: str, value: object) -> None:
        given = "given" if secrets.is_secret(name) or isinstance(value, Mapping) else f"given {quoted(value)}"
        only = f"takes only its survey's variables ({joined(self._questions)})"
        takes = only if self._questions else "does not prompt for variables"
        would = "refuse" if self._template.type is TemplateType.WORKFLOW else "drop"
        near = difflib.get_close_matches(name, self._questions, n=1)
        hint = f"Did you mean {near[0]}? If not: " if near else ""
        advice = hint + fields.turn_on("Variables", "or drop the variable")
        self._wrong(name, f"{given}, but {self._name} {takes}: the controller would {would} it.", advice)

    def _found(self, name: str, value: object) -> Found | None:
        """The object; a number (Python's, not text) is its id."""
        if isinstance(value, int):
            return Found(value)
        try:
            found = self._find(name, str(value), self._template.organization)
        except (InvalidInput, Refused) as refused:
            self._wrong(name, str(refused).removeprefix(f"{name}: "), "")
            return None
        if found.notice:
            self._notices.append(found.notice)
        return found

    def _wrong(self, name: str, fault: str, advice: str) -> None:
        self._problems.append(Problem(name, fault, advice))


def _named(found: Found) -> str:
    return f"{found.name} (id {found.id})" if found.name else str(found.id)


def relaunch_request(inputs: Inputs, job: Job, prompts: RelaunchPrompts) -> LaunchRequest:
    """The body of the relaunch POST; raises `Refused` with every problem at once."""
    passwords: Any = inputs.prompts.get("credential_passwords", {})
    problems = [
        *_relaunch_hosts(inputs.relaunch_hosts, job, prompts.hosts),
        *_passwords(passwords, prompts.passwords_needed, f"the credentials of {job.label}"),
    ]
    if problems:
        raise Refused("this relaunch would not do what you asked; nothing was started.", problems)
    body: dict[str, Any] = {"credential_passwords": dict(passwords)} if passwords else {}
    if inputs.relaunch_hosts != "all":
        body["hosts"] = inputs.relaunch_hosts
    shown = (("relaunch_hosts", inputs.relaunch_hosts), *secrets.for_display(inputs.prompts))
    return LaunchRequest(body=body, shown=shown)


def ignored_fields(launched: Launched) -> tuple[Problem, ...]:
    """A problem for each field that the controller ignored although it was sent; values are not told."""
    problems = []
    for key, value in launched.ignored_fields.items():
        names = f": {joined(value)}" if isinstance(value, Mapping) else ""
        fault = f"the controller ignored it{names}; {launched.job.label} was made without it."
        advice = "The template was changed while it was launched: launch again."
        problems.append(Problem(fields.INPUT_OF.get(key, key), fault, advice))
    return tuple(problems)


def _passwords(given: Mapping[str, str], needed: Sequence[str], whose: str) -> Iterator[Problem]:
    for name in needed:
        if not given.get(name):  # an empty one is missing to the controller too
            fault = f"missing: {quoted(name)}; {whose} ask for it."
            yield Problem("credential_passwords", fault, f"Add {name}, from a secret of your CI.")
    for name in given:
        if name not in needed:
            asked = joined(needed) or "none"
            fault = f"{quoted(name)} is given, but {whose} ask for: {asked}."
            yield Problem("credential_passwords", fault, "Correct its name, or drop it.")


def _relaunch_hosts(hosts: str, job: Job, counts: Mapping[str, int] | None) -> Iterator[Problem]:
    if hosts == "all":
        return
    if counts is None or "failed" not in counts:
        yield Problem("relaunch_hosts", f"{job.label} can only be relaunched as a whole.", "Relaunch all.")
    elif not counts["failed"]:
        yield Problem("relaunch_hosts", f"{job.label} has no failed hosts.", "Relaunch all, or nothing.")
