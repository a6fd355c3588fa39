"""A block between two markers of a file, replaced; what stands around it is written by hand."""

from __future__ import annotations

import re


def replaced(text: str, name: str, block: str) -> str:
    """The text with its generated block `name`: after the line with `generated: name`, before `/generated: name`."""
    pattern = rf"(^[^\n]*\bgenerated: {name}\b[^\n]*\n).*?(^[^\n]*/generated: {name}\b)"
    found, count = re.subn(
        pattern,
        lambda match: match[1] + block.rstrip("\n") + "\n" + match[2],
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    if count != 1:
        raise SystemExit(
            f"the markers `generated: {name}` and `/generated: {name}` stand {count} times, not once"
        )
    return found
