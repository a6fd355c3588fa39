"""The GitLab component: its inputs and the job's variables. Secrets are no inputs there (docs/gitlab.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import LARGEST, Input, InputKind
from tools.generate.blocks import replaced

VISIBLE = tuple(one for one in INPUTS if not one.secret)
# Where GitLab replaces $VARIABLE because nothing there means a dollar; docs/gitlab.md lists them.
EXPANDED = frozenset({"url", "ca_bundle", "client_cert", "job", "relaunch", "extra_vars_file", "scm_branch"})
REPORTS = {"junit": "aap-junit.xml", "result_file": "aap-result.json"}  # artifacts are collected by name
_FREE = frozenset({InputKind.TEXT, InputKind.LIST, InputKind.MAPPING})


def component(text: str) -> str:
    """templates/launch.yml."""
    text = replaced(text, "inputs", "\n".join(line for one in VISIBLE for line in _input(one)))
    return replaced(text, "variables", "\n".join(_variable(one) for one in VISIBLE))


def _input(one: Input) -> Iterator[str]:
    yield f"    {one.name}:"
    yield f"      description: {json.dumps(one.description)}"
    yield f"      type: {'boolean' if _two_valued(one) else 'string'}"
    if not one.required:
        yield f"      default: {one.default if _two_valued(one) else json.dumps(one.default)}"
    if options := _options(one):
        yield f"      options: {json.dumps(options)}"
    if pattern := _pattern(one):
        yield f"      regex: {pattern}"


def _two_valued(one: Input) -> bool:
    """A boolean that may be absent has three values, and a number's absence is no number: both are text."""
    return one.kind is InputKind.BOOLEAN and bool(one.default)


def _options(one: Input) -> list[str]:
    absent = [] if one.default else [""]
    if one.kind is InputKind.BOOLEAN and not one.default:
        return ["", "true", "false"]
    if one.name in REPORTS:
        return ["", REPORTS[one.name]]
    return [*absent, *one.choices] if one.choices else []


def _pattern(one: Input) -> str:
    low, high = one.bounds
    match one.kind:
        case InputKind.DURATION:
            return "^[0-9dhms]*$"
        case InputKind.INTEGER:
            return f"^[{low}-{high}]?$" if high < 10 and high != LARGEST else "^[0-9]*$"
        case _:
            return r"^\S+$" if one.required else ""


def _variable(one: Input) -> str:
    """GitLab takes no boolean for a variable, and a blank makes text of it."""
    name, value = f"INPUT_{one.name.upper()}", f"$[[ inputs.{one.name} ]]"
    if _two_valued(one):
        return f'    {name}: "{value} "'
    if one.kind in _FREE and one.name not in EXPANDED | set(REPORTS):
        return f'    {name}: {{value: "{value}", expand: false}}'
    return f"    {name}: {value}"
