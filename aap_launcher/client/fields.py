"""The fields of a resource: from the recorded OPTIONS of an administrator, or from a newer controller's own.

`fields.json` is derived from recordings of AWX 24.6.1: names, types, choices and bounds, none of its sentences.
A field that has neither `create` nor `edit` is read-only: OPTIONS has no word for it but its absence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from aap_launcher.client.kind import Kind
from aap_launcher.client.kind_names import foreign

_REFERENCE = "id"  # the type of a foreign key
# Foreign keys that OPTIONS calls integers.
_INTEGER_REFERENCES = frozenset({("inventory_sources", "credential")})
# Ids of what no resource of the API holds.
_NO_REFERENCE = frozenset({"content_type", "object_id", "last_job_host_summary"})


class Field(msgspec.Struct, frozen=True):
    """One field. `type`: string integer decimal boolean date datetime choice id object list json field."""

    name: str = ""
    type: str = "field"
    create: bool = False
    edit: bool = False
    required: bool = False
    choices: tuple[str | int | float | bool | None, ...] = ()
    shown: tuple[str | int | float | bool | None, ...] = ()  # what it may be, where more than may be given
    default: Any = None
    min_value: float | None = None
    max_value: float | None = None
    max_length: int | None = None
    filterable: bool = True
    detail_only: bool = False
    write_only: bool = False
    help: str = ""
    resource: str = ""  # of a foreign key: the resource whose objects it holds, where that is known

    @property
    def read_only(self) -> bool:
        """Whether no request changes it."""
        return not (self.create or self.edit)


class Shape(msgspec.Struct, frozen=True):
    """What a resource has: `fields`, `relations` that filters alone know, `related` lists and their methods."""

    verbs: frozenset[str]  # list get create edit delete
    fields: Mapping[str, Field]
    types: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    relations: frozenset[str] = frozenset()
    related: Mapping[str, str] = {}
    roles: tuple[str, ...] = ()  # what role_level takes


class _Row(msgspec.Struct):
    verbs: str
    types: tuple[str, ...]
    search: tuple[str, ...]
    relations: frozenset[str]
    related: dict[str, str]
    roles: tuple[str, ...]
    fields: dict[str, Field]


class _File(msgspec.Struct):
    version: str
    resources: dict[str, msgspec.Raw]


@cache
def _file() -> _File:
    # Not importlib.resources: it costs a tenth of the start.
    return msgspec.json.decode(Path(__file__).with_name("fields.json").read_bytes(), type=_File)


def recorded_version() -> str:
    """The version of AWX that the bundled fields were recorded from."""
    return _file().version


@cache
def shape(kind: Kind) -> Shape:
    """The bundled shape of a kind."""
    row = msgspec.json.decode(_file().resources[kind.name], type=_Row)
    fields = {name: _named(kind, name, field) for name, field in row.fields.items()}
    return Shape(
        frozenset(row.verbs.split()), fields, row.types, row.search, row.relations, row.related, row.roles
    )


def live(kind: Kind, options: Mapping[str, Any]) -> Shape:
    """The shape that a controller's OPTIONS of the collection tells.

    A user who may create nothing is not told what could be created: what is bundled stands for it.
    """
    bundled = shape(kind)
    actions = options.get("actions")
    actions = actions if isinstance(actions, dict) else {}
    readable, writable = _fields(actions.get("GET")), _fields(actions.get("POST"))
    fields: dict[str, Field] = {}
    for name in [*readable, *(name for name in writable if name not in readable)]:
        known = bundled.fields.get(name)
        fields[name] = _live(
            kind, name, readable.get(name, {}), writable.get(name), known, told=bool(writable)
        )
    missing = {
        name: field for name, field in bundled.fields.items() if name not in fields and field.detail_only
    }
    searches = options.get("related_search_fields")
    relations = {str(one)[: -len("__search")] for one in searches or () if str(one).endswith("__search")}
    return Shape(
        bundled.verbs,
        {**fields, **missing} if fields else bundled.fields,
        bundled.types,
        _texts(options.get("search_fields")) or bundled.search,
        frozenset(relations) | bundled.relations,
        bundled.related,
        _texts(options.get("object_roles")) or bundled.roles,
    )


def fields_from_options(readable: object, writable: object) -> Mapping[str, Field]:
    """The fields that OPTIONS of one object tells: what it shows, and what an edit takes."""
    read, written = _fields(readable), _fields(writable)
    names = dict.fromkeys([*read, *written])
    return {
        name: _said(name, {**read.get(name, {}), **written.get(name, {})}, edit=name in written)
        for name in names
    }


def _said(name: str, said: Mapping[str, Any], *, edit: bool) -> Field:
    numbers = {key: said.get(key) for key in ("min_value", "max_value", "max_length")}
    return Field(
        name=name,
        type=str(said.get("type", "field")),
        edit=edit,
        choices=_choices(said.get("choices")),
        default=said.get("default"),
        help=" ".join(str(said.get("help_text") or "").split()),
        **{key: value for key, value in numbers.items() if isinstance(value, int | float)},  # type: ignore[arg-type]
    )


def _live(
    kind: Kind,
    name: str,
    read: Mapping[str, Any],
    written: Mapping[str, Any] | None,
    known: Field | None,
    *,
    told: bool,
) -> Field:
    """One field of OPTIONS. PUT is told for a single object alone: a new field that can be created can be edited."""
    said = {**read, **(written or {})}
    create = written is not None if told else bool(known and known.create)
    edit = known.edit if known is not None else create and name not in kind.once
    shown = _choices(read.get("choices"))
    field = msgspec.structs.replace(
        _said(name, said, edit=edit),
        create=create,
        shown=shown if written and shown != _choices(written.get("choices")) else (),
        required=bool(said.get("required")) if written else bool(known and known.required),
        filterable=said.get("filterable") is not False,
        write_only=bool(said.get("write_only")),
    )
    return _named(kind, name, field)


def _named(kind: Kind, name: str, field: Field) -> Field:
    reference = field.type == _REFERENCE or (kind.name, name) in _INTEGER_REFERENCES
    target = foreign(name) if reference and name not in _NO_REFERENCE and name != _REFERENCE else None
    return msgspec.structs.replace(field, name=name, resource=target.name if target else "")


def _fields(value: object) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict):
        return {}
    return {str(name): field for name, field in value.items() if isinstance(field, dict)}


def _choices(value: object) -> tuple[Any, ...]:
    """OPTIONS gives pairs of value and label."""
    if not isinstance(value, list):
        return ()
    return tuple(one[0] if isinstance(one, list) and one else one for one in value)


def _texts(value: object) -> tuple[str, ...]:
    return (
        tuple(str(one) for one in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
    )
