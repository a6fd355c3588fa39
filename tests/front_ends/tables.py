"""What README and the Jenkins steps' help repeat of the definitions: `make fmt` rewrites it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from aap_launcher.inputs.definitions import CONNECTION, INPUTS, OUTPUTS, PROMPTS, WHAT, Input
from tests.runtimes import ROOT

README = ROOT / "README.md"
# What means nothing for a job that exists already.
LAUNCH_ONLY = tuple(
    one.name
    for one in INPUTS
    if not one.secret
    and ((one.section in {WHAT, PROMPTS} and one.name != "job") or one.name in {"wait", "ci_vars", "dry_run"})
)
# The arguments of each step; secrets are none.
STEPS: dict[str, tuple[Input, ...]] = {
    "aapLaunch": tuple(one for one in INPUTS if not one.secret),
    "aapFollow": tuple(one for one in INPUTS if not one.secret and one.name not in LAUNCH_ONLY),
    "aapCancel": tuple(
        one
        for one in INPUTS
        if not one.secret and (one.section == CONNECTION or one.name in {"job", "outage_tolerance"})
    ),
}


def readme(text: str) -> str:
    """README with both tables between their markers, `<!-- inputs -->` and `<!-- /inputs -->`."""
    for name, table in (("inputs", _inputs()), ("outputs", _outputs())):
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        assert start, f"README.md needs the marker <!-- {name} -->"
        assert end, f"README.md needs the marker <!-- /{name} -->"
        text = f"{before}{start}{table}\n{end}{after}"
    return text


def step_help(step: str, text: str) -> str:
    """A step's help with its arguments and outputs as they are defined."""
    text = re.sub(
        r"(?<=\n\n)Connection\n.*?(?=\n\nReturns|\Z)",
        lambda _: "\n\n".join(_sections(STEPS[step])),
        text,
        flags=re.DOTALL,
    ).rstrip("\n")
    return re.sub(
        r"(?<=\n)(Returns a Map.*?\n)  .*?(?=\n\n)",
        lambda found: found[1] + "\n".join(_entry(one.name, one.description) for one in OUTPUTS),
        text + "\n",
        flags=re.DOTALL,
    )


def _inputs() -> str:
    sections = dict.fromkeys(definition.section for definition in INPUTS)
    return "\n\n".join(f"### {section}\n\n{_section(section)}" for section in sections)


def _section(section: str) -> str:
    rows = [
        f"| `{one.name}` | {_default(one)} | {one.description}{_choices(one, '`')} |"
        for one in INPUTS
        if one.section == section
    ]
    return "\n".join(["| input | default | what it is |", "|---|---|---|", *rows])


def _outputs() -> str:
    rows = [f"| `{one.name}` | {one.description} |" for one in OUTPUTS]
    return "\n".join(["| output | what it is |", "|---|---|", *rows])


def _default(definition: Input) -> str:
    if definition.required:
        return "required"
    return f"`{definition.default}`" if definition.default else ""


def _choices(definition: Input, quote: str = "") -> str:
    words = ", ".join(f"{quote}{choice}{quote}" for choice in definition.choices)
    return f" One of: {words}." if words else ""


def _sections(definitions: Iterable[Input]) -> list[str]:
    found: dict[str, list[str]] = {}
    for one in definitions:
        note = " Required." if one.required else f" Default: {one.default}." if one.default else ""
        entry = _entry(one.name, one.description + _choices(one) + note)
        found.setdefault(one.section, []).append(entry)
    return ["\n".join([section, *entries]) for section, entries in found.items()]


def _entry(name: str, words: str) -> str:
    return textwrap.fill(
        f"{name}: {words}", 110, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
    )


def main() -> None:
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    for step in STEPS:
        path = ROOT / "vars" / f"{step}.txt"
        path.write_text(step_help(step, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
