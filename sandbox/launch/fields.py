"""The fields of a launch: their types, and the words for a value that does not fit."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import yaml

from sandbox.store.catalog import Catalog


class Invalid(ValueError):
    """Its text is what the API says about the field."""


Reader = Callable[[Any], Any]


def text(value: Any) -> str:
    if isinstance(value, (bool, dict, list)):
        raise Invalid("Not a valid string.")
    return str(value)


def integer(least: int | None = None) -> Reader:
    def read(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise Invalid("A valid integer is required.") from None
        if least is not None and number < least:
            raise Invalid(f"Ensure this value is greater than or equal to {least}.")
        return number

    return read


def boolean(value: Any) -> bool:
    words = {"true": True, "t": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "f": False, "0": False, "no": False, "off": False}
    if (known := words.get(str(value).lower())) is None:
        raise Invalid("Must be a valid boolean.")
    return known


def choice(*allowed: Any) -> Reader:
    def read(value: Any) -> Any:
        for one in allowed:
            if str(one) == str(value):
                return one
        raise Invalid(f'"{value}" is not a valid choice.')

    return read


def key_of(objects: Iterable[Any]) -> Reader:
    known = {thing.id: thing for thing in objects}

    def read(value: Any) -> Any:
        if isinstance(value, bool) or not str(value).isdigit():
            raise Invalid(f"Incorrect type. Expected pk value, received {type(value).__name__}.")
        if int(value) not in known:
            raise Invalid(f'Invalid pk "{value}" - object does not exist.')
        return known[int(value)]

    return read


def keys_of(objects: Iterable[Any]) -> Reader:
    read_one = key_of(objects)

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Invalid(f'Expected a list of items but got type "{type(value).__name__}".')
        return tuple(read_one(one) for one in value)

    return read


def variables(value: Any) -> dict[str, Any]:
    """A mapping, or text that is one in JSON or YAML."""
    if isinstance(value, dict):
        return value
    if value == "":
        return {}
    try:
        return _mapping(json.loads(value))
    except (TypeError, ValueError) as error:
        json_error = error
    try:
        return _mapping(yaml.safe_load(value))
    except (yaml.YAMLError, AttributeError, ValueError) as error:
        raise Invalid(f"Cannot parse as JSON (error: {json_error}) or YAML (error: {error}).") from error


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Invalid(f"Input type `{type(value).__name__}` is not a dictionary")
    return value


def passwords(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Invalid(f'Expected a dictionary of items but got type "{type(value).__name__}".')
    return {str(name): str(password) for name, password in value.items()}


def launch_fields(catalog: Catalog) -> dict[str, Reader]:
    """All fields of a launch, in the order in which the API reports errors."""
    return {
        "extra_vars": variables,
        "inventory": key_of(catalog.inventories),
        "scm_branch": text,
        "limit": text,
        "job_tags": text,
        "skip_tags": text,
        "job_type": choice("run", "check"),
        "verbosity": choice(0, 1, 2, 3, 4, 5),
        "diff_mode": boolean,
        "credentials": keys_of(catalog.credentials),
        "credential_passwords": passwords,
        "execution_environment": key_of(catalog.execution_environments),
        "labels": keys_of(catalog.labels),
        "forks": integer(least=0),
        "job_slice_count": integer(least=0),
        "timeout": integer(),
        "instance_groups": keys_of(catalog.instance_groups),
    }


def read_all(readers: dict[str, Reader], given: dict[str, Any]) -> dict[str, Any]:
    """The values as they were meant. What the API does not know is passed over without a word."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, read in readers.items():
        if name not in given:
            continue
        try:
            if given[name] is None:
                raise Invalid("This field may not be null.")  # noqa: TRY301 - one place for all errors
            values[name] = read(given[name])
        except Invalid as error:
            errors[name] = [str(error)]
    if errors:
        raise InvalidFields(errors)
    return values


class InvalidFields(ValueError):
    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors
