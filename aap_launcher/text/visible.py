"""Characters that act instead of being read: made visible in a log, a summary, an XML file; and looked through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

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


@cache  # compiling them takes a twentieth of the start, and few logs have any of it
def _readings() -> tuple[re.Pattern[str], ...]:
    sequences = re.compile(
        rf"{_UNSEEN}(?:(?<=[\x1b\u241b]){_REST}|(?<=\x9b){_REST_OF_CSI}"
        rf"|(?<=\\)\\{{0,3}}+(?:(?:(?i:x1b|u001b)|033|e){_REST}|(?i:x9b|u009b){_REST_OF_CSI}|(?i:{_ALONE}))|(?<!\\))"
    )
    alone = re.compile(rf"{_UNSEEN}(?:(?<=\\)\\{{0,3}}+(?i:{_ALONE})|(?<!\\))")
    return sequences, alone, re.compile(r"[^\n][\b\u2408]")  # overstruck, as `man` makes a letter bold


_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")
_PICTURES = re.compile("[\u2400-\u2421]")  # of what may act, these alone are printable
_ESCAPED = ("\\x", "\\u", "\\e[", "\\033[")


def looked_through(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    r"""The text without what a reader looks through, and the pattern of that, where it has any.

    Three readings: with the whole sequences of terminals; without, where `ESC` or `\x9b` merely stands in the text; and
    as a terminal shows what was overstruck, `s\bse\be`.
    """
    escaped = "\\" in text and any(escape in text for escape in _ESCAPED)
    if not escaped and (text.isascii() or not _PICTURES.search(text)):
        if text.isprintable():
            return
        bare = _COLOURS.sub("", text) if "\x1b" in text else text
        if bare.replace("\n", "").replace("\t", "").isprintable():
            if bare is not text:
                yield bare, _COLOURS
            return
    yield from ((pattern.sub("", text), pattern) for pattern in _readings() if pattern.search(text))
