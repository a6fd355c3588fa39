"""Characters that act instead of being read, made visible: in a log, a summary, an XML file."""

from __future__ import annotations

import re

# The inside of a set in a pattern: C0 without tab and newline, DEL, C1, the line breaks that Unicode adds,
# bidirectional embeddings, overrides and isolates, lone surrogates, and two that XML refuses.
ACTING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_ACTING = re.compile(f"[{ACTING}]")


def visible(text: str) -> str:
    r"""The text with tabs and newlines (`\r\n` is one) as they are, and every other control visible."""
    return _ACTING.sub(picture, text.replace("\r\n", "\n"))


def picture(match: re.Match[str]) -> str:
    r"""What stands for one character: `␛` and its like for C0 and DEL, or an escape (`\x9b`, `\u202e`)."""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
