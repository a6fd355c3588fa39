"""The code blocks of README and docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

from tests.runtimes import ROOT

PAGES = (
    "README.md",
    "docs/gitlab.md",
    "docs/jenkins.md",
    "docs/python.md",
    "docs/secrets.md",
    "examples/servicenow/README.md",
)


@dataclass(frozen=True)
class Snippet:
    """One block; `where` is page:line, for a test's name. Without a language it is one that is only set in."""

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


def blocks(page: str) -> Iterator[Snippet]:
    """All blocks of a page, fenced or set in, wherever they stand."""
    for token in MarkdownIt("commonmark").parse((ROOT / page).read_text(encoding="utf-8")):
        if token.type in {"fence", "code_block"}:
            line = token.map[0] + 1 if token.map else 0
            yield Snippet(f"{page}:{line}", token.info.strip(), token.content)


def snippets() -> list[Snippet]:
    """All blocks of the pages that have a language."""
    return [block for page in PAGES for block in blocks(page) if block.language]


def of(provider: str, page: str = "") -> list[Snippet]:
    """The blocks for a provider."""
    return [one for one in snippets() if one.provider == provider and one.where.startswith(page)]
