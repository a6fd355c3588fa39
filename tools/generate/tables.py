"""The tables of README and docs: inputs, outputs, exit codes."""

from __future__ import annotations

from collections.abc import Iterable

from aap_launcher.errors import ENDINGS, Ending
from aap_launcher.inputs.definitions import BY_NAME, INPUTS
from aap_launcher.inputs.input import Command, Input, Section
from aap_launcher.report.outputs import OUTPUTS
from tools.generate.blocks import replaced

# What most people give; README shows these, docs/inputs.md all.
USUAL = (
    "url",
    "token",
    "template",
    "extra_vars",
    "limit",
    "inventory",
    "job_tags",
    "wait",
    "timeout",
    "on_timeout",
)


def readme(text: str) -> str:
    """README.md."""
    text = replaced(text, "inputs", _inputs(BY_NAME[name] for name in USUAL))
    return replaced(replaced(text, "outputs", _outputs()), "exit codes", _exit_codes())


def reference(text: str) -> str:
    """docs/inputs.md."""
    text = replaced(text, "inputs", "\n\n".join(map(_section, Section)))
    return replaced(replaced(text, "outputs", _outputs()), "exit codes", _exit_codes())


def choices(one: Input, quote: str = "") -> str:
    """The words of a choice, as a sentence."""
    words = ", ".join(f"{quote}{choice}{quote}" for choice in one.choices)
    return f" One of: {words}." if words else ""


def _section(section: Section) -> str:
    rows = _inputs((one for one in INPUTS if one.section is section), commands=True)
    return f"### {section}\n\n{rows}"


def _inputs(definitions: Iterable[Input], *, commands: bool = False) -> str:
    head = ["input", "default", "what it is", *(["commands"] if commands else [])]
    rows = [head, ["---"] * len(head)]
    for one in definitions:
        row = [f"`{one.name}`", _default(one), one.description + choices(one, "`")]
        rows.append([*row, _commands(one)] if commands else row)
    return "\n".join(_row(row) for row in rows)


def _row(cells: Iterable[str]) -> str:
    cells = list(cells)
    if set(cells) == {"---"}:
        return "|---" * len(cells) + "|"
    return f"| {' | '.join(cells)} |"


def _default(one: Input) -> str:
    if one.required:
        return "required"
    return f"`{one.default}`" if one.default else ""


def _commands(one: Input) -> str:
    if one.commands == frozenset(Command):
        return "every"
    return ", ".join(str(command) for command in Command if command in one.commands)


def _outputs() -> str:
    rows = [f"| `{one.name}` | {one.description} |" for one in OUTPUTS]
    return "\n".join(["| output | what it is |", "|---|---|", *rows])


def _exit_codes() -> str:
    rows = [f"| {_codes(one)} | {', '.join(one.verdicts)} | {one.meaning} |" for one in ENDINGS]
    return "\n".join(["| exit | outcome | meaning |", "|---|---|---|", *rows])


def _codes(ending: Ending) -> str:
    return ", ".join(map(str, ending.codes))
