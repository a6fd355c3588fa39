"""`python -m tools.generate`: write each file anew; with --check, say which ones are stale instead."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from aap_launcher.errors import ENDINGS
from tools.generate import cli, github, gitlab, jenkins, tables, typed

ROOT = Path(__file__).resolve().parents[2]


def schema(text: str) -> str:
    """docs/result-schema.json: the words of its outcome."""
    words = json.dumps([word for ending in ENDINGS for word in ending.verdicts], indent=2).replace(
        "\n", "\n      "
    )
    return re.sub(
        r'(The launcher\'s verdict.",\s*"enum": )\[.*?\]',
        lambda found: found[1] + words,
        text,
        count=1,
        flags=re.DOTALL,
    )


FILES: dict[str, Callable[[str], str]] = {
    "action.yml": github.action,
    "composite/action.yml": github.composite,
    "templates/launch.yml": gitlab.component,
    "vars/aapLauncher.groovy": jenkins.shared_library,
    **{f"vars/{step}.txt": partial(jenkins.step_help, step) for step in jenkins.STEPS},
    "aap_launcher/client/typed.pyi": typed.stub,
    "docs/result-schema.json": schema,
    "README.md": tables.readme,
    "docs/inputs.md": tables.reference,
    "docs/cli.md": cli.reference,
}


def stale() -> dict[str, str]:
    """The files that do not say what the definitions say, path -> what should stand in it."""
    found = {}
    for path, write in FILES.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        if (wanted := write(text)) != text:
            found[path] = wanted
    return found


def main() -> None:
    """Write, or check."""
    found = stale()
    if "--check" in sys.argv[1:]:
        if found:
            sys.exit(f"make generate was forgotten: {', '.join(found)}")
        return
    for path, text in found.items():
        (ROOT / path).write_text(text, encoding="utf-8")
        print(f"written: {path}")


if __name__ == "__main__":
    main()
