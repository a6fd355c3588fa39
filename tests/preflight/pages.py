"""Launch pages and a survey as AWX 24.6.1 answers them, and launches against them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aap_launcher.controller import decode
from aap_launcher.errors import Problem, Refused
from aap_launcher.inputs.parsing import parse_inputs
from aap_launcher.models.templates import Found, LaunchRequest, Prompts, Template, TemplateType
from aap_launcher.preflight.request import launch_request

_DATA = Path(__file__).parent / "data"
PAGES: dict[str, Any] = json.loads((_DATA / "launch_pages.json").read_text())
SURVEY: dict[str, Any] = json.loads((_DATA / "survey_spec.json").read_text())
JOB = Template(15, TemplateType.JOB, "Deploy shop", "Retail", may_start=True)
WORKFLOW = Template(59, TemplateType.WORKFLOW, "Nightly", "Retail", may_start=True)
BASE = {"url": "https://aap.example.com", "token": "t0k3n-value", "template": "15"}


def page(name: str, *, survey: bool = False, **more: object) -> Prompts:
    return decode.prompts({**PAGES[name], **more}, SURVEY if survey else {})


def by_id(name: str, value: str, _organization: str) -> Found:
    assert value.isdigit(), f"{name} {value} was looked up"
    return Found(int(value))


def launch(
    prompts: Prompts,
    template: Template = JOB,
    find: Callable[[str, str, str], Found] = by_id,
    context: Any = None,
    **given: str,
) -> LaunchRequest:
    more: Any = {"context": context} if context else {}
    return launch_request(parse_inputs({**BASE, **given}), template, prompts, find, **more)


def refused(prompts: Prompts, template: Template = JOB, **given: Any) -> dict[str, Problem]:
    with pytest.raises(Refused) as error:
        launch(prompts, template, **given)
    assert error.value.exit_code == 3
    return {problem.field: problem for problem in error.value.problems}
