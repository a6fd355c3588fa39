"""Variables from text: JSON, YAML or key=value lines become one mapping that JSON can carry.

key=value lines, one variable a line, are text without exception, as `ansible -e` reads them; a pair of
quotes around the whole value is taken off, as a shell would; empty lines and lines that begin with # are
passed over.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NoReturn

from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.blanks import VAULT, refuse_blank
from aap_launcher.inputs.file_text import LARGEST
from aap_launcher.inputs.numbers import json_number
from aap_launcher.inputs.sendable import refuse_unsendable
from aap_launcher.text.quoting import lines, printable, quoted
from aap_launcher.text.secrets import HIDDEN, is_secret

DEEPEST = 64
_PAIR = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)", re.ASCII)
_SECOND_PAIR = re.compile(r"[ \t][A-Za-z_]\w*=")
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n', re.DOTALL)
_COMMENT = re.compile(
    r"""\"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<=\#)[^\n]+|/\*(?=.*?\*/)|(?<![^\s{}\[\],])//""", re.DOTALL
)
_NAME = re.compile(r"[\s{,-]*[\"']?([\w.-]+)[\"']?\s*[:=]", re.ASCII)


class _Twice(ValueError):
    pass


def read_variables(text: str) -> dict[str, object]:
    """The variables that the text holds; raises `InvalidValue`, which shows the place but never a secret's value."""
    text = text.removeprefix("\ufeff")
    _refuse_unfit(text)
    body = text.strip()
    _refuse_other(text, body)
    found = _json(text) if body.startswith(("{", "[")) else None
    if found is None:
        pairs = [(at, line.strip(" \t")) for at, line in enumerate(lines(text), start=1)]
        pairs = [(at, line) for at, line in pairs if line and not line.startswith("#")]
        found = _pairs(pairs, text) if pairs and _PAIR.match(pairs[0][1]) else _yaml(text)
    if found is None:
        return {}
    if not isinstance(found, dict):
        refuse_blank(text)
        kind = "a list" if isinstance(found, list) else "a single value"
        advice = "Give a mapping: name: value lines (YAML), a JSON object, or name=value lines."
        raise InvalidValue(f"holds {kind}, not variables", advice)
    _refuse_depth(found)
    refuse_unsendable(found, unquoted=False)
    return found


def read_value(text: str) -> object:
    """The value that a text of JSON or YAML holds, whatever it is; what of it would not arrive, the caller looks at.

    Raises `InvalidValue` as `read_variables` does.
    """
    text = text.removeprefix("\ufeff")
    _refuse_unfit(text)
    found = _json(text) if text.lstrip().startswith(("{", "[")) else _yaml(text)
    _refuse_depth(found)
    return found


def _refuse_other(text: str, body: str) -> None:
    """What is no variables, told as what it is."""
    if body.startswith("@") and "\n" not in body:
        raise InvalidValue(
            "begins with @: files are not read here", "Give the file's path as extra_vars_file."
        )
    if body.startswith("$ANSIBLE_VAULT;"):
        raise InvalidValue("is encrypted with ansible-vault", VAULT)
    if body.startswith(("/*", "//")):
        raise _commented(text, text.index(body[0]))


def _refuse_unfit(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidValue("is not valid Unicode", "Give it as UTF-8.") from None
    if size > LARGEST:
        raise InvalidValue("is larger than 5 MiB, more than a controller takes", "Send less.")


# --- JSON -------------------------------------------------------------------------------------------------


def _json(text: str) -> object:
    """The JSON value; None where the text is rather YAML's {a: b} and shall be read as such."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=json_number,
            parse_int=json_number,
            parse_constant=_refuse_constant,
        )
    except _Twice as twice:
        line = _line_of_second(text)
        raise InvalidValue(
            f"has the key {printable(str(twice))} twice, again in line {line}", "Keep one of them."
        ) from None
    except InvalidValue:
        raise
    except RecursionError:
        _refuse_deep()
    except json.JSONDecodeError as error:
        return _json_or_yaml(text, error)
    except ValueError:  # an integer of more digits than Python converts
        raise InvalidValue(
            "holds a number that is too large", "Put it in quotes to send it as text."
        ) from None


def _json_or_yaml(text: str, error: json.JSONDecodeError) -> object:
    """YAML takes more than JSON (no quotes, a comma at the end); where both fail, JSON's word is clearer."""
    if (at := _comment(text)) is not None:
        raise _commented(text, at) from None
    like_json = re.match(r'\s*(?:\{\s*["}]|\[)', text)
    try:
        value = _yaml(text)
    except InvalidValue as wrong:
        if not like_json or "is not valid YAML" not in wrong.fault:
            raise
    else:
        if not like_json or not _has_null(value):
            return value  # a null there is a value that was forgotten: {"version": }
    fault = f"is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    raise _placed(text, fault, "", error.lineno, error.colno) from None


def _comment(text: str) -> int | None:
    """Where a comment of JavaScript begins, which YAML would take into a value or a key; None without one."""
    for token in _COMMENT.finditer(text):
        if token[0][0] == "/":
            return token.start()
    return None


def _commented(text: str, at: int) -> InvalidValue:
    before = lines(text[:at])
    advice = "JSON has no comments: take it out, or begin it with # in a line of its own."
    return _placed(text, "is not valid JSON: it has a comment", advice, len(before), len(before[-1]) + 1)


def _has_null(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_null, value.values()))
    return any(map(_has_null, value)) if isinstance(value, list) else value is None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Twice(counts.most_common(1)[0][0])
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise InvalidValue(f"holds {word}, which JSON cannot carry", "Put it in quotes to send it as text.")


