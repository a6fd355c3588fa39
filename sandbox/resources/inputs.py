"""The inputs of a credential, checked against the fields of its type; secrets are never shown again."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.resources.proposal import Proposal

ENCRYPTED = "$encrypted$"


class WrongInputs(ValueError):
    def __init__(self, words: Any) -> None:
        super().__init__(words)
        self.words = words


def checked(schema: dict[str, Any], given: Any, before: dict[str, Any]) -> dict[str, Any]:
    """They replace the former ones as a whole; a placeholder keeps the value of its key."""
    if not isinstance(given, dict):
        raise WrongInputs([f"{type(given).__name__} provided, expected dict"])
    fields = {one["id"]: one for one in schema.get("fields", ())}
    for name in given:
        if name not in fields:
            raise WrongInputs([f"Additional properties are not allowed ({name!r} was unexpected)"])
    kept = {name: _kept(name, value, before) for name, value in given.items()}
    for name, value in kept.items():
        if words := _wrong(fields[name], value):
            raise WrongInputs({name: [words]})
    _check_unlock(kept)
    return kept


def _kept(name: str, value: Any, before: dict[str, Any]) -> Any:
    if value != ENCRYPTED:
        return value
    if name not in before:
        raise WrongInputs([f"{ENCRYPTED} is a reserved keyword, and cannot be used for {name}."])
    return before[name]


def _wrong(field: dict[str, Any], value: Any) -> str:
    kind = field.get("type", "string")
    if kind == "boolean" and not isinstance(value, bool):
        return f"{value!r} is not of type 'boolean'"
    if kind == "string" and not isinstance(value, str):
        return f"{value!r} is not of type 'string'"
    choices = field.get("choices")
    if choices and value not in choices:
        return f"{value!r} is not one of {choices}"
    if field.get("format") == "ssh_private_key" and value and value != "ASK" and "-----BEGIN" not in value:
        return f"Invalid certificate or key: {value[:100]}..."
    return ""


def _check_unlock(given: dict[str, Any]) -> None:
    key = given.get("ssh_key_data")
    if not key or key == "ASK":
        return
    encrypted = "ENCRYPTED" in key or "bcrypt" in key
    if encrypted and not given.get("ssh_key_unlock"):
        raise WrongInputs({"ssh_key_unlock": ["must be set when SSH key is encrypted."]})
    if not encrypted and given.get("ssh_key_unlock"):
        raise WrongInputs({"ssh_key_unlock": ["should not be set when SSH key is not encrypted."]})


def shown(schema: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    secret = {one["id"] for one in (schema or {}).get("fields", ()) if one.get("secret")}
    return {
        name: ENCRYPTED if name in secret and value and value != "ASK" else value
        for name, value in values.items()
    }


def typed(schema: dict[str, Any]) -> dict[str, Any]:
    """A field without a type is a text."""
    fields = [{"type": "string", **one} for one in schema.get("fields", ())]
    return {**schema, **({"fields": fields} if "fields" in schema else {})}


def wrong_type(schema: dict[str, Any]) -> str:
    """What is wrong with the fields that a new type defines, in the controller's words."""
    for key in schema:
        if key not in {"fields", "required", "dependencies", "metadata"}:
            words = f"Additional properties are not allowed ({key!r} was unexpected)"
            return f"Schema validation error in relative path [] ({words})"
    seen: set[str] = set()
    for field in schema.get("fields", ()):
        if words := next(_wrong_field(field, seen), ""):
            return words
        seen.add(field["id"])
    return ""


def _wrong_field(field: dict[str, Any], seen: set[str]) -> Iterator[str]:
    for name in ("id", "label"):
        if name not in field:
            yield f"{name!r} is a required property"
    name = field["id"]
    if name == "tower":
        yield '"tower" is a reserved field name'
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        yield f"{name} is an invalid variable name"
    if name in seen:
        yield f"field IDs must be unique ({name})"
    if field.get("ask_at_runtime"):
        yield "'ask_at_runtime' is not supported for custom credentials."
    if field.get("type", "string") not in {"string", "boolean"}:
        yield f"{field['type']!r} is not one of ['string', 'boolean']"


def check_source(of: Proposal) -> dict[str, Any]:
    """Of a value that is fetched from elsewhere: whence, and into what."""
    kind_of = {
        name: of.store.get(
            "credential_types", of.store.get("credentials", of.values[name]).values["credential_type"]
        )
        for name in ("source_credential", "target_credential")
    }
    if kind_of["source_credential"].values["kind"] != "external":
        return {"source_credential": ["Source must be an external credential"]}
    target, source = kind_of["target_credential"], kind_of["source_credential"]
    if target.values["kind"] == "external":
        return {"target_credential": ["Target must be a non-external credential"]}
    options = sorted(one["id"] for one in target.values["inputs"]["fields"])
    if of.values["input_field_name"] not in options:
        words = f"Input field must be defined on target credential (options are {', '.join(options)})."
        return {"input_field_name": [words]}
    known = {one["id"] for one in source.values["inputs"].get("metadata", ())}
    needed = [name for name in source.values["inputs"].get("required", ()) if name in known]
    missing = [name for name in needed if not (of.values["metadata"] or {}).get(name)]
    return {"metadata": {name: [f"required for {source.name}"] for name in missing}} if missing else {}
