"""Variables as text: JSON or YAML that is a mapping, with the controller's words for what is not."""

import json
from typing import Any

import yaml


class NotVariables(ValueError):
    """Its text is what the API says about the field."""


def check(text: str) -> None:
    """Raises the controller's words for a text that is no mapping, or one that JSON could not hold."""
    read = _read(text)
    try:
        json.dumps(read)
    except TypeError as error:
        raise NotVariables(f"Variables not compatible with JSON standard (error: {error})") from error


def mapping(text: Any) -> dict[str, Any]:
    """What a text that was checked when it came says; nothing for an empty one."""
    if isinstance(text, dict):
        return text
    try:
        return _read(text or "")
    except NotVariables:
        return {}


def _read(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        return _mapping(json.loads(text))
    except ValueError as error:
        json_error = error
    try:
        return _mapping(yaml.load(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError) as error:
        words = f"Cannot parse as JSON (error: {json_error}) or YAML (error: {error})."
        raise NotVariables(words) from error


class _Loader(yaml.SafeLoader):
    """Names a text as the controller does in its errors."""


def _mapping(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NotVariables(f"Input type `{type(value).__name__}` is not a dictionary")
    return value