def _line_of_second(text: str) -> int:
    """The line of the first key that its object already has; the text is known to be JSON with such a key."""
    line, previous = 1, ""
    keys: list[set[str]] = []
    for word in _JSON_TOKEN.findall(text):
        if word == "\n":
            line += 1
            continue
        if word in "{[":
            keys.append(set())
        elif word in "}]":
            keys.pop()
        elif word == ":":
            name = json.loads(previous)
            if name in keys[-1]:
                break
            keys[-1].add(name)
        previous = word
    return line


# --- YAML and key=value -----------------------------------------------------------------------------------


def _yaml(text: str) -> object:
    from aap_launcher.inputs.yaml import Misplaced, read_yaml  # noqa: PLC0415  # JSON needs no YAML

    try:
        return read_yaml(text, largest=LARGEST, deepest=DEEPEST)
    except Misplaced as wrong:
        if "is not valid YAML" in wrong.fault:
            refuse_blank(text)
        raise _placed(text, wrong.fault, wrong.advice, wrong.line, wrong.column) from None


def _pairs(numbered: list[tuple[int, str]], text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for at, line in numbered:
        match = _PAIR.fullmatch(line)
        if not match:
            raise _placed(
                text, "mixes name=value lines with other text", "Write name=value in every line.", at, 1
            )
        name, value = match.groups()
        if name in found:
            raise InvalidValue(f"has the key {name} twice, again in line {at}", "Keep one of them.")
        found[name] = _unquoted(name, value, at)
    return found


def _unquoted(name: str, value: str, at: int) -> str:
    mark = value[:1]
    if mark in {'"', "'"}:
        if len(value) < 2 or value[-1] != mark or mark in value[1:-1]:
            advice = "Quote the whole value, or write YAML."
            raise InvalidValue(f"has a quote in line {at} ({name}) that does not enclose the value", advice)
        return value[1:-1]
    if _SECOND_PAIR.search(value):
        advice = "Write each variable on a line of its own, or quote the value."
        raise InvalidValue(f"has two variables in line {at} ({name})", advice)
    return value


# --- bounds and messages ------------------------------------------------------------------------------------


def _refuse_depth(found: object) -> None:
    """Aliases and JSON can nest deeper than the text looks; what sends and shows the value is recursive."""
    level: list[object] = [found]
    for _ in range(DEEPEST + 1):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    _refuse_deep()


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _refuse_deep() -> NoReturn:
    raise InvalidValue(f"is nested more than {DEEPEST} levels deep", "Send flatter data.")


def _placed(text: str, fault: str, advice: str, line: int, column: int) -> InvalidValue:
    """The fault with its place, and the line itself under it, a caret below the column."""
    every = lines(text)
    full = every[line - 1] if 0 < line <= len(every) else ""
    place = f"{fault} (line {line}, column {column})"
    seen = _safe(full, text)
    if not seen.strip():
        return InvalidValue(place, advice)
    caret = f"\n  {' ' * (column - 1)}^" if seen == full and 0 < column <= len(seen) + 1 else ""
    return InvalidValue(f"{place}:\n  {seen}{caret}", advice)


def _safe(line: str, text: str) -> str:
    """The line as it may be shown: only its key where secrets are about, as their values may span lines."""
    if not any(is_secret(name) for name in re.findall(r"[\w.-]+", text)):
        return line if line.isprintable() and len(line) <= 100 else quoted(line)[1:-1]
    match = _NAME.match(line)
    return f"{match.group()} {HIDDEN}" if match else HIDDEN
