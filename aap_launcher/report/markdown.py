r"""Foreign text in GitHub's Markdown: every name and message is shown, and none can act.

By CommonMark an entity is text and never structure, and nothing in a code span or in `<pre>` is read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from aap_launcher.text.visible import visible
from aap_launcher.text.words import one_line, shortened, without_escapes

# What could be markup; the rest stays as it is, so that the source is readable: `a_b`, `1.5`, `a-b` are text.
_MARKUP = re.compile(
    r"[#$&*<>@\[\\\]^`{|}~]|(?<![^\W_])_|_(?![^\W_])|(?<!\w)[-+=]|:(?!\s|$)"
    r"|(?<=[wW]{3})\.|^\d+[.)](?=\s|$)"
)
_JOINER = "\u2060"  # invisible: what follows @ and # is then no mention, address or issue
_IN_ADDRESS = "/:?#&=%+,;~-._@!$'*"


def running_text(foreign: str, most: int = 200) -> str:
    """A foreign text as one line of running text."""
    return _MARKUP.sub(_entity, visible(one_line(foreign, most)))


def code(foreign: str, most: int = 200) -> str:
    """A foreign text as one line in a code span; "" for nothing."""
    shown = visible(one_line(foreign, most))
    if not shown:
        return ""
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""  # Markdown drops one blank at both ends
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(foreign: str, most: int) -> str:
    """A foreign text of several lines in <pre>, at most `most` characters of it."""
    shown = visible(shortened(without_escapes(foreign), most))
    return f"<pre>{html.escape(shown, quote=False)}</pre>"


def folded(title: str, body: str) -> str:
    """A part that opens on a click; `title` is ours, `body` is Markdown."""
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def link(words: str, address: str) -> str:
    """A link with Markdown `words`, or the words alone where the address is not one for a browser."""
    if not address.isprintable() or address != address.strip():
        return words  # urlsplit drops such characters, so that what it looks at is not what is written
    try:
        parts = urlsplit(address)
    except ValueError:
        return words
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return words
    return f"[{words}](<{quote(address, safe=_IN_ADDRESS, errors='replace')}>)"


def markdown_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of Markdown cells; the first column is text, the others are numbers."""
    lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * (len(head) - 1)]
    # Escaped, a bar is a bar in a cell, also in a code span there (GFM 4.10).
    escaped = ([cell.replace("|", r"\|") for cell in cells] for cells in rows)
    lines += [f"| {' | '.join(cells)} |" for cells in escaped]
    return "\n".join(lines)


def _entity(match: re.Match[str]) -> str:
    before, character = match[0][:-1], match[0][-1]
    joiner = _JOINER if character in "@#" else ""
    return f"{before}&#{ord(character)};{joiner}"
