"""The values of a body, read field by field, and the controller's words for those that do not fit."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.store.kinds import VARIABLES, Field, Kind
from sandbox.store.store import Store
from sandbox.store.variables import NotVariables, check

_TRUE = frozenset({"t", "y", "yes", "true", "on", "1"})
_FALSE = frozenset({"f", "n", "no", "false", "off", "0", "0.0", ""})
_USERNAME = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."
# Kinds which look for the inventory before they read anything else.
_OF_INVENTORY = frozenset({"hosts", "inventory_sources"})
# Kinds whose table would take an object without an organization, though the API does not.
_NULLABLE = frozenset({"inventories", "constructed_inventories", "notification_templates"})
# Values of a choice which OPTIONS do not tell, and which are refused in other words.
_MORE_CHOICES = {
    "credential_types": frozenset(
        {
            "ssh",
            "vault",
            "scm",
            "token",
            "registry",
            "insights",
            "external",
            "kubernetes",
            "galaxy",
            "cryptography",
        }
    )
}
Errors = dict[str, Any]


class Invalid(ValueError):
    """Its text is what the API says about the field."""


class BadRelation(ValueError):
    """The controller stumbles over it before it reads any field."""


def read(
    store: Store, kind: Kind, body: dict[str, Any], method: str, *, whole: bool
) -> tuple[dict[str, Any], Errors]:
    """The values of the fields that may be written, and what is wrong with the others.

    What cannot be written is passed over without a word. `whole`: what is required must be there.
    """
    values: dict[str, Any] = {}
    errors: Errors = {}
    for name, field in kind.writable(method).items():
        if name not in body:
            if whole and getattr(field, method) == "required":
                errors[name] = ["This field is required."]
            continue
        try:
            values[name] = _value(store, kind, field, body[name])
        except Invalid as error:
            errors[name] = [str(error)]
    return values, errors


def _value(store: Store, kind: Kind, field: Field, given: Any) -> Any:
    if given is None:
        return _null(kind, field)
    if field.type == "id" and not field.choices:
        return _key(store, kind, field, given)
    if field.type == "choice" or field.choices:
        return str(given) if given in _MORE_CHOICES.get(kind.path, ()) else _choice(field, given)
    return _plain(kind, field, given)


def _plain(kind: Kind, field: Field, given: Any) -> Any:
    if field.name in VARIABLES:
        return (
            str(given).rstrip("\n")
            if field.name == "source_vars" and "constructed" in kind.path
            else _variables(given)
        )
    readers: dict[str, Callable[[], Any]] = {
        "string": lambda: _text(kind, field, given),
        "integer": lambda: _integer(field, given),
        "boolean": lambda: _boolean(given),
        "decimal": lambda: _decimal(field, given),
        "json": lambda: _json(kind, field, given),
    }
    return readers[field.type]() if field.type in readers else given


def _null(kind: Kind, field: Field) -> Any:
    if field.name in {kind.label, "identifier"} and kind.path != "applications":
        raise Invalid(_USERNAME if field.name == "username" else "This field cannot be blank.")
    if field.type == "id":
        if "required" in {field.post, field.put}:
            nullable = field.name == "organization" and kind.path in _NULLABLE
            raise Invalid("This field cannot be blank." if nullable else "This field may not be null.")
        return None
    if field.type == "boolean":
        return False if field.has_default else None
    if field.name in {"inputs", "injectors"}:
        raise Invalid("This field may not be null.")
    if None in field.choices or not field.has_default:
        return None if field.name != "name" else ""
    if field.type in {"string", "json"}:
        return "" if field.type == "string" or field.name in VARIABLES else field.default
    raise Invalid("This field may not be null.")


def _text(kind: Kind, field: Field, given: Any) -> str:
    if isinstance(given, bool | dict | list):
        raise Invalid("Not a valid string.")
    text = str(given) if field.name == "password" else str(given).strip()
    if "\x00" in text:
        raise Invalid("Null characters are not allowed.")
    required = "required" in {field.post, field.put} or field.name in {"password", "identifier"}
    if not text and required and kind.path != "applications":
        raise Invalid("This field may not be blank.")
    if field.max_length and len(text) > field.max_length:
        raise Invalid(f"Ensure this field has no more than {field.max_length} characters.")
    if field.name == "username" and not re.fullmatch(r"[\w.@+-]+", text):
        raise Invalid(_USERNAME)
    if field.name == "email" and text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise Invalid("Enter a valid email address.")
    return text


def _variables(given: Any) -> str:
    if isinstance(given, bool | dict | list):
        raise Invalid("Not a valid string.")
    text = str(given).rstrip("\n")
    try:
        check(text)
    except NotVariables as error:
        raise Invalid(str(error)) from error
    return text


def _json(kind: Kind, field: Field, given: Any) -> Any:
    if field.name in {"extra_data", "notification_configuration"}:
        return given
    if field.name in {"inputs", "injectors"} and not isinstance(given, dict):
        raise Invalid(f"{type(given).__name__} provided, expected dict")
    if not isinstance(given, dict | list):
        raise Invalid(
            "Expected an object or list value."
            if kind.path == "execution_environments"
            else _no_object(given)
        )
    if isinstance(given, list) and field.name in {"inputs", "injectors", "notification_configuration"}:
        raise Invalid(_no_object(given))
    return given


def _no_object(given: Any) -> str:
    return f'Expected a dictionary of items but got type "{type(given).__name__}".'


def _integer(field: Field, given: Any) -> int:
    if isinstance(given, bool) or (isinstance(given, float) and given != int(given)):
        raise Invalid("A valid integer is required.")
    try:
        number = int(given)
    except (TypeError, ValueError):
        raise Invalid("A valid integer is required.") from None
    return int(_bounded(field, number))


def _decimal(field: Field, given: Any) -> str:
    try:
        return f"{_bounded(field, float(given)):.2f}"
    except (TypeError, ValueError) as error:
        raise (error if isinstance(error, Invalid) else Invalid("A valid number is required.")) from None


def _bounded(field: Field, number: float) -> float:
    if field.min_value is not None and number < field.min_value:
        raise Invalid(f"Ensure this value is greater than or equal to {field.min_value}.")
    if field.max_value is not None and number > field.max_value:
        raise Invalid(f"Ensure this value is less than or equal to {field.max_value}.")
    return number


def _boolean(given: Any) -> bool:
    text = str(given).lower()
    if isinstance(given, dict | list) or text not in _TRUE | _FALSE:
        raise Invalid("Must be a valid boolean.")
    return text in _TRUE


def _choice(field: Field, given: Any) -> Any:
    for one in field.choices:
        if one is not None and str(one) == str(given):
            return one
    raise Invalid(f'"{given}" is not a valid choice.')


def _key(store: Store, kind: Kind, field: Field, given: Any) -> int | None:
    early = field.name == "inventory" and kind.path in _OF_INVENTORY
    if isinstance(given, bool | dict | list) or not re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", str(given)):
        if given == "" and field.post == "optional":
            return None
        if early:
            raise BadRelation("Bad data found in related field inventory.")
        received = "OrderedDict" if isinstance(given, dict) else type(given).__name__
        raise Invalid(f"Incorrect type. Expected pk value, received {received}.")
    number = int(float(given))  # a fraction is cut off
    cut = number != float(given) and kind.path == "workflow_job_template_nodes"
    target = field.target
    if target and (cut or store.find(target, number) is None):
        if early:
            raise BadRelation("Inventory matching query does not exist.")
        raise Invalid(f'Invalid pk "{given}" - object does not exist.')
    return number
