"""The GitHub actions: inputs, outputs, and the composite action's environment."""

from __future__ import annotations

import json
from collections.abc import Iterator

from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import Input
from aap_launcher.report.outputs import OUTPUTS
from tools.generate.blocks import replaced


def action(text: str) -> str:
    """action.yml."""
    return replaced(replaced(text, "inputs", _inputs()), "outputs", _outputs())


def composite(text: str) -> str:
    """composite/action.yml: its outputs are those of its step, and its step gets the inputs as variables."""
    text = replaced(replaced(text, "inputs", _inputs()), "outputs", _outputs(step="launch"))
    return replaced(text, "environment", "\n".join(_environment()))


def _inputs() -> str:
    lines = []
    section = ""
    for one in INPUTS:
        if one.section != section:
            section = one.section
            lines.append(f"  # {section}")
        lines += _input(one)
    return "\n".join(lines)


def _input(one: Input) -> Iterator[str]:
    yield f"  {one.name}:"
    yield f"    description: {json.dumps(one.description)}"
    if one.required:
        yield "    required: true"
    if one.default:
        yield f"    default: {json.dumps(one.default)}"


def _outputs(step: str = "") -> str:
    lines = []
    for one in OUTPUTS:
        lines += [f"  {one.name}:", f"    description: {json.dumps(one.description)}"]
        if step:
            lines.append(f"    value: ${{{{ steps.{step}.outputs.{one.name} }}}}")
    return "\n".join(lines)


def _environment() -> Iterator[str]:
    for one in INPUTS:
        yield f"        INPUT_{one.name.upper()}: ${{{{ inputs.{one.name} }}}}"
