"""The prompts of a launch as Python's values, read by the same definitions as the command line's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aap_launcher.client.field_values import dumped
from aap_launcher.errors import InvalidInput, InvalidValue, Problem
from aap_launcher.inputs import readers, values
from aap_launcher.inputs.definitions import BY_NAME, PROMPTS
from aap_launcher.inputs.input import Input, InputKind
from aap_launcher.models.as_written import Unquoted
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted

NAMES = tuple(name for name, one in BY_NAME.items() if one.section == PROMPTS and name != "extra_vars_file")
_WHICH = ("organization", "template_type")  # they say which template, and are no prompts
_SPELLED = {"timeout": "job_timeout"}  # the API's own name means another thing here


def read_prompts(given: Mapping[str, Any]) -> dict[str, object]:
    """Prompt -> value as the preflight takes it. Raises `InvalidInput` that names everything wrong at once."""
    found: dict[str, object] = {}
    problems = []
    for name, value in given.items():
        try:
            if value is not None:
                found[name] = _value(name, value)
        except InvalidValue as wrong:
            problems.append(Problem(name, wrong.fault, wrong.advice))
    if problems:
        raise InvalidInput("this launch would not do what you asked; nothing was started.", problems)
    return found


def _value(name: str, value: object) -> object:
    if name not in NAMES:
        advice = f'Did you mean "{_SPELLED[name]}"?' if name in _SPELLED else near(name, [*NAMES, *_WHICH])
        raise InvalidValue("is no prompt of a launch: the controller would ignore it", advice)
    definition = BY_NAME[name]
    if isinstance(value, Unquoted):
        raise InvalidValue(value.fault, value.advice)
    match definition.kind:
        case InputKind.MAPPING:
            return _mapping(definition, value)
        case InputKind.LIST:
            return _several(value)
        case InputKind.BOOLEAN:
            if not isinstance(value, bool):
                raise InvalidValue(f"is {quoted(value)}, not a boolean", "Give True or False.")
            return value
        case InputKind.INTEGER:
            if not isinstance(value, int | str) or isinstance(value, bool):
                raise InvalidValue(f"is {quoted(value)}, not a whole number", "")
            return readers.read_input(definition, str(value))
        case _:
            return _text(definition, value)


def _mapping(definition: Input, value: object) -> object:
    if isinstance(value, str):
        return readers.read_input(definition, value)
    if not isinstance(value, Mapping):
        raise InvalidValue("is not a mapping", "Give {name: value}.")
    if wrong := [key for key in value if not isinstance(key, str)]:
        raise InvalidValue(f"has the key {quoted(wrong[0])}, which is no text", "Names are texts.")
    dumped(value, unquoted=definition.secret)  # what a word without quotes is, the survey decides
    return dict(value)


def _several(value: object) -> tuple[int | str, ...]:
    items = [value] if isinstance(value, str | int | Mapping) else value
    if not isinstance(items, list | tuple | set | frozenset):
        raise InvalidValue(f"is {quoted(value)}, not a list", "Give a list of names or ids.")
    return tuple(dict.fromkeys(_one(item) for item in items))


def _one(item: object) -> int | str:
    if isinstance(item, Mapping) and isinstance(item.get("id"), int):
        return int(item["id"])
    if isinstance(item, bool) or not isinstance(item, int | str):
        raise InvalidValue(f"has {quoted(item)} in it, which is neither a name nor an id", "")
    return item if isinstance(item, int) else values.single_line(item)


def _text(definition: Input, value: object) -> object:
    if isinstance(value, Mapping) or definition.name in {"inventory", "execution_environment"}:
        return _one(value)
    if not isinstance(value, str):
        raise InvalidValue(f"is {quoted(value)}, not a text", "Put it in quotes.")
    return readers.read_input(definition, value)
