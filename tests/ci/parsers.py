"""How CI systems read what we write: models made from their documented rules and sources, not from our code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# char.IsWhiteSpace of .NET, which string.TrimStart removes.
DOTNET_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
REGISTERED = {
    "add-mask", "debug", "notice", "warning", "error", "group", "endgroup", "echo", "add-matcher", "remove-matcher",
    "save-state", "set-output", "set-env", "add-path", "stop-commands", "internal-set-repo-path",
}  # fmt: skip
# What a culture-sensitive comparison of ICU ignores, and colours, which the log viewer removes.
UNSEEN = re.compile("\x1b\\[[0-9;]*m|[\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u2060-\u2064\ufeff]")


@dataclass
class Command:
    name: str
    properties: dict[str, str]
    data: str


@dataclass
class Runner:
    """GitHub's runner: StreamReader.ReadLine, ActionCommand.TryParseV2 and TryParse, ActionCommandManager."""

    executed: list[Command] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    stopped: str = ""

    def read(self, stdout: bytes) -> Runner:
        for line in re.split("\r\n|\n|\r", stdout.decode("utf-8")):
            command = parse_v2(line, REGISTERED | {self.stopped}) or parse_v1(
                line, REGISTERED | {self.stopped}
            )
            if command is None:
                self.log.append(line)
            elif self.stopped:
                if command.name.lower() == self.stopped.lower():
                    self.stopped = ""
                else:
                    self.log.append(line)
            elif command.name == "stop-commands":
                assert command.data
                assert command.data.lower() not in REGISTERED
                self.stopped = command.data
            else:
                self.executed.append(command)
        return self

    def names(self) -> list[str]:
        return [command.name for command in self.executed]


def parse_v2(line: str, registered: set[str]) -> Command | None:
    line = line.lstrip(DOTNET_BLANKS)
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name.lower() not in {known.lower() for known in registered if known}:
        return None
    pairs = (part.split("=", 1) for part in rest.strip().split(",") if "=" in part)
    properties = {key: _unescape(value, property=True) for key, value in pairs if value}
    return Command(name.lower(), properties, _unescape(line[end + 2 :]))


def parse_v1(line: str, registered: set[str]) -> Command | None:
    if (start := line.find("##[")) < 0 or (end := line.find("]", start)) < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    known = name.lower() in {known.lower() for known in registered if known}
    return Command(name.lower(), {}, line[end + 1 :]) if known else None


def _unescape(text: str, *, property: bool = False) -> str:  # noqa: A002 the rule's own word
    pairs = (
        [("%0D", "\r"), ("%0A", "\n")] + ([("%3A", ":"), ("%2C", ",")] if property else []) + [("%25", "%")]
    )
    for escaped, character in pairs:
        text = text.replace(escaped, character)
    return text


def commands_seen_by_culture(stdout: bytes) -> list[str]:
    """Names of what would be commands if stopping did not exist and invisible characters were not there."""
    found = []
    for line in re.split("\r\n|\n|\r", stdout.decode("utf-8")):
        seen = UNSEEN.sub("", line)
        command = parse_v2(seen, REGISTERED) or parse_v1(seen, REGISTERED)
        if command:
            found.append(command.name)
    return found


def github_outputs(text: str) -> dict[str, str]:
    """FileCommandManager: NAME=VALUE, or NAME<<DELIMITER and lines up to one that equals it."""
    lines = text.split("\n")
    assert lines.pop() == ""
    outputs: dict[str, str] = {}
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            outputs[line[:equals]] = line[equals + 1 :]
            continue
        assert heredoc >= 0
        name, delimiter = line[:heredoc], line[heredoc + 2 :]
        assert name
        assert delimiter
        end = lines.index(delimiter)
        outputs[name] = "\n".join(lines[:end])
        del lines[: end + 1]
    return outputs


def gitlab_sections(stdout: bytes) -> list[tuple[str, int, str]]:
    """Gitlab::Ci::Ansi2json::Converter, which reads line by line: (start or end, time, name) of each marker.

    Options are any text here; GitLab's own expression (lib/gitlab/regex.rb) takes only `name=value` pairs.
    """
    marker = r"section_((?:start)|(?:end)):(\d+):([a-zA-Z0-9_.-]+)(\[[^\]\n]*\])?\r\033\[0K"
    return [(m[1], int(m[2]), m[3]) for m in re.finditer(marker, stdout.decode("utf-8"), re.ASCII)]


def gitlab_dotenv(text: str) -> dict[str, str]:
    """Ci::ParseDotenvArtifactService: a variable a line, blanks stripped, at most 5 KB and 20 variables."""
    assert len(text.encode("utf-8")) <= 5 * 1024
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        assert equals
        assert re.fullmatch(r"[A-Za-z0-9_]+", key.strip())
        found[key.strip()] = re.sub(r"\$+\w*", "?", value.strip())
    assert len(found) <= 20
    return found
