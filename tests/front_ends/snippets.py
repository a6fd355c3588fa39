"""The code blocks of README and docs."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from tests.runtimes import ROOT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = ("README.md", "docs/gitlab.md", "docs/jenkins.md", "docs/secrets.md")


@dataclass(frozen=True)
class Snippet:
    """One block; `where` is page:line, for a test's name."""

    where: str
    language: str
    text: str

    @property
    def provider(self) -> str:
        """github, gitlab, jenkins, terminal or file."""
        if self.language == "groovy":
            return "jenkins"
        if self.language == "console":
            return "terminal"
        if self.language in {"toml", "python"}:
            return "file"
        return "gitlab" if self.text.startswith("include:") or "id_tokens:" in self.text else "github"

    @property
    def commands(self) -> list[str]:
        """The lines after the prompts of a terminal, without comments."""
        return [
            line.partition("  #")[0][2:].strip()
            for line in self.text.replace("\\\n", " ").splitlines()
            if line.startswith("$ ")
        ]


def snippets() -> list[Snippet]:
    """All blocks that have a language."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for block in _BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 1
            found.append(Snippet(f"{page}:{line}", block[1], textwrap.dedent(block[2])))
    return found


def of(provider: str, page: str = "") -> list[Snippet]:
    """The blocks for a provider."""
    return [one for one in snippets() if one.provider == provider and one.where.startswith(page)]
