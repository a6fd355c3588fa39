"""aap_launcher/client/typed.pyi: what an editor completes, written from the table of kinds and the bundled fields."""

from __future__ import annotations

from collections.abc import Iterator

from aap_launcher.client import fields
from aap_launcher.client.body import SURVEY
from aap_launcher.client.fields import Field, Shape
from aap_launcher.client.kind import Kind
from aap_launcher.client.kinds import KINDS

_HEAD = """\
# Written by `make generate`: the resources of a Controller, and the fields that each of them takes.
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict, Unpack

from aap_launcher.client.records import Record
from aap_launcher.client.resource import Resource

Ref = int | str | Mapping[str, Any]  # an id, a name, NAME++OWNER, an address or a Record
"""
_TYPES = {
    "string": "str",
    "boolean": "bool",
    "integer": "int",
    "decimal": "float",
    "json": "Mapping[str, Any] | Sequence[Any]",
    "list": "Sequence[Any]",
    "object": "Mapping[str, Any]",
    "date": "str",
    "datetime": "str",
}


def stub(_text: str) -> str:
    """The whole file."""
    shapes = {name: fields.shape(kind) for name, kind in KINDS.items()}
    parts = [_HEAD]
    for name, kind in KINDS.items():
        parts += _resource(kind, shapes[name])
    parts.append("class Resources:")
    for name, shape in shapes.items():
        parts.append(f"    {name}: {_class(name) if shape.verbs & {'create', 'edit'} else 'Resource'}")
    return "\n".join(parts) + "\n"


def _resource(kind: Kind, shape: Shape) -> Iterator[str]:
    if not shape.verbs & {"create", "edit"}:
        return
    name = _class(kind.name)
    methods = []
    if "create" in shape.verbs:
        yield from _taken(f"_{name}Create", kind, shape, new=True)
        arguments = f"self, *, if_absent: bool = False, **given: Unpack[_{name}Create]"
        methods.append(f"    def create({arguments}) -> Record: ...  # type: ignore[override]")
    if "edit" in shape.verbs:
        yield from _taken(f"_{name}Edit", kind, shape, new=False)
        arguments = f"self, ref: object, /, **given: Unpack[_{name}Edit]"
        methods.append(f"    def update({arguments}) -> Record: ...  # type: ignore[override]")
    yield from [f"class {name}(Resource):", *methods, ""]


def _taken(name: str, kind: Kind, shape: Shape, *, new: bool) -> Iterator[str]:
    """What a create or an edit takes, as a TypedDict."""
    yield f"class {name}(TypedDict, total=False):"
    for field in shape.fields.values():
        if not (field.create if new else field.edit):
            continue
        needed = new and (field.required or field.name in kind.needs)
        type_ = _type(kind, field).removesuffix(" | None") if needed else _type(kind, field)
        yield f"    {field.name}: {f'Required[{type_}]' if needed else type_}"
    if kind.name in {"job_templates", "workflow_job_templates", "inventories", "schedules"}:
        lists = [one for one in kind.attach if one not in shape.fields and one not in {"hosts", "groups"}]
        yield from (f"    {one}: Sequence[Ref]" for one in lists)
    if kind.name in {"job_templates", "workflow_job_templates"}:
        yield f"    {SURVEY}: Mapping[str, Any] | Sequence[Mapping[str, Any]]"
    yield ""


def _type(kind: Kind, field: Field) -> str:
    if field.resource:
        return "Ref" if field.required else "Ref | None"
    if field.name in kind.text:
        return "Mapping[str, Any] | str"
    if (
        field.type == "choice"
        and field.choices
        and (kind.name, field.name) != ("ad_hoc_commands", "module_name")
    ):
        return f"Literal[{', '.join(repr(choice) for choice in field.choices)}]"
    return _TYPES.get(field.type, "Any")


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
