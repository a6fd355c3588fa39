"""Hosts as files name them: CSV, JSON lines, and the simple part of Ansible's INI inventories. Pure readers."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aap_launcher.client.csv_records import csv_records
from aap_launcher.client.field_values import ported
from aap_launcher.client.literals import literal
from aap_launcher.client.records import mapping_of
from aap_launcher.errors import InvalidInput, InvalidValue, Problem
from aap_launcher.inputs.exact_json import loads
from aap_launcher.inputs.sendable import faults
from aap_launcher.inputs.variables import read_variables
from aap_launcher.text.duplicate_keys import Twice
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted

FIELDS = ("name", "description", "enabled", "instance_id", "variables")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LONGEST = 512  # characters of a name


@dataclass(frozen=True, slots=True)
class Wanted:
    """A host as a file wants it. What the file does not say is not in `fields`, and stays as it is."""

    name: str
    where: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


class _Wrong(Exception):
    """What is wrong with one line."""


def form_of(name: str, text: str) -> str:
    """csv, jsonl or ini, by the file's name or its first character. Raises `InvalidInput` where neither tells."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in {"csv", "jsonl", "ini"}:
        return ending
    if text.lstrip()[:1] == "{":
        return "jsonl"
    raise InvalidInput(f"{quoted(name)} does not tell what it is: add --format csv, jsonl or ini.")


def hosts(text: str, form: str) -> list[Wanted]:
    """Every host that the text names, each once. Raises `InvalidInput` with every line that is not usable."""
    found: dict[str, Wanted] = {}
    problems: list[Problem] = []
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InvalidInput(f"line {line} holds a NUL, which no controller can keep; nothing was sent.")
    for where, make in _READERS[form](text):
        try:
            one = make()
            found[one.name] = _joined(found.get(one.name), one, form)
        except _Wrong as wrong:
            problems.append(Problem(where, str(wrong)))
    if problems:
        raise InvalidInput("the file is not usable; nothing was sent.", problems)
    if not found:
        raise InvalidInput("the file names no host; nothing was sent.")
    return list(found.values())


def _joined(before: Wanted | None, after: Wanted, form: str) -> Wanted:
    """INI names a host once in each of its groups; elsewhere a second one is a mistake."""
    if not after.name or len(after.name) > _LONGEST:
        raise _Wrong(f"a name has 1 to {_LONGEST} characters")
    if not after.name.isprintable():
        raise _Wrong(f"{quoted(after.name)}: a name has no line breaks and control characters")
    if advice := ported(after.name):
        raise _Wrong(f"{quoted(after.name)} has a port. {advice}")
    if before is None:
        return after
    if form != "ini":
        raise _Wrong(f"{quoted(after.name)} stands in {before.where} already")
    for name in before.variables.keys() & after.variables.keys():
        if json.dumps(before.variables[name]) != json.dumps(after.variables[name]):
            raise _Wrong(f"{quoted(after.name)} has another {name} in {before.where}: keep one of them")
    groups = tuple(dict.fromkeys((*before.groups, *after.groups)))
    return Wanted(before.name, before.where, before.fields, {**before.variables, **after.variables}, groups)


_Lines = Iterator[tuple[str, Callable[[], Wanted]]]


def _csv(text: str) -> _Lines:
    """A header, then a host a line. A column that is no field is a variable, as text; an empty cell says nothing."""
    records = csv_records(text)
    _, first = next(records, (1, []))
    header = [name.strip() for name in first]
    if "name" not in header or len(set(header)) != len(header) or "" in header:
        raise InvalidInput("the first line of the CSV names the columns, each once, and one of them is name.")
    for name in header:
        if name not in FIELDS and name.lower() in FIELDS:
            raise InvalidInput(
                f"the column {quoted(name)} would be a variable: write {quoted(name.lower())}."
            )
    for line, row in records:
        if any(cell.strip() for cell in row):
            where = f"line {line}"
            yield where, lambda row=row, where=where: _of_row(header, row, where)  # type: ignore[misc]


def _of_row(header: list[str], row: list[str], where: str) -> Wanted:
    if len(row) != len(header):
        raise _Wrong(f"has {len(row)} cells, and the header {len(header)}")
    cells = {name: cell for name, cell in zip(header, row, strict=True) if cell != ""}
    fields = {name: cells[name] for name in FIELDS if name in cells}
    own = {name: cell for name, cell in cells.items() if name not in FIELDS}
    return _wanted(fields, own, where)


def _jsonl(text: str) -> _Lines:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"line {number}"
            yield where, lambda line=line, where=where: _of_json(line, where)  # type: ignore[misc]


