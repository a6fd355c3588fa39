"""One object as a document: names instead of ids, defaults left out, secrets as their marker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aap_launcher.client import fields
from aap_launcher.client.fields import Field
from aap_launcher.client.kinds import KINDS
from aap_launcher.client.records import mapping_of
from aap_launcher.export.reader import Reader, foreign_summary
from aap_launcher.models.shapes import Row

Document = dict[str, Any]
_EMPTY: tuple[object, ...] = (None, "", [], {}, ())
# What an object is called by in its own document; everything else is sorted behind it.
_FIRST = ("name", "identifier", "username", "organization")
_SAID_ELSEWHERE = frozenset({"user", "team", "object_id", "workflow_job_template"})


def document(reader: Reader, kind: str, row: Row) -> Document:
    """The fields that a create would take, without those that stand at their default."""
    found = {}
    for name, field in fields.shape(KINDS[kind]).fields.items():
        if field.read_only or name in _SAID_ELSEWHERE or name not in row:
            continue
        value = _value(reader, kind, field, row)
        if value in _EMPTY or value == field.default:
            continue
        found[name] = value
    return ordered(found)


def ordered(found: Mapping[str, Any]) -> Document:
    """What it is called by first, the rest by name."""
    first = {name: _sorted(found[name]) for name in _FIRST if name in found}
    return first | {name: _sorted(found[name]) for name in sorted(found, key=str) if name not in first}


def _sorted(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """The value with the keys of its mappings in order; lists keep theirs, which may mean something."""
    match value:
        case Mapping():
            return ordered(value)
        case list() | tuple():
            return [_sorted(each) for each in value]
        case _:
            return value


def _value(reader: Reader, kind: str, field: Field, row: Row) -> Any:  # noqa: ANN401 - JSON is anything
    value = row[field.name]
    if value is None:
        return None
    if field.name == "unified_job_template":
        return template(reader, row)
    if field.resource and isinstance(value, int):
        return reader.name(field.resource, value)
    if field.name in KINDS[kind].text and isinstance(value, str):
        return mapping_of(value)
    return value


def template(reader: Reader, row: Row) -> Mapping[str, str]:
    """What a node or a schedule starts: its type, and its name as references are written."""
    number = row.get("unified_job_template")
    kind = started(row)
    if not kind:
        told = foreign_summary(row, "unified_job_template")
        return {"name": str(told.get("name") or f"(template {number}, not readable)"), "type": "approval"}
    return {"name": reader.name(kind, number), "type": KINDS[kind].singular}


def started(row: Row) -> str:
    """The kind of what a node or a schedule starts; "" for an approval."""
    kinds = {"job": "job_templates", "workflow_job": "workflow_job_templates", "project_update": "projects"}
    kinds |= {"inventory_update": "inventory_sources", "system_job": "system_job_templates"}
    return kinds.get(str(foreign_summary(row, "unified_job_template").get("unified_job_type")), "")
