"""How a log is read back: what ansible-runner wrote as an adapter documents to show it, and what is the job's.

The rules are written down here a second time on purpose: from the adapters' documentation, not from their code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

SGR = re.compile(r"\x1b\[[0-9;]*m")
COLOURED = frozenset({"github", "gitlab"})

# The launcher's own lines: what stands in the left column, and what stands below it.
_LABELS = (
    "Template|Job|Relaunch|Prompts|Launched|new|pending|waiting|running|successful|failed|error|canceled"
    "|FAILED|ignored|rescued|handled|cleared|unknown|warning|Attach|Again"
)
_OWN = re.compile(rf"(?:(?:{_LABELS}) *(?: .*)?| {{11}}.*|aap-launcher \d.*|url: http://.*)", re.DOTALL)
_MARKERS = {
    "plain": re.compile(r"(?:PLAY|TASK|RUNNING HANDLER|CLEANUP TASK)\b.*(?<!\*\*\*)"),
    "jenkins": re.compile(r"== .* =="),
    "github": re.compile(
        r"::(?:group::.*|endgroup::|stop-commands::[0-9a-f]{32}|[0-9a-f]{32}::|add-mask::.*"
        r"|(?:error|warning) title=.*)"
    ),
    "gitlab": re.compile(
        r"\x1b\[0Ksection_(?:start:\d+:\w+\[collapsed=true\]\r\x1b\[0K.*|end:\d+:\w+\r\x1b\[0K)"
    ),
}


def expected(stdout: str, adapter: str) -> list[str]:
    """The lines of ansible-runner's stdout as the adapter must show them."""
    lines = stdout.replace("\r\n", "\n").split("\n")
    assert lines.pop() == "", "ansible-runner's stdout ends with a line break"
    shown = [_visible(line) for line in lines]
    return shown if adapter in COLOURED else [SGR.sub("", line) for line in shown]


def is_marker(line: str, adapter: str) -> bool:
    """Whether the line is a command of the CI, or a group's title."""
    return bool(_MARKERS[adapter].fullmatch(line))


def is_own(line: str, adapter: str) -> bool:
    """Whether the line is the launcher's and not the job's."""
    return is_marker(line, adapter) or bool(_OWN.fullmatch(SGR.sub("", line)))


def job_lines(log: str, wanted: Iterable[str], adapter: str) -> tuple[list[str], list[str]]:
    """What is wrong with a log: (lines wanted that did not come at their place, lines nobody can explain)."""
    waiting: Iterator[str] = iter(wanted)
    following = next(waiting, None)
    strange = []
    for line in log.split("\n")[:-1]:
        if following is not None and restored(line, adapter) == following:
            following = next(waiting, None)
        elif not is_own(line, adapter):
            strange.append(line)
    left = [] if following is None else [following, *islice(waiting, 5)]
    return left, strange[:6]


def restored(line: str, adapter: str) -> str:
    """GitHub: a blank was put where a command would have begun."""
    if adapter != "github":
        return line
    return re.sub(rf"^((?:\s|{SGR.pattern})*:) (?=:)", r"\1", re.sub(r"## (?=\[)", "##", line))


def _visible(line: str) -> str:
    r"""Colours stay; other control characters become their picture, what is invisible and acts its escape."""
    parts = re.split(r"(\x1b\[(?:(?!0*8(?:;|m))[0-9;])*m)", line)
    return "".join(part if at % 2 else _pictures(part) for at, part in enumerate(parts))


def _pictures(text: str) -> str:
    out = []
    for character in text:
        code = ord(character)
        if code < 0x20 and character != "\t":
            out.append(chr(0x2400 + code))
        elif code == 0x7F:
            out.append("\N{SYMBOL FOR DELETE}")
        elif 0x80 <= code < 0xA0:
            out.append(f"\\x{code:02x}")
        elif code in {0x2028, 0x2029} or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
            out.append(f"\\u{code:04x}")
        else:
            out.append(character)
    return "".join(out)
