"""GitHub's workflow commands in foreign text: seen as the runner sees them, and broken so that it does not.

A line is a command if it starts with `::` after white space, or if it holds `##[` anywhere (actions/runner,
ActionCommand.cs). A blank is put in: `: :error::`, `## [error]`. (Never a zero-width character: .NET's
culture-sensitive search looks through these and through ESC; so do we.)
"""

from __future__ import annotations

import re

# Colours, and whatever a culture-sensitive comparison may not see: which that is differs by the version of ICU (for
# 72 it is 900 characters, from NUL to the variation selectors), so it is all that is neither ASCII nor printable.
_UNSEEN = r"(?:\x1b\[[0-9;]*m|[^\x20-\x7e])*"
# A quick look, at a tenth of the cost: the two signs have nothing, or something unseen, between them.
_NEAR = re.compile(r"[:#][^\x20-\x22\x24-\x39\x3b-\x7e]")
_LOOKS_LIKE_COMMAND = re.compile(rf":{_UNSEEN}:|#{_UNSEEN}#{_UNSEEN}\[")
_AT_START = re.compile(rf"^((?: |{_UNSEEN[3:-2]})*:)(?={_UNSEEN}:)")
_ANYWHERE = re.compile(rf"(#{_UNSEEN}#{_UNSEEN})(?=\[)")


def looks_like_command(text: str) -> bool:
    """Whether anything in the text may be one, in any of its lines."""
    return _NEAR.search(text) is not None and _LOOKS_LIKE_COMMAND.search(text) is not None


def defused(line: str) -> str:
    """The line, and no command."""
    if ":" not in line and "#" not in line:
        return line
    return _ANYWHERE.sub(r"\1 ", _AT_START.sub(r"\1 ", line))
