"""The Jenkins steps: the arguments that each takes, and their help. Secrets are no arguments there."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from aap_launcher.inputs.definitions import INPUTS
from aap_launcher.inputs.input import Command, Input
from aap_launcher.report.outputs import OUTPUTS
from tools.generate.blocks import replaced
from tools.generate.tables import choices

VISIBLE = tuple(one for one in INPUTS if not one.secret)
STEPS = {"aapLaunch": Command.LAUNCH, "aapFollow": Command.FOLLOW, "aapCancel": Command.CANCEL}


def arguments(step: str) -> tuple[Input, ...]:
    """What a step takes."""
    return tuple(one for one in VISIBLE if STEPS[step] in one.commands)


def shared_library(text: str) -> str:
    """vars/aapLauncher.groovy."""
    blocks = {
        "inputs": "\n".join(f"    {one.name}: 'AAP_{one.name.upper()}'," for one in VISIBLE),
        "secrets": _words(f"AAP_{one.name.upper()}" for one in INPUTS if one.secret),
        "taken": "\n".join(
            f"    {STEPS[step]}: [\n{_words((one.name for one in arguments(step)), indent=8)}\n    ],"
            for step in STEPS
        ),
        "aliases": _words(name for one in INPUTS for name in one.aliases),
    }
    for name, block in blocks.items():
        text = replaced(text, name, block)
    return text


def step_help(step: str, text: str) -> str:
    """A step's help with its arguments and outputs as they are defined."""
    text = re.sub(
        r"(?<=\n\n)Connection\n.*?(?=\n\nReturns|\Z)",
        lambda _: "\n\n".join(_sections(arguments(step))),
        text,
        flags=re.DOTALL,
    ).rstrip("\n")
    return re.sub(
        r"(?<=\n)(Returns a Map.*?\n)  .*?(?=\n\n)",
        lambda found: found[1] + "\n".join(_entry(one.name, one.description) for one in OUTPUTS),
        text + "\n",
        flags=re.DOTALL,
    )


def _words(names: Iterable[str], indent: int = 4) -> str:
    margin = " " * indent
    text = ", ".join(f"'{name}'" for name in names) + ","
    return textwrap.fill(text, 100, initial_indent=margin, subsequent_indent=margin)


def _sections(definitions: Iterable[Input]) -> list[str]:
    found: dict[str, list[str]] = {}
    for one in definitions:
        note = " Required." if one.required else f" Default: {one.default}." if one.default else ""
        found.setdefault(one.section, []).append(_entry(one.name, one.description + choices(one) + note))
    return ["\n".join([section, *entries]) for section, entries in found.items()]


def _entry(name: str, words: str) -> str:
    return textwrap.fill(
        f"{name}: {words}", 110, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
    )