def _of_json(line: str, where: str) -> Wanted:
    try:
        row = loads(line)
    except Twice as twice:
        raise _Wrong(str(twice)) from None
    except (ValueError, RecursionError) as fault:
        raise _Wrong(f"is not valid JSON: {fault}") from None
    if not isinstance(row, dict):
        raise _Wrong("is no JSON object")
    for name in row:
        if name not in FIELDS:
            raise _Wrong(f"a host has no field {quoted(name)} here. {near(name, FIELDS)}")
    return _wanted(row, {}, where)


def _wanted(given: Mapping[str, Any], own: Mapping[str, Any], where: str) -> Wanted:
    """Check a host's fields; `own`: variables that stand beside them."""
    for name in ("name", "description", "instance_id"):
        if not isinstance(given.get(name, ""), str):
            raise _Wrong(f"{name} is no text")
    fields = {name: given[name] for name in ("description", "instance_id") if name in given}
    if "enabled" in given:
        enabled = _BOOLEANS.get(str(given["enabled"]).lower())
        if enabled is None:
            raise _Wrong(f"enabled: {quoted(str(given['enabled']))} is neither true nor false")
        fields["enabled"] = enabled
    _refuse(fields)
    variables = given.get("variables", {})
    variables = _variables(variables) if isinstance(variables, str) else variables
    if not isinstance(variables, dict):
        raise _Wrong("variables is no mapping (an object, or YAML or JSON text of one)")
    _refuse({"variables": variables})
    both = sorted(variables.keys() & own.keys())
    if both:
        raise _Wrong(f"{both[0]} stands in a column and in variables")
    return Wanted(str(given.get("name", "")).strip(), where, fields, {**variables, **own})


def _variables(text: str) -> object:
    if not isinstance(mapping_of(text), dict):
        return text
    try:
        return read_variables(text)
    except InvalidValue as wrong:
        raise _Wrong(f"variables: {wrong.fault}. {wrong.advice}") from None


def _refuse(value: object) -> None:
    """What would not arrive as it is written, all of it."""
    found = [f"{one.field}: {one.fault}. {one.advice}" for one in faults(value)]
    if found:
        raise _Wrong("\n".join(found))


def _ini(text: str) -> _Lines:
    """`web1 ansible_host=192.0.2.1 port=8080` below `[group]`; what else Ansible reads there is refused."""
    group = ""
    for number, line in enumerate(text.split("\n"), start=1):
        bare, where = line.strip(), f"line {number}"
        if not bare or bare[0] in "#;":
            continue
        section = re.fullmatch(r"\[([^\]:]+)\]\s*(#.*)?", bare)
        if section:
            group = section[1].strip()
        elif bare[0] == "[":
            yield where, lambda bare=bare: _no_section(bare)  # type: ignore[misc]
            group = ""
        else:
            own = group
            yield where, lambda bare=bare, where=where, own=own: _of_line(bare, where, own)  # type: ignore[misc]


def _no_section(text: str) -> Wanted:
    raise _Wrong(
        f"{quoted(text)}: groups are made of hosts alone here; [x:vars] and [x:children] are not read"
    )


def _of_line(line: str, where: str, group: str) -> Wanted:
    try:
        name, *words = shlex.split(line, comments=True)
    except ValueError as fault:
        raise _Wrong(f"is not readable: {fault}") from None
    if re.search(r"\[[^\]]*:[^\]]*\]", name):
        raise _Wrong(f"{quoted(name)} is a range: name each host")
    if "=" in name:
        raise _Wrong("begins with a variable, not with a host")
    pairs = [word.partition("=") for word in words]
    for key, equals, _ in pairs:
        if not equals or not key.isidentifier():
            raise _Wrong(f"{quoted(key)} is no variable: write key=value, quotes around a value with blanks")
    keys = [key for key, _, _ in pairs]
    if twice := sorted(key for key in set(keys) if keys.count(key) > 1):
        raise _Wrong(f"gives {twice[0]} twice: keep one of them")
    variables = {key: _literal(key, value) for key, _, value in pairs}
    return Wanted(name, where, {}, variables, (group,) if group and group not in {"all", "ungrouped"} else ())


def _literal(key: str, text: str) -> object:
    try:
        return literal(text)
    except InvalidValue as wrong:
        raise _Wrong(f"{key}: {wrong.fault}. {wrong.advice}") from None


_READERS: Mapping[str, Callable[[str], _Lines]] = {"csv": _csv, "jsonl": _jsonl, "ini": _ini}
