"""What is launched: a template, what it asks, and what is sent in answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec


class TemplateType(StrEnum):
    """The two kinds of template that can be launched; the API's spelling of `type`."""

    JOB = "job_template"
    WORKFLOW = "workflow_job_template"


class Template(msgspec.Struct, frozen=True):
    """A job template or workflow job template."""

    id: int
    type: TemplateType
    name: str
    organization: str = ""
    may_start: bool | None = None  # summary_fields.user_capabilities.start; None where it is not told
    newest_job: int | None = None  # the highest id of summary_fields.recent_jobs, 0 for none; None likewise


class Found(msgspec.Struct, frozen=True):
    """An object that a prompt takes, found by what was given; `notice` where the choice is to be told."""

    id: int
    name: str = ""
    notice: str = ""


Choice = str | int | float | bool


class Question(msgspec.Struct, frozen=True):
    """One survey question. `min` and `max` bound the text's length or the number's value."""

    variable: str
    type: str  # text, textarea, password, integer, float, multiplechoice, multiselect
    name: str = ""
    required: bool = False
    default: object = ""
    choices: tuple[Choice, ...] = ()  # in the type that the controller compares with
    min: float | None = None
    max: float | None = None


class Prompts(msgspec.Struct, frozen=True):
    """What a template asks on launch: GET .../launch/ and, where a survey is on, .../survey_spec/."""

    asks: frozenset[str]  # the `ask_*_on_launch` names that are true, e.g. {"ask_limit_on_launch"}
    known: frozenset[str]  # every `ask_*_on_launch` name that this controller has for this template
    survey: tuple[Question, ...] = ()
    passwords_needed: tuple[str, ...] = ()  # e.g. ("ssh_password", "vault_password.dev")
    inventory_needed: bool = False
    default_inventory: str = ""


class RelaunchPrompts(msgspec.Struct, frozen=True):
    """What GET .../relaunch/ tells. `hosts`: how many each choice of hosts has, e.g. {"all": 5, "failed": 1}."""

    passwords_needed: tuple[str, ...] = ()
    hosts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """The body of the launch POST, and what the user should know before it is sent. Its `repr` holds no secret."""

    body: Mapping[str, Any] = field(repr=False)
    notices: tuple[str, ...] = ()  # e.g. "env: the survey's default dev is sent"
    shown: tuple[tuple[str, str], ...] = ()  # (input, value as it may be shown), secrets already replaced
    secrets: tuple[str, ...] = field(default=(), repr=False)  # to mask: answers to password questions
