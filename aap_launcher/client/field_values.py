"""Values of fields: what a script or a command line gives becomes what the API takes, or is refused.

Seen on AWX 24.6.1: a foreign key of 1.5 is cut to 1, null is false, `variables` as an object are a 400.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aap_launcher.client.fields import Field
from aap_launcher.client.query_terms import worded
from aap_launcher.client.records import mapping_of
from aap_launcher.errors import InvalidValue
from aap_launcher.inputs.sendable import refuse_unsendable
from aap_launcher.inputs.variables import read_value, read_variables
from aap_launcher.models.as_written import Unquoted
from aap_launcher.text.near import near
from aap_launcher.text.quoting import quoted, whole

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_NULL = frozenset({"null", "none"})
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


def from_text(field: Field, text: str) -> Any:  # noqa: ANN401 - each type has a value of its own
    """The value that a text from a command line means for this field. Raises `InvalidValue`."""
    if (
        field.type in {"id", "integer", "decimal", "boolean", "json", "list", "object"}
        and text.strip().lower() in _NULL
    ):
        return None
    match field.type:
        case "boolean":
            return _boolean(text)
        case "integer" if not field.resource:
            return _integer(text)
        case "json" | "object" | "list" | "field":
            return _json(field, text)
        case "choice":
            return next((choice for choice in field.choices if worded(choice) == text), text)
        case _:
            return text


def fit(field: Field, value: object, *, text: bool) -> Any:  # noqa: ANN401, PLR0911 - one return for each type
    """The value as the API takes it. `text`: JSON that the API keeps in a text. Raises `InvalidValue`."""
    if value is None:
        return _null(field)
    if text:
        return _as_text(value)
    match field.type:
        case "boolean":
            return value if isinstance(value, bool) else _boolean_of(value)
        case "integer":
            return _bounded(field, _number(value))
        case "decimal":
            return _bounded(field, _decimal(value))
        case "choice":
            return _choice(field, value)
        case "id":
            return _choice(field, value) if field.choices else _key(value)
        case "json" | "object" | "list" | "field":
            return _structure(field, value)
        case "string" | "date" | "datetime":
            return _text(field, value)
        case _:
            return value  # a type that only the controller knows


def _null(field: Field) -> None:
    if field.type == "boolean":
        raise InvalidValue("is null, which the controller takes for false", "Give true or false.")
    if field.type in {"string", "choice"} and None not in field.choices and field.default is not None:
        raise InvalidValue("is null", 'Give "" for the empty text.')


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise InvalidValue(f"{quoted(text)} is neither true nor false", "")


def _boolean_of(value: object) -> bool:
    raise InvalidValue(f"{quoted(value)} is neither true nor false", "Give a boolean.")


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text.strip()):
        return int(text)
    raise InvalidValue(f"{quoted(text)} is no whole number", "Write its digits alone, without zeros before.")


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _integer(value)
    raise InvalidValue(f"{quoted(value)} is no whole number", "")


def _decimal(value: object) -> float | str:
    if isinstance(value, bool):
        raise InvalidValue(f"{quoted(value)} is no number", "")
    if isinstance(value, int | float):
        return value
    if not _DECIMAL.fullmatch(str(value)):
        raise InvalidValue(f"{quoted(value)} is no number", "")
    return str(value)


def _bounded(field: Field, value: float | str) -> float | str:
    number = float(value)
    low, high = field.min_value, field.max_value
    if (low is not None and number < low) or (high is not None and number > high):
        span = (
            f"between {low:.0f} and {high:.0f}"
            if low is not None and high is not None
            else (f"at least {low:.0f}" if low is not None else f"at most {high:.0f}")
        )
        raise InvalidValue(f"is {value}, and must be {span}", "")
    return value


def _choice(field: Field, value: object) -> object:
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    for choice in field.choices:
        if plain and worded(choice) == worded(value):
            return choice
    if not field.choices and plain:
        return value
    known = [worded(choice) for choice in field.choices if choice not in {"", None}]
    raise InvalidValue(f"{quoted(value)} is not one of its values", near(str(value), known))


def _key(value: object) -> object:
    """An id of what no resource of ours holds."""
    if isinstance(value, bool | float) or not isinstance(value, int | str):
        raise InvalidValue(f"{quoted(value)} is no id", "")
    return value


def _text(field: Field, value: object) -> str:
    if isinstance(value, bool | float) or not isinstance(value, str | int):
        raise InvalidValue(
            f"{quoted(value)} is no text", "Put it in quotes." if isinstance(value, bool | float) else ""
        )
    text = str(value)
    if "\0" in text:
        raise InvalidValue("holds a NUL", "")
    if not whole(text):
        raise InvalidValue("is not valid Unicode", "Give it as UTF-8.")
    if field.max_length is not None and len(text) > field.max_length:
        raise InvalidValue(f"has {len(text)} characters, and may have {field.max_length}", "")
    return text


def _as_text(value: object) -> str:
    """A mapping as JSON text; a text that holds one as it is."""
    if isinstance(value, Mapping):
        return dumped(value)
    if isinstance(value, str):
        if not isinstance(mapping_of(value), dict):
            raise InvalidValue("is a text that holds no mapping", "Give a mapping, or JSON or YAML of one.")
        exact(value)
        return value
    raise InvalidValue("is no mapping", "Give a mapping, or JSON or YAML of one.")


def _structure(field: Field, value: object) -> object:
    if isinstance(value, Mapping | list | tuple):
        return json.loads(dumped(list(value) if isinstance(value, tuple) else value))
    if field.type == "field":
        return value
    raise InvalidValue("is neither mapping nor list", "")


def _json(field: Field, text: str) -> object:
    found = read_value(text)
    if field.type == "field" and not isinstance(found, dict | list):
        return text
    if isinstance(found, dict | list):
        return found
    raise InvalidValue("is neither JSON nor a YAML mapping", "")


def ported(name: object) -> str:
    """What to do about a host's name with a port, of which the controller makes a variable; "" for any other."""
    if isinstance(name, str) and re.fullmatch(r"[^:]*:[0-9]+", name.strip()):
        return "Give the variable ansible_port: the controller cuts the port off a name."
    return ""


def dumped(value: object, *, unquoted: bool = True) -> str:
    """JSON text. Raises `InvalidValue` for what JSON cannot hold. `unquoted` as in `carried.faults`."""
    try:
        refuse_unsendable(value, unquoted=unquoted)
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=None if unquoted else _word)
    except InvalidValue:
        raise
    except (TypeError, ValueError, RecursionError) as fault:
        raise InvalidValue(f"holds what JSON cannot: {fault}", "") from None


def _word(value: object) -> str:
    if isinstance(value, Unquoted):
        return value.text
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def exact(text: str) -> dict[str, object]:
    """The variables of a text, JSON or YAML. Raises `InvalidValue` where they would not arrive as they are written."""
    found = read_variables(text)
    refuse_unsendable(found)
    return found
