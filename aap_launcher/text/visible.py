"""Characters that act instead of being read: made visible in a log, a summary, an XML file; and looked through."""

from __future__ import annotations

import re
from collections.abc import Iterator

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


# What stands between the characters of a text without being one of them: controls, colours and other sequences
# of terminals, what has no width; as it is, as `picture` shows it, and as JSON, Python, YAML and C escape it.
_NO_WIDTH = "\xad\u200b-\u200f\u2060-\u2065\ufeff"
_ALONE = r"x(?:[0189][0-9a-f]|ad)|u(?:00(?:[0189][0-9a-f]|ad)|20(?:0[b-f]|2[89a-e]|6[0-9a-f])|feff)"
_REST_OF_CSI = r"[0-?]*[ -/]*[@-~]"
_REST = rf"(?:\[{_REST_OF_CSI}|\](?:[^\x07\x1b\u2407\u241b\n]{{0,512}}(?:[\x07\u2407]|[\x1b\u241b]\\))?|[@-Z\\^_])"
# The set stands first, since it is searched for at its own speed; runs of backslashes are bounded, to stay linear.
_UNSEEN = f"[{ACTING}{_NO_WIDTH}\u2400-\u2421\\\\]"
_SEQUENCES = re.compile(
    rf"{_UNSEEN}(?:(?<=[\x1b\u241b]){_REST}|(?<=\x9b){_REST_OF_CSI}"
    rf"|(?<=\\)\\{{0,3}}+(?:(?:(?i:x1b|u001b)|033|e){_REST}|(?i:x9b|u009b){_REST_OF_CSI}|(?i:{_ALONE}))|(?<!\\))"
)
_SINGLE = re.compile(rf"{_UNSEEN}(?:(?<=\\)\\{{0,3}}+(?i:{_ALONE})|(?<!\\))")


_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")
_ESCAPED = ("\\x", "\\u", "\\e[", "\\033[")


def unseen(text: str) -> Iterator[re.Pattern[str]]:
    r"""Patterns of what a reader looks through, where the text has any.

    Two readings: with the whole sequences of terminals, and without, where `ESC` or `\x9b` merely stands in the text.
    """
    if text.isascii() and not any(escape in text for escape in _ESCAPED):
        rest = text.replace("\n", "").replace("\t", "")
        if rest.isprintable():
            return
        if _COLOURS.sub("", rest).isprintable():
            yield _COLOURS
            return
    yield from (pattern for pattern in (_SEQUENCES, _SINGLE) if pattern.search(text))
